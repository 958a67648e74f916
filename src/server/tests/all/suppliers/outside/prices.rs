//! Nobody pays a price that they did not see, whenever it changes.

use app::ports::{Checkout as _, CheckoutError, HoldError, Seats as _};
use domain::{cabin::Cabin, offer::OutsideOffer, traveller::Party};
use jiff::{SignedDuration, Timestamp};
use server::{site::Site, suppliers::Suppliers};
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};

use super::dollars;
use crate::{
    suppliers::{airline::Airline, supplier, trip},
    world::{World, visitor},
};

/// What the airline offers, as a list of ours shows it.
async fn offered(site: &Site) -> OutsideOffer {
    let airline = &site.suppliers.all()[0];
    let offered = airline.search(&trip(1)).await.unwrap().remove(0);
    OutsideOffer {
        supplier: offered.supplier.0,
        id: offered.id,
        party: Party::new(1, 0, 0).unwrap(),
        cabin: Cabin::Economy,
        total: offered.total,
        was: None,
        expires_at: Timestamp::now() + SignedDuration::from_mins(20),
    }
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_price_that_changes_before_it_is_chosen_or_paid_is_asked_about_and_nothing_is_charged(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let (address, books) = Airline::open(9).await;
    let world = World::open(options).await;
    let site = world.site.with_suppliers(Suppliers::of(vec![supplier("Ours", format!("http://{address}"))]));
    let ada = visitor();
    let listed = site.signing.outside_offer_token(&offered(&site).await);

    books.lock().unwrap().costs("250.00");
    let changed = site.seating.choose(ada.into(), &listed).await.unwrap_err();
    let HoldError::PriceChanged { was, now, offer, .. } = changed else { panic!("{changed:?}") };
    assert_eq!((was, now), (dollars(24_450), dollars(25_000)));
    assert_eq!(world.count("select count(*) from holds").await, 0, "nothing is held before it is accepted");
    let shown = site.seating.offered(&offer).await.unwrap();
    assert_eq!((shown.was, shown.total), (Some(was), now));
    let hold = site.seating.choose(ada.into(), &offer).await.unwrap();
    world.name(ada, hold, &["Moreno"]).await;

    books.lock().unwrap().costs("260.00");
    let changed = site.paying.start(ada.into(), hold).await.unwrap_err();
    let CheckoutError::Hold(HoldError::PriceChanged { was, now, offer, .. }) = changed else {
        panic!("{changed:?}")
    };
    assert_eq!((was, now), (dollars(25_000), dollars(26_000)));
    assert_eq!(world.count("select count(*) from payments").await, 0, "no card was asked for");
    assert!(books.lock().unwrap().ordered().is_empty(), "what was held at another price went back");
    assert_eq!(world.view(ada, hold).await.unwrap_err(), HoldError::Ended(domain::hold::HoldState::Released));

    let accepted = site.seating.choose(ada.into(), &offer).await.unwrap();
    world.name(ada, accepted, &["Moreno"]).await;
    site.paying.start(ada.into(), accepted).await.unwrap();
    let payment = world.postgres.payment_of(ada.0, accepted).await.unwrap().unwrap();
    assert_eq!(payment.total, dollars(26_000), "just what was accepted");
    assert_eq!(books.lock().unwrap().ordered(), [accepted.to_string()]);
    world.audit().await;
}

#[sqlx::test(migrations = "../../migrations")]
async fn what_has_sold_out_is_said_so_and_nothing_is_held(_: PgPoolOptions, options: PgConnectOptions) {
    let (address, books) = Airline::open(1).await;
    let world = World::open(options).await;
    let site = world.site.with_suppliers(Suppliers::of(vec![supplier("Ours", format!("http://{address}"))]));
    let (ada, bob) = (visitor(), visitor());
    let (first, second) = (offered(&site).await, offered(&site).await);
    let mut holds = Vec::new();
    for (visitor, offer) in [(ada, &first), (bob, &second)] {
        let token = site.signing.outside_offer_token(offer);
        let hold = site.seating.choose(visitor.into(), &token).await.unwrap();
        world.name(visitor, hold, &["Moreno"]).await;
        holds.push(hold);
    }
    site.paying.start(ada.into(), holds[0]).await.unwrap();
    let refused = site.paying.start(bob.into(), holds[1]).await.unwrap_err();
    assert!(
        matches!(&refused, CheckoutError::Hold(HoldError::NotSold(why)) if why.contains("Ours")),
        "{refused:?}"
    );
    assert_eq!(world.count("select count(*) from payments").await, 1, "no card was asked for");
    let late = site.seating.choose(visitor().into(), &site.signing.outside_offer_token(&first)).await;
    assert!(matches!(late, Err(HoldError::NotSold(_))), "{late:?}");
    assert_eq!(books.lock().unwrap().ordered(), [holds[0].to_string()]);
}

#[sqlx::test(migrations = "../../migrations")]
async fn two_who_saw_the_same_list_get_an_offer_each(_: PgPoolOptions, options: PgConnectOptions) {
    let (address, books) = Airline::open(9).await;
    let world = World::open(options).await;
    let site = world.site.with_suppliers(Suppliers::of(vec![supplier("Ours", format!("http://{address}"))]));
    let token = site.signing.outside_offer_token(&offered(&site).await);
    for _ in 0..2 {
        let traveller = visitor();
        let hold = site.seating.choose(traveller.into(), &token).await.unwrap();
        world.name(traveller, hold, &["Moreno"]).await;
        site.paying.start(traveller.into(), hold).await.unwrap();
    }
    assert_eq!(books.lock().unwrap().ordered().len(), 2);
}
