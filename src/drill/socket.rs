//! The live channel of a departure, as a browser listens to it.

use std::time::Duration;

use domain::{
    departure::DepartureId,
    live::{Ask, Digest, Frame, SeatPicture},
};
use futures_util::{SinkExt as _, StreamExt as _};
use tokio::{net::TcpStream, time::timeout};
use tokio_tungstenite::{
    MaybeTlsStream, WebSocketStream, connect_async,
    tungstenite::{Message, client::IntoClientRequest as _, http::HeaderValue},
};

use crate::{
    clock::Clock,
    history::History,
    web::{PUBLIC_ORIGIN, Web},
};

const CONNECT_WITHIN: Duration = Duration::from_secs(3);

/// A browser's picture of one departure's seats, kept by its socket for as long as that is read.
#[derive(Debug)]
pub struct Watch {
    departure: DepartureId,
    socket: WebSocketStream<MaybeTlsStream<TcpStream>>,
    pub picture: SeatPicture,
    clock: Clock,
}

impl Watch {
    /// None where the server cannot be reached: a page without live changes still works.
    pub async fn open(web: &Web, server: usize, departure: DepartureId) -> Option<Self> {
        let url = format!("ws://{}/live/departures/{departure}", web.servers[server]);
        let mut request = url.into_client_request().ok()?;
        request.headers_mut().insert("origin", HeaderValue::from_static(PUBLIC_ORIGIN));
        let (socket, _) = timeout(CONNECT_WITHIN, connect_async(request)).await.ok()?.ok()?;
        Some(Self { departure, socket, picture: SeatPicture::default(), clock: web.clock })
    }

    /// Takes in what comes within that time; false when the channel is closed.
    pub async fn listen(&mut self, history: &History, wait: Duration) -> bool {
        let until = tokio::time::Instant::now() + wait;
        while let Ok(message) = tokio::time::timeout_at(until, self.socket.next()).await {
            match message {
                Some(Ok(Message::Binary(bytes))) => self.take(history, &bytes).await,
                Some(Ok(_)) => {}
                Some(Err(_)) | None => return false,
            }
        }
        true
    }

    /// Whether anything comes within that time: the first frame, or the end of the channel.
    pub async fn is_answered(&mut self, within: Duration) -> bool {
        timeout(within, self.socket.next()).await.is_ok()
    }

    async fn take(&mut self, history: &History, bytes: &[u8]) {
        match Frame::decode(bytes) {
            Ok(Frame::Snapshot(changes) | Frame::Changes(changes)) => {
                history.told(self.departure, &changes, self.clock.now());
                self.picture.apply_snapshot(&changes);
            }
            Ok(Frame::Checked(changes, digest)) => {
                history.told(self.departure, &changes, self.clock.now());
                self.picture.apply_snapshot(&changes);
                self.compare(digest).await;
            }
            Ok(Frame::Digest(digest)) => self.compare(digest).await,
            Ok(Frame::Pace { .. }) | Err(_) => {}
        }
    }

    async fn compare(&mut self, digest: Digest) {
        if digest != self.picture.digest() {
            // Something was lost on the way. Where the channel is closed, that is noticed when it is read.
            let _ = self.socket.send(Message::Binary(Ask::Snapshot.encode().into())).await;
        }
    }
}
