//! What never changes of a hold, kept in memory, so that a pick reads nothing before it decides.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use domain::{
    cabin::{Cabin, Layout, SeatNumber},
    departure::{Departure, DepartureId},
    hold::HoldId,
    traveller::{Party, TravellerKind},
};
use jiff::Timestamp;
use uuid::Uuid;

/// Holds remembered in each of two generations: the elder is forgotten when the younger is full.
const GENERATION: usize = 16_384;

/// The part of a hold that is written once. State, expiry and seats are not in it: they are asked for where they decide.
#[derive(Debug)]
pub(crate) struct HoldFacts {
    pub visitor: Uuid,
    pub cabin: Cabin,
    pub party: Party,
    pub kinds: Vec<TravellerKind>,
    pub legs: Vec<LegFacts>,
    /// Where travellers were seated last by this server, by departure and ordinal: a guess, since others seat them too.
    seated: Mutex<HashMap<(DepartureId, u8), SeatNumber>>,
}

#[derive(Debug)]
pub(crate) struct LegFacts {
    pub departure: DepartureId,
    pub departs_at: Timestamp,
    pub layout: Arc<Layout>,
}

impl HoldFacts {
    pub fn leg(&self, departure: DepartureId) -> Option<&LegFacts> {
        self.legs.iter().find(|leg| leg.departure == departure)
    }

    pub fn seat_had(&self, departure: DepartureId, traveller: u8) -> Option<SeatNumber> {
        lock(&self.seated).get(&(departure, traveller)).copied()
    }

    pub fn sits(&self, departure: DepartureId, traveller: u8, seat: SeatNumber) {
        lock(&self.seated).insert((departure, traveller), seat);
    }
}

/// The facts of the holds that were used last; bounded.
#[derive(Debug, Default)]
pub(crate) struct Remembered {
    holds: Mutex<Generations>,
    /// One drawing for all holds on aircraft of a kind; there are as many as the timetable has configurations.
    layouts: Mutex<HashMap<(String, String), Arc<Layout>>>,
}

#[derive(Debug, Default)]
struct Generations {
    young: HashMap<HoldId, Arc<HoldFacts>>,
    old: HashMap<HoldId, Arc<HoldFacts>>,
}

impl Remembered {
    pub fn find(&self, hold: HoldId) -> Option<Arc<HoldFacts>> {
        let mut holds = lock(&self.holds);
        if let Some(facts) = holds.young.get(&hold) {
            return Some(facts.clone());
        }
        let facts = holds.old.remove(&hold)?;
        holds.keep(hold, facts.clone());
        Some(facts)
    }

    pub fn keep(
        &self,
        hold: HoldId,
        visitor: Uuid,
        cabin: Cabin,
        party: Party,
        legs: &[Departure],
    ) -> Arc<HoldFacts> {
        let facts = Arc::new(HoldFacts {
            visitor,
            cabin,
            party,
            kinds: party.kinds(),
            legs: legs.iter().map(|leg| self.leg(leg)).collect(),
            seated: Mutex::default(),
        });
        lock(&self.holds).keep(hold, facts.clone());
        facts
    }

    fn leg(&self, leg: &Departure) -> LegFacts {
        LegFacts { departure: leg.id, departs_at: leg.departs_at, layout: self.layout(leg) }
    }

    fn layout(&self, leg: &Departure) -> Arc<Layout> {
        let kind = (leg.aircraft.to_string(), leg.configuration.to_string());
        let mut layouts = lock(&self.layouts);
        layouts.entry(kind).or_insert_with(|| Arc::new(Layout::of(&leg.aircraft, &leg.configuration))).clone()
    }
}

impl Generations {
    fn keep(&mut self, hold: HoldId, facts: Arc<HoldFacts>) {
        if self.young.len() >= GENERATION {
            self.old = std::mem::take(&mut self.young);
        }
        self.young.insert(hold, facts);
    }
}

// What a panicking thread left behind is still facts, or a guess that is checked.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use domain::{cabin::Cabin, hold::HoldId, traveller::Party};
    use uuid::Uuid;

    use super::{GENERATION, Remembered};

    #[test]
    fn what_is_used_is_remembered_and_the_rest_is_forgotten() {
        let remembered = Remembered::default();
        let hold = |n: usize| HoldId(Uuid::from_u128(n as u128));
        let party = Party::new(1, 0, 0).unwrap();
        for n in 0..3 * GENERATION {
            remembered.keep(hold(n), Uuid::nil(), Cabin::Economy, party, &[]);
            assert!(remembered.find(hold(0)).is_some(), "used all the time");
        }
        assert!(remembered.find(hold(1)).is_none());
        let kept = {
            let all = super::lock(&remembered.holds);
            all.young.len() + all.old.len()
        };
        assert!(kept <= 2 * GENERATION);
    }
}
