use std::time::Duration;

use axum::{
    body::Bytes,
    extract::{
        Path, State, WebSocketUpgrade,
        ws::{CloseFrame, Message, WebSocket, close_code},
    },
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
};
use domain::{
    departure::DepartureId,
    live::{Ask, Frame},
};
use tokio::{
    sync::broadcast::{self, error::RecvError},
    time::{Instant, timeout},
};

use super::Live;
use crate::{patience, site::Site};

/// Snapshots that a viewer may ask for: one in this time.
const ASK_PAUSE: Duration = Duration::from_secs(1);
/// The longest frame that a viewer may send.
const LONGEST_ASK: usize = 64;

/// `GET /live/departures/{id}`: the WebSocket on which a departure's seats change. See `domain::live` for its frames.
pub async fn watch_departure(
    State(site): State<Site>,
    Path(departure): Path<String>,
    headers: HeaderMap,
    upgrade: WebSocketUpgrade,
) -> Response {
    let origin = headers.get(header::ORIGIN).and_then(|o| o.to_str().ok());
    if !site.origins.allows(origin) {
        return (StatusCode::FORBIDDEN, "This page may not watch seats here.").into_response();
    }
    let known =
        DepartureId::parse(&departure).ok().filter(|id| site.timetable.current().departure(id).is_some());
    let Some(departure) = known else {
        return (StatusCode::NOT_FOUND, "There is no such departure.").into_response();
    };
    upgrade
        .max_message_size(LONGEST_ASK)
        .max_frame_size(LONGEST_ASK)
        .on_upgrade(move |socket| serve(site.live.clone(), departure, socket))
}

async fn serve(live: Live, departure: DepartureId, mut socket: WebSocket) {
    let (_seat, frames) = match live.watch(departure).await {
        Ok(watch) => watch,
        Err(error) => {
            tracing::warn!(%departure, %error, "a viewer cannot be served");
            close(&mut socket, close_code::AGAIN, "try again shortly").await;
            return;
        }
    };
    let pace = Frame::Pace { slow: live.is_slow() }.encode().into();
    if send(&mut socket, pace).await && send(&mut socket, live.snapshot(departure)).await {
        talk(&live, departure, &mut socket, frames).await;
    }
}

async fn talk(
    live: &Live,
    departure: DepartureId,
    socket: &mut WebSocket,
    mut frames: broadcast::Receiver<Bytes>,
) {
    let mut last_ask: Option<Instant> = None;
    loop {
        tokio::select! {
            frame = frames.recv() => {
                let frame = match frame {
                    Ok(frame) => frame,
                    // Too slow for the changes one by one: the whole picture instead.
                    Err(RecvError::Lagged(_)) => live.snapshot(departure),
                    Err(RecvError::Closed) => return,
                };
                if !send(socket, frame).await {
                    return;
                }
            }
            message = socket.recv() => match message {
                Some(Ok(Message::Binary(bytes))) => match Ask::decode(&bytes) {
                    Ok(Ask::Snapshot) if last_ask.is_none_or(|at| at.elapsed() >= ASK_PAUSE) => {
                        last_ask = Some(Instant::now());
                        if !send(socket, live.snapshot(departure)).await {
                            return;
                        }
                    }
                    Ok(Ask::Snapshot) => {}
                    Err(_) => return close(socket, close_code::PROTOCOL, "that is no frame of this channel").await,
                },
                Some(Ok(Message::Text(_))) => {
                    return close(socket, close_code::UNSUPPORTED, "this channel speaks binary frames").await;
                }
                Some(Ok(Message::Ping(_) | Message::Pong(_))) => {}
                Some(Ok(Message::Close(_)) | Err(_)) | None => return,
            },
        }
    }
}

async fn send(socket: &mut WebSocket, frame: Bytes) -> bool {
    matches!(timeout(patience::FRAME, socket.send(Message::Binary(frame))).await, Ok(Ok(())))
}

async fn close(socket: &mut WebSocket, code: u16, reason: &'static str) {
    let frame = CloseFrame { code, reason: reason.into() };
    let _ = timeout(patience::FRAME, socket.send(Message::Close(Some(frame)))).await;
}
