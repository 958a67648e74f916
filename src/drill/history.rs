//! What was observed: each seat's picks, refusals and readings, and what each hold was asked to do, with times.

use std::{
    collections::{BTreeMap, HashMap},
    sync::{Mutex, MutexGuard, PoisonError},
};

use domain::{
    cabin::SeatNumber,
    departure::DepartureId,
    hold::HoldId,
    live::SeatChange,
    seat::{SeatState, SeatVersion},
};

use crate::clock::Moment;

pub type SeatKey = (DepartureId, SeatNumber);

/// Something that a client learnt of a seat, and the times between which it was true or took effect.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Event {
    pub invoked: Moment,
    /// [`Moment::NEVER`] where the answer did not come: it may have happened at any time since, or not at all.
    pub answered: Moment,
    pub what: What,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum What {
    /// The hold took the seat, which came to this version.
    Took { hold: HoldId, version: SeatVersion },
    /// A pick without an answer.
    MayHaveTaken { hold: HoldId },
    /// The hold gave the seat for another one.
    Gave { hold: HoldId, version: SeatVersion },
    /// A pick at this version was refused.
    Refused { hold: HoldId, expected: SeatVersion },
    /// The hold was shown to own the seat.
    Owned { hold: HoldId, booked: bool },
    /// The seat was read at this version.
    Read { version: SeatVersion, state: SeatState },
}

/// Readings of one version, of which only the earliest and the latest matter.
#[derive(Clone, Copy, Debug)]
pub struct Reading {
    pub state: SeatState,
    /// It was so by this time.
    pub by: Moment,
    /// It was still so after this time, where a reading of Postgres says so.
    pub still: Option<Moment>,
}

#[derive(Clone, Debug, Default)]
pub struct SeatHistory {
    pub events: Vec<Event>,
    pub readings: BTreeMap<SeatVersion, Reading>,
    /// Readings of one version that name two states.
    pub contradictions: Vec<Event>,
}

/// From when on a hold may have done something to its seats without our seeing it: the earliest request, or its end. And
/// what its traveller was told of its end.
#[derive(Clone, Copy, Debug)]
pub struct Permits {
    /// Seats may have been assigned.
    pub assign: Moment,
    pub reserve: Moment,
    pub book: Moment,
    /// Seats may have come free while held or reserved.
    pub free: Moment,
    /// Booked seats may have come free.
    pub unbook: Moment,
    /// It was seen to be over by now: nothing can be picked after this.
    pub over: Moment,
    /// Its traveller was told that it is given up.
    pub given_up: Moment,
    /// Its traveller was told that its payment is over and nothing was charged.
    pub uncharged: Moment,
}

impl Permits {
    /// Its traveller was promised by now that nothing of it is left: it owns nothing any more.
    pub fn gone(&self) -> Moment {
        self.given_up.min(self.uncharged)
    }

    /// Whether it can have brought a seat into that state by then without our seeing it.
    pub fn allow(&self, state: SeatState, by: Moment) -> bool {
        let asked = match state {
            SeatState::Available | SeatState::Blocked => return false,
            SeatState::Held => self.assign,
            SeatState::Reserved => self.assign.max(self.reserve),
            SeatState::Booked => self.assign.max(self.reserve).max(self.book),
        };
        asked != Moment::NEVER && asked <= by
    }

    /// For whoever it may be of these: the earliest of each.
    pub fn of_anyone<'a>(all: impl IntoIterator<Item = &'a Self>) -> Self {
        all.into_iter().fold(Self::default(), |anyone, one| Self {
            assign: anyone.assign.min(one.assign),
            reserve: anyone.reserve.min(one.reserve),
            book: anyone.book.min(one.book),
            free: anyone.free.min(one.free),
            unbook: anyone.unbook.min(one.unbook),
            ..anyone
        })
    }
}

impl Default for Permits {
    fn default() -> Self {
        let never = Moment::NEVER;
        Self {
            assign: never,
            reserve: never,
            book: never,
            free: never,
            unbook: never,
            over: never,
            given_up: never,
            uncharged: never,
        }
    }
}

/// What a hold may do from a moment on, or what its traveller knows of its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum May {
    Assign,
    Reserve,
    Book,
    Free,
    Unbook,
    BeOver,
    /// Which it is over by, too.
    BeGivenUp,
    /// Which it is over by, too.
    BeUncharged,
}

#[derive(Debug, Default)]
pub struct History {
    seats: Mutex<HashMap<SeatKey, SeatHistory>>,
    holds: Mutex<BTreeMap<HoldId, Permits>>,
}

impl History {
    pub fn note(&self, departure: DepartureId, seat: SeatNumber, event: Event) {
        lock(&self.seats).entry((departure, seat)).or_default().events.push(event);
    }

    /// A reading from Postgres between two moments.
    pub fn read(&self, departure: DepartureId, change: SeatChange, invoked: Moment, answered: Moment) {
        let mut seats = lock(&self.seats);
        seats.entry((departure, change.seat)).or_default().read(&change, Some(invoked), answered);
    }

    /// The same of every seat in `all` that is not among the touched ones: available at version 0.
    pub fn read_map(
        &self,
        departure: DepartureId,
        touched: &[SeatChange],
        all: &[SeatNumber],
        invoked: Moment,
        answered: Moment,
    ) {
        let mut seats = lock(&self.seats);
        let mut one = |change: &SeatChange| {
            seats.entry((departure, change.seat)).or_default().read(change, Some(invoked), answered);
        };
        touched.iter().for_each(&mut one);
        for seat in all.iter().filter(|seat| !touched.iter().any(|change| change.seat == **seat)) {
            one(&SeatChange { seat: *seat, state: SeatState::Available, version: 0 });
        }
    }

    /// What a live channel told: true by now, though perhaps no longer.
    pub fn told(&self, departure: DepartureId, changes: &[SeatChange], at: Moment) {
        let mut seats = lock(&self.seats);
        for change in changes {
            seats.entry((departure, change.seat)).or_default().read(change, None, at);
        }
    }

    /// From that moment on the hold may have done that.
    pub fn may(&self, hold: HoldId, what: May, since: Moment) {
        let mut holds = lock(&self.holds);
        let permits = holds.entry(hold).or_default();
        let earliest = |moment: &mut Moment| *moment = (*moment).min(since);
        match what {
            May::Assign => earliest(&mut permits.assign),
            May::Reserve => earliest(&mut permits.reserve),
            May::Book => earliest(&mut permits.book),
            May::Free => earliest(&mut permits.free),
            May::Unbook => earliest(&mut permits.unbook),
            May::BeOver => earliest(&mut permits.over),
            May::BeGivenUp => {
                earliest(&mut permits.over);
                earliest(&mut permits.given_up);
            }
            May::BeUncharged => {
                earliest(&mut permits.over);
                earliest(&mut permits.uncharged);
            }
        }
    }

    pub fn seats(&self) -> HashMap<SeatKey, SeatHistory> {
        lock(&self.seats).clone()
    }

    pub fn holds(&self) -> BTreeMap<HoldId, Permits> {
        lock(&self.holds).clone()
    }
}

impl SeatHistory {
    pub fn read(&mut self, change: &SeatChange, still: Option<Moment>, by: Moment) {
        let reading =
            self.readings.entry(change.version).or_insert(Reading { state: change.state, by, still });
        if reading.state != change.state {
            self.contradictions.push(Event {
                invoked: still.unwrap_or_default(),
                answered: by,
                what: What::Read { version: change.version, state: change.state },
            });
            return;
        }
        reading.by = reading.by.min(by);
        reading.still = reading.still.max(still);
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
