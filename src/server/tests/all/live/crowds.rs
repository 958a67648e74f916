//! How many may watch.

use domain::{live::SeatPicture, seat::SeatState};
use futures_util::future::join_all;
use server::{config::Config, live::Bounds, patience, site::Site};
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use tokio::task::JoinSet;
use uuid::Uuid;

use super::{Socket, address_of, refusal, seat, until, until_viewers, watch_as};
use crate::world::{ORIGIN, World, visitor};

/// A site behind a proxy, where only so many may watch.
async fn bounded(world: &World, viewers: Bounds, tasks: &mut JoinSet<()>) -> (Site, String) {
    let config = Config { trusted_proxies: 1, viewers, ..world.config.clone() };
    let site = world.site_with(&config, tasks).await;
    let address = address_of(&site, patience::FRAME).await;
    (site, address)
}

/// What a handshake of this visitor, through the proxy from this address, is answered.
async fn come(
    address: &str,
    from: &str,
    cookie: &str,
) -> Result<Socket, tokio_tungstenite::tungstenite::Error> {
    watch_as(address, "Q1200", &[("origin", ORIGIN), ("x-forwarded-for", from), ("cookie", cookie)]).await
}

#[sqlx::test(migrations = "../../migrations")]
async fn visitors_addresses_and_servers_have_their_bounds(_: PgPoolOptions, options: PgConnectOptions) {
    let world = World::open(options).await;
    let bounds = Bounds { per_visitor: 2, per_address: 3, per_server: 4, ..Bounds::default() };
    let mut tasks = JoinSet::new();
    let (site, address) = bounded(&world, bounds, &mut tasks).await;
    let cookie = |who| format!("visitor={}", site.signing.visitor_cookie(Uuid::from_u128(who)));
    let (ada, ben) = (cookie(1), cookie(2));

    let first = come(&address, "192.0.2.1", &ada).await.unwrap();
    let _second = come(&address, "192.0.2.1", &ada).await.unwrap();
    let wait = |secs: &str| Some(secs.to_owned());
    assert_eq!(refusal(come(&address, "192.0.2.2", &ada).await), (429, wait("30")));
    let _third = come(&address, "192.0.2.1", &ben).await.unwrap();
    assert_eq!(refusal(come(&address, "192.0.2.1", "").await), (429, wait("30")));
    // A cookie that we did not sign names nobody.
    let _fourth = come(&address, "192.0.2.3", "visitor=ada").await.unwrap();
    assert_eq!(refusal(come(&address, "192.0.2.4", "").await), (503, wait("5")));
    until_viewers(&site, 4).await;

    drop(first);
    until_viewers(&site, 3).await;
    let _again = come(&address, "192.0.2.1", &ada).await.unwrap();
}

#[sqlx::test(migrations = "../../migrations")]
async fn of_thousands_from_one_address_few_are_let_in_and_nobody_else_notices(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let world = World::open(options).await;
    let mut tasks = JoinSet::new();
    let bounds = Bounds { per_address: 30, ..Bounds::default() };
    let (site, address) = bounded(&world, bounds, &mut tasks).await;
    let mut calm = come(&address, "192.0.2.1", "").await.unwrap();
    let mut inside = Vec::new();
    for _ in 0..30 {
        let crowd = join_all((0..100).map(|_| come(&address, "192.0.2.66", ""))).await;
        inside.extend(crowd.into_iter().filter_map(Result::ok));
    }
    assert_eq!(inside.len(), 30);
    let ada = visitor();
    let hold = world.choose(ada, &["Q1200"], 1).await.unwrap();
    world.pick(ada, hold, "Q1200", 0, "30A", 0).await.unwrap();
    let mut picture = SeatPicture::default();
    until(&mut calm, &mut picture, |p| p.state(seat("30A")) == SeatState::Held).await;
    drop(inside);
    until_viewers(&site, 1).await;
}
