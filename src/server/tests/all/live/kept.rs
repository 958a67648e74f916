//! Pictures kept in Redis, right or wrong.

use app::ports::Seats as _;
use domain::{
    live::{Frame, SeatChange, SeatPicture},
    seat::SeatState,
};
use redis::AsyncCommands as _;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use tokio::task::JoinSet;

use super::{address_of, seat, until, watch};
use crate::{
    patience::own_world,
    stopped::OwnPostgres,
    world::{ORIGIN, World, departure, visitor},
};

/// Where others look for the picture of Q1200, and a connection to put something there.
pub async fn shelf(world: &World) -> (redis::aio::MultiplexedConnection, String) {
    let client = redis::Client::open(world.config.redis_url.as_str()).unwrap();
    let realm = world.postgres.realm().await.unwrap();
    let key = format!("picture:{realm}:{}", departure("Q1200"));
    (client.get_multiplexed_async_connection().await.unwrap(), key)
}

#[tokio::test(flavor = "multi_thread")]
async fn another_server_shows_the_kept_picture_while_postgres_stands_still() {
    let postgres = OwnPostgres::start().await;
    let world = own_world(&postgres).await;
    let mut tasks = JoinSet::new();
    let other = world.another_site_with(&mut tasks).await;
    let ada = visitor();
    let hold = world.choose(ada, &["Q1200"], 1).await.unwrap();
    world.pick(ada, hold, "Q1200", 0, "30A", 0).await.unwrap();
    let mut picture = SeatPicture::default();
    let patience = world.config.viewers.frame;
    let mut here = watch(&address_of(&world.site, patience).await, "Q1200", ORIGIN).await.unwrap();
    until(&mut here, &mut picture, |p| p.state(seat("30A")) == SeatState::Held).await;
    // The first viewer's server keeps what it has read, before it says anything.
    let stopped = postgres.stop();
    let mut there = watch(&address_of(&other, patience).await, "Q1200", ORIGIN).await.unwrap();
    until(&mut there, &mut SeatPicture::default(), |p| p.state(seat("30A")) == SeatState::Held).await;
    drop(stopped);
}

#[sqlx::test(migrations = "../../migrations")]
async fn an_old_picture_is_mended_and_nonsense_is_passed_over(_: PgPoolOptions, options: PgConnectOptions) {
    let world = World::open(options).await;
    let ada = visitor();
    let hold = world.choose(ada, &["Q1200"], 1).await.unwrap();
    world.pick(ada, hold, "Q1200", 0, "30A", 0).await.unwrap();
    let (mut redis, key) = shelf(&world).await;
    let old = SeatChange { seat: seat("30A"), state: SeatState::Available, version: 0 };
    let other = SeatChange { seat: seat("30A"), state: SeatState::Blocked, version: 1 };
    for kept in [
        Frame::Snapshot(vec![]).encode(),
        Frame::Snapshot(vec![old]).encode(),
        Frame::Changes(vec![other]).encode(),
        b"nonsense".to_vec(),
    ] {
        let mut tasks = JoinSet::new();
        let site = world.another_site_with(&mut tasks).await;
        redis.set::<_, _, ()>(&key, &kept).await.unwrap();
        let address = address_of(&site, world.config.viewers.frame).await;
        let mut socket = watch(&address, "Q1200", ORIGIN).await.unwrap();
        let mut picture = SeatPicture::default();
        until(&mut socket, &mut picture, |p| p.state(seat("30A")) == SeatState::Held).await;
    }
    world.site.seating.release(ada.into(), hold).await.unwrap();
}
