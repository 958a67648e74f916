use app::ports::{HoldError, PickError, Seats as _};
use domain::{cabin::SeatNumber, hold::HoldState, traveller::Party};
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};

use crate::world::{World, visitor};

#[sqlx::test(migrations = "../../migrations")]
async fn an_offer_takes_places_on_all_legs_and_a_sold_out_leg_takes_none(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let world = World::open(options).await;
    let (ada, bob) = (visitor(), visitor());
    let hold = world.choose(ada, &["Q1300", "Q1200"], 2).await.unwrap();
    assert_eq!(world.view(ada, hold).await.unwrap().legs.len(), 2);
    sqlx::query("update departure_cabins set places = taken + 1 where departure like 'Q1200%'")
        .execute(&world.pool)
        .await
        .unwrap();
    let refused = world.choose(bob, &["Q1300", "Q1200"], 2).await;
    assert!(
        matches!(refused, Err(HoldError::SoldOut { ref flight, left: 1 }) if flight == "Q1 200"),
        "{refused:?}"
    );
    assert_eq!(
        world.count("select taken::bigint from departure_cabins where departure like 'Q1300%'").await,
        2
    );
    world.audit().await;
}

#[sqlx::test(migrations = "../../migrations")]
async fn another_visitors_hold_is_as_good_as_none(_: PgPoolOptions, options: PgConnectOptions) {
    let world = World::open(options).await;
    let (ada, eve) = (visitor(), visitor());
    let hold = world.choose(ada, &["Q1200"], 1).await.unwrap();
    assert!(matches!(world.view(eve, hold).await, Err(HoldError::NotFound)));
    assert!(matches!(
        world.pick(eve, hold, "Q1200", 0, "20A", 0).await,
        Err(PickError::Hold(HoldError::NotFound))
    ));
    assert!(matches!(world.site.seating.release(eve.into(), hold).await, Err(HoldError::NotFound)));
    assert!(world.view(ada, hold).await.is_ok());
}

#[sqlx::test(migrations = "../../migrations")]
async fn forged_changed_and_old_offers_are_refused(_: PgPoolOptions, options: PgConnectOptions) {
    let world = World::open(options).await;
    let ada = visitor();
    let token = world.offer(&["Q1200"], 1);
    let (content, signature) = token.split_once('.').unwrap();
    for forged in ["", "x", &format!("{content}A.{signature}"), &format!("{content}.{}A", &signature[1..])] {
        assert!(
            matches!(world.site.seating.choose(ada.into(), forged).await, Err(HoldError::OfferForged)),
            "{forged}"
        );
    }
    let one = Party::new(1, 0, 0).unwrap();
    let mut old = world.unsigned_offer(&["Q1200"], one);
    old.expires_at = jiff::Timestamp::UNIX_EPOCH;
    let old = world.site.signing.offer_token(&old);
    assert!(matches!(world.site.seating.choose(ada.into(), &old).await, Err(HoldError::OfferExpired)));
    let mut cheap = world.unsigned_offer(&["Q1200"], one);
    cheap.total.minor = 100;
    let cheap = world.site.signing.offer_token(&cheap);
    assert!(matches!(
        world.site.seating.choose(ada.into(), &cheap).await,
        Err(HoldError::PriceChanged { .. })
    ));
    assert_eq!(world.count("select count(*) from holds").await, 0);
}

#[sqlx::test(migrations = "../../migrations")]
async fn an_expired_hold_frees_all_its_seats_and_places_together(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let world = World::open(options).await;
    let (ada, bob) = (visitor(), visitor());
    let hold = world.choose(ada, &["Q1100", "Q1200"], 2).await.unwrap();
    for (flight, traveller, seat) in
        [("Q1100", 0, "30A"), ("Q1100", 1, "30B"), ("Q1200", 0, "31A"), ("Q1200", 1, "31B")]
    {
        world.pick(ada, hold, flight, traveller, seat, 0).await.unwrap();
    }
    assert_eq!(world.count("select count(*) from seats where state = 'held'").await, 4);
    world.pass(11).await;
    // Whoever finds it in the way ends it whole, and gets the seat.
    let other = world.choose(bob, &["Q1200"], 1).await.unwrap();
    world.pick(bob, other, "Q1200", 0, "31A", 1).await.unwrap();
    assert_eq!(world.count("select count(*) from seats where state = 'held'").await, 1);
    assert_eq!(world.count("select sum(taken)::bigint from departure_cabins").await, 1);
    assert!(matches!(world.view(ada, hold).await, Err(HoldError::Ended(HoldState::Expired))));
    world.audit().await;
}

#[sqlx::test(migrations = "../../migrations")]
async fn an_expired_hold_does_not_keep_the_last_places_from_others(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let world = World::open(options).await;
    for _ in 0..8 {
        world.choose(visitor(), &["Q1300"], 8).await.unwrap();
    }
    assert!(matches!(world.choose(visitor(), &["Q1300"], 1).await, Err(HoldError::SoldOut { left: 0, .. })));
    world.pass(11).await;
    world.choose(visitor(), &["Q1300"], 9).await.unwrap();
    world.audit().await;
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_move_frees_the_old_seat_and_picking_what_is_yours_answers_yes(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let world = World::open(options).await;
    let ada = visitor();
    let hold = world.choose(ada, &["Q1200"], 1).await.unwrap();
    world.pick(ada, hold, "Q1200", 0, "30A", 0).await.unwrap();
    assert_eq!(world.pick(ada, hold, "Q1200", 0, "30A", 0).await.unwrap().changes, []);
    let moved = world.pick(ada, hold, "Q1200", 0, "30C", 0).await.unwrap();
    assert_eq!(moved.changes.len(), 2);
    let seats = world.view(ada, hold).await.unwrap().legs[0].seats.clone();
    assert_eq!(seats, [Some(SeatNumber::parse("30C").unwrap())]);
    world.audit().await;
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_free_seat_seen_at_an_old_version_is_tried_once_more(_: PgPoolOptions, options: PgConnectOptions) {
    let world = World::open(options).await;
    let (ada, bob) = (visitor(), visitor());
    let first = world.choose(ada, &["Q1200"], 1).await.unwrap();
    world.pick(ada, first, "Q1200", 0, "30A", 0).await.unwrap();
    world.pick(ada, first, "Q1200", 0, "30B", 0).await.unwrap();
    let second = world.choose(bob, &["Q1200"], 1).await.unwrap();
    // 30A is free again at version 2; Bob saw it at 0.
    world.pick(bob, second, "Q1200", 0, "30A", 0).await.unwrap();
    let taken = world.pick(ada, first, "Q1200", 0, "30A", 2).await;
    assert!(matches!(taken, Err(PickError::Taken { ref nearest, .. }) if nearest.len() == 3), "{taken:?}");
    world.audit().await;
}

#[sqlx::test(migrations = "../../migrations")]
async fn seats_that_do_not_exist_or_lie_in_another_cabin_are_refused(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let world = World::open(options).await;
    let ada = visitor();
    let hold = world.choose(ada, &["Q1200"], 1).await.unwrap();
    for seat in ["99K", "1A", "13A"] {
        let refused = world.pick(ada, hold, "Q1200", 0, seat, 0).await;
        assert!(matches!(refused, Err(PickError::NoSuchSeat(_))), "{seat}: {refused:?}");
    }
    assert!(matches!(
        world.pick(ada, hold, "Q1200", 1, "30A", 0).await,
        Err(PickError::Hold(HoldError::NotFound))
    ));
    assert!(matches!(
        world.pick(ada, hold, "Q1100", 0, "30A", 0).await,
        Err(PickError::Hold(HoldError::NotFound))
    ));
    assert_eq!(world.count("select count(*) from seats").await, 0);
}

#[sqlx::test(migrations = "../../migrations")]
async fn everyone_is_seated_together_at_one_press(_: PgPoolOptions, options: PgConnectOptions) {
    let world = World::open(options).await;
    let ada = visitor();
    let hold = world.choose(ada, &["Q1200"], 3).await.unwrap();
    world.site.seating.seat_together(ada.into(), hold, 0).await.unwrap();
    let seats = world.view(ada, hold).await.unwrap().legs[0].seats.clone();
    let rows: std::collections::BTreeSet<u8> = seats.iter().map(|seat| seat.unwrap().row()).collect();
    assert_eq!(rows.len(), 1, "{seats:?}");
    world.audit().await;
}

#[sqlx::test(migrations = "../../migrations")]
async fn more_time_is_given_once_in_the_last_two_minutes(_: PgPoolOptions, options: PgConnectOptions) {
    let world = World::open(options).await;
    let ada = visitor();
    let hold = world.choose(ada, &["Q1200"], 1).await.unwrap();
    assert!(matches!(world.site.seating.extend(ada.into(), hold).await, Err(HoldError::NoExtension)));
    world.pass(9).await;
    world.site.seating.extend(ada.into(), hold).await.unwrap();
    let view = world.view(ada, hold).await.unwrap();
    assert!(view.expires_in_ms > 10 * 60 * 1000 && !view.extension_left);
    world.pass(10).await;
    assert!(matches!(world.site.seating.extend(ada.into(), hold).await, Err(HoldError::NoExtension)));
}

#[sqlx::test(migrations = "../../migrations")]
async fn one_visitor_holds_only_so_many_places_at_once(_: PgPoolOptions, options: PgConnectOptions) {
    let world = World::open(options).await;
    let ada = visitor();
    for _ in 0..4 {
        world.choose(ada, &["Q1200"], 9).await.unwrap();
    }
    let hold = world.choose(ada, &["Q1200"], 1).await;
    assert!(matches!(hold, Err(HoldError::TooManyPlaces)), "{hold:?}");
    world.audit().await;
}

#[sqlx::test(migrations = "../../migrations")]
async fn giving_up_twice_is_fine_and_frees_everything(_: PgPoolOptions, options: PgConnectOptions) {
    let world = World::open(options).await;
    let ada = visitor();
    let hold = world.choose(ada, &["Q1200"], 2).await.unwrap();
    world.pick(ada, hold, "Q1200", 1, "30A", 0).await.unwrap();
    world.site.seating.release(ada.into(), hold).await.unwrap();
    world.site.seating.release(ada.into(), hold).await.unwrap();
    assert_eq!(world.count("select count(*) from seats where state <> 'available'").await, 0);
    assert_eq!(world.count("select sum(taken)::bigint from departure_cabins").await, 0);
    world.audit().await;
}

#[sqlx::test(migrations = "../../migrations")]
async fn postgres_itself_refuses_a_seat_that_passes_from_owner_to_owner(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let world = World::open(options).await;
    let (ada, bob) = (visitor(), visitor());
    let first = world.choose(ada, &["Q1200"], 1).await.unwrap();
    let second = world.choose(bob, &["Q1200"], 1).await.unwrap();
    world.pick(ada, first, "Q1200", 0, "30A", 0).await.unwrap();
    for wrong in [
        format!("update seats set hold_id = '{}', version = version + 1", second.0),
        "update seats set state = 'booked', version = version + 1".to_owned(),
        "update seats set state = 'available', hold_id = null, traveller = null".to_owned(),
        "update holds set state = 'active', ended_at = null where state = 'released'; update holds set state = 'converted', ended_at = now(); update holds set state = 'active', ended_at = null".to_owned(),
        "update departure_cabins set taken = places + 1".to_owned(),
    ] {
        let refused = sqlx::raw_sql(sqlx::AssertSqlSafe(wrong.clone())).execute(&world.pool).await;
        assert!(refused.is_err(), "{wrong}");
    }
}

#[sqlx::test(migrations = "../../migrations")]
async fn choosing_the_same_offer_twice_is_one_hold(_: PgPoolOptions, options: PgConnectOptions) {
    let world = std::sync::Arc::new(World::open(options).await);
    let (ada, offer) = (visitor(), world.offer(&["Q1200"], 2));
    let mut clicks = tokio::task::JoinSet::new();
    for _ in 0..10 {
        let (world, offer) = (world.clone(), offer.clone());
        clicks.spawn(async move { world.site.seating.choose(ada.into(), &offer).await.unwrap() });
    }
    let holds = clicks.join_all().await;
    assert!(holds.windows(2).all(|two| two[0] == two[1]), "{holds:?}");
    assert_eq!(world.count("select sum(taken)::bigint from departure_cabins").await, 2);
    // Once its time is over, the offer can be chosen anew.
    world.pass(11).await;
    assert_ne!(world.site.seating.choose(ada.into(), &offer).await.unwrap(), holds[0]);
    world.audit().await;
}
