//! A second booking of the same people on the same flight, which is asked about first.

use std::sync::Arc;

use app::{
    answers::{Contact, TravellerEntry},
    ports::{Agreed, Checkout as _, CheckoutError, Seats as _, Visitor},
};
use domain::hold::HoldId;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use tokio::{sync::Barrier, task::JoinSet};

use crate::world::{World, visitor};

const AGAIN: Agreed = Agreed { again: true, total_minor: None };

/// A hold on Q1200 for one traveller of that name, reached under that address.
async fn named(world: &World, visitor: Visitor, given: &str, surname: &str, email: &str) -> HoldId {
    let hold = world.choose(visitor, &["Q1200"], 1).await.unwrap();
    let traveller =
        TravellerEntry { given_name: given.into(), surname: surname.into(), birth_date: "1985-04-30".into() };
    let contact = Contact { email: email.into(), phone: String::new() };
    world.site.seating.name_travellers(visitor.into(), hold, vec![traveller], contact).await.unwrap();
    hold
}

#[sqlx::test(migrations = "../../migrations")]
async fn booking_the_same_people_on_the_same_flight_again_is_asked_for_first(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let world = World::open(options).await;
    let ada = visitor();
    let first = world.ticketed(ada).await;
    let hold = named(&world, ada, "ada", " MORENO ", "other@example.com").await;
    let Err(CheckoutError::FliesAlready(twins)) = world.site.paying.start(ada.into(), hold).await else {
        panic!("not asked")
    };
    assert_eq!(twins.len(), 1);
    assert_eq!((twins[0].ordinal, twins[0].pnr), (0, Some(first)));
    assert_eq!(world.count("select count(*) from bookings").await, 1, "nothing was started");
    world.site.paying.start_agreed(ada.into(), hold, AGAIN).await.unwrap();
    assert_eq!(world.count("select count(*) from bookings").await, 2);

    let other = named(&world, ada, "Grace", "Moreno", "other@example.com").await;
    world.site.paying.start(ada.into(), other).await.unwrap();
    // A hold that is being paid for counts like a ticket.
    let twin = named(&world, ada, "Grace", "Moreno", "other@example.com").await;
    assert!(matches!(
        world.site.paying.start(ada.into(), twin).await,
        Err(CheckoutError::FliesAlready(twins)) if twins[0].pnr.is_none()
    ));
}

#[sqlx::test(migrations = "../../migrations")]
async fn strangers_do_not_learn_who_flies(_: PgPoolOptions, options: PgConnectOptions) {
    let world = World::open(options).await;
    let ada = visitor();
    let pnr = world.ticketed(ada).await;
    let eve = visitor();
    let guessed = named(&world, eve, "Ada", "Moreno", "eve@example.com").await;
    assert_eq!(world.site.paying.fly_already(eve, guessed).await, Ok(Vec::new()));
    world.site.paying.start(eve.into(), guessed).await.unwrap();

    let phone = visitor();
    let same_address = named(&world, phone, "Ada", "Moreno", "ADA@example.com").await;
    let twins = world.site.paying.fly_already(phone, same_address).await.unwrap();
    assert_eq!(twins.len(), 1);
    assert_eq!(twins[0].pnr, None, "the reference is told to who has it");
    world.site.ports.trips.open(phone.into(), pnr.as_str(), "Moreno").await.unwrap();
    let twins = world.site.paying.fly_already(phone, same_address).await.unwrap();
    assert_eq!(twins[0].pnr, Some(pnr));
}

const TABS: usize = 6;

/// Holds for Ada Moreno who has a seat in each: of one visitor under different addresses, or of different visitors under
/// one address.
async fn tabs(world: &World, one_visitor: bool) -> Vec<(Visitor, HoldId)> {
    let ada = visitor();
    let mut tabs = Vec::new();
    let row = if one_visitor { 30 } else { 36 };
    for n in 0..TABS {
        let seat = format!("{}{}", row + n / 3, ["A", "B", "C"][n % 3]);
        let (who, email) = if one_visitor {
            (ada, format!("ada{n}@example.com"))
        } else {
            (visitor(), ["ada@example.com", "Ada@Example.com"][n % 2].to_owned())
        };
        let hold = named(world, who, "Ada", "Moreno", &email).await;
        world.pick(who, hold, "Q1200", 0, &seat, 0).await.unwrap();
        tabs.push((who, hold));
    }
    tabs
}

/// Until so many sessions of this database wait for a lock.
async fn all_wait(world: &World, sessions: usize) {
    let sql = "select count(*) from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'";
    while world.count(sql).await != i64::try_from(sessions).unwrap() {
        tokio::task::yield_now().await;
    }
}

#[sqlx::test(migrations = "../../migrations")]
async fn of_tabs_that_start_to_pay_for_the_same_people_at_the_same_moment_one_starts_and_the_others_are_asked(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let world = Arc::new(World::open(options).await);
    for one_visitor in [true, false] {
        let before = world.count("select count(*) from payments").await;
        let tabs = tabs(&world, one_visitor).await;
        // All of them are past the first question before any of them starts.
        let mut blocking = world.pool.begin().await.unwrap();
        sqlx::query("select from holds for no key update").execute(&mut *blocking).await.unwrap();
        let mut crowd = JoinSet::new();
        for (who, hold) in tabs {
            let world = world.clone();
            crowd.spawn(async move { world.site.paying.start(who.into(), hold).await });
        }
        all_wait(&world, TABS).await;
        blocking.rollback().await.unwrap();
        let answers = crowd.join_all().await;
        assert_eq!(
            answers.iter().filter(|a| a.is_ok()).count(),
            1,
            "one visitor: {one_visitor}, {answers:?}"
        );
        let asked =
            |answer: &&Result<(), CheckoutError>| matches!(answer, Err(CheckoutError::FliesAlready(_)));
        assert_eq!(answers.iter().filter(asked).count(), TABS - 1, "{answers:?}");
        assert_eq!(world.count("select count(*) from payments").await, before + 1);
        assert_eq!(
            world.count("select count(*) from bookings").await,
            before + 1,
            "who is asked leaves nothing"
        );
    }
}

#[sqlx::test(migrations = "../../migrations")]
async fn the_race_of_tabs_can_be_lost_when_they_ask_first_and_start_later(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let world = Arc::new(World::open(options).await);
    let between = Arc::new(Barrier::new(TABS));
    let mut crowd = JoinSet::new();
    for (who, hold) in tabs(&world, true).await {
        let (world, between) = (world.clone(), between.clone());
        crowd.spawn(async move {
            // Planted: the question alone, and then a start that asks no more.
            let twins = world.site.paying.fly_already(who, hold).await.unwrap();
            between.wait().await;
            twins.is_empty() && world.site.paying.start_agreed(who.into(), hold, AGAIN).await.is_ok()
        });
    }
    let started = crowd.join_all().await.into_iter().filter(|started| *started).count();
    assert_eq!(started, TABS, "the planted race must be lost every time");
}
