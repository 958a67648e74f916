use std::collections::HashSet;

use app::ports::Visitor;
use domain::{
    cabin::{BookingClass, Cabin},
    hold::HoldId,
    traveller::Party,
};
use server::postgres::{Claim, Once, TakeAnswer, TakeRefusal, Taking};
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use uuid::Uuid;

use super::Dice;
use crate::world::{World, departure, visitor};

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
        let mut offer = world.unsigned_offer(flights, Party::new(adults, 0, 0).unwrap());
        let ladder = BookingClass::ladder(Cabin::Economy);
        let class = |dice: &mut Dice| ladder[usize::try_from(dice.throw(ladder.len() as u64)).unwrap()];
        // Now and then as before there were classes.
        let any = if dice.throw(4) == 0 { 0 } else { flights.len() };
        offer.classes = (0..any).map(|_| class(dice)).collect();
        let (newest, timetable) = world.site.timetable.snapshot();
        let legs: Vec<_> = offer.departures().filter_map(|id| timetable.departure(&id)).collect();
        let bounds = [domain::search::Itinerary::new(legs.clone()).unwrap()];
        let quote = world.quote(&offer, &bounds);
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
    union all select departure || ' class ' || class || taken || ' of ' || authorised from departure_classes where taken > 0
    union all select id || ' ' || places from visitors where places > 0
    union all select id || ' ' || visitor || ' ' || total_minor || offer::text from holds
    union all select hold_id || ' ' || leg || departure || class || places || sold::text from hold_legs
    union all select hold_id || ' ' || ordinal || kind from hold_travellers) as lines (line)";

/// Nothing is taken. On one departure B may sell less than is usual, and K more, though no more than B lets it.
async fn start_over(world: &World) {
    sqlx::raw_sql("truncate visitors, departure_cabins, departure_classes, balances cascade")
        .execute(&world.pool)
        .await
        .unwrap();
    for (letter, authorised) in [("B", 7), ("K", 200)] {
        let class = BookingClass::parse(letter).unwrap();
        world.postgres.authorise(departure("Q1200"), class, Some(authorised), 288).await.unwrap();
    }
}

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
        start_over(&world).await;
        let mut alone = Vec::new();
        for (id, case) in (1_u128..).zip(&cases) {
            alone.push(match world.postgres.take(&case.claim(id)).await {
                Ok(hold) if hold.0.as_u128() == id => TakeAnswer::Taken(hold),
                Ok(hold) => TakeAnswer::Same(hold),
                Err(TakeRefusal::TooManyPlaces) => TakeAnswer::TooManyPlaces,
                Err(TakeRefusal::SoldOut(departure)) => TakeAnswer::SoldOut(departure),
                Err(TakeRefusal::ClassClosed(departure, class)) => TakeAnswer::ClassClosed(departure, class),
                Err(TakeRefusal::NewSchedule) => TakeAnswer::NewSchedule,
                Err(error) => panic!("{error}"),
            });
        }
        let books_alone = books(&world).await;
        start_over(&world).await;
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
    assert_eq!(
        kinds.len(),
        6,
        "taken, same, too many, sold out, class closed, new schedule: each must have been drawn"
    );
}
