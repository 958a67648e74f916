//! What seats cost beside the fare: seen before paying, paid once, and nothing where nobody chose them.

use app::{
    answers::HoldView,
    ports::{Agreed, Checkout as _, CheckoutError, Seats as _, Visitor},
};
use domain::{
    cabin::{Cabin, Features, Layout, SeatPrice},
    hold::{HoldId, HoldState},
    money::{Currency, Money},
    traveller::Party,
};
use std::sync::Arc;

use server::jobs::run_errand;
use sqlx::{
    AssertSqlSafe,
    postgres::{PgConnectOptions, PgPoolOptions},
};

use crate::{
    cancelling, late,
    world::{World, departure, visitor},
};

fn legroom_minor() -> i64 {
    SeatPrice::extra_legroom(Currency::Usd).minor
}

/// The seats of Q1200's economy that cost something in most fares, front to back, and those that do not.
pub fn seats(world: &World) -> (Vec<String>, Vec<String>) {
    let flight = world.site.timetable.current().departure(&departure("Q1200")).unwrap();
    let layout = Layout::of(&flight.aircraft, &flight.configuration);
    let economy = layout.seats(Cabin::Economy).filter(|seat| !seat.features.contains(Features::ACCESSIBLE));
    let (roomy, ordinary): (Vec<_>, Vec<_>) =
        economy.partition(|seat| seat.features.contains(Features::EXTRA_LEGROOM));
    let names = |seats: Vec<&domain::cabin::Seat>| seats.iter().map(|seat| seat.number.to_string()).collect();
    (names(roomy), names(ordinary))
}

/// Takes all seats of Q1200 but these out of sale.
async fn block_all_but(world: &World, left: &[String]) {
    let flight = world.site.timetable.current().departure(&departure("Q1200")).unwrap();
    let layout = Layout::of(&flight.aircraft, &flight.configuration);
    for seat in layout.seats(Cabin::Economy).map(|seat| seat.number.to_string()) {
        if !left.contains(&seat) {
            let block =
                format!("insert into seats values ('{}', '{seat}', 'blocked', 1)", departure("Q1200"));
            sqlx::query(AssertSqlSafe(block)).execute(&world.pool).await.unwrap();
        }
    }
}

async fn held(world: &World, who: Visitor, party: Party) -> HoldId {
    let offer = world.site.signing.offer_token(&world.unsigned_offer(&["Q1200"], party));
    world.site.seating.choose(who.into(), &offer).await.unwrap()
}

fn charged(view: &HoldView) -> Vec<(String, i64)> {
    view.seat_charges.iter().map(|charge| (charge.seat.to_string(), charge.amount.minor)).collect()
}

#[sqlx::test(migrations = "../../migrations")]
async fn legroom_is_told_with_the_total_frozen_with_the_payment_and_on_the_ticket(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let world = World::open(options).await;
    let (ada, (roomy, ordinary)) = (visitor(), seats(&world));
    let hold = world.choose(ada, &["Q1200"], 2).await.unwrap();
    world.name(ada, hold, &["Moreno", "Müller"]).await;
    world.pick(ada, hold, "Q1200", 0, &roomy[0], 0).await.unwrap();
    world.pick(ada, hold, "Q1200", 1, &ordinary[0], 0).await.unwrap();
    let view = world.view(ada, hold).await.unwrap();
    assert_eq!(charged(&view), [(roomy[0].clone(), legroom_minor())]);
    assert_eq!(view.total.minor, view.quote.total.minor + legroom_minor());

    world.site.paying.start(ada.into(), hold).await.unwrap();
    let frozen = world.view(ada, hold).await.unwrap();
    assert_eq!((frozen.total, charged(&frozen)), (view.total, charged(&view)));
    assert_eq!(world.site.paying.card(ada, hold).await.unwrap().total, view.total);
    let pnr = cancelling::pay(&world, ada, hold).await;
    while run_errand(&world.site).await.unwrap() {}
    let trip = world.site.ports.trips.trip(ada, pnr).await.unwrap();
    assert_eq!(trip.total, view.total);
    let paid: Vec<i64> = trip.travellers.iter().map(|t| t.coupons[0].value.seat_minor).collect();
    assert_eq!(paid, [legroom_minor(), 0]);
    assert_eq!(trip.seat_lines()[0].0, format!("Seat {}, JFK to LAX", roomy[0]));
    assert_eq!(
        world.count("select amount_minor from ledger where account = 'captured'").await,
        view.total.minor,
        "all of it is taken"
    );
    world.audit().await;
}

#[sqlx::test(migrations = "../../migrations")]
async fn who_lets_us_choose_sits_where_nothing_is_charged(_: PgPoolOptions, options: PgConnectOptions) {
    let world = World::open(options).await;
    let (ada, (roomy, _)) = (visitor(), seats(&world));
    let hold = held(&world, ada, Party::new(2, 1, 0).unwrap()).await;
    world.pick(ada, hold, "Q1200", 0, &roomy[0], 0).await.unwrap();
    assert_eq!(charged(&world.view(ada, hold).await.unwrap()).len(), 1);
    world.site.seating.seat_together(ada.into(), hold, 0).await.unwrap();
    let view = world.view(ada, hold).await.unwrap();
    assert_eq!((charged(&view), view.total), (vec![], view.quote.total));
    assert!(view.legs[0].seats.iter().flatten().all(|seat| !roomy.contains(&seat.to_string())));
    world.audit().await;
}

#[sqlx::test(migrations = "../../migrations")]
async fn what_is_given_because_nothing_else_is_left_costs_nothing(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let world = World::open(options).await;
    let (ada, (roomy, ordinary)) = (visitor(), seats(&world));
    block_all_but(&world, &[roomy[0].clone(), roomy[1].clone(), roomy[2].clone(), ordinary[0].clone()]).await;
    let hold = world.choose(ada, &["Q1200"], 2).await.unwrap();
    world.name(ada, hold, &["Moreno", "Müller"]).await;
    // Ada has chosen one; her companion gets what is left.
    world.pick(ada, hold, "Q1200", 0, &roomy[2], 0).await.unwrap();
    let bob = visitor();
    let his = world.choose(bob, &["Q1200"], 1).await.unwrap();
    world.pick(bob, his, "Q1200", 0, &ordinary[0], 0).await.unwrap();
    world.site.paying.start(ada.into(), hold).await.unwrap();
    let view = world.view(ada, hold).await.unwrap();
    assert_eq!(charged(&view), [(roomy[2].clone(), legroom_minor())], "the one that she chose");
    assert_eq!(view.legs[0].seats.iter().flatten().count(), 2);
    cancelling::pay(&world, ada, hold).await;
    world.audit().await;
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_child_is_given_a_seat_by_its_adult_whatever_that_costs_others(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let world = World::open(options).await;
    let (ada, (roomy, ordinary)) = (visitor(), seats(&world));
    let layout = {
        let flight = world.site.timetable.current().departure(&departure("Q1200")).unwrap();
        Layout::of(&flight.aircraft, &flight.configuration)
    };
    // Two ordinary seats far apart, and two with legroom side by side, none of them in an exit row.
    let is_exit =
        |name: &str| layout.seat(name.parse().unwrap()).unwrap().features.contains(Features::EXIT_ROW);
    let together = roomy.windows(2).find(|pair| {
        let (one, other) = (pair[0].parse().unwrap(), pair[1].parse().unwrap());
        layout.block_of(one).contains(&other) && !pair.iter().any(|name| is_exit(name))
    });
    let together = together.expect("two such seats");
    let (first, last) = (ordinary.first().unwrap(), ordinary.last().unwrap());
    let left = [together[0].clone(), together[1].clone(), first.clone(), last.clone()];
    block_all_but(&world, &left).await;
    let hold = held(&world, ada, Party::new(1, 1, 0).unwrap()).await;
    world.site.seating.seat_together(ada.into(), hold, 0).await.unwrap();
    let view = world.view(ada, hold).await.unwrap();
    let sits: Vec<String> = view.legs[0].seats.iter().flatten().map(ToString::to_string).collect();
    assert!(sits.iter().all(|seat| together.contains(seat)), "{sits:?}");
    assert_eq!((charged(&view), view.total), (vec![], view.quote.total));
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_late_authorisation_gets_its_seats_again_at_what_they_cost(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let world = World::open(options).await;
    let (roomy, _) = seats(&world);
    let (ada, hold) = late::late_on(&world, &roomy[0]).await;
    while run_errand(&world.site).await.unwrap() {}
    let payment = world.postgres.payment_of(ada.0, hold).await.unwrap().unwrap();
    let trip = world.site.ports.trips.trip(ada, payment.pnr.expect("ticketed")).await.unwrap();
    assert_eq!(trip.total.minor, trip.quote.total.minor + legroom_minor());
    assert_eq!(payment.total, trip.total);
    assert_eq!(trip.seat_lines().len(), 1);
    world.audit().await;
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_total_that_is_not_what_was_agreed_to_starts_nothing(_: PgPoolOptions, options: PgConnectOptions) {
    let world = World::open(options).await;
    let (ada, (roomy, ordinary)) = (visitor(), seats(&world));
    let hold = world.choose(ada, &["Q1200"], 1).await.unwrap();
    world.name(ada, hold, &["Moreno"]).await;
    world.pick(ada, hold, "Q1200", 0, &ordinary[0], 0).await.unwrap();
    let seen = world.view(ada, hold).await.unwrap().total;
    let agreed = Agreed { again: false, total_minor: Some(seen.minor) };
    // In another tab, after the page was shown.
    world.pick(ada, hold, "Q1200", 0, &roomy[0], 0).await.unwrap();
    let now = Money::new(seen.minor + legroom_minor(), seen.currency);
    for _ in 0..2 {
        let refused = world.site.paying.start_agreed(ada.into(), hold, agreed).await;
        assert_eq!(refused, Err(CheckoutError::OtherTotal(now)));
    }
    assert_eq!(world.count("select count(*) from payments").await, 0);
    assert_eq!(world.count("select count(*) from seat_charges").await, 0);
    assert_eq!(world.view(ada, hold).await.unwrap().state, HoldState::Active, "seats may still be changed");
    let agreed = Agreed { total_minor: Some(now.minor), ..agreed };
    world.site.paying.start_agreed(ada.into(), hold, agreed).await.unwrap();
    cancelling::pay(&world, ada, hold).await;
    world.audit().await;
}

#[sqlx::test(migrations = "../../migrations")]
async fn what_is_agreed_to_is_compared_with_a_pick_of_the_same_moment(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let world = Arc::new(World::open(options).await);
    let (roomy, ordinary) = seats(&world);
    for round in 0..12 {
        let ada = visitor();
        let hold = world.choose(ada, &["Q1200"], 1).await.unwrap();
        world.name(ada, hold, &["Moreno"]).await;
        world.pick(ada, hold, "Q1200", 0, &ordinary[round], 0).await.unwrap();
        let seen_minor = world.view(ada, hold).await.unwrap().total.minor;
        let agreed = Agreed { again: false, total_minor: Some(seen_minor) };
        let (picks, starts) = (world.clone(), world.clone());
        let seat = roomy[round].clone();
        let (_, started) = tokio::join!(
            tokio::spawn(async move { picks.pick(ada, hold, "Q1200", 0, &seat, 0).await }),
            tokio::spawn(async move { starts.site.paying.start_agreed(ada.into(), hold, agreed).await }),
        );
        let view = world.view(ada, hold).await.unwrap();
        match started.unwrap() {
            Ok(()) => assert_eq!(view.total.minor, seen_minor, "nothing else is charged"),
            Err(CheckoutError::OtherTotal(now)) => {
                assert_eq!((view.state, view.total), (HoldState::Active, now));
            }
            Err(error) => panic!("{error}"),
        }
    }
    world.audit().await;
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_gift_is_its_travellers_and_nobody_elses(_: PgPoolOptions, options: PgConnectOptions) {
    let world = World::open(options).await;
    let (ada, (roomy, ordinary)) = (visitor(), seats(&world));
    let hold = world.choose(ada, &["Q1200"], 2).await.unwrap();
    world.postgres.give_seat(hold, departure("Q1200"), 1, roomy[0].parse().unwrap()).await.unwrap();
    world.pick(ada, hold, "Q1200", 1, &roomy[0], 0).await.unwrap();
    assert_eq!(charged(&world.view(ada, hold).await.unwrap()), []);
    world.pick(ada, hold, "Q1200", 1, &ordinary[0], 0).await.unwrap();
    world.pick(ada, hold, "Q1200", 0, &roomy[0], 2).await.unwrap();
    let view = world.view(ada, hold).await.unwrap();
    assert_eq!(charged(&view), [(roomy[0].clone(), legroom_minor())], "it was given to the other");
    assert_eq!(view.legs[0].given, [(1, roomy[0].parse().unwrap())]);
}
