//! Many callers in one call: each answered as if alone, none taken along by another, nothing leaked when holds end.

use std::{collections::HashSet, sync::Arc};

use app::{answers::PickRequest, ports::Visitor};
use domain::{
    cabin::{Cabin, Layout, SeatNumber},
    hold::{HoldId, HoldState},
    traveller::Party,
};
use server::postgres::{Claim, EndAs, Once, Pick, PickAnswer, TakeAnswer, TakeRefusal, Taking};
use sqlx::{
    AssertSqlSafe, PgPool,
    postgres::{PgConnectOptions, PgPoolOptions},
};
use tokio::{sync::Barrier, task::JoinSet};
use uuid::Uuid;

use crate::world::{World, departure, visitor};

fn pick(visitor: Visitor, hold: HoldId, seat: &str, version: u32) -> Pick {
    Pick {
        visitor: visitor.0,
        hold,
        departure: departure("Q1200"),
        traveller: 0,
        seat: SeatNumber::parse(seat).unwrap(),
        version,
        had: None,
    }
}

async fn hold(world: &World) -> (Visitor, HoldId) {
    let visitor = visitor();
    (visitor, world.choose(visitor, &["Q1200"], 1).await.unwrap())
}

fn is_picked(answer: &PickAnswer, changes: usize) -> bool {
    matches!(answer, PickAnswer::Picked(seats) if seats.len() == changes)
}

#[sqlx::test(migrations = "../../migrations")]
async fn everyone_in_a_batch_has_an_answer_of_their_own(_: PgPoolOptions, options: PgConnectOptions) {
    let world = World::open(options).await;
    let (ada, first) = hold(&world).await;
    let (bob, second) = hold(&world).await;
    let (cy, third) = hold(&world).await;
    let (dan, ended) = hold(&world).await;
    let (eve, late) = hold(&world).await;
    let (fay, sixth) = hold(&world).await;
    world.site.seating.end(ended, EndAs::Released).await.unwrap();
    sqlx::query("update holds set expires_at = sky_now() where id = $1")
        .bind(late.0)
        .execute(&world.pool)
        .await
        .unwrap();
    for one in [pick(ada, first, "30A", 0), pick(cy, third, "30C", 0)] {
        assert!(is_picked(&world.postgres.pick(&[one]).await.unwrap()[0], 1));
    }
    let believed = |seat| Some(SeatNumber::parse(seat).unwrap());
    let answers = world
        .postgres
        .pick(&[
            // A move whose traveller does not sit where they are believed to.
            Pick { had: believed("35D"), ..pick(ada, first, "31A", 0) },
            pick(bob, second, "30C", 1),
            pick(cy, third, "30C", 1),
            pick(dan, ended, "32A", 0),
            pick(eve, late, "32B", 0),
            pick(eve, sixth, "32C", 0),
            pick(visitor(), HoldId(Uuid::new_v4()), "32D", 0),
        ])
        .await;
    // The seat 30C is asked for twice, which a batcher never does: it is refused to one and theirs to the other.
    let answers = answers.unwrap();
    assert_eq!(answers[0], PickAnswer::Elsewhere);
    assert!(is_picked(&world.postgres.pick(&[pick(ada, first, "31A", 0)]).await.unwrap()[0], 2));
    assert!(matches!(answers[1], PickAnswer::Refused { expired: None, .. }), "{:?}", answers[1]);
    assert!(is_picked(&answers[2], 0), "{:?}", answers[2]);
    assert_eq!(answers[3], PickAnswer::Hold(HoldState::Released));
    assert_eq!(answers[4], PickAnswer::Expired);
    assert_eq!(answers[5..], [PickAnswer::Missing, PickAnswer::Missing]);
    assert!(is_picked(&world.postgres.pick(&[pick(fay, sixth, "32C", 0)]).await.unwrap()[0], 1));
    assert_eq!(world.count("select count(*) from seats where state = 'held'").await, 3);
    world.audit().await;
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_server_with_an_old_belief_moves_the_traveller_all_the_same(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let world = World::open(options).await;
    let mut tasks = JoinSet::new();
    let other = world.another_site_with(&mut tasks).await;
    let (ada, hold) = hold(&world).await;
    for (site, seat, changes) in
        [(&world.site, "30A", 1), (&other, "30C", 2), (&world.site, "31A", 2), (&other, "31C", 2)]
    {
        let Pick { departure, traveller, seat, version, .. } = pick(ada, hold, seat, 0);
        let request = PickRequest { hold, departure, traveller, seat, version };
        let picked = site.ports.seats.pick(ada, request).await.unwrap();
        assert_eq!(picked.changes.len(), changes, "{seat}");
    }
    assert_eq!(world.count("select count(*) from seats where state = 'held'").await, 1);
    world.audit().await;
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_version_that_no_one_can_have_seen_takes_nothing(_: PgPoolOptions, options: PgConnectOptions) {
    let world = World::open(options).await;
    let (ada, first) = hold(&world).await;
    for version in [1, 7, u32::MAX] {
        let answer = world.postgres.pick(&[pick(ada, first, "30A", version)]).await.unwrap();
        assert!(matches!(answer[0], PickAnswer::Refused { now, .. } if now.version == 0), "{answer:?}");
    }
    assert_eq!(world.count("select count(*) from seats").await, 0);
}

#[sqlx::test(migrations = "../../migrations")]
async fn batches_of_many_servers_raced_against_endings_leak_nothing(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    const SERVERS: usize = 4;
    const HOLDS_EACH: usize = 8;
    let world = Arc::new(World::open(options).await);
    let mut holds = Vec::new();
    for _ in 0..SERVERS * HOLDS_EACH {
        holds.push(hold(&world).await);
    }
    let flight = world.site.timetable.current().departure(&departure("Q1200")).unwrap();
    let layout = Layout::of(&flight.aircraft, &flight.configuration);
    let seats: Arc<[SeatNumber]> = layout.seats(Cabin::Economy).take(48).map(|seat| seat.number).collect();
    let start = Arc::new(Barrier::new(SERVERS + holds.len() / 2));
    let mut crowd = JoinSet::new();
    for (server, own) in holds.chunks(HOLDS_EACH).enumerate() {
        let (world, start, own, seats) = (world.clone(), start.clone(), own.to_vec(), seats.clone());
        let mut dice = Dice(1 + server as u64);
        crowd.spawn(async move {
            start.wait().await;
            for _ in 0..40 {
                let touched = world.postgres.touched(departure("Q1200")).await.unwrap();
                let picks: Vec<Pick> = own
                    .iter()
                    .map(|(visitor, hold)| {
                        let seat = seats[usize::try_from(dice.throw(seats.len() as u64)).unwrap()];
                        let version = touched.iter().find(|c| c.seat == seat).map_or(0, |c| c.version);
                        pick(*visitor, *hold, &seat.to_string(), version)
                    })
                    .collect();
                // The same seat twice in a batch would be the test's fault, not a race.
                let mut seen = HashSet::new();
                let picks: Vec<Pick> = picks.into_iter().filter(|pick| seen.insert(pick.seat)).collect();
                world.postgres.pick(&picks).await.unwrap();
            }
        });
    }
    for (_, hold) in holds.iter().step_by(2) {
        let (world, start, hold) = (world.clone(), start.clone(), *hold);
        crowd.spawn(async move {
            start.wait().await;
            world.site.seating.end(hold, EndAs::Released).await.unwrap();
        });
    }
    crowd.join_all().await;
    world.audit().await;
    assert!(
        world.count("select sum(version)::bigint from seats").await > 100,
        "seats must have changed hands"
    );
}

/// Lets `second` run while `first` holds its locks uncommitted, and commits once `second` waits for them or is done.
async fn overlap(world: &World, first: &str, second: &str) {
    let mut tx = world.pool.begin().await.unwrap();
    sqlx::raw_sql(AssertSqlSafe(first.to_owned())).execute(&mut *tx).await.unwrap();
    let (pool, second) = (world.pool.clone(), second.to_owned());
    let running =
        tokio::spawn(async move { sqlx::raw_sql(AssertSqlSafe(second)).execute(&pool).await.unwrap() });
    while !running.is_finished() && !somebody_waits(&world.pool).await {
        tokio::task::yield_now().await;
    }
    tx.commit().await.unwrap();
    running.await.unwrap();
}

async fn somebody_waits(pool: &PgPool) -> bool {
    sqlx::query_scalar(
        "select exists (select from pg_stat_activity
            where datname = current_database() and wait_event_type = 'Lock')",
    )
    .fetch_one(pool)
    .await
    .unwrap()
}

const LEAKED: &str =
    "select count(*) from seats s join holds h on h.id = s.hold_id where h.state = 'released'";

fn batched_pick(visitor: Visitor, hold: HoldId) -> String {
    format!(
        "select * from pick_seats(array['{}'::uuid], array['{}'::uuid], array['{}'], array[0::smallint],
            array['30A'], array[0], array[null::text])",
        visitor.0,
        hold.0,
        departure("Q1200")
    )
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_pick_and_an_ending_that_overlap_leave_no_seat(_: PgPoolOptions, options: PgConnectOptions) {
    let world = World::open(options).await;
    let (ada, first) = hold(&world).await;
    overlap(&world, &batched_pick(ada, first), &format!("select end_hold('{}', 'released')", first.0)).await;
    assert_eq!(world.count(LEAKED).await, 0);
    let (bob, second) = hold(&world).await;
    overlap(&world, &format!("select end_hold('{}', 'released')", second.0), &batched_pick(bob, second))
        .await;
    assert_eq!(world.count(LEAKED).await, 0);
    world.audit().await;
}

#[sqlx::test(migrations = "../../migrations")]
async fn an_ending_that_locks_and_reads_in_one_statement_would_leak(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let world = World::open(options).await;
    let (ada, first) = hold(&world).await;
    let planted = format!(
        "with claim as (select id from holds where id = '{id}' for no key update),
            ended as (update holds h set state = 'released', ended_at = sky_now() from claim c where h.id = c.id)
        update seats s set state = 'available', version = version + 1, hold_id = null, traveller = null
        from claim c where s.departure = '{departure}' and s.hold_id = c.id",
        id = first.0,
        departure = departure("Q1200")
    );
    overlap(&world, &batched_pick(ada, first), &planted).await;
    assert_eq!(world.count(LEAKED).await, 1, "its snapshot is older than its lock");
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_pick_that_does_not_lock_its_hold_would_leak(_: PgPoolOptions, options: PgConnectOptions) {
    let world = World::open(options).await;
    let (_, first) = hold(&world).await;
    let planted = format!(
        "insert into seats (departure, seat, state, version, hold_id, traveller)
        select '{}', '30A', 'held', 1, id, 0 from holds where id = '{}' and state = 'active'",
        departure("Q1200"),
        first.0
    );
    // Without the foreign key, which locks the hold's row a little: for a pick that only reads.
    sqlx::raw_sql("alter table seats drop constraint if exists seats_hold_id_fkey")
        .execute(&world.pool)
        .await
        .unwrap();
    overlap(&world, &format!("select end_hold('{}', 'released')", first.0), &planted).await;
    assert_eq!(world.count(LEAKED).await, 1);
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_hold_that_is_locked_for_long_does_not_keep_the_others_waiting_for_ever(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let world = Arc::new(World::open(options).await);
    let mut holds = Vec::new();
    for _ in 0..12 {
        holds.push(hold(&world).await);
    }
    let mut tx = world.pool.begin().await.unwrap();
    sqlx::query("select from holds where id = $1 for update")
        .bind(holds[0].1.0)
        .execute(&mut *tx)
        .await
        .unwrap();
    let mut crowd = JoinSet::new();
    for (i, (visitor, hold)) in holds.into_iter().enumerate() {
        let world = world.clone();
        let seat = format!("{}{}", 30 + i / 3, ["A", "B", "C"][i % 3]);
        crowd.spawn(async move { (i, world.pick(visitor, hold, "Q1200", 0, &seat, 0).await.is_ok()) });
    }
    let granted: HashSet<usize> =
        crowd.join_all().await.into_iter().filter(|(_, ok)| *ok).map(|(i, _)| i).collect();
    assert_eq!(granted, (1..12).collect(), "all but the one whose hold is locked");
    tx.rollback().await.unwrap();
    world.audit().await;
}

/// A small generator: the same seed, the same claims.
struct Dice(u64);

impl Dice {
    fn throw(&mut self, sides: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % sides
    }
}

/// What a claim is made of; the same one can be claimed in two ways.
struct Case {
    visitor: Visitor,
    offer: domain::offer::Offer,
    digest: String,
    legs: Vec<domain::departure::Departure>,
    quote: domain::fare::Quote,
    schedule: i64,
    asking: Once,
}

impl Case {
    fn draw(world: &World, visitors: &[Visitor], dice: &mut Dice) -> Self {
        let flights: &[&str] =
            [&["Q1300"][..], &["Q1300", "Q1200"], &["Q1200"]][usize::try_from(dice.throw(3)).unwrap()];
        let adults = u8::try_from(1 + dice.throw(9)).unwrap();
        let offer = world.unsigned_offer(flights, Party::new(adults, 0, 0).unwrap());
        let (newest, timetable) = world.site.timetable.snapshot();
        let legs: Vec<_> = offer.departures().filter_map(|id| timetable.departure(&id)).collect();
        let bounds = [domain::search::Itinerary::new(legs.clone()).unwrap()];
        let airports = world.site.timetable.airports();
        let quote = domain::fare::price(&bounds, offer.cabin, offer.brand, offer.party, airports).unwrap();
        let visitor = visitors[usize::try_from(dice.throw(visitors.len() as u64)).unwrap()];
        Self {
            visitor,
            offer,
            digest: format!("offer {}", dice.throw(6)),
            legs,
            quote,
            schedule: newest - i64::from(dice.throw(12) == 0),
            asking: Once::new(&visitor.into(), "take", &0, None),
        }
    }

    fn claim(&self, id: u128) -> Claim<'_> {
        Claim {
            id: HoldId(Uuid::from_u128(id)),
            visitor: self.visitor.0,
            offer: &self.offer,
            offer_digest: &self.digest,
            schedule: self.schedule,
            quote: &self.quote,
            legs: &self.legs,
            asking: &self.asking,
        }
    }
}

const TAKEN: &str = "select coalesce(string_agg(line, ', ' order by line), '') from (
    select departure || ' ' || taken from departure_cabins where taken > 0
    union all select departure || ' class ' || taken from departure_classes where taken > 0
    union all select id || ' ' || places from visitors where places > 0
    union all select id || ' ' || visitor || ' ' || total_minor || offer::text from holds
    union all select hold_id || ' ' || leg || departure || places || sold::text from hold_legs
    union all select hold_id || ' ' || ordinal || kind from hold_travellers) as lines (line)";

async fn books(world: &World) -> String {
    sqlx::query_scalar(TAKEN).fetch_one(&world.pool).await.unwrap()
}

#[sqlx::test(migrations = "../../migrations")]
async fn many_claims_in_one_call_are_answered_as_one_by_one(_: PgPoolOptions, options: PgConnectOptions) {
    let world = World::open(options).await;
    let mut kinds = HashSet::new();
    for seed in [3, 1_414, 271_828] {
        let mut dice = Dice(seed);
        let visitors: Vec<Visitor> = (0..12).map(|_| visitor()).collect();
        let cases: Vec<Case> = (0..70).map(|_| Case::draw(&world, &visitors, &mut dice)).collect();
        sqlx::raw_sql("truncate visitors, departure_cabins, departure_classes cascade")
            .execute(&world.pool)
            .await
            .unwrap();
        let mut alone = Vec::new();
        for (id, case) in (1_u128..).zip(&cases) {
            alone.push(match world.postgres.take(&case.claim(id)).await {
                Ok(hold) if hold.0.as_u128() == id => TakeAnswer::Taken(hold),
                Ok(hold) => TakeAnswer::Same(hold),
                Err(TakeRefusal::TooManyPlaces) => TakeAnswer::TooManyPlaces,
                Err(TakeRefusal::SoldOut(departure)) => TakeAnswer::SoldOut(departure),
                Err(TakeRefusal::NewSchedule) => TakeAnswer::NewSchedule,
                Err(error) => panic!("{error}"),
            });
        }
        let books_alone = books(&world).await;
        sqlx::raw_sql("truncate visitors, departure_cabins, departure_classes cascade")
            .execute(&world.pool)
            .await
            .unwrap();
        let mut together = Vec::new();
        let (mut batch, mut seen) = (Vec::new(), HashSet::new());
        for (id, case) in (1_u128..).zip(&cases) {
            // As a batcher does: whoever is in the batch already waits for the next one.
            if !seen.insert(case.visitor.0) {
                together.extend(world.postgres.take_together(&std::mem::take(&mut batch)).await.unwrap());
                seen = HashSet::from([case.visitor.0]);
            }
            batch.push(Taking::of(&case.claim(id)));
        }
        together.extend(world.postgres.take_together(&batch).await.unwrap());
        assert_eq!(together, alone, "seed {seed}");
        assert_eq!(books(&world).await, books_alone, "seed {seed}");
        kinds.extend(alone.iter().map(std::mem::discriminant));
        world.audit().await;
    }
    assert_eq!(kinds.len(), 5, "taken, same, too many, sold out, new schedule: each must have been drawn");
}
