//! The least that tells viewers over sockets: tokio-tungstenite, a broadcast channel a departure, one Redis
//! subscription. No pictures, no repair, no limits.

use std::{
    collections::HashMap,
    env,
    sync::{Arc, Mutex, PoisonError},
};

use futures_util::{SinkExt as _, StreamExt as _};
use tokio::{
    net::{TcpListener, TcpStream},
    sync::broadcast,
};
use tokio_tungstenite::{
    accept_hdr_async_with_config,
    tungstenite::{
        Bytes, Message,
        handshake::server::{Request, Response},
        protocol::WebSocketConfig,
    },
};

use crate::Fault;

/// As many frames as ours lets a viewer fall behind.
const BACKLOG: usize = 64;

type Rooms = Arc<Mutex<HashMap<String, broadcast::Sender<Bytes>>>>;

/// Serves at `SKYCONNECT_ADDR`; whatever comes over `bare:ROOM` goes to whoever opened `/ROOM`.
pub async fn serve() -> Result<(), Fault> {
    let listener = TcpListener::bind(env::var("SKYCONNECT_ADDR")?).await?;
    let mut redis = redis::Client::open(env::var("REDIS_URL")?)?.get_async_pubsub().await?;
    redis.psubscribe("bare:*").await?;
    let rooms = Rooms::default();
    let heard = rooms.clone();
    tokio::spawn(async move {
        let mut messages = redis.into_on_message();
        while let Some(message) = messages.next().await {
            let name = message.get_channel_name().trim_start_matches("bare:");
            if let Some(room) = heard.lock().unwrap_or_else(PoisonError::into_inner).get(name) {
                let _ = room.send(Bytes::copy_from_slice(message.get_payload_bytes()));
            }
        }
    });
    loop {
        let (stream, _) = listener.accept().await?;
        stream.set_nodelay(true)?;
        tokio::spawn(watch(stream, rooms.clone()));
    }
}

// The callback's type is tungstenite's.
#[allow(clippy::result_large_err)]
async fn watch(stream: TcpStream, rooms: Rooms) -> Result<(), Fault> {
    let config = WebSocketConfig::default().read_buffer_size(512).write_buffer_size(0);
    let mut name = String::new();
    let learn = |request: &Request, response: Response| {
        request.uri().path().trim_start_matches('/').clone_into(&mut name);
        Ok(response)
    };
    let mut socket = accept_hdr_async_with_config(stream, learn, Some(config)).await?;
    let mut frames = {
        let mut rooms = rooms.lock().unwrap_or_else(PoisonError::into_inner);
        rooms.entry(name).or_insert_with(|| broadcast::Sender::new(BACKLOG)).subscribe()
    };
    loop {
        tokio::select! {
            frame = frames.recv() => socket.send(Message::Binary(frame?)).await?,
            message = socket.next() => if message.is_none() { return Ok(()) },
        }
    }
}
