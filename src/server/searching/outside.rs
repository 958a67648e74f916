//! What others sell, beside our own ways to fly: asked for at once, remembered for a while, shown as far as it has come.
//!
//! Of all who want the same, one asks a supplier, and its answer is good for five minutes, but never beyond the expiry of
//! what it offers. Nobody's own list waits for any of it. Partners are not resold it: who sells to us may buy from us, and
//! each would ask the other without end.

mod cards;
mod sane;

use std::{sync::Arc, time::Duration};

use app::{
    answers::{Beside, OutsideResults, SearchRequest, SearchResults},
    ports::SearchError,
};
use domain::search::SearchQuery;
use jiff::{SignedDuration, Timestamp};
use tokio::select;

use super::{
    Searching,
    cache::{Answer, Bounds, Cache, Fresh, NoAnswer},
    request, results,
};
use crate::{
    patience,
    suppliers::{
        Offered, Supplier, Suppliers, Trip,
        fan_out::{Answers, ask_all},
    },
};

/// How long an answer is good, a tenth more or less.
const KEEPS: Duration = Duration::from_mins(5);
/// What expires earlier than this is not worth offering: nobody chooses so fast.
const LEAST_TO_CHOOSE: SignedDuration = SignedDuration::from_mins(1);
/// An answer is many offers long.
const BOUNDS: Bounds =
    Bounds { most: 512, anothers: patience::OUTSIDE_SEARCH, lock: patience::OUTSIDE_SEARCH_LOCK };

/// Those who sell beside us, and what they answered a while ago.
#[derive(Clone)]
pub(super) struct Outside {
    suppliers: Suppliers,
    answers: Cache<Vec<Offered>>,
}

impl Outside {
    pub fn new(suppliers: Suppliers, realm: &str, redis: redis::Client) -> Self {
        let answers = Cache::within(BOUNDS, &format!("outside:{realm}"), redis, patience::REDIS);
        Self { suppliers, answers }
    }

    fn names(&self) -> Vec<String> {
        self.suppliers.all().iter().map(|supplier| supplier.name().0.clone()).collect()
    }

    /// What each offers for a trip, as far as it is known by the deadline. Whoever comes too late goes on, for the next who
    /// asks.
    async fn ask(&self, trip: &Trip, now: Timestamp) -> Answers<Answer<Vec<Offered>>> {
        let ask = |supplier: Arc<dyn Supplier>| {
            let key = key(supplier.as_ref(), trip);
            let trip = trip.clone();
            async move {
                let question = move || search(supplier.clone(), trip.clone(), now);
                self.answers.get(&key, now, None, question).await
            }
        };
        ask_all(self.suppliers.all(), ask, patience::OUTSIDE_SEARCH).await
    }
}

/// Our own ways to fly, and how far the others are when these are there.
pub(super) async fn search_beside(
    searching: &Searching,
    request: &SearchRequest,
) -> Result<SearchResults, SearchError> {
    let now = Timestamp::now();
    let Some(trip) = trip(searching, request, now) else { return results::search(searching, request).await };
    let others = searching.outside.ask(&trip, now);
    let ours = results::search(searching, request);
    tokio::pin!(others, ours);
    let mut is_answered = false;
    let ours = loop {
        select! {
            biased;
            _ = &mut others, if !is_answered => is_answered = true,
            ours = &mut ours => break ours?,
        }
    };
    let beside = if is_answered { Beside::AtOnce } else { Beside::Asked(searching.outside.names()) };
    Ok(SearchResults { beside, ..ours })
}

/// What the others offer, as far as they answer in time.
pub(super) async fn outside(
    searching: &Searching,
    request: &SearchRequest,
) -> Result<OutsideResults, SearchError> {
    let now = Timestamp::now();
    let Some(trip) = trip(searching, request, now) else { return Ok(OutsideResults::default()) };
    let Answers { came, missing } = searching.outside.ask(&trip, now).await;
    let aged = came.iter().filter(|(_, answer)| answer.is_renewing);
    let old = aged.map(|(name, answer)| (name.0.clone(), secs_since(answer.entry.checked_at, now))).collect();
    let offers = came.iter().flat_map(|(_, answer)| &answer.entry.value);
    Ok(OutsideResults {
        cards: cards::cards(searching, &trip, offers, now),
        missing: missing.into_iter().map(|name| name.0).collect(),
        old,
    })
}

/// What to ask the others for; nothing where there are none, where ours was chosen already for a part of the trip, or where
/// the request cannot be one, as our own search says.
fn trip(searching: &Searching, asked: &SearchRequest, now: Timestamp) -> Option<Trip> {
    if searching.outside.suppliers.all().is_empty() || !asked.chosen.is_empty() {
        return None;
    }
    let (airports, network) = (searching.timetables.airports(), searching.timetables.network());
    let query: SearchQuery = request::parse(asked, airports, network.timetable(), now).ok()?;
    Some(Trip { bounds: query.bounds().to_vec(), party: query.party, cabin: query.cabin })
}

async fn search(
    supplier: Arc<dyn Supplier>,
    trip: Trip,
    now: Timestamp,
) -> Result<Fresh<Vec<Offered>>, NoAnswer> {
    let offers = supplier.search(&trip).await.map_err(|error| {
        tracing::warn!(supplier = %supplier.name(), %error, "a supplier does not tell what it offers");
        NoAnswer
    })?;
    let offers = sane::worth_keeping(offers, now);
    Ok(Fresh { keeps: good_for(&offers, now), value: offers })
}

/// Five minutes, or until the first of them is no longer to be chosen; the tenth by which the cache may stretch it
/// included.
fn good_for(offers: &[Offered], now: Timestamp) -> Duration {
    let first = offers.iter().map(|offer| offer.expires_at).min();
    let left = first.map(|first| first.duration_since(now) - LEAST_TO_CHOOSE);
    let left = left.map(|left| Duration::try_from(left).unwrap_or_default() * 10 / 11);
    left.map_or(KEEPS, |left| left.min(KEEPS))
}

fn secs_since(then: Timestamp, now: Timestamp) -> u32 {
    u32::try_from(now.duration_since(then).as_secs()).unwrap_or_default()
}

/// As a key: `Duffel:BOS-LAX-2026-12-22+LAX-BOS-2026-12-29:2.0.1-Y`.
fn key(supplier: &dyn Supplier, trip: &Trip) -> String {
    let bounds: Vec<String> = trip
        .bounds
        .iter()
        .map(|bound| format!("{}-{}-{}", bound.origin, bound.destination, bound.date))
        .collect();
    let Trip { party, cabin, .. } = trip;
    let party = format!("{}.{}.{}", party.adults(), party.children(), party.infants());
    format!("{}:{}:{party}-{}", supplier.name(), bounds.join("+"), cabin.letter())
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use jiff::{Timestamp, ToSpan as _};

    use super::{KEEPS, good_for, sane::tests::offer};

    #[test]
    fn an_answer_is_good_no_longer_than_what_it_offers() {
        let now = Timestamp::from_second(1_795_000_000).unwrap();
        let until = |mins: i64| {
            let mut offer = offer(now);
            offer.expires_at = now + mins.minutes();
            offer
        };
        assert_eq!(good_for(&[], now), KEEPS);
        assert_eq!(good_for(&[until(60), until(30)], now), KEEPS);
        let short = good_for(&[until(60), until(3)], now);
        assert!(short * 11 / 10 <= Duration::from_mins(2) && short > Duration::from_secs(100), "{short:?}");
        assert_eq!(good_for(&[until(0)], now), Duration::ZERO);
    }
}
