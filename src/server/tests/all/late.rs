//! Authorisations that come after the hold's time: the same seats once more, or the money back.

use app::{
    answers::{Contact, Settled, TravellerEntry},
    ports::{Checkout as _, CheckoutError, HoldError, Seats as _, Visitor},
};
use axum::{
    body::Body,
    extract::Request,
    http::{Method, header::COOKIE},
    middleware::{Next, from_fn},
};
use domain::{booking::BookingState, hold::HoldId, hold::HoldState, payment::PaymentState, pnr::Pnr};
use http_body_util::BodyExt as _;
use server::{
    jobs::run_errand,
    postgres::{Into, Kind},
    router::router,
};
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use std::{collections::BTreeSet, sync::Arc};
use tokio::{net::TcpListener, sync::Barrier, task::JoinSet};
use tower::ServiceExt as _;

use crate::world::{World, departure, today, visitor};

const GOOD_CARD: &str = "4242424242424242";
const CARD_THAT_ASKS: &str = "4000002500003155";

async fn late(world: &World) -> (Visitor, HoldId) {
    late_on(world, "30A").await
}

/// Two people on two legs who began to pay and have that seat on the second; their bank agreed at the last moment, and
/// then their time ran out.
pub async fn late_on(world: &World, seat: &str) -> (Visitor, HoldId) {
    let (ada, hold) = authorised_on(world, seat).await;
    world.pass(30).await;
    assert_eq!(world.view(ada, hold).await, Err(HoldError::Ended(HoldState::Expired)));
    assert_eq!(world.count("select count(*) from seats where state not in ('available', 'booked')").await, 0);
    (ada, hold)
}

/// The same while their time is not over.
async fn authorised_on(world: &World, seat: &str) -> (Visitor, HoldId) {
    let ada = visitor();
    let hold = world.choose(ada, &["Q1100", "Q1200"], 2).await.unwrap();
    world.name(ada, hold, &["Moreno", "Müller"]).await;
    world.pick(ada, hold, "Q1200", 0, seat, 0).await.unwrap();
    world.site.paying.start(ada.into(), hold).await.unwrap();
    let payment = world.postgres.payment_of(ada.0, hold).await.unwrap().unwrap();
    world.sandbox.pay_by_card(&payment.intent.unwrap(), GOOD_CARD).unwrap();
    (ada, hold)
}

async fn run_errands(world: &World) {
    while run_errand(&world.site).await.unwrap() {}
}

pub async fn states(world: &World, visitor: Visitor, hold: HoldId) -> (BookingState, PaymentState) {
    let payment = world.postgres.payment_of(visitor.0, hold).await.unwrap().unwrap();
    (payment.booking_state, payment.state)
}

async fn pnr_of(world: &World, visitor: Visitor, hold: HoldId) -> Pnr {
    match world.site.paying.settle(visitor, hold).await.unwrap() {
        Settled::Ticketed { pnr } => pnr,
        other => panic!("not ticketed: {other:?}"),
    }
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_late_authorisation_gets_the_same_seats_again(_: PgPoolOptions, options: PgConnectOptions) {
    let world = World::open(options).await;
    let (ada, hold) = late(&world).await;
    assert_eq!(world.site.paying.settle(ada, hold).await.unwrap(), Settled::Late, "not decided by the page");
    run_errands(&world).await;
    assert_eq!(states(&world, ada, hold).await, (BookingState::Ticketed, PaymentState::Captured));
    let pnr = pnr_of(&world, ada, hold).await;
    let trip = world.site.ports.trips.trip(ada, pnr).await.unwrap();
    assert_eq!(trip.travellers[0].coupons[1].seat.unwrap().to_string(), "30A");
    assert_eq!(trip.travellers[1].coupons[1].seat.unwrap().to_string(), "30B");
    assert_eq!(world.count("select count(*) from seats where state = 'booked'").await, 4);
    assert_eq!(world.count("select count(*) from outbox where step = 'void' and state = 'done'").await, 1);
    let old = world.view(ada, hold).await;
    assert_eq!(old, Err(HoldError::Ended(HoldState::Converted)), "its old address leads to the trip");
    world.audit().await;
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_late_authorisation_whose_seat_is_gone_is_voided(_: PgPoolOptions, options: PgConnectOptions) {
    let world = World::open(options).await;
    let (ada, hold) = late(&world).await;
    let bob = visitor();
    let his = world.choose(bob, &["Q1200"], 1).await.unwrap();
    let version = world.postgres.touched(departure("Q1200")).await.unwrap();
    let version = version.iter().find(|c| c.seat.to_string() == "30A").unwrap().version;
    world.pick(bob, his, "Q1200", 0, "30A", version).await.unwrap();
    run_errands(&world).await;
    assert_eq!(states(&world, ada, hold).await, (BookingState::Failed, PaymentState::Voided));
    assert!(matches!(world.site.paying.settle(ada, hold).await.unwrap(), Settled::Failed { .. }));
    assert_eq!(world.count("select count(*) from tickets").await, 0);
    assert_eq!(world.count("select count(*) from holds where retake_of is not null").await, 0);
    world.audit().await;
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_late_authorisation_of_a_flight_that_sold_out_is_voided(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let world = World::open(options).await;
    let (ada, hold) = late(&world).await;
    sqlx::query("update departure_classes set taken = authorised - 1").execute(&world.pool).await.unwrap();
    run_errands(&world).await;
    assert_eq!(states(&world, ada, hold).await, (BookingState::Failed, PaymentState::Voided));
    assert_eq!(world.count("select count(*) from departure_cabins where taken <> 0").await, 0);
    assert_eq!(world.count("select count(*) from seats where state <> 'available'").await, 0);
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_late_authorisation_of_a_flight_that_is_not_sold_any_more_is_voided(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let world = World::open(options).await;
    let (ada, hold) = late(&world).await;
    let rest: Vec<_> =
        crate::world::schedule().into_iter().filter(|leg| leg.flight.to_string() != "Q1200").collect();
    let carriers: BTreeSet<_> = rest.iter().map(|leg| leg.flight.carrier).collect();
    world.postgres.import("less", &carriers, &rest, today(), Into::Whatever, |_| true).await.unwrap();
    run_errands(&world).await;
    assert_eq!(states(&world, ada, hold).await, (BookingState::Failed, PaymentState::Voided));
    world.audit().await;
}

#[sqlx::test(migrations = "../../migrations")]
async fn what_was_given_up_is_never_taken_again(_: PgPoolOptions, options: PgConnectOptions) {
    let world = World::open(options).await;
    let ada = visitor();
    let hold = world.choose(ada, &["Q1200"], 1).await.unwrap();
    world.name(ada, hold, &["Moreno"]).await;
    world.site.paying.start(ada.into(), hold).await.unwrap();
    let payment = world.postgres.payment_of(ada.0, hold).await.unwrap().unwrap();
    world.sandbox.pay_by_card(&payment.intent.unwrap(), GOOD_CARD).unwrap();
    world.site.seating.release(ada.into(), hold).await.unwrap();
    run_errands(&world).await;
    assert_eq!(states(&world, ada, hold).await, (BookingState::Failed, PaymentState::Voided));
    world.audit().await;
}

#[sqlx::test(migrations = "../../migrations")]
async fn what_is_given_up_after_its_time_is_never_taken_again_either(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let world = World::open(options).await;
    for (seat, is_ended) in [("30A", false), ("31A", true)] {
        let (ada, hold) = authorised_on(&world, seat).await;
        world.pass(30).await;
        if is_ended {
            assert_eq!(world.view(ada, hold).await, Err(HoldError::Ended(HoldState::Expired)));
        }
        for _ in 0..2 {
            world.site.seating.release(ada.into(), hold).await.unwrap();
        }
        assert_eq!(world.view(ada, hold).await, Err(HoldError::Ended(HoldState::Released)));
        assert!(matches!(world.site.paying.settle(ada, hold).await.unwrap(), Settled::Failed { .. }));
        run_errands(&world).await;
        assert_eq!(
            states(&world, ada, hold).await,
            (BookingState::Failed, PaymentState::Voided),
            "{is_ended}"
        );
    }
    world.audit().await;
}

#[sqlx::test(migrations = "../../migrations")]
async fn who_gives_up_while_the_seats_are_taken_again_is_told_which_of_the_two_it_was(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let world = Arc::new(World::open(options).await);
    for seat in ["30A", "31A", "32A", "33A", "34A"] {
        let (ada, hold) = late_on(&world, seat).await;
        let start = Arc::new(Barrier::new(2));
        let (working, starting) = (world.clone(), start.clone());
        let work = tokio::spawn(async move {
            starting.wait().await;
            run_errands(&working).await;
        });
        start.wait().await;
        let given_up = world.site.seating.release(ada.into(), hold).await;
        work.await.unwrap();
        let expected = match given_up {
            Ok(()) => (BookingState::Failed, PaymentState::Voided),
            Err(HoldError::Ended(HoldState::Converted)) => (BookingState::Ticketed, PaymentState::Captured),
            Err(error) => panic!("{error}"),
        };
        assert_eq!(states(&world, ada, hold).await, expected);
    }
    world.audit().await;
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_payment_is_not_called_over_while_the_bank_may_still_agree(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let world = World::open(options).await;
    for (seat, is_voided) in [("30A", false), ("31A", true)] {
        let ada = visitor();
        let hold = world.choose(ada, &["Q1200"], 1).await.unwrap();
        world.name(ada, hold, &["Moreno"]).await;
        world.pick(ada, hold, "Q1200", 0, seat, 0).await.unwrap();
        world.site.paying.start(ada.into(), hold).await.unwrap();
        let intent = world.postgres.payment_of(ada.0, hold).await.unwrap().unwrap().intent.unwrap();
        assert_eq!(world.sandbox.pay_by_card(&intent, CARD_THAT_ASKS).unwrap(), "requires_action");
        world.pass(30).await;
        assert_eq!(world.view(ada, hold).await, Err(HoldError::Ended(HoldState::Expired)));
        assert_eq!(
            world.site.paying.settle(ada, hold).await.unwrap(),
            Settled::Late,
            "the void is not begun"
        );
        if is_voided {
            let errand = world.postgres.lease_errand(Kind::Money).await.unwrap().unwrap();
            assert!(world.postgres.begin_void(&errand, &intent).await.unwrap());
            assert!(matches!(world.site.paying.settle(ada, hold).await.unwrap(), Settled::Failed { .. }));
            world.pass(3).await;
        }
        assert_eq!(world.sandbox.pay_by_card(&intent, GOOD_CARD).unwrap(), "requires_capture");
        run_errands(&world).await;
        let expected = if is_voided {
            (BookingState::Failed, PaymentState::Voided)
        } else {
            (BookingState::Ticketed, PaymentState::Captured)
        };
        assert_eq!(states(&world, ada, hold).await, expected);
    }
    world.audit().await;
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_late_authorisation_of_another_amount_is_voided_and_told_to_staff(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let world = World::open(options).await;
    let (ada, hold) = late(&world).await;
    sqlx::query("update payments set amount_minor = amount_minor + 1").execute(&world.pool).await.unwrap();
    run_errands(&world).await;
    assert_eq!(states(&world, ada, hold).await, (BookingState::Failed, PaymentState::Voided));
    assert_eq!(world.count("select count(*) from cases where kind = 'amount_differs'").await, 1);
}

#[sqlx::test(migrations = "../../migrations")]
async fn page_webhook_and_workers_at_once_take_the_seats_again_once(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let world = Arc::new(World::open(options).await);
    let (ada, hold) = late(&world).await;
    let mut crowd = JoinSet::new();
    for i in 0..24 {
        let world = world.clone();
        crowd.spawn(async move {
            if i % 2 == 0 {
                run_errands(&world).await;
            } else {
                let settled = world.site.paying.settle(ada, hold).await.unwrap();
                assert!(matches!(settled, Settled::Late | Settled::Ticketed { .. }), "{settled:?}");
            }
        });
    }
    crowd.join_all().await;
    run_errands(&world).await;
    assert_eq!(states(&world, ada, hold).await, (BookingState::Ticketed, PaymentState::Captured));
    assert_eq!(world.count("select count(*) from tickets").await, 2);
    assert_eq!(world.count("select count(*) from holds").await, 2);
    world.audit().await;
}

#[sqlx::test(migrations = "../../migrations")]
async fn who_started_over_with_the_same_offer_is_not_charged_for_the_first_try(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let world = World::open(options).await;
    for then in ["chooses", "buys", "gives up", "lets it run out"] {
        let ada = visitor();
        let offer = world.offer(&["Q1200"], 1);
        let hold = world.site.seating.choose(ada.into(), &offer).await.unwrap();
        world.name(ada, hold, &["Moreno"]).await;
        world.site.paying.start(ada.into(), hold).await.unwrap();
        let payment = world.postgres.payment_of(ada.0, hold).await.unwrap().unwrap();
        world.sandbox.pay_by_card(&payment.intent.unwrap(), GOOD_CARD).unwrap();
        world.pass(30).await;
        assert_eq!(world.view(ada, hold).await, Err(HoldError::Ended(HoldState::Expired)));

        // The offer is still good, and the worker that decides over the first payment has not come yet.
        let anew = world.site.seating.choose(ada.into(), &offer).await.unwrap();
        assert_ne!(anew, hold);
        match then {
            "buys" => {
                world.pick(ada, anew, "Q1200", 0, "31A", 0).await.unwrap();
                world.ticket(ada, anew).await;
            }
            "gives up" => world.site.seating.release(ada.into(), anew).await.unwrap(),
            "lets it run out" => {
                world.pass(30).await;
                assert_eq!(world.view(ada, anew).await, Err(HoldError::Ended(HoldState::Expired)));
            }
            _ => {
                world.pick(ada, anew, "Q1200", 0, "32A", 0).await.unwrap();
            }
        }
        run_errands(&world).await;
        let first = states(&world, ada, hold).await;
        assert_eq!(first, (BookingState::Failed, PaymentState::Voided), "{then}");
    }
    assert_eq!(world.count("select count(*) from tickets").await, 1);
    world.audit().await;
}

#[sqlx::test(migrations = "../../migrations")]
async fn whose_bank_agrees_between_the_look_and_the_void_is_told_too(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let world = World::open(options).await;
    let ada = visitor();
    let hold = world.choose(ada, &["Q1200"], 1).await.unwrap();
    world.name(ada, hold, &["Moreno"]).await;
    world.site.paying.start(ada.into(), hold).await.unwrap();
    let intent = world.postgres.payment_of(ada.0, hold).await.unwrap().unwrap().intent.unwrap();
    world.site.seating.release(ada.into(), hold).await.unwrap();

    // The card is accepted as soon as the worker has looked.
    let (sandbox, of) = (world.sandbox.clone(), intent.clone());
    let router = world.sandbox.router().layer(from_fn(move |request: Request, next: Next| {
        let (sandbox, of) = (sandbox.clone(), of.clone());
        async move {
            let is_look = request.method() == Method::GET && request.uri().path().ends_with(&of);
            let answer = next.run(request).await;
            if is_look {
                assert_eq!(sandbox.pay_by_card(&of, GOOD_CARD).unwrap(), "requires_capture");
            }
            answer
        }
    }));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let site = world.site_with_stripe_at(format!("http://{}/", listener.local_addr().unwrap())).await;
    tokio::spawn(async { axum::serve(listener, router).await });
    assert!(run_errand(&site).await.unwrap());
    assert_eq!(states(&world, ada, hold).await, (BookingState::Failed, PaymentState::Voided));
    assert_eq!(world.count("select count(*) from outbox where step = 'failed'").await, 1);
}

#[sqlx::test(migrations = "../../migrations")]
async fn who_flies_by_another_booking_meanwhile_is_not_charged_twice(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let world = World::open(options).await;
    let ada = visitor();
    let mut holds = Vec::new();
    for is_late in [true, false] {
        // The same person, by two searches.
        let hold = world.choose(ada, &["Q1200"], 1).await.unwrap();
        let ada_herself = TravellerEntry {
            given_name: "Ada".into(),
            surname: "Moreno".into(),
            birth_date: "1985-04-30".into(),
        };
        let contact = Contact { email: "ada@example.com".into(), phone: String::new() };
        world.site.seating.name_travellers(ada.into(), hold, vec![ada_herself], contact).await.unwrap();
        world.pick(ada, hold, "Q1200", 0, if is_late { "30A" } else { "31A" }, 0).await.unwrap();
        world.site.paying.start(ada.into(), hold).await.unwrap();
        let payment = world.postgres.payment_of(ada.0, hold).await.unwrap().unwrap();
        world.sandbox.pay_by_card(&payment.intent.unwrap(), GOOD_CARD).unwrap();
        if is_late {
            world.pass(30).await;
            assert_eq!(world.view(ada, hold).await, Err(HoldError::Ended(HoldState::Expired)));
        } else {
            pnr_of(&world, ada, hold).await;
        }
        holds.push(hold);
    }
    run_errands(&world).await;
    assert_eq!(states(&world, ada, holds[0]).await, (BookingState::Failed, PaymentState::Voided));
    assert_eq!(states(&world, ada, holds[1]).await, (BookingState::Ticketed, PaymentState::Captured));
    world.audit().await;
}

async fn charge_by_hand(world: &World, ada: Visitor, hold: HoldId, minor: i64) -> String {
    let intent = world.postgres.payment_of(ada.0, hold).await.unwrap().unwrap().intent.unwrap();
    world.stripe().capture(&format!("charge {intent}"), &intent, minor).await.unwrap();
    intent
}

async fn total_minor(world: &World, ada: Visitor, hold: HoldId) -> i64 {
    world.postgres.payment_of(ada.0, hold).await.unwrap().unwrap().total.minor
}

async fn pay_page(world: &World, ada: Visitor, hold: HoldId) -> String {
    let cookie = format!("visitor={}", world.site.signing.visitor_cookie(ada.0));
    let request = Request::get(format!("/book/{hold}/pay")).header(COOKIE, cookie).body(Body::empty());
    let response = router(world.site.clone()).oneshot(request.unwrap()).await.unwrap();
    String::from_utf8_lossy(&response.into_body().collect().await.unwrap().to_bytes()).into_owned()
}

#[sqlx::test(migrations = "../../migrations")]
async fn what_somebody_charged_by_hand_after_the_time_was_up_is_looked_into_and_not_denied(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let world = World::open(options).await;
    let (ada, hold) = late(&world).await;
    let total = total_minor(&world, ada, hold).await;
    let intent = charge_by_hand(&world, ada, hold, total).await;
    for _ in 0..2 {
        assert_eq!(world.site.paying.settle(ada, hold).await.unwrap(), Settled::LookedInto);
        let page = pay_page(&world, ada, hold).await;
        assert!(page.contains("Your payment is being looked into"), "{page}");
        assert!(
            !page.to_lowercase().contains("nothing was charged") && !page.contains("card-form"),
            "{page}"
        );
        let again = world.site.paying.start(ada.into(), hold).await;
        assert!(matches!(again, Err(CheckoutError::Hold(HoldError::Ended(_)))), "{again:?}");
        run_errands(&world).await;
    }
    let cases = world.postgres.open_cases().await.unwrap();
    assert!(cases.iter().any(|case| case.kind == "captured_without_ticket"), "{cases:?}");
    assert_eq!(world.count("select count(*) from tickets").await, 0);

    world.stripe().refund("refund by hand", &intent, total).await.unwrap();
    let settled = world.site.paying.settle(ada, hold).await.unwrap();
    assert!(matches!(settled, Settled::Failed { .. }), "{settled:?}");
}

#[sqlx::test(migrations = "../../migrations")]
async fn what_somebody_charged_by_hand_in_time_is_ticketed_unless_it_is_another_amount(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let world = World::open(options).await;
    for (missing_minor, is_ticketed) in [(0, true), (100, false)] {
        let ada = visitor();
        let hold = world.choose(ada, &["Q1200"], 1).await.unwrap();
        world.name(ada, hold, &["Moreno"]).await;
        world.site.paying.start(ada.into(), hold).await.unwrap();
        let payment = world.postgres.payment_of(ada.0, hold).await.unwrap().unwrap();
        world.sandbox.pay_by_card(&payment.intent.unwrap(), GOOD_CARD).unwrap();
        charge_by_hand(&world, ada, hold, payment.total.minor - missing_minor).await;
        let settled = world.site.paying.settle(ada, hold).await.unwrap();
        if is_ticketed {
            assert!(matches!(settled, Settled::Ticketed { .. }), "{settled:?}");
            continue;
        }
        assert_eq!(settled, Settled::LookedInto);
        assert_eq!(world.view(ada, hold).await, Err(HoldError::Ended(HoldState::Released)));
        assert_eq!(world.site.paying.settle(ada, hold).await.unwrap(), Settled::LookedInto);
    }
    assert_eq!(world.count("select count(*) from cases where kind = 'amount_differs'").await, 1);
}
