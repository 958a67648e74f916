//! A hold: one visitor's claim on all legs of one itinerary, for ten minutes.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::moves::{IllegalMove, Move, after, may_become};

/// Names a hold; random, so that it cannot be guessed, and still only its visitor may use it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct HoldId(pub Uuid);

impl std::fmt::Display for HoldId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}

impl std::str::FromStr for HoldId {
    type Err = uuid::Error;
    fn from_str(text: &str) -> Result<Self, uuid::Error> {
        text.parse().map(Self)
    }
}

/// How long choosing lasts, from the moment an offer is chosen.
pub const HOLD_TTL: SignedDuration = SignedDuration::from_mins(10);
/// What one extension adds.
pub const EXTENSION: SignedDuration = SignedDuration::from_mins(10);
/// An extension is offered only this close to the end.
pub const EXTENSION_WINDOW: SignedDuration = SignedDuration::from_mins(2);
/// What starting to pay leaves at least.
pub const PAYMENT_GRACE: SignedDuration = SignedDuration::from_mins(5);
/// Places that one visitor may hold at once, over all holds.
pub const PLACES_PER_VISITOR: u16 = 36;

/// Flights that one hold can be of, each with a place for so many people.
pub fn most_legs(seats: u8) -> usize {
    usize::from(PLACES_PER_VISITOR / u16::from(seats.max(1)))
}

/// On whose count the places of a hold stand: always on its visitor's, and on the one of the account or token besides.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Holder {
    /// A browser, before anyone signs in.
    Visitor,
    /// Somebody who signed in, on any number of browsers.
    Account,
    /// A partner's program, which sells to many.
    Token,
}

impl Holder {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Visitor => "visitor",
            Self::Account => "account",
            Self::Token => "token",
        }
    }

    /// Places that it may hold at once, over all holds.
    pub fn most_places(self) -> u16 {
        match self {
            Self::Visitor => PLACES_PER_VISITOR,
            Self::Account => 72,
            Self::Token => 1800,
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum HoldState {
    /// Seats may be picked, travellers named.
    Active,
    /// Payment has started: travellers, seats and total stand still.
    Reserved,
    /// Became a ticketed booking.
    Converted,
    /// Given up by its visitor, be it after its time: an authorisation that comes too late does not take its seats again.
    Released,
    /// Ran out of time.
    Expired,
}

impl HoldState {
    pub const ALL: [Self; 5] = [Self::Active, Self::Reserved, Self::Converted, Self::Released, Self::Expired];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Reserved => "reserved",
            Self::Converted => "converted",
            Self::Released => "released",
            Self::Expired => "expired",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|s| s.as_str() == text)
    }

    /// Every move of a hold.
    pub const MOVES: &[Move<Self, HoldEvent>] = &[
        (Self::Active, HoldEvent::PaymentStarted, Self::Reserved),
        (Self::Active, HoldEvent::Ticketed, Self::Converted),
        (Self::Reserved, HoldEvent::Ticketed, Self::Converted),
        (Self::Active, HoldEvent::GivenUp, Self::Released),
        (Self::Reserved, HoldEvent::GivenUp, Self::Released),
        (Self::Expired, HoldEvent::GivenUp, Self::Released),
        (Self::Active, HoldEvent::TimeOver, Self::Expired),
        (Self::Reserved, HoldEvent::TimeOver, Self::Expired),
    ];

    /// Where an event leads.
    ///
    /// # Errors
    /// The event cannot happen to a hold in this state.
    pub fn after(self, event: HoldEvent) -> Result<Self, IllegalMove<Self, HoldEvent>> {
        after(Self::MOVES, self, event)
    }

    pub fn may_become(self, next: Self) -> bool {
        may_become(Self::MOVES, self, next)
    }

    /// Whether it still owns its seats and places.
    pub fn is_live(self) -> bool {
        matches!(self, Self::Active | Self::Reserved)
    }
}

/// What happens to a hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum HoldEvent {
    PaymentStarted,
    /// Paid, or found to be paid after its time was over but before anyone had ended it.
    Ticketed,
    /// By its visitor, by the third declined card, or by an amount that differs. Its visitor may say so after its time too.
    GivenUp,
    /// Found by whoever it stood in the way of, or by the sweeper.
    TimeOver,
}

/// The expiry after payment has started: never earlier than before.
pub fn expiry_when_paying(expires_at: Timestamp, now: Timestamp) -> Timestamp {
    expires_at.max(now + PAYMENT_GRACE)
}

/// Whether its visitor may extend it now: once, while choosing, in the last two minutes.
pub fn may_extend(state: HoldState, extended: bool, expires_at: Timestamp, now: Timestamp) -> bool {
    state == HoldState::Active && !extended && now < expires_at && expires_at - EXTENSION_WINDOW <= now
}

#[cfg(test)]
mod tests {
    use jiff::{SignedDuration, Timestamp};

    use super::{HOLD_TTL, HoldEvent, HoldState, Holder, expiry_when_paying, may_extend};

    const START: Timestamp = Timestamp::UNIX_EPOCH;

    #[test]
    fn an_ended_hold_never_lives_again() {
        for ended in [HoldState::Converted, HoldState::Released, HoldState::Expired] {
            let lives = |next: &HoldState| next.is_live() || *next == HoldState::Converted;
            assert!(HoldState::ALL.into_iter().filter(lives).all(|next| !ended.may_become(next)));
        }
    }

    #[test]
    fn a_hold_that_is_paid_for_cannot_be_given_up_and_one_given_up_cannot_be_paid_for() {
        assert!(HoldState::Converted.after(HoldEvent::GivenUp).is_err());
        assert!(HoldState::Released.after(HoldEvent::Ticketed).is_err());
    }

    #[test]
    fn a_hold_that_ran_out_of_time_may_still_be_given_up_and_then_stays_so() {
        assert_eq!(HoldState::Expired.after(HoldEvent::TimeOver), Ok(HoldState::Expired));
        assert_eq!(HoldState::Expired.after(HoldEvent::GivenUp), Ok(HoldState::Released));
        assert!(HoldState::Released.after(HoldEvent::TimeOver).is_err());
    }

    #[test]
    fn who_stands_for_more_people_may_hold_more_places() {
        assert_eq!(Holder::Visitor.most_places(), super::PLACES_PER_VISITOR);
        assert!(Holder::Visitor.most_places() < Holder::Account.most_places());
        assert!(Holder::Account.most_places() < Holder::Token.most_places());
    }

    #[test]
    fn paying_late_leaves_five_minutes_and_paying_early_takes_none() {
        let expires = START + HOLD_TTL;
        assert_eq!(
            expiry_when_paying(expires, START + SignedDuration::from_mins(9)),
            START + SignedDuration::from_mins(14)
        );
        assert_eq!(expiry_when_paying(expires, START + SignedDuration::from_mins(1)), expires);
    }

    #[test]
    fn a_hold_is_extended_once_and_in_its_last_two_minutes() {
        let expires = START + HOLD_TTL;
        let late = START + SignedDuration::from_secs(8 * 60);
        assert!(may_extend(HoldState::Active, false, expires, late));
        assert!(!may_extend(HoldState::Active, false, expires, late - SignedDuration::from_secs(1)));
        assert!(!may_extend(HoldState::Active, true, expires, late));
        assert!(!may_extend(HoldState::Active, false, expires, expires));
        assert!(!may_extend(HoldState::Reserved, false, expires, late));
    }
}
