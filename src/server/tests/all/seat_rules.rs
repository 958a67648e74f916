//! Who may sit where, asked of the server: each refusal says why, and whoever lets us choose is never refused.

use std::{collections::HashSet, sync::Arc};

use app::{
    answers::{Contact, TravellerEntry},
    ports::{Checkout as _, HoldError, PickError, Seats as _, Visitor},
};
use domain::{
    booking::BookingState,
    cabin::{Layout, SeatRefusal, SeatWish},
    hold::HoldId,
    traveller::Party,
};
use futures_util::future::join_all;
use server::{
    jobs::run_errand,
    postgres::{Pick, PickAnswer},
};
use sqlx::{
    AssertSqlSafe,
    postgres::{PgConnectOptions, PgPoolOptions},
};

use tokio::sync::Barrier;

use crate::{
    races::winners,
    seat_charges,
    world::{World, departure, today, visitor},
};

/// A hold on Q1200 for a party.
async fn held(world: &World, who: Visitor, party: Party) -> HoldId {
    let offer = world.site.signing.offer_token(&world.unsigned_offer(&["Q1200"], party));
    world.site.seating.choose(who.into(), &offer).await.unwrap()
}

fn reason(refused: Result<app::answers::Picked, PickError>) -> String {
    match refused {
        Err(PickError::Refused { reason, .. }) => reason,
        other => panic!("not refused with a reason: {other:?}"),
    }
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_second_infant_is_refused_where_one_mask_is_to_spare(_: PgPoolOptions, options: PgConnectOptions) {
    let world = World::open(options).await;
    let (ada, grace, with_infant) = (visitor(), visitor(), Party::new(1, 0, 1).unwrap());
    let first = held(&world, ada, with_infant).await;
    let second = held(&world, grace, with_infant).await;
    world.pick(ada, first, "Q1200", 0, "30A", 0).await.unwrap();
    let why = reason(world.pick(grace, second, "Q1200", 0, "30B", 0).await);
    assert_eq!(why, SeatRefusal::NoMaskLeft("30A".parse().unwrap()).to_string());
    world.pick(ada, first, "Q1200", 0, "30C", 0).await.unwrap();
    world.pick(grace, second, "Q1200", 0, "30D", 0).await.unwrap();
    let map = world.site.seating.seat_map(grace, second, 0).await.unwrap();
    assert_eq!(map.rules.with_infants, ["30C".parse().unwrap()], "others' alone");
    let why = reason(world.pick(ada, first, "Q1200", 1, "31A", 0).await);
    assert_eq!(why, SeatRefusal::TakesNoSeat.to_string());
    world.audit().await;
}

#[sqlx::test(migrations = "../../migrations")]
async fn accessible_seats_go_to_who_says_that_they_need_them(_: PgPoolOptions, options: PgConnectOptions) {
    let world = World::open(options).await;
    let (ada, grace) = (visitor(), visitor());
    let hold = world.choose(ada, &["Q1200"], 2).await.unwrap();
    let why = reason(world.pick(ada, hold, "Q1200", 0, "48B", 0).await);
    assert_eq!(why, SeatRefusal::KeptAccessible("48B".parse().unwrap()).to_string());
    assert!(world.site.seating.seat_map(ada, hold, 0).await.unwrap().rules.keeps_accessible);

    assert_eq!(world.site.seating.ask_accessible(grace, hold).await, Err(HoldError::NotFound));
    for _ in 0..2 {
        world.site.seating.ask_accessible(ada, hold).await.unwrap();
    }
    world.pick(ada, hold, "Q1200", 0, "48B", 0).await.unwrap();
    let map = world.site.seating.seat_map(ada, hold, 0).await.unwrap();
    assert!(map.accessible_asked && !map.rules.keeps_accessible);
    world.audit().await;
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_blocked_seat_was_lost_to_nobody(_: PgPoolOptions, options: PgConnectOptions) {
    let world = World::open(options).await;
    let ada = visitor();
    let hold = world.choose(ada, &["Q1200"], 1).await.unwrap();
    let block = format!("insert into seats values ('{}', '30A', 'blocked', 1)", departure("Q1200"));
    sqlx::query(AssertSqlSafe(block)).execute(&world.pool).await.unwrap();
    let why = reason(world.pick(ada, hold, "Q1200", 0, "30A", 0).await);
    assert_eq!(why, SeatRefusal::Blocked("30A".parse().unwrap()).to_string());
}

#[sqlx::test(migrations = "../../migrations")]
async fn of_many_who_let_us_choose_at_once_nobody_is_refused(_: PgPoolOptions, options: PgConnectOptions) {
    let world = World::open(options).await;
    let mut holds = Vec::new();
    for party in [Party::new(2, 2, 1), Party::new(3, 0, 0), Party::new(1, 1, 1), Party::new(2, 0, 2)]
        .into_iter()
        .cycle()
        .take(24)
    {
        let who = visitor();
        holds.push((who, held(&world, who, party.unwrap()).await));
    }
    let pressed = holds.iter().map(|(who, hold)| world.site.seating.seat_together((*who).into(), *hold, 0));
    for answer in join_all(pressed).await {
        answer.unwrap();
    }
    let mut all = HashSet::new();
    for (who, hold) in &holds {
        let view = world.view(*who, *hold).await.unwrap();
        let takers = view.travellers.iter().filter(|t| t.kind.takes_seat()).count();
        let seats: Vec<_> = view.legs[0].seats.iter().flatten().copied().collect();
        assert_eq!(seats.len(), takers, "everyone of {hold} sits");
        assert!(seats.into_iter().all(|seat| all.insert(seat)), "nobody sits on a lap of another party");
    }
    world.audit().await;
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_wish_is_met_where_seats_are_chosen_for_us(_: PgPoolOptions, options: PgConnectOptions) {
    let world = World::open(options).await;
    let ada = visitor();
    let hold = world.choose(ada, &["Q1200"], 1).await.unwrap();
    for (wish, feature) in [(SeatWish::Aisle, "aisle"), (SeatWish::Window, "window")] {
        world.site.seating.seat_by_wish(ada.into(), hold, 0, Some(wish)).await.unwrap();
        let map = world.site.seating.seat_map(ada, hold, 0).await.unwrap();
        let leg = &map.hold.legs[0];
        let layout = Layout::of(&leg.departure.aircraft, &leg.departure.configuration);
        let seat = leg.seats[0].unwrap();
        assert_eq!(layout.seat(seat).unwrap().features.position_name(), feature);
    }
}

/// Parents of an infant each, and the three seats of a row's block that they race for.
async fn parents(world: &World, count: usize) -> Vec<(Visitor, HoldId)> {
    let mut parents = Vec::new();
    for _ in 0..count {
        let who = visitor();
        parents.push((who, held(world, who, Party::new(1, 0, 1).unwrap()).await));
    }
    parents
}

#[sqlx::test(migrations = "../../migrations")]
async fn of_parents_who_race_for_a_block_one_sits_down(_: PgPoolOptions, options: PgConnectOptions) {
    let world = Arc::new(World::open(options).await);
    let (_, ordinary) = seat_charges::seats(&world);
    let is_whole =
        |row: &u8| ["A", "B", "C"].iter().all(|letter| ordinary.contains(&format!("{row}{letter}")));
    for row in (30..60).filter(is_whole).take(6) {
        let contenders: Vec<_> = parents(&world, 3).await.into_iter().zip(["A", "B", "C"]).collect();
        let pick = |((who, hold), letter): ((Visitor, HoldId), &'static str)| {
            let world = world.clone();
            async move {
                let picked = world.pick(who, hold, "Q1200", 0, &format!("{row}{letter}"), 0).await;
                let lost =
                    matches!(&picked, Err(PickError::Refused { reason, .. }) if reason.contains("mask"));
                assert!(picked.is_ok() || lost, "{picked:?}");
                picked.is_ok()
            }
        };
        assert_eq!(winners(contenders, pick).await, 1, "row {row}");
    }
    world.audit().await;
}

#[sqlx::test(migrations = "../../migrations")]
async fn the_race_of_parents_is_lost_by_who_looks_first_and_picks_later(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let world = Arc::new(World::open(options).await);
    let between = Arc::new(Barrier::new(3));
    let contenders: Vec<_> = parents(&world, 3).await.into_iter().zip(["30A", "30B", "30C"]).collect();
    let pick = |((who, hold), seat): ((Visitor, HoldId), &'static str)| {
        let (world, between) = (world.clone(), between.clone());
        async move {
            let seat = seat.parse().unwrap();
            let departure = departure("Q1200");
            let is_free = world.postgres.lap_seats(departure).await.unwrap().is_empty();
            between.wait().await;
            let pick = Pick { visitor: who.0, hold, departure, traveller: 0, seat, version: 0, had: None };
            is_free && matches!(world.postgres.pick(&[pick]).await.unwrap()[0], PickAnswer::Picked(_))
        }
    };
    assert_eq!(winners(contenders, pick).await, 3, "the planted race must be lost every time");
}

#[sqlx::test(migrations = "../../migrations")]
async fn of_parties_with_infants_that_let_us_choose_at_once_no_two_share_a_block(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let world = Arc::new(World::open(options).await);
    let contenders = parents(&world, 16).await;
    let together = |(who, hold): (Visitor, HoldId)| {
        let world = world.clone();
        async move { world.site.seating.seat_together(who.into(), hold, 0).await.is_ok() }
    };
    assert_eq!(winners(contenders, together).await, 16);
    let flight = world.site.timetable.current().departure(&departure("Q1200")).unwrap();
    let layout = Layout::of(&flight.aircraft, &flight.configuration);
    let mut blocks = HashSet::new();
    for lap in world.postgres.lap_seats(departure("Q1200")).await.unwrap() {
        assert!(blocks.insert(layout.block_of(lap.seat)), "two infants and one mask at {}", lap.seat);
    }
    assert_eq!(blocks.len(), 16);
}

/// How a parent's booking ends whose bank agreed too late, where another parent has sat down there meanwhile.
async fn ends_as(world: &World, others_seat: &str, row: &str) -> BookingState {
    let (ada, grace) = (visitor(), visitor());
    let hold = held(world, ada, Party::new(1, 0, 1).unwrap()).await;
    let named = |given_name: &str, birth_date: String| TravellerEntry {
        given_name: format!("{given_name}{}", if row == "30" { "a" } else { "b" }),
        surname: "Moreno".into(),
        birth_date,
    };
    let people = vec![named("Ada", "1985-04-30".into()), named("Eve", today().to_string())];
    let contact = Contact { email: format!("ada{row}@example.com"), phone: String::new() };
    world.site.seating.name_travellers(ada.into(), hold, people, contact).await.unwrap();
    world.pick(ada, hold, "Q1200", 0, &format!("{row}A"), 0).await.unwrap();
    world.site.paying.start(ada.into(), hold).await.unwrap();
    let payment = world.postgres.payment_of(ada.0, hold).await.unwrap().unwrap();
    world.sandbox.pay_by_card(&payment.intent.unwrap(), "4242424242424242").unwrap();
    world.pass(30).await;
    assert!(world.view(ada, hold).await.is_err(), "its time is over");
    let hers = held(world, grace, Party::new(1, 0, 1).unwrap()).await;
    world.pick(grace, hers, "Q1200", 0, others_seat, 0).await.unwrap();
    while run_errand(&world.site).await.unwrap() {}
    world.audit().await;
    world.postgres.payment_of(ada.0, hold).await.unwrap().unwrap().booking_state
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_late_authorisation_whose_mask_is_gone_is_voided(_: PgPoolOptions, options: PgConnectOptions) {
    let world = World::open(options).await;
    assert_eq!(ends_as(&world, "30B", "30").await, BookingState::Failed);
    assert_eq!(ends_as(&world, "34D", "34").await, BookingState::Ticketed, "over the aisle there is another");
}
