use domain::{
    hold::HoldId,
    seat::{SeatState, SeatVersion},
};

use crate::{
    clock::Moment,
    history::{Permits, What},
};

/// A seat as a model: a version, a state, an owner.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Register {
    pub version: SeatVersion,
    pub state: SeatState,
    pub owner: Owner,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Owner {
    Nobody,
    Hold(HoldId),
    /// A hold that took it unseen; which one may turn out later.
    Somebody,
}

impl Default for Register {
    fn default() -> Self {
        Self { version: 0, state: SeatState::Available, owner: Owner::Nobody }
    }
}

impl Register {
    fn moved(self, state: SeatState, owner: Owner) -> Self {
        Self { version: self.version + 1, state, owner }
    }

    /// Whether this can be seen of it as it is.
    pub fn shows(self, what: &What) -> bool {
        match *what {
            What::Read { version, state } => self.version == version && self.state == state,
            What::Owned { hold, booked } => self.owner == Owner::Hold(hold) && self.is_shown_as(booked),
            What::Refused { hold, expected } => {
                self.state != SeatState::Available
                    || self.version != expected
                    || self.owner == Owner::Hold(hold)
            }
            What::Took { .. } | What::MayHaveTaken { .. } | What::Gave { .. } => false,
        }
    }

    fn is_shown_as(self, booked: bool) -> bool {
        match self.state {
            SeatState::Booked => booked,
            SeatState::Held | SeatState::Reserved => !booked,
            SeatState::Available | SeatState::Blocked => false,
        }
    }

    /// What it becomes by this, if it can. `may_be` tells whether a hold can be the one that came to it unseen.
    pub fn after(self, what: &What, may_be: impl Fn(HoldId, SeatState) -> bool) -> Option<Self> {
        let is_of = |hold| match self.owner {
            Owner::Hold(owner) => owner == hold,
            Owner::Somebody => may_be(hold, self.state),
            Owner::Nobody => false,
        };
        match *what {
            What::Took { hold, version } => (self.state == SeatState::Available
                && version == self.version + 1)
                .then(|| self.moved(SeatState::Held, Owner::Hold(hold))),
            What::MayHaveTaken { hold } => {
                (self.state == SeatState::Available).then(|| self.moved(SeatState::Held, Owner::Hold(hold)))
            }
            What::Gave { hold, version } => {
                (self.state == SeatState::Held && version == self.version + 1 && is_of(hold))
                    .then(|| self.moved(SeatState::Available, Owner::Nobody))
            }
            // It turns out whose it is.
            What::Owned { hold, booked } => {
                (self.owner == Owner::Somebody && self.is_shown_as(booked) && is_of(hold))
                    .then_some(Self { owner: Owner::Hold(hold), ..self })
            }
            What::Read { .. } | What::Refused { .. } => None,
        }
    }

    /// What it may become unseen, each with the moment from which on.
    pub fn unseen(
        self,
        permits: impl Fn(HoldId) -> Permits,
        anyone: Permits,
    ) -> impl Iterator<Item = (Self, Moment)> {
        let of = match self.owner {
            Owner::Hold(hold) => permits(hold),
            // Whoever it is, something asked for it.
            Owner::Nobody | Owner::Somebody => anyone,
        };
        let freed = self.moved(SeatState::Available, Owner::Nobody);
        let moves = match self.state {
            SeatState::Available => vec![(self.moved(SeatState::Held, Owner::Somebody), of.assign)],
            SeatState::Held => {
                vec![(self.moved(SeatState::Reserved, self.owner), of.reserve), (freed, of.free)]
            }
            SeatState::Reserved => {
                vec![(self.moved(SeatState::Booked, self.owner), of.book), (freed, of.free)]
            }
            SeatState::Booked => vec![(freed, of.unbook)],
            SeatState::Blocked => Vec::new(),
        };
        moves.into_iter().filter(|(_, since)| *since != Moment::NEVER)
    }
}
