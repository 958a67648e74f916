//! Viewers that take little or nothing.

use std::time::Duration;

use domain::{
    cabin::SeatNumber,
    live::{Frame, SeatChange, SeatPicture},
    seat::SeatState,
};
use futures_util::StreamExt as _;
use server::{config::Config, live::Bounds, site::Site};
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use tokio::{
    io::AsyncWriteExt as _,
    net::{TcpSocket, TcpStream},
    task::JoinSet,
    time::timeout,
};
use tokio_tungstenite::{client_async, tungstenite::Message};

use super::{PATIENCE, address_of, until_viewers, watch};
use crate::world::{ORIGIN, World, departure};

/// Every seat of the largest cabin, at this version.
fn everything(version: u32) -> Vec<SeatChange> {
    let seats = (1..=99).flat_map(|row| "ABCDEFGHJK".chars().map(move |l| SeatNumber::new(row, l).unwrap()));
    let state = if version % 2 == 1 { SeatState::Held } else { SeatState::Available };
    seats.map(|seat| SeatChange { seat, state, version }).collect()
}

async fn site(world: &World, viewers: Bounds, tasks: &mut JoinSet<()>) -> (Site, String) {
    let site = world.site_with(&Config { viewers, ..world.config.clone() }, tasks).await;
    let address = address_of(&site, viewers.frame).await;
    (site, address)
}

/// A connection that can take little before it must be read.
async fn narrow(address: &str) -> TcpStream {
    let socket = TcpSocket::new_v4().unwrap();
    socket.set_recv_buffer_size(4096).unwrap();
    socket.connect(address.parse().unwrap()).await.unwrap()
}

/// Changes that never end, until only so many watch.
async fn change_until_viewers(site: &Site, count: usize) {
    let changing = async {
        let mut version = 0;
        while site.live.viewers() != count {
            version += 1;
            site.live.publish_of(departure("Q1200"), everything(version));
            tokio::task::yield_now().await;
        }
    };
    timeout(PATIENCE * 2, changing).await.expect("who never reads is cut off");
}

#[sqlx::test(migrations = "../../migrations")]
async fn whoever_never_reads_is_cut_off(_: PgPoolOptions, options: PgConnectOptions) {
    let world = World::open(options).await;
    let mut tasks = JoinSet::new();
    let bounds = Bounds { frame: Duration::from_millis(500), ..Bounds::default() };
    let (site, address) = site(&world, bounds, &mut tasks).await;
    let at = departure("Q1200");

    let socket = format!("ws://{address}/live/departures/{at}");
    let (_deaf, _) = client_async(socket, narrow(&address).await).await.unwrap();
    until_viewers(&site, 1).await;
    change_until_viewers(&site, 0).await;

    let mut deaf = narrow(&address).await;
    let request = format!("GET /live/departures/{at}/events HTTP/1.1\r\nHost: {address}\r\n\r\n");
    deaf.write_all(request.as_bytes()).await.unwrap();
    until_viewers(&site, 1).await;
    change_until_viewers(&site, 0).await;
}

#[sqlx::test(migrations = "../../migrations")]
async fn whoever_answers_no_ping_is_cut_off(_: PgPoolOptions, options: PgConnectOptions) {
    let world = World::open(options).await;
    let mut tasks = JoinSet::new();
    let bounds = Bounds { ping: Duration::from_secs(1), ..Bounds::default() };
    let (site, address) = site(&world, bounds, &mut tasks).await;
    let mut lively = watch(&address, "Q1200", ORIGIN).await.unwrap();
    let reading = tokio::spawn(async move { while let Some(Ok(_)) = lively.next().await {} });
    let _deaf = watch(&address, "Q1200", ORIGIN).await.unwrap();
    until_viewers(&site, 2).await;
    until_viewers(&site, 1).await;
    assert!(!reading.is_finished(), "whoever reads stays");
    reading.abort();
}

#[sqlx::test(migrations = "../../migrations")]
async fn whoever_falls_behind_gets_the_whole_picture_in_place_of_what_was_missed(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    const CHANGES: u32 = 3000;
    let world = World::open(options).await;
    let address = address_of(&world.site, PATIENCE).await;
    let url = format!("ws://{address}/live/departures/{}", departure("Q1200"));
    let (mut late, _) = client_async(url, narrow(&address).await).await.unwrap();
    until_viewers(&world.site, 1).await;
    for version in 1..=CHANGES {
        world.site.live.publish_of(departure("Q1200"), everything(version));
        tokio::task::yield_now().await;
    }
    let truth: SeatPicture = everything(CHANGES).into();
    let (mut picture, mut frames, mut snapshots) = (SeatPicture::default(), 0, 0);
    let reading = async {
        while picture != truth {
            let Message::Binary(bytes) = late.next().await.unwrap().unwrap() else { continue };
            frames += 1;
            match Frame::decode(&bytes).unwrap() {
                Frame::Snapshot(changes) => {
                    snapshots += 1;
                    picture.apply_snapshot(&changes);
                }
                Frame::Changes(changes) | Frame::Checked(changes, _) => _ = picture.apply_snapshot(&changes),
                Frame::Digest(_) | Frame::Pace { .. } => {}
            }
        }
    };
    timeout(PATIENCE, reading).await.expect("the picture comes to be as it is");
    assert!(snapshots > 1 && frames < CHANGES, "{snapshots} snapshots in {frames} frames");
}
