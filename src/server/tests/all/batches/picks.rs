use std::{collections::HashSet, sync::Arc, time::Instant};

use app::answers::PickRequest;
use domain::{
    cabin::{Cabin, Layout, SeatNumber},
    hold::{HoldId, HoldState},
};
use server::{
    patience,
    postgres::{EndAs, Pick, PickAnswer, StoreError},
};
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use tokio::{sync::Barrier, task::JoinSet};
use uuid::Uuid;

use super::{Dice, hold, pick};
use crate::world::{World, departure, visitor};

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
        let seat = format!("{}{}", 36 + i / 3, ["A", "B", "C"][i % 3]);
        crowd.spawn(async move { (i, world.pick(visitor, hold, "Q1200", 0, &seat, 0).await.is_ok()) });
    }
    let granted: HashSet<usize> =
        crowd.join_all().await.into_iter().filter(|(_, ok)| *ok).map(|(i, _)| i).collect();
    assert_eq!(granted, (1..12).collect(), "all but the one whose hold is locked");
    tx.rollback().await.unwrap();
    world.audit().await;
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_batch_that_takes_too_long_is_ended_by_postgres_so_that_it_is_known_to_be_undone(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let world = World::open(options).await;
    let (ada, first) = hold(&world).await;
    sqlx::raw_sql(
        "create function take_long() returns trigger language plpgsql as
            $$ begin perform pg_sleep(60); return new; end $$;
        create trigger take_long before insert on seats for each row execute function take_long()",
    )
    .execute(&world.pool)
    .await
    .unwrap();
    let asked = Instant::now();
    let answer = world.postgres.pick(&[pick(ada, first, "30A", 0)]).await;
    assert!(answer.as_ref().is_err_and(StoreError::is_undone), "{answer:?}");
    assert!(asked.elapsed() >= patience::BATCH_STATEMENT, "{:?}", asked.elapsed());
    assert_eq!(world.count("select count(*) from seats").await, 0);
}
