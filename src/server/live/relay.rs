use std::{sync::Arc, time::Duration};

use domain::{departure::DepartureId, live::Frame};
use futures_util::StreamExt as _;
use tokio::{
    sync::{mpsc, oneshot},
    task::JoinSet,
    time::{interval, sleep, timeout},
};
use uuid::Uuid;

use super::hub::Hub;
use crate::patience;

const BEAT: Duration = Duration::from_secs(2);
const RECONNECT_WAIT: Duration = Duration::from_secs(1);
const PUBLISH_BACKLOG: usize = 4096;
const PUBLISHED_AT_ONCE: usize = 256;

/// Carries changes between servers over Redis: one subscription per watched departure, one connection each way.
/// Without Redis it does nothing, and the checker's comparison with Postgres takes over.
#[derive(Clone)]
pub(super) struct Relay {
    wishes: mpsc::UnboundedSender<Wish>,
    outgoing: mpsc::Sender<(DepartureId, Vec<u8>)>,
}

enum Wish {
    Subscribe(DepartureId, oneshot::Sender<()>),
    Unsubscribe(DepartureId),
}

impl Relay {
    pub fn start(hub: Arc<Hub>, redis: redis::Client, realm: Uuid, tasks: &mut JoinSet<()>) -> Self {
        let channels = Channels { realm };
        let (wishes, asked_for) = mpsc::unbounded_channel();
        let (outgoing, queued) = mpsc::channel(PUBLISH_BACKLOG);
        tasks.spawn(listen(hub, redis.clone(), channels, asked_for));
        tasks.spawn(speak(redis, channels, queued));
        Self { wishes, outgoing }
    }

    /// Returns once Redis has confirmed, or after a second: then the checker repairs what is missed.
    pub async fn subscribe(&self, departure: DepartureId) {
        let (done, confirmed) = oneshot::channel();
        if self.wishes.send(Wish::Subscribe(departure, done)).is_ok() {
            let _ = timeout(patience::REDIS, confirmed).await;
        }
    }

    pub fn unsubscribe(&self, departure: DepartureId) {
        let _ = self.wishes.send(Wish::Unsubscribe(departure));
    }

    /// Queues a change for the other servers; when the queue is full it is dropped, and digests repair it.
    pub fn publish(&self, departure: DepartureId, frame: Vec<u8>) {
        if self.outgoing.try_send((departure, frame)).is_err() {
            tracing::warn!(%departure, "a seat change was not published: the queue is full");
        }
    }
}

/// The channels of this site: others may use the same Redis.
#[derive(Clone, Copy)]
struct Channels {
    realm: Uuid,
}

impl Channels {
    fn of(self, departure: DepartureId) -> String {
        format!("seats:{}:{departure}", self.realm)
    }

    fn departure(self, channel: &str) -> Option<DepartureId> {
        let name = channel.strip_prefix("seats:")?.strip_prefix(&self.realm.to_string())?;
        DepartureId::parse(name.strip_prefix(':')?).ok()
    }
}

/// Everything queued goes out in one round trip: under load a departure may change thousands of times a second.
async fn speak(redis: redis::Client, channels: Channels, mut queued: mpsc::Receiver<(DepartureId, Vec<u8>)>) {
    let mut connection: Option<redis::aio::MultiplexedConnection> = None;
    let mut frames = Vec::new();
    while queued.recv_many(&mut frames, PUBLISHED_AT_ONCE).await > 0 {
        let mut publishing = redis::pipe();
        for (departure, frame) in frames.drain(..) {
            publishing.cmd("PUBLISH").arg(channels.of(departure)).arg(frame).ignore();
        }
        if connection.is_none() {
            connection = timeout(patience::PUBLISH, redis.get_multiplexed_async_connection())
                .await
                .ok()
                .and_then(Result::ok);
        }
        let Some(redis) = connection.as_mut() else { continue };
        let published = timeout(patience::PUBLISH, publishing.query_async::<()>(redis)).await;
        if !matches!(published, Ok(Ok(()))) {
            connection = None;
        }
    }
}

/// Listens as long as the server lives; after a break everything watched is subscribed again.
async fn listen(
    hub: Arc<Hub>,
    redis: redis::Client,
    channels: Channels,
    mut wished: mpsc::UnboundedReceiver<Wish>,
) {
    loop {
        match timeout(patience::REDIS, redis.get_async_pubsub()).await {
            Ok(Ok(pubsub)) => {
                hear(&hub, channels, pubsub, &mut wished).await;
                tracing::warn!("redis is away: other servers' seat changes come late");
            }
            Ok(Err(error)) => tracing::warn!(%error, "redis cannot be reached"),
            Err(_) => tracing::warn!("redis does not answer"),
        }
        hub.set_slow(true);
        // Confirm what is wished meanwhile: a viewer must not wait for Redis.
        while let Ok(wish) = wished.try_recv() {
            if let Wish::Subscribe(_, done) = wish {
                let _ = done.send(());
            }
        }
        if wished.is_closed() {
            return;
        }
        sleep(RECONNECT_WAIT).await;
    }
}

async fn hear(
    hub: &Hub,
    channels: Channels,
    pubsub: redis::aio::PubSub,
    wished: &mut mpsc::UnboundedReceiver<Wish>,
) {
    let (mut sink, mut messages) = pubsub.split();
    for departure in hub.watched() {
        if !matches!(timeout(patience::REDIS, sink.subscribe(channels.of(departure))).await, Ok(Ok(()))) {
            return;
        }
    }
    hub.set_slow(false);
    let mut beat = interval(BEAT);
    loop {
        tokio::select! {
            _ = beat.tick() => {
                // A Redis that is frozen breaks no connection: only a question that stays open shows it.
                if !matches!(timeout(patience::REDIS, sink.ping::<redis::Value>()).await, Ok(Ok(_))) {
                    return;
                }
            }
            message = messages.next() => {
                let Some(message) = message else { return };
                let departure = channels.departure(message.get_channel_name());
                let frame = Frame::decode(message.get_payload_bytes());
                if let (Some(departure), Ok(Frame::Changes(changes))) = (departure, frame) {
                    hub.apply(departure, &changes);
                } else {
                    tracing::warn!(channel = message.get_channel_name(), "not a seat change: passed over");
                }
            }
            wish = wished.recv() => {
                let Some(wish) = wish else { return };
                let done = match wish {
                    Wish::Subscribe(departure, done) => {
                        let answer = timeout(patience::REDIS, sink.subscribe(channels.of(departure))).await;
                        let _ = done.send(());
                        answer
                    }
                    // Someone may have come back meanwhile.
                    Wish::Unsubscribe(departure) if hub.watched().contains(&departure) => continue,
                    Wish::Unsubscribe(departure) => {
                        timeout(patience::REDIS, sink.unsubscribe(channels.of(departure))).await
                    }
                };
                if !matches!(done, Ok(Ok(()))) {
                    return;
                }
            }
        }
    }
}
