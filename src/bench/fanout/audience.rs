//! Many viewers of one departure or of many, at two servers, and what reaches them when.

use std::{
    cell::RefCell,
    rc::Rc,
    time::{Duration, Instant},
};

use domain::departure::DepartureId;
use tokio::{
    task::{JoinSet, spawn_local},
    time::{MissedTickBehavior, interval, sleep, timeout},
};

use super::{
    figures::Figures,
    process::{computed_secs, memory},
    rival::Rival,
    wire::Wire,
};
use crate::{Fault, fleet::Server};

/// Of each departure.
const EVENTS_PER_SEC: u32 = 10;
/// Viewers that connect at once.
const AT_ONCE: usize = 64;
/// What is under way when the last event was published may take so long.
const PATIENCE: Duration = Duration::from_secs(20);
/// Events before those that count, a second of them.
const WARM_UP: u32 = EVENTS_PER_SEC;

/// What is known of the run while it goes on.
#[derive(Default)]
struct Book {
    /// When each event was published, by departure; the first is number 1.
    published: Vec<Vec<Instant>>,
    latencies_us: Vec<u32>,
    /// Receipts that count.
    received: u64,
    bytes: u64,
}

type Shared = Rc<RefCell<Book>>;

/// So many viewers spread over these departures and servers, told ten events a second of each for so long.
pub async fn measure(
    rival: Rival,
    viewers: usize,
    departures: &[DepartureId],
    ports: [u16; 2],
    span: Duration,
) -> Result<Figures, Fault> {
    let servers = [rival.start(ports[0]).await?, rival.start(ports[1]).await?];
    let pids: Vec<u32> = servers.iter().filter_map(Server::pid).collect();
    let resident = || pids.iter().filter_map(|pid| memory(*pid)).sum::<u64>();
    let computed = || pids.iter().filter_map(|pid| computed_secs(*pid)).sum::<f64>();
    let before = resident();
    let book = Shared::default();
    book.borrow_mut().published = vec![Vec::new(); departures.len()];
    let mut audience = seat(rival, viewers, departures, &servers, &book).await?;
    // Subscriptions that nobody confirms.
    sleep(Duration::from_millis(500)).await;
    let computed_before = computed();
    let began = Instant::now();
    let events = publish(rival, departures, &book, span).await?;
    let took = began.elapsed().as_secs_f64();
    let computing = (computed() - computed_before) / took;
    let counted = u64::from(events - WARM_UP);
    let expected = counted * viewers as u64;
    let all = async {
        while book.borrow().received < expected {
            sleep(Duration::from_millis(10)).await;
        }
    };
    // What never comes is counted as lost.
    let _ = timeout(PATIENCE, all).await;
    let resident_bytes = resident();
    let mut dropped = 0;
    while let Some(ended) = audience.try_join_next() {
        ended??;
        dropped += 1;
    }
    if dropped > 0 {
        eprintln!("bench: {dropped} viewers were cut off");
    }
    audience.abort_all();
    let book = book.take();
    Ok(Figures::new(rival.name(), viewers, book.latencies_us)
        .lost(expected - book.received)
        .bytes(book.bytes, book.received)
        .memory(resident_bytes, before)
        .computing(computing))
}

async fn seat(
    rival: Rival,
    viewers: usize,
    departures: &[DepartureId],
    servers: &[Server; 2],
    book: &Shared,
) -> Result<JoinSet<Result<(), Fault>>, Fault> {
    let mut audience = JoinSet::new();
    let numbers: Vec<usize> = (0..viewers).collect();
    for some in numbers.chunks(AT_ONCE) {
        let mut coming = JoinSet::new();
        for number in some.iter().copied() {
            let address = servers[number % 2].address.clone();
            let which = number / 2 % departures.len();
            let departure = departures[which];
            coming.spawn_local(async move {
                let from = u32::try_from(number).unwrap_or_default();
                Ok::<_, Fault>((which, rival.watch(&address, departure, from).await?))
            });
        }
        while let Some(come) = coming.join_next().await {
            let (which, wire) = come??;
            audience.spawn_local(listen(rival, wire, which, book.clone()));
        }
    }
    Ok(audience)
}

async fn listen(rival: Rival, mut wire: Wire, departure: usize, book: Shared) -> Result<(), Fault> {
    loop {
        wire.fill().await?;
        let now = Instant::now();
        let (mut reply, mut seen) = (None, wire.received);
        while let Some((kind, payload)) = wire.next() {
            reply = rival.answer(kind, payload).or(reply);
            let event = rival.event(kind, payload);
            let size = wire.received - seen;
            seen = wire.received;
            let Some(event) = event.filter(|event| *event > WARM_UP) else { continue };
            let book = &mut *book.borrow_mut();
            let at = book.published[departure].get(event as usize - 1).copied().unwrap_or(now);
            book.latencies_us.push(u32::try_from((now - at).as_micros()).unwrap_or(u32::MAX));
            book.received += 1;
            book.bytes += size;
        }
        if let Some((kind, payload)) = reply {
            wire.send(kind, payload).await?;
        }
    }
}

/// The number of events of each departure. They are spread over the tenth of a second.
async fn publish(
    rival: Rival,
    departures: &[DepartureId],
    book: &Shared,
    span: Duration,
) -> Result<u32, Fault> {
    let redis = redis::Client::open(std::env::var("REDIS_URL")?)?;
    let redis = redis.get_multiplexed_async_connection().await?;
    let events = WARM_UP + u32::try_from(span.as_secs())? * EVENTS_PER_SEC;
    let pause = Duration::from_secs(1) / EVENTS_PER_SEC / u32::try_from(departures.len())?;
    let mut ticks = interval(pause);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Burst);
    for event in 1..=events {
        for (which, departure) in departures.iter().enumerate() {
            ticks.tick().await;
            let (channel, message) = rival.publication(*departure, event)?;
            let mut redis = redis.clone();
            book.borrow_mut().published[which].push(Instant::now());
            spawn_local(async move {
                let sent =
                    redis::cmd("PUBLISH").arg(channel).arg(message).query_async::<()>(&mut redis).await;
                if let Err(error) = sent {
                    eprintln!("bench: an event was not published: {error}");
                }
            });
        }
    }
    Ok(events)
}
