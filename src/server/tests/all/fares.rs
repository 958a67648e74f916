//! A price between search, hold and payment: what is charged was seen, whatever closes meanwhile.

use app::ports::{HoldError, Seats as _};
use domain::{
    booking::BookingState,
    cabin::{BookingClass, Cabin},
    departure::Departure,
    fare,
    hold::HoldId,
    offer::Offer,
    payment::PaymentState,
    search::Itinerary,
    traveller::Party,
};
use jiff::{SignedDuration, Timestamp};
use server::{jobs::run_errand, postgres::EndAs};
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};

use crate::{
    late::{late_on, states},
    world::{World, departure, visitor},
};

fn class(letter: &str) -> BookingClass {
    BookingClass::parse(letter).unwrap()
}

/// As a search offers it while nothing is sold: in the cheapest class.
fn found(world: &World, flights: &[&str], adults: u8) -> Offer {
    let offer = world.unsigned_offer(flights, Party::new(adults, 0, 0).unwrap());
    let timetable = world.site.timetable.current();
    let legs = offer.departures().filter_map(|id| timetable.departure(&id)).collect();
    let bounds = [Itinerary::new(legs).unwrap()];
    let left = |leg: &Departure| leg.untouched(Cabin::Economy);
    let (airports, tariff) = (world.site.timetable.airports(), world.site.timetable.tariff());
    let quote = fare::price(&bounds, &offer.terms(Timestamp::now()), left, airports, tariff).unwrap();
    Offer { total: quote.total, classes: quote.classes, ..offer }
}

async fn close(world: &World, flight: &str, letter: &str, authorised: u16) {
    world.postgres.authorise(departure(flight), class(letter), Some(authorised), 288).await.unwrap();
}

async fn class_of(world: &World, hold: HoldId) -> Vec<String> {
    sqlx::query_scalar("select class from hold_legs where hold_id = $1 order by leg")
        .bind(hold.0)
        .fetch_all(&world.pool)
        .await
        .unwrap()
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_class_that_closed_is_told_with_what_the_next_costs_and_nothing_is_held_unseen(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let world = World::open(options).await;
    let ada = visitor();
    let seating = &world.site.seating;
    let offer = found(&world, &["Q1200"], 2);
    assert_eq!(offer.classes, [class("K")]);
    let token = world.site.signing.offer_token(&offer);
    close(&world, "Q1200", "K", 1).await;
    let asked = seating.choose(ada.into(), &token).await;
    let Err(HoldError::PriceChanged { was, now, because, offer: anew }) = asked else { panic!("{asked:?}") };
    assert_eq!(was, offer.total);
    assert!(now.minor > was.minor);
    let more = domain::money::Money::new(now.minor - was.minor, now.currency).short();
    let sentence =
        format!("Class K on Q1 200 has closed. The next fare costs {more} more for all of you in class Q.");
    assert_eq!(because.as_deref(), Some(sentence.as_str()));
    assert_eq!(world.count("select count(*) from holds").await, 0, "nothing before it is accepted");

    let view = seating.offered(&anew).await.unwrap();
    assert_eq!((view.was, view.total, view.because), (Some(was), now, Some(sentence)));
    let told: Vec<String> =
        view.quote.unwrap().whys.iter().flat_map(|why| why.sentences(now.currency)).collect();
    assert!(told.iter().any(|sentence| sentence.contains("class K is closed")), "{told:?}");

    let hold = seating.choose(ada.into(), &anew).await.unwrap();
    assert_eq!(world.view(ada, hold).await.unwrap().total, now);
    assert_eq!(class_of(&world, hold).await, ["Q"]);
    assert!(matches!(seating.choose(visitor().into(), &token).await, Err(HoldError::PriceChanged { .. })));
    world.audit().await;
}

#[sqlx::test(migrations = "../../migrations")]
async fn where_all_classes_are_closed_there_is_no_price(_: PgPoolOptions, options: PgConnectOptions) {
    let world = World::open(options).await;
    let token = world.site.signing.offer_token(&found(&world, &["Q1200"], 1));
    close(&world, "Q1200", "Y", 0).await;
    let asked = world.site.seating.choose(visitor().into(), &token).await;
    assert!(matches!(asked, Err(HoldError::ClassClosed { .. })), "{asked:?}");
    assert_eq!(world.count("select count(*) from holds").await, 0);
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_cheaper_flight_of_that_day_is_offered_beside_the_dearer_price(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let world = World::open(options).await;
    let ada = visitor();
    let seating = &world.site.seating;
    let token = world.site.signing.offer_token(&found(&world, &["Q1100"], 1));
    for letter in ["K", "Q"] {
        close(&world, "Q1100", letter, 0).await;
    }
    let asked = seating.choose(ada.into(), &token).await;
    let Err(HoldError::PriceChanged { now, offer, .. }) = asked else { panic!("{asked:?}") };
    let other = seating.offered(&offer).await.unwrap().next_best.expect("the small plane has its low class");
    assert_eq!(other.itinerary.first().id, departure("Q1300"));
    assert!(other.total.minor < now.minor);
    let view = seating.offered(&other.offer).await.unwrap();
    assert_eq!((view.was, view.total, view.next_best), (None, other.total, None));
    let hold = seating.choose(ada.into(), &other.offer).await.unwrap();
    assert_eq!(world.view(ada, hold).await.unwrap().total, other.total);

    close(&world, "Q1300", "M", 0).await;
    let alone = seating.offered(&offer).await.unwrap();
    assert_eq!(alone.next_best, None, "the other is no cheaper now");
}

#[sqlx::test(migrations = "../../migrations")]
async fn the_class_and_the_price_of_an_offer_cannot_be_changed(_: PgPoolOptions, options: PgConnectOptions) {
    let world = World::open(options).await;
    let ada = visitor();
    let offer = found(&world, &["Q1200"], 1);
    let token = world.site.signing.offer_token(&offer);
    let (_, signature) = token.split_once('.').unwrap();
    let dear = Offer { classes: vec![class("Y")], ..offer.clone() };
    let cheap = Offer { total: domain::money::Money::new(100, offer.total.currency), ..offer };
    for changed in [dear, cheap] {
        let other = world.site.signing.offer_token(&changed);
        let forged = format!("{}.{signature}", other.split_once('.').unwrap().0);
        assert_eq!(world.site.seating.choose(ada.into(), &forged).await, Err(HoldError::OfferForged));
    }
    assert_eq!(world.count("select count(*) from holds").await, 0);
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_hold_keeps_class_and_price_when_its_class_closes_after_it(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let world = World::open(options).await;
    let ada = visitor();
    let offer = found(&world, &["Q1200"], 1);
    let hold = world.site.seating.choose(ada.into(), &world.site.signing.offer_token(&offer)).await.unwrap();
    close(&world, "Q1200", "K", 0).await;
    assert_eq!(world.view(ada, hold).await.unwrap().total, offer.total);
    assert_eq!(class_of(&world, hold).await, ["K"]);
    world.site.seating.end(hold, EndAs::Released).await.unwrap();
    assert_eq!(world.count("select coalesce(sum(taken), 0) from departure_classes").await, 0);
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_late_authorisation_whose_class_has_closed_is_voided(_: PgPoolOptions, options: PgConnectOptions) {
    let world = World::open(options).await;
    let (ada, hold) = late_on(&world, "30A").await;
    close(&world, "Q1200", "Y", 1).await;
    while run_errand(&world.site).await.unwrap() {}
    assert_eq!(states(&world, ada, hold).await, (BookingState::Failed, PaymentState::Voided));
    assert_eq!(world.count("select count(*) from tickets").await, 0);
    world.audit().await;
}

#[sqlx::test(migrations = "../../migrations")]
async fn an_offer_whose_fare_is_bought_too_late_is_asked_about(_: PgPoolOptions, options: PgConnectOptions) {
    let world = World::open(options).await;
    // In ten days, where the lowest class asks for fourteen; as if it had been offered before.
    let timetable = world.site.timetable.current();
    let mut id = departure("Q1200");
    id.date = crate::world::today().checked_add(jiff::ToSpan::days(10)).unwrap();
    let bounds = [Itinerary::new(vec![timetable.departure(&id).unwrap()]).unwrap()];
    let mut offer = world.unsigned_offer(&["Q1200"], Party::new(1, 0, 0).unwrap());
    offer.bounds = vec![vec![id]];
    offer.classes = vec![class("K")];
    let early = offer.terms(Timestamp::now() - SignedDuration::from_hours(10 * 24));
    let (airports, tariff) = (world.site.timetable.airports(), world.site.timetable.tariff());
    offer.total =
        fare::price(&bounds, &early, |leg| offer.left_for_it(leg.id), airports, tariff).unwrap().total;
    let asked = world.site.seating.choose(visitor().into(), &world.site.signing.offer_token(&offer)).await;
    let Err(HoldError::PriceChanged { was, now, .. }) = asked else { panic!("{asked:?}") };
    assert!(was == offer.total && now.minor > was.minor);
    assert_eq!(world.count("select count(*) from holds").await, 0);
}
