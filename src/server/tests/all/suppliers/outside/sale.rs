use app::{
    answers::Settled,
    ports::{Checkout as _, HoldError, Seats as _},
};
use domain::{booking::BookingState, payment::PaymentState};
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};

use super::{THEM, Two};
use crate::world::visitor;

#[sqlx::test(migrations = "../../migrations")]
async fn a_trip_of_another_seller_is_sold_once_however_often_each_step_is_taken(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let two = Two::open(options).await;
    let ada = visitor();
    let token = two.site.signing.outside_offer_token(&two.offer(&["Q1100", "Q1200"], 2));
    let hold = two.site.seating.choose(ada.into(), &token).await.unwrap();
    assert_eq!(
        two.site.seating.choose(ada.into(), &token).await.unwrap(),
        hold,
        "choosing twice is one hold"
    );
    for _ in 0..2 {
        two.ours.name(ada, hold, &["Moreno", "Müller"]).await;
    }
    assert!(two.there("awaiting_payment").await.is_empty(), "nothing is ordered before payment starts");
    for _ in 0..2 {
        two.site.paying.start(ada.into(), hold).await.unwrap();
    }
    assert_eq!(two.there("awaiting_payment").await, [hold.to_string()], "one order, by the hold's name");
    two.pay(ada, hold).await;
    for _ in 0..2 {
        let settled = two.site.paying.settle(ada, hold).await.unwrap();
        assert_eq!(settled, Settled::Confirming { supplier: THEM.into(), unclear: false });
    }
    let given_up = two.site.seating.release(ada.into(), hold).await;
    assert_eq!(given_up, Err(HoldError::Locked), "it may be sold by now");
    two.errands().await;
    two.errands().await;
    let Settled::Ticketed { pnr } = two.site.paying.settle(ada, hold).await.unwrap() else {
        panic!("not ticketed")
    };
    let paid = two.payment(ada, hold).await;
    assert_eq!((paid.booking_state, paid.state), (BookingState::Ticketed, PaymentState::Captured));
    assert_eq!(two.differences().await, Vec::<String>::new());

    let trip = two.site.ports.trips.trip(ada, pnr).await.unwrap();
    let sold_by = trip.sold_by.clone().unwrap();
    assert_eq!((sold_by.supplier.as_str(), sold_by.brand.as_deref()), (THEM, Some("Standard")));
    let locator: String =
        sqlx::query_scalar("select pnr from bookings").fetch_one(&two.theirs.pool).await.unwrap();
    assert_eq!(sold_by.locator, Some(locator), "their reference is shown");
    assert_eq!((trip.legs.len(), trip.travellers.len()), (2, 2));
    let worth: i64 = trip
        .travellers
        .iter()
        .flat_map(|person| &person.coupons)
        .map(|coupon| coupon.value.total_minor())
        .sum();
    assert_eq!(worth, trip.total.minor);
    let own = "select (select count(*) from departure_cabins) + (select count(*) from departure_classes)
        + (select count(*) from seats)";
    assert_eq!(two.ours.count(own).await, 0, "no place of ours is taken by a flight that is called the same");
    assert_eq!(two.ours.count("select count(*) from visitors where places <> 0").await, 0);
    two.ours.audit().await;
    two.theirs.audit().await;
}

#[sqlx::test(migrations = "../../migrations")]
async fn what_is_sold_for_others_never_counts_against_our_own_flight_of_that_name(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let two = Two::open(options).await;
    let (ada, bob) = (visitor(), visitor());
    let own = two.ours.choose(bob, &["Q1200"], 2).await.unwrap();
    let taken = "select taken::bigint from departure_cabins";
    for ends in [true, false] {
        let hold = two.choose(ada, &["Q1200"], 1).await.unwrap();
        assert_eq!(two.ours.count(taken).await, 2, "while it is held");
        if ends {
            two.site.seating.release(ada.into(), hold).await.unwrap();
            assert_eq!(two.ours.count(taken).await, 2, "and when it has ended");
        }
    }
    let seats = two.site.seating.seat_map(bob, own, 0).await.unwrap();
    assert!(seats.touched.is_empty());
    two.ours.audit().await;
}

#[sqlx::test(migrations = "../../migrations")]
async fn the_database_keeps_what_is_not_ours_apart(_: PgPoolOptions, options: PgConnectOptions) {
    let two = Two::open(options).await;
    let ada = visitor();
    let hold = two.started(ada).await;
    let refused = async |sql: &str| {
        let error = sqlx::query(sqlx::AssertSqlSafe(sql.replace("$1", &format!("'{hold}'"))))
            .execute(&two.ours.pool)
            .await
            .unwrap_err();
        error.as_database_error().and_then(|error| error.constraint()).unwrap_or_default().to_owned()
    };
    let counted =
        "insert into departure_cabins (departure, cabin, places, taken) values ('Other Sky/X', 'Y', 9, 1)";
    assert_eq!(refused(counted).await, "cabin_is_ours");
    let seat =
        "insert into seats (departure, seat, state, version) values ('Other Sky/X', '1A', 'blocked', 1)";
    assert_eq!(refused(seat).await, "seat_is_ours");
    let ticketed = "update holds set state = 'converted', ended_at = now() where id = $1";
    assert_eq!(refused(ticketed).await, "outside_ticketed_when_bought");
    let legs = "insert into hold_legs (hold_id, leg, departure, cabin, class, places, sold)
        select $1, 7, 'Third Sky/X', 'Y', 'Y', 1, '{}'";
    assert_eq!(refused(legs).await, "own_legs_counted");
    two.pay(ada, hold).await;
    two.site.paying.settle(ada, hold).await.unwrap();
    let ended = "update holds set state = 'expired', ended_at = now() where id = $1";
    assert_eq!(refused(ended).await, "outside_hold_waits_for_answer");
    assert_eq!(refused("update payments set state = 'voiding'").await, "outside_void_certain");
}
