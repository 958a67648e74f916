//! A page that watches a departure, as the browser's does: it tries again by the same rule, and hears of its network.

use std::{
    cell::{Cell, RefCell},
    rc::Rc,
    time::Instant,
};

use domain::{
    departure::DepartureId,
    live::{Ask, Frame, Retry, SILENCE, SeatChange, SeatPicture},
};
use tokio::{sync::Notify, time::timeout};
use uuid::Uuid;

use super::wire::{Kind, Wire};
use crate::Fault;

/// What a page shows, and when it came to show it.
#[derive(Default)]
pub struct Page {
    pub picture: RefCell<SeatPicture>,
    /// Each change that was news, with the moment.
    pub news: RefCell<Vec<(SeatChange, Instant)>>,
    pub is_open: Cell<bool>,
    changed: Notify,
    network_is_back: Notify,
    network_is_gone: Notify,
}

impl Page {
    /// Opens one that watches for ever, at the first of these addresses that takes it, as a load balancer would find it.
    pub fn open(departure: DepartureId, addresses: Vec<String>, from: u32) -> Rc<Self> {
        let page = Rc::new(Self::default());
        tokio::task::spawn_local(page.clone().live(departure, addresses, from));
        page
    }

    /// What the system tells a browser when its cable is pulled.
    pub fn lose_network(&self) {
        self.network_is_gone.notify_one();
    }

    /// And when it is back.
    pub fn regain_network(&self) {
        self.network_is_back.notify_one();
    }

    /// Comes back when the picture is as wanted.
    pub async fn until(&self, wanted: impl Fn(&SeatPicture) -> bool) {
        while !wanted(&self.picture.borrow()) {
            self.changed.notified().await;
        }
    }

    async fn live(self: Rc<Self>, departure: DepartureId, addresses: Vec<String>, from: u32) {
        let mut retry = Retry::default();
        loop {
            let wire = tokio::select! {
                wire = connect(departure, &addresses, from) => wire,
                () = self.network_is_back.notified() => {
                    retry.heard();
                    continue;
                }
            };
            if let Some(wire) = wire {
                tokio::select! {
                    _ = self.listen(wire, &mut retry) => {}
                    () = self.network_is_gone.notified() => {}
                }
                self.is_open.set(false);
            }
            let pause = retry.pause(chance());
            if timeout(pause, self.network_is_back.notified()).await.is_ok() {
                retry.heard();
            }
        }
    }

    async fn listen(&self, mut wire: Wire, retry: &mut Retry) -> Result<(), Fault> {
        loop {
            let mut answers = Vec::new();
            while let Some((kind, payload)) = wire.next() {
                match (kind, Frame::decode(payload)) {
                    (Kind::Ping, _) => answers.push((Kind::Ping, Vec::new())),
                    (Kind::Close, _) => return Ok(()),
                    (Kind::Binary, Ok(frame)) => {
                        retry.heard();
                        if self.take(frame) {
                            answers.push((Kind::Binary, Ask::Snapshot.encode()));
                        }
                    }
                    _ => {}
                }
            }
            for (kind, payload) in answers {
                wire.send(kind, &payload).await?;
            }
            // The first frames may have come with the handshake's answer.
            timeout(SILENCE, wire.fill()).await??;
        }
    }

    /// Whether it fell behind.
    fn take(&self, frame: Frame) -> bool {
        match frame {
            Frame::Checked(changes, digest) => {
                self.take(Frame::Changes(changes));
                return self.take(Frame::Digest(digest));
            }
            Frame::Digest(digest) => return digest != self.picture.borrow().digest(),
            Frame::Snapshot(changes) | Frame::Changes(changes) => {
                let now = Instant::now();
                let mut picture = self.picture.borrow_mut();
                let news = changes.into_iter().filter(|change| picture.apply(change));
                self.news.borrow_mut().extend(news.map(|change| (change, now)));
                self.is_open.set(true);
            }
            Frame::Pace { .. } => {}
        }
        self.changed.notify_one();
        false
    }
}

async fn connect(departure: DepartureId, addresses: &[String], from: u32) -> Option<Wire> {
    for address in addresses {
        let path = format!("/live/departures/{departure}");
        if let Ok(Ok(wire)) = timeout(SILENCE, Wire::open(address, &path, from)).await {
            return Some(wire);
        }
    }
    None
}

/// From 0 to 1.
fn chance() -> f64 {
    let [byte, ..] = Uuid::new_v4().into_bytes();
    f64::from(byte) / 255.0
}
