//! Who may sit where, asked of the server: each refusal says why, and whoever lets us choose is never refused.

use std::collections::HashSet;

use app::ports::{HoldError, PickError, Seats as _, Visitor};
use domain::{
    cabin::{Layout, SeatRefusal, SeatWish},
    hold::HoldId,
    traveller::Party,
};
use futures_util::future::join_all;
use sqlx::{
    AssertSqlSafe,
    postgres::{PgConnectOptions, PgPoolOptions},
};

use crate::world::{World, departure, visitor};

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
