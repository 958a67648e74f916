use std::collections::{BTreeMap, HashSet};

use domain::{hold::HoldId, seat::SeatState};

use super::{Owner, Register, Stuck};
use crate::{
    clock::Moment,
    history::{Event, Permits, What},
};

/// Looks for an order of the events; they are sorted by their calls.
///
/// # Errors
/// There is none: where the longest order ended.
pub fn search(events: &[Event], holds: &BTreeMap<HoldId, Permits>) -> Result<(), Stuck> {
    let search = Search { events, holds, anyone: Permits::of_anyone(holds.values()), known: known(events) };
    let mut visited = HashSet::new();
    let mut best = Place::start(events.len());
    let mut open = vec![Place::start(events.len())];
    while let Some(mut place) = open.pop() {
        search.take_what_shows(&mut place);
        if search.is_owned_in_vain(&place) {
            continue;
        }
        if search.is_done(&place) {
            return Ok(());
        }
        if place.count > best.count {
            best = place.clone();
        }
        // The last one pushed is tried first: what was seen before what was not.
        let next = search.next(&place);
        if visited.insert(place) {
            open.extend(next);
        }
    }
    let left = events.iter().enumerate().filter(|(i, _)| !best.has(*i)).map(|(_, event)| *event).collect();
    Err(Stuck { register: best.register, left })
}

/// What is known of a version before any search.
#[derive(Clone, Copy, Debug, Default)]
struct Known {
    state: Option<SeatState>,
    /// A client was told that its call made this version, so nothing unseen did.
    by_client: bool,
}

fn known(events: &[Event]) -> Vec<Known> {
    let mut known = Vec::new();
    for event in events {
        let (version, state, by_client) = match event.what {
            What::Took { version, .. } => (version, SeatState::Held, true),
            What::Gave { version, .. } => (version, SeatState::Available, true),
            What::Read { version, state } => (version, state, false),
            What::MayHaveTaken { .. } | What::Refused { .. } | What::Owned { .. } => continue,
        };
        let at = usize::try_from(version).unwrap_or(usize::MAX);
        if known.len() <= at {
            known.resize(at + 1, Known::default());
        }
        known[at].state = Some(state);
        known[at].by_client |= by_client;
    }
    known
}

/// Which events have taken effect, and what the seat is like then.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Place {
    taken: Vec<u64>,
    count: usize,
    /// Every event before this one is taken.
    first_left: usize,
    /// It is no earlier now: the latest call of all that came to a version, or read one.
    now: Moment,
    register: Register,
}

impl Place {
    fn start(events: usize) -> Self {
        Self {
            taken: vec![0; events.div_ceil(64)],
            count: 0,
            first_left: 0,
            now: Moment::default(),
            register: Register::default(),
        }
    }

    fn has(&self, event: usize) -> bool {
        self.taken[event / 64] & (1 << (event % 64)) != 0
    }

    fn take(&mut self, event: usize, events: &[Event]) {
        self.taken[event / 64] |= 1 << (event % 64);
        self.count += 1;
        // What names a version has its one place in every order. Anything else may have come later as well.
        if let What::Took { .. } | What::Gave { .. } | What::Read { .. } = events[event].what {
            self.now = self.now.max(events[event].invoked);
        }
        while self.first_left < events.len() && self.has(self.first_left) {
            self.first_left += 1;
        }
    }
}

struct Search<'a> {
    events: &'a [Event],
    holds: &'a BTreeMap<HoldId, Permits>,
    /// What any of them may have done unseen.
    anyone: Permits,
    /// By version, up to the last that was seen.
    known: Vec<Known>,
}

impl Search<'_> {
    /// The earliest answer of all events that are left: whatever was called after it comes later.
    fn limit(&self, place: &Place) -> Moment {
        let mut limit = Moment::NEVER;
        for (i, event) in self.events.iter().enumerate().skip(place.first_left) {
            // Sorted by call: an event called after the limit is answered after it too.
            if event.invoked > limit {
                break;
            }
            if !place.has(i) {
                limit = limit.min(event.answered);
            }
        }
        limit
    }

    fn candidates<'p>(&'p self, place: &'p Place, limit: Moment) -> impl Iterator<Item = (usize, &'p Event)> {
        let from = place.first_left;
        let called = move |(_, event): &(usize, &Event)| event.invoked <= limit;
        self.events.iter().enumerate().skip(from).take_while(called).filter(|(i, _)| !place.has(*i))
    }

    /// Readings change nothing, so one that fits now can be taken now.
    fn take_what_shows(&self, place: &mut Place) {
        loop {
            let limit = self.limit(place);
            let register = place.register;
            let shown: Vec<usize> = self
                .candidates(place, limit)
                .filter(|(_, event)| register.shows(&event.what))
                .map(|(i, _)| i)
                .collect();
            if shown.is_empty() {
                return;
            }
            for event in shown {
                place.take(event, self.events);
            }
        }
    }

    /// Whether the seat is still owned by a hold of which was promised before that nothing is left.
    fn is_owned_in_vain(&self, place: &Place) -> bool {
        matches!(place.register.owner, Owner::Hold(hold) if self.permits(hold).gone() < place.now)
    }

    /// Only picks without an answer may be left out.
    fn is_done(&self, place: &Place) -> bool {
        let left = self.events.iter().enumerate().skip(place.first_left).filter(|(i, _)| !place.has(*i));
        left.into_iter().all(|(_, event)| matches!(event.what, What::MayHaveTaken { .. }))
    }

    fn next(&self, place: &Place) -> Vec<Place> {
        let limit = self.limit(place);
        let mut next = Vec::new();
        for (register, since) in place.register.unseen(|hold| self.permits(hold), self.anyone) {
            if since <= limit && self.allows(&register, true) {
                next.push(Place { register, ..place.clone() });
            }
        }
        for unanswered in [true, false] {
            let mut holds = HashSet::new();
            for (i, event) in self.candidates(place, limit) {
                if matches!(event.what, What::MayHaveTaken { .. }) != unanswered {
                    continue;
                }
                // Two lost picks of one hold are alike: the earlier one stands for both.
                // What came to a hold that was over took nothing.
                if let What::MayHaveTaken { hold } = event.what
                    && (self.permits(hold).over < place.now.max(event.invoked) || !holds.insert(hold))
                {
                    continue;
                }
                let may_be = |hold, state| self.permits(hold).allow(state, event.answered);
                if let Some(register) = place.register.after(&event.what, may_be)
                    && self.allows(&register, unanswered)
                {
                    let mut after = Place { register, ..place.clone() };
                    after.take(i, self.events);
                    next.push(after);
                }
            }
        }
        next
    }

    /// Whether a version that was come to agrees with what is known of it.
    fn allows(&self, register: &Register, unseen: bool) -> bool {
        let at = usize::try_from(register.version).unwrap_or(usize::MAX);
        self.known.get(at).is_some_and(|known| {
            known.state.is_none_or(|state| state == register.state) && !(unseen && known.by_client)
        })
    }

    fn permits(&self, hold: HoldId) -> Permits {
        self.holds.get(&hold).copied().unwrap_or_default()
    }
}
