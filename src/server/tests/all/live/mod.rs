//! Live seats over real connections: who is told, who is let in, and who is cut off.

mod bad;
mod crowds;
mod kept;
mod polls;
mod slow;
mod streams;
mod truth;

use std::time::Duration;

use app::ports::Seats as _;
use domain::{
    cabin::SeatNumber,
    live::{Frame, SeatPicture},
    seat::SeatState,
};
use futures_util::StreamExt as _;
use server::{listening::attentive, router::router, run::serve, site::Site};
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use tokio::{
    net::{TcpListener, TcpStream},
    time::timeout,
};
use tokio_tungstenite::{
    MaybeTlsStream, WebSocketStream, connect_async,
    tungstenite::{self, Message, client::IntoClientRequest as _, http::HeaderValue},
};

use crate::world::{ORIGIN, World, departure, visitor};

const PATIENCE: Duration = Duration::from_secs(15);

pub type Socket = WebSocketStream<MaybeTlsStream<TcpStream>>;

pub async fn address(world: &World) -> String {
    address_of(&world.site, Duration::from_secs(10)).await
}

/// The same of any site; a connection that takes nothing is closed after this time.
pub async fn address_of(site: &Site, patience: Duration) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let app = router(site.clone());
    tokio::spawn(async move { axum::serve(attentive(listener, patience), app).await });
    address.to_string()
}

pub async fn watch(address: &str, flight: &str, origin: &'static str) -> Result<Socket, tungstenite::Error> {
    watch_as(address, flight, &[("origin", origin)]).await
}

/// With these headers.
async fn watch_as(
    address: &str,
    flight: &str,
    headers: &[(&'static str, &str)],
) -> Result<Socket, tungstenite::Error> {
    let url = format!("ws://{address}/live/departures/{}", departure(flight));
    let mut request = url.into_client_request().unwrap();
    for (name, value) in headers {
        request.headers_mut().insert(*name, HeaderValue::from_str(value).unwrap());
    }
    Ok(connect_async(request).await?.0)
}

/// The status and the `Retry-After` of a handshake that is refused.
fn refusal(answer: Result<Socket, tungstenite::Error>) -> (u16, Option<String>) {
    let Err(tungstenite::Error::Http(response)) = answer else { return (101, None) };
    let retry = response.headers().get("retry-after").map(|v| v.to_str().unwrap().to_owned());
    (response.status().as_u16(), retry)
}

/// Reads until the channel is closed, and tells the code with which it was.
async fn closed(socket: &mut Socket) -> Option<u16> {
    let closed = async {
        loop {
            match socket.next().await {
                Some(Ok(Message::Close(frame))) => break frame.map(|f| u16::from(f.code)),
                Some(Ok(_)) => {}
                Some(Err(_)) | None => break None,
            }
        }
    };
    timeout(PATIENCE, closed).await.expect("the channel stays open")
}

/// Comes back when so many watch there.
async fn until_viewers(site: &Site, count: usize) {
    let counted = async {
        while site.live.viewers() != count {
            tokio::task::yield_now().await;
        }
    };
    timeout(PATIENCE, counted).await.expect("other viewers than expected");
}

/// Reads frames into a picture until it is as wanted.
pub async fn until(socket: &mut Socket, picture: &mut SeatPicture, wanted: impl Fn(&SeatPicture) -> bool) {
    timeout(PATIENCE, async {
        while !wanted(picture) {
            let Message::Binary(bytes) = socket.next().await.unwrap().unwrap() else { continue };
            match Frame::decode(&bytes).unwrap() {
                Frame::Snapshot(changes) => _ = picture.apply_snapshot(&changes),
                Frame::Changes(changes) | Frame::Checked(changes, _) => {
                    for change in &changes {
                        picture.apply(change);
                    }
                }
                Frame::Digest(_) | Frame::Pace { .. } => {}
            }
        }
    })
    .await
    .expect("the picture never came to be as wanted");
}

pub fn seat(text: &str) -> SeatNumber {
    SeatNumber::parse(text).unwrap()
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_seat_picked_at_one_server_turns_taken_at_another(_: PgPoolOptions, options: PgConnectOptions) {
    let world = World::open(options).await;
    let ada = visitor();
    let hold = world.choose(ada, &["Q1200"], 1).await.unwrap();
    world.pick(ada, hold, "Q1200", 0, "30A", 0).await.unwrap();

    // A second server over the same Postgres and Redis.
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let other = listener.local_addr().unwrap().to_string();
    let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
    let postgres = server::postgres::Postgres::over(world.pool.clone());
    let (config, options) = (world.config.clone(), world.site.options.clone());
    let running = tokio::spawn(async move {
        serve(listener, &config, options, postgres, async { _ = stopped.await }).await
    });

    let mut socket = watch(&other, "Q1200", ORIGIN).await.unwrap();
    let mut picture = SeatPicture::default();
    until(&mut socket, &mut picture, |p| p.state(seat("30A")) == SeatState::Held).await;
    world.pick(ada, hold, "Q1200", 0, "30B", 0).await.unwrap();
    until(&mut socket, &mut picture, |p| p.state(seat("30B")) == SeatState::Held).await;
    assert_eq!(picture.state(seat("30A")), SeatState::Available);
    world.site.seating.release(ada.into(), hold).await.unwrap();
    until(&mut socket, &mut picture, |p| p.state(seat("30B")) == SeatState::Available).await;
    drop(socket);
    stop.send(()).unwrap();
    running.await.unwrap().unwrap();
}

#[sqlx::test(migrations = "../../migrations")]
async fn what_was_never_published_is_repaired_by_the_digest(_: PgPoolOptions, options: PgConnectOptions) {
    let world = World::open(options).await;
    let ada = visitor();
    let hold = world.choose(ada, &["Q1200"], 1).await.unwrap();
    let mut socket = watch(&address(&world).await, "Q1200", ORIGIN).await.unwrap();
    let mut picture = SeatPicture::default();
    // Written behind the channel's back.
    sqlx::query("insert into seats (departure, seat, state, version, hold_id, traveller) values ($1, '31C', 'held', 1, $2, 0)")
        .bind(departure("Q1200").to_string())
        .bind(hold.0)
        .execute(&world.pool)
        .await
        .unwrap();
    until(&mut socket, &mut picture, |p| p.state(seat("31C")) == SeatState::Held).await;
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_redis_that_takes_connections_and_says_nothing_makes_the_map_slow_and_no_pick_wrong(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let frozen = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("redis://{}", frozen.local_addr().unwrap());
    let world = World::open_with_redis(options, url).await;
    let mut socket = watch(&address(&world).await, "Q1200", ORIGIN).await.unwrap();
    timeout(PATIENCE, async {
        loop {
            let Message::Binary(bytes) = socket.next().await.unwrap().unwrap() else { continue };
            if Frame::decode(&bytes).unwrap() == (Frame::Pace { slow: true }) {
                return;
            }
        }
    })
    .await
    .expect("viewers are told that changes come late");
    let ada = visitor();
    let hold = world.choose(ada, &["Q1200"], 1).await.unwrap();
    world.pick(ada, hold, "Q1200", 0, "30A", 0).await.unwrap();
    let mut picture = SeatPicture::default();
    until(&mut socket, &mut picture, |p| p.state(seat("30A")) == SeatState::Held).await;
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_server_that_stops_sends_its_viewers_to_another(_: PgPoolOptions, options: PgConnectOptions) {
    let world = World::open(options).await;
    let mut socket = watch(&address(&world).await, "Q1200", ORIGIN).await.unwrap();
    until_viewers(&world.site, 1).await;
    world.site.live.close();
    assert_eq!(closed(&mut socket).await, Some(1012));
    until_viewers(&world.site, 0).await;
}
