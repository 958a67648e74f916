use app::ports::Search as _;
use domain::{cancelling::CouponKey, fare::FareBrand};
use server::postgres::EndAs;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};

use super::{asks, choose, fifth_off, offer, search, staff, uses};
use crate::{
    booked::run_errands,
    world::{World, visitor},
};

#[sqlx::test(migrations = "../../migrations")]
async fn a_code_is_in_every_price_and_is_used_by_whoever_keeps_places(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let world = World::open(options).await;
    fifth_off(&world, "FIFTH", 5).await;
    let (full, less) = (search(&world, "").await, search(&world, " fifth ").await);
    assert_eq!(full.promotion, None);
    let note = less.promotion.clone().unwrap();
    assert!(note.counts, "{note:?}");
    assert_eq!(note.words, "FIFTH: 20% off fares, taxes aside. Our own prices below are with it.");
    for (full, less) in full.options.iter().zip(&less.options) {
        for (full, less) in full.prices.iter().zip(&less.prices) {
            assert!(less.total.minor < full.total.minor && less.total.minor * 5 > full.total.minor * 4);
        }
    }
    for (full, less) in full.days.iter().zip(&less.days) {
        assert_eq!(full.cheapest.is_some(), less.cheapest.is_some());
        assert!(full.cheapest.zip(less.cheapest).is_none_or(|(full, less)| less.minor < full.minor));
    }
    let month = world.site.searching.month(asks("FIFTH")).await.unwrap();
    assert_eq!(month.promotion, less.promotion);
    assert_eq!(uses(&world, "FIFTH").await, 0, "who looks uses nothing");

    let ada = visitor();
    let token = offer(&less, FareBrand::Flex);
    let hold = choose(&world, ada, &token).await.unwrap();
    assert_eq!(choose(&world, ada, &token).await.unwrap(), hold, "a double click");
    assert_eq!(uses(&world, "FIFTH").await, 1);
    let view = world.view(ada, hold).await.unwrap();
    assert!(view.quote.lines.iter().any(|line| line.label == "Promotion, 20% off" && line.amount_minor < 0));
    assert_eq!(view.total, view.quote.total);
    world.site.seating.end(hold, EndAs::Released).await.unwrap();
    world.site.seating.end(hold, EndAs::Released).await.unwrap();
    assert_eq!(uses(&world, "FIFTH").await, 0, "given back once");
    world.audit().await;
}

#[sqlx::test(migrations = "../../migrations")]
async fn what_was_booked_with_a_code_is_charged_and_given_back_as_it_was_priced(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let world = World::open(options).await;
    fifth_off(&world, "FIFTH", 5).await;
    let ada = visitor();
    let hold = choose(&world, ada, &offer(&search(&world, "FIFTH").await, FareBrand::Flex)).await.unwrap();
    let total = world.view(ada, hold).await.unwrap().total;
    let pnr = world.ticket(ada, hold).await;
    run_errands(&world).await;
    let trips = world.site.ports.trips.as_ref();
    let trip = trips.trip(ada, pnr).await.unwrap();
    let coupon = CouponKey { ticket: trip.travellers[0].ticket, leg: 0 };
    let quote = trips.quote_cancellation(ada.into(), pnr, &[coupon]).await.unwrap();
    let (_, told) = trips.cancellation(ada, quote).await.unwrap();
    assert_eq!(told.refund, total, "Flex comes back whole, and no more than was paid");
    assert_eq!(uses(&world, "FIFTH").await, 1);
    world.audit().await;
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_code_that_does_not_count_is_told_and_the_prices_stay(_: PgPoolOptions, options: PgConnectOptions) {
    let world = World::open(options).await;
    for words in [
        "make DOLLARS 10.00USD --uses 5 --until 2099-12-31",
        "make POUNDS 10.00GBP --uses 5 --until 2099-12-31",
        "make LATER 20% --uses 5 --from 2099-01-01 --until 2099-12-31",
        "make WINTER 20% --uses 5 --until 2099-12-31 --travel 2099-01-01..2099-02-28",
        "make FLEXONLY 20% --uses 5 --until 2099-12-31 --brands flex",
        "make ENDED 20% --uses 5 --until 2099-12-31",
        "end ENDED",
    ] {
        staff(&world, words).await.unwrap();
    }
    let full = search(&world, "").await;
    let totals = |results: &app::answers::SearchResults, brand| -> Vec<i64> {
        let prices = results.options.iter().flat_map(|card| &card.prices);
        prices.filter(|price| price.brand == brand).map(|price| price.total.minor).collect()
    };
    for (code, why) in [
        ("NOBODY", "There is no promotion code NOBODY."),
        ("A B", "“A B” is no promotion code"),
        ("POUNDS", "POUNDS takes £10 off, and this trip is priced in USD."),
        ("LATER", "LATER can be used from 1 January 2099 on."),
        (
            "WINTER",
            "WINTER is for flights that leave from 1 January 2099 to 28 February 2099: other prices are without it.",
        ),
        ("ENDED", "The time of ENDED is over."),
    ] {
        let results = search(&world, code).await;
        let note = results.promotion.clone().unwrap();
        assert!(!note.counts && note.words.starts_with(why), "{note:?}");
        assert_eq!(totals(&results, FareBrand::Basic), totals(&full, FareBrand::Basic));
    }
    let flex = search(&world, "FLEXONLY").await;
    assert!(flex.promotion.as_ref().unwrap().words.contains("Our own Flex prices below are with it."));
    assert_eq!(totals(&flex, FareBrand::Standard), totals(&full, FareBrand::Standard));
    assert!(totals(&flex, FareBrand::Flex)[0] < totals(&full, FareBrand::Flex)[0]);
    choose(&world, visitor(), &offer(&flex, FareBrand::Standard)).await.unwrap();
    assert_eq!(uses(&world, "FLEXONLY").await, 0, "what it is not for does not use it");
    world.audit().await;
}
