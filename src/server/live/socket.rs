use std::time::{Duration, Instant};

use axum::{
    body::Bytes,
    extract::{
        FromRequest as _, Path, Request, State, WebSocketUpgrade,
        ws::{CloseFrame, Message, WebSocket, close_code},
    },
    response::{IntoResponse as _, Response},
};
use domain::{departure::DepartureId, live::Ask};
use tokio::time::{Instant as Later, interval_at, timeout};

use super::{Live, WatchError, crowd::Place, door, manners::Manners, viewer::Viewer};
use crate::site::Site;

/// Snapshots that a viewer may ask for: one in this time.
const ASK_PAUSE: Duration = Duration::from_secs(1);
/// The longest frame that a viewer may send.
const LONGEST_ASK: usize = 64;
/// What a viewer sends is read in pieces of this size, which each socket keeps.
const READ_BUFFER: usize = 512;
/// A viewer that takes nothing has no more than this waiting here: the largest picture of any aircraft, and some more.
const WRITE_BUFFER: usize = 32 * 1024;
/// For a viewer to answer a farewell: what is unread when a connection is closed would take the farewell with it.
const FAREWELL: Duration = Duration::from_secs(1);

/// Why the channel ends, for the viewer to read.
struct Farewell {
    code: u16,
    reason: &'static str,
}

const NO_FRAME: Farewell =
    Farewell { code: close_code::PROTOCOL, reason: "that is no frame of this channel" };
const BINARY_ONLY: Farewell =
    Farewell { code: close_code::UNSUPPORTED, reason: "this channel speaks binary frames" };
const TOO_MUCH: Farewell = Farewell { code: close_code::POLICY, reason: "too many messages" };
const NO_SIGN_OF_LIFE: Farewell = Farewell { code: close_code::POLICY, reason: "no answer to a ping" };
const STOPPING: Farewell = Farewell { code: close_code::RESTART, reason: "another server will answer" };
const TRY_AGAIN: Farewell = Farewell { code: close_code::AGAIN, reason: "try again shortly" };

/// `GET /live/departures/{id}`: the WebSocket on which a departure's seats change. See `domain::live` for its frames.
pub async fn watch_departure(
    State(site): State<Site>,
    Path(departure): Path<String>,
    request: Request,
) -> Response {
    let (departure, place) = match door::admit(&site, &departure, &request) {
        Ok(admitted) => admitted,
        Err(refusal) => return *refusal,
    };
    let upgrade = match WebSocketUpgrade::from_request(request, &site).await {
        Ok(upgrade) => upgrade,
        Err(rejection) => return rejection.into_response(),
    };
    upgrade
        .max_message_size(LONGEST_ASK)
        .max_frame_size(LONGEST_ASK)
        .read_buffer_size(READ_BUFFER)
        .write_buffer_size(0)
        .max_write_buffer_size(WRITE_BUFFER)
        .on_upgrade(move |socket| serve(site.live.clone(), departure, place, socket))
}

async fn serve(live: Live, departure: DepartureId, place: Place, socket: WebSocket) {
    let mut wire = Wire { socket, patience: live.bounds.frame };
    let farewell = match live.watch(departure, place).await {
        Ok(mut viewer) => talk(&mut viewer, &mut wire, live.bounds.ping).await,
        Err(WatchError::Stopping) => Some(STOPPING),
        Err(WatchError::Store(error)) => {
            tracing::warn!(%departure, %error, "a viewer cannot be served");
            Some(TRY_AGAIN)
        }
    };
    // By now the viewer has left: whoever lingers over the farewell takes nobody's place.
    if let Some(farewell) = farewell {
        wire.close(farewell).await;
    }
}

/// Until one side ends it; none where the line is dead or closed already.
async fn talk(viewer: &mut Viewer, wire: &mut Wire, ping_every: Duration) -> Option<Farewell> {
    for told in viewer.beginning() {
        wire.send(told.frame()).await?;
    }
    let mut manners = Manners::new(Instant::now());
    let mut last_ask: Option<Instant> = None;
    let mut ping = interval_at(Later::now() + ping_every, ping_every);
    let mut is_alive = true;
    loop {
        tokio::select! {
            told = viewer.next() => match told {
                Some(told) => wire.send(told.frame()).await?,
                None => return Some(STOPPING),
            },
            message = wire.socket.recv() => {
                is_alive = true;
                let now = Instant::now();
                match message {
                    None | Some(Ok(Message::Close(_))) => return None,
                    // Too long, or no WebSocket frame at all.
                    Some(Err(_)) => return Some(NO_FRAME),
                    Some(Ok(_)) if !manners.allow(now) => return Some(TOO_MUCH),
                    Some(Ok(Message::Ping(_) | Message::Pong(_))) => {}
                    Some(Ok(Message::Text(_))) => return Some(BINARY_ONLY),
                    Some(Ok(Message::Binary(bytes))) => match Ask::decode(&bytes) {
                        Ok(Ask::Snapshot) if last_ask.is_none_or(|at| now - at >= ASK_PAUSE) => {
                            last_ask = Some(now);
                            if let Some(all) = viewer.snapshot() {
                                wire.send(all.frame()).await?;
                            }
                        }
                        Ok(Ask::Snapshot) => {}
                        Err(_) => return Some(NO_FRAME),
                    },
                }
            }
            _ = ping.tick() => {
                if !is_alive {
                    return Some(NO_SIGN_OF_LIFE);
                }
                is_alive = false;
                wire.put(Message::Ping(Bytes::new())).await?;
            }
        }
    }
}

/// A socket whose other end may take nothing.
struct Wire {
    socket: WebSocket,
    patience: Duration,
}

impl Wire {
    async fn send(&mut self, frame: Bytes) -> Option<()> {
        self.put(Message::Binary(frame)).await
    }

    /// None where the viewer did not take it in time, or is gone.
    async fn put(&mut self, message: Message) -> Option<()> {
        timeout(self.patience, self.socket.send(message)).await.ok()?.ok()
    }

    async fn close(mut self, Farewell { code, reason }: Farewell) {
        let frame = CloseFrame { code, reason: reason.into() };
        if self.put(Message::Close(Some(frame))).await.is_some() {
            let _ = timeout(FAREWELL, async { while let Some(Ok(_)) = self.socket.recv().await {} }).await;
        }
    }
}
