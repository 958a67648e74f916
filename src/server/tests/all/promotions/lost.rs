use app::ports::{Checkout as _, HoldError, Seats as _};
use domain::{booking::BookingState, fare::FareBrand, payment::PaymentState};
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};

use super::{choose, fifth_off, offer, search, staff, uses};
use crate::{
    booked::run_errands,
    late::states,
    world::{World, visitor},
};

/// Ada is asked whether she takes the full price, and nothing is held before she accepts.
async fn is_asked(world: &World, token: &str) {
    let ada = visitor();
    let full = search(world, "").await.options[0].prices[0].total;
    let asked = choose(world, ada, token).await;
    let Err(HoldError::PriceChanged { was, now, because, offer: anew }) = asked else { panic!("{asked:?}") };
    assert!(was.minor < now.minor && now == full, "{was} {now} {full}");
    let words = "The code FIFTH does not count any more: it has been used up, or its time is over.";
    assert_eq!(because.as_deref(), Some(words));
    assert_eq!(world.site.seating.offered(&anew).await.unwrap().because.as_deref(), Some(words));
    assert_eq!(world.count("select count(*) from holds where promotion is null").await, 0);
    let hold = choose(world, ada, &anew).await.unwrap();
    assert_eq!(world.view(ada, hold).await.unwrap().total, full);
    world.audit().await;
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_code_that_was_used_up_meanwhile_is_never_charged_unseen(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let world = World::open(options).await;
    fifth_off(&world, "FIFTH", 1).await;
    let (hers, his) = (search(&world, "FIFTH").await, search(&world, "FIFTH").await);
    let bob = visitor();
    let hold = choose(&world, bob, &offer(&his, FareBrand::Standard)).await.unwrap();
    is_asked(&world, &offer(&hers, FareBrand::Basic)).await;
    assert!(search(&world, "FIFTH").await.promotion.unwrap().words.starts_with("FIFTH has been used up."));
    world.pass(30).await;
    assert_eq!(world.view(bob, hold).await.unwrap_err().to_string(), "the hold is expired");
    assert_eq!(uses(&world, "FIFTH").await, 0, "who let the time run out used nothing");
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_code_that_staff_ended_meanwhile_is_never_charged_unseen(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let world = World::open(options).await;
    fifth_off(&world, "FIFTH", 9).await;
    let token = offer(&search(&world, "FIFTH").await, FareBrand::Basic);
    let bob = visitor();
    let kept = choose(&world, bob, &offer(&search(&world, "FIFTH").await, FareBrand::Flex)).await.unwrap();
    staff(&world, "end FIFTH").await.unwrap();
    is_asked(&world, &token).await;
    world.ticket(bob, kept).await;
    assert_eq!(uses(&world, "FIFTH").await, 1, "who was booking with it keeps the price");
}

/// Bob's bank agrees at the last moment, and then his time runs out.
async fn late_with_code(world: &World) -> (app::ports::Visitor, domain::hold::HoldId) {
    let bob = visitor();
    let hold = choose(world, bob, &offer(&search(world, "FIFTH").await, FareBrand::Standard)).await.unwrap();
    world.name(bob, hold, &["Moreno"]).await;
    world.site.paying.start(bob.into(), hold).await.unwrap();
    let payment = world.postgres.payment_of(bob.0, hold).await.unwrap().unwrap();
    world.sandbox.pay_by_card(&payment.intent.unwrap(), "4242424242424242").unwrap();
    world.pass(30).await;
    assert!(world.view(bob, hold).await.is_err());
    assert_eq!(uses(world, "FIFTH").await, 0);
    (bob, hold)
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_late_authorisation_uses_its_code_again_even_if_it_was_ended(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let world = World::open(options).await;
    fifth_off(&world, "FIFTH", 1).await;
    let (bob, hold) = late_with_code(&world).await;
    staff(&world, "end FIFTH").await.unwrap();
    run_errands(&world).await;
    assert_eq!(states(&world, bob, hold).await, (BookingState::Ticketed, PaymentState::Captured));
    assert_eq!(uses(&world, "FIFTH").await, 1);
    world.audit().await;
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_late_authorisation_whose_code_is_used_up_is_voided(_: PgPoolOptions, options: PgConnectOptions) {
    let world = World::open(options).await;
    fifth_off(&world, "FIFTH", 1).await;
    let (bob, hold) = late_with_code(&world).await;
    choose(&world, visitor(), &offer(&search(&world, "FIFTH").await, FareBrand::Basic)).await.unwrap();
    run_errands(&world).await;
    assert_eq!(states(&world, bob, hold).await, (BookingState::Failed, PaymentState::Voided));
    assert_eq!(world.count("select count(*) from tickets").await, 0);
    world.audit().await;
}
