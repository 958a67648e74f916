//! What no page of ours sends: whoever does is cut off, and told why; nobody else notices.

use domain::{
    live::{Ask, SeatPicture},
    seat::SeatState,
};
use futures_util::SinkExt as _;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use tokio_tungstenite::tungstenite::Message;

use super::{address, closed, refusal, seat, until, until_viewers, watch, watch_as};
use crate::world::{ORIGIN, World, visitor};

#[sqlx::test(migrations = "../../migrations")]
async fn foreign_pages_and_unknown_departures_are_turned_away(_: PgPoolOptions, options: PgConnectOptions) {
    let world = World::open(options).await;
    let address = address(&world).await;
    assert_eq!(refusal(watch(&address, "Q1200", "http://evil.test").await).0, 403);
    assert_eq!(refusal(watch(&address, "Q1200", "null").await).0, 403);
    let foreign = [("origin", ORIGIN), ("sec-fetch-site", "cross-site")];
    assert_eq!(refusal(watch_as(&address, "Q1200", &foreign).await).0, 403);
    assert_eq!(refusal(watch(&address, "Q1999", ORIGIN).await).0, 404);
    assert_eq!(world.site.live.viewers(), 0);
}

#[sqlx::test(migrations = "../../migrations")]
async fn nonsense_and_floods_end_their_own_channel_alone(_: PgPoolOptions, options: PgConnectOptions) {
    let world = World::open(options).await;
    let address = address(&world).await;
    let mut calm = watch(&address, "Q1200", ORIGIN).await.unwrap();
    let ask = || Message::Binary(Ask::Snapshot.encode().into());
    for (messages, code) in [
        (vec![ask(), Message::Binary(vec![77; 20].into())], 1002),
        (vec![Message::Binary(Vec::new().into())], 1002),
        (vec![Message::Text("snapshot".into())], 1003),
        // Longer than anything that may be asked.
        (vec![Message::Binary(vec![1; 4096].into())], 1002),
        (vec![ask(); 1000], 1008),
        (vec![Message::Ping(vec![0; 8].into()); 1000], 1008),
    ] {
        let mut socket = watch(&address, "Q1200", ORIGIN).await.unwrap();
        let told = format!("{:?} × {}", messages[0], messages.len());
        for message in messages {
            // What is sent after the end is refused.
            _ = socket.send(message).await;
        }
        assert_eq!(closed(&mut socket).await, Some(code), "{told}");
    }
    until_viewers(&world.site, 1).await;
    let ada = visitor();
    let hold = world.choose(ada, &["Q1200"], 1).await.unwrap();
    world.pick(ada, hold, "Q1200", 0, "30A", 0).await.unwrap();
    let mut picture = SeatPicture::default();
    until(&mut calm, &mut picture, |p| p.state(seat("30A")) == SeatState::Held).await;
}
