//! What is asked before it is done: a price that changed.

use app::ports::{HoldError, Seats as _};
use axum::{
    body::Body,
    http::{Request, header},
};
use domain::traveller::Party;
use http_body_util::BodyExt as _;
use server::router::router;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use tower::ServiceExt as _;

use crate::world::{ORIGIN, World, visitor};

#[sqlx::test(migrations = "../../migrations")]
async fn a_changed_price_is_asked_for_and_then_frozen(_: PgPoolOptions, options: PgConnectOptions) {
    let world = World::open(options).await;
    let ada = visitor();
    let now = world.unsigned_offer(&["Q1200"], Party::new(1, 0, 0).unwrap());
    let mut shown = now.clone();
    shown.total.minor -= 1;
    let seating = &world.site.seating;
    let asked = seating.choose(ada.into(), &world.site.signing.offer_token(&shown)).await;
    let Err(HoldError::PriceChanged { was, now: is, offer, .. }) = asked else { panic!("{asked:?}") };
    assert_eq!((was, is), (shown.total, now.total));
    assert_eq!(world.count("select count(*) from holds").await, 0);
    let view = seating.offered(&offer).await.unwrap();
    assert_eq!((view.was, view.total), (Some(was), is));
    let hold = seating.choose(ada.into(), &offer).await.unwrap();
    assert_eq!(world.view(ada, hold).await.unwrap().total, is);
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_plain_form_leads_to_a_page_that_asks_for_the_new_price(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let world = World::open(options).await;
    let app = router(world.site.clone());
    let cookie = format!("visitor={}", world.site.signing.visitor_cookie(visitor().0));
    let mut shown = world.unsigned_offer(&["Q1200"], Party::new(1, 0, 0).unwrap());
    let now = shown.total;
    shown.total.minor -= 500;
    let choose = |offer: String| {
        Request::post("/api/choose_offer")
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .header(header::ACCEPT, "text/html")
            .header(header::ORIGIN, ORIGIN)
            .header(header::COOKIE, &cookie)
            .body(Body::from(format!("offer={offer}&key=form-1")))
            .unwrap()
    };
    let asked = app.clone().oneshot(choose(world.site.signing.offer_token(&shown))).await.unwrap();
    let place = asked.headers()[header::LOCATION].to_str().unwrap().to_owned();
    let offer = place.strip_prefix("/price?offer=").unwrap().to_owned();
    let page = app.clone().oneshot(Request::get(&place).body(Body::empty()).unwrap()).await.unwrap();
    let page = String::from_utf8_lossy(&page.into_body().collect().await.unwrap().to_bytes()).into_owned();
    for told in [shown.total.to_string(), format!("Accept {now}"), offer.clone()] {
        assert!(page.contains(&told), "{told} is not on the page");
    }
    let chosen = app.clone().oneshot(choose(offer)).await.unwrap();
    assert!(chosen.headers()[header::LOCATION].to_str().unwrap().ends_with("/travellers"));
    assert_eq!(world.count("select total_minor from holds").await, now.minor);
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_price_is_accepted_only_with_our_signature(_: PgPoolOptions, options: PgConnectOptions) {
    let world = World::open(options).await;
    let ada = visitor();
    let seating = &world.site.seating;
    let mut dear = world.unsigned_offer(&["Q1200"], Party::new(1, 0, 0).unwrap());
    dear.total.minor += 100;
    let token = world.site.signing.offer_token(&dear);
    let Err(HoldError::PriceChanged { offer, .. }) = seating.choose(ada.into(), &token).await else {
        panic!("not asked")
    };
    // The content of one with the signature of the other.
    let (content, _) = offer.split_once('.').unwrap();
    let (_, signature) = token.split_once('.').unwrap();
    let forged = format!("{content}.{signature}");
    assert_eq!(seating.choose(ada.into(), &forged).await, Err(HoldError::OfferForged));
    assert_eq!(seating.offered(&forged).await, Err(HoldError::OfferForged));
    assert_eq!(world.count("select count(*) from holds").await, 0);
}
