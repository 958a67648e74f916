use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::SeatChange;
use crate::{
    cabin::{Cabin, Layout, Seat, SeatNumber},
    seat::{SeatState, SeatVersion},
};

/// What is known of the touched seats of a departure; all others are available at version 0.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "Vec<SeatChange>", into = "Vec<SeatChange>")]
pub struct SeatPicture(BTreeMap<SeatNumber, (SeatState, SeatVersion)>);

/// Count of touched seats and sum of their versions. Where one picture knows nothing newer than the other, as a browser knows
/// nothing newer than the server that feeds it, equal digests mean equal pictures: what is missing is missing in the sum.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Digest {
    pub count: u32,
    pub version_sum: u64,
}

impl SeatPicture {
    /// Takes the change in if it is newer than what is known of its seat, and says whether it was.
    pub fn apply(&mut self, change: &SeatChange) -> bool {
        let newer = change.version > self.version(change.seat);
        if newer {
            self.0.insert(change.seat, (change.state, change.version));
        }
        newer
    }

    /// Merges a snapshot, which may be older here and newer there; says whether anything was newer.
    pub fn apply_snapshot(&mut self, changes: &[SeatChange]) -> bool {
        changes.iter().fold(false, |any, change| self.apply(change) | any)
    }

    /// All touched seats, by row and letter.
    pub fn snapshot(&self) -> Vec<SeatChange> {
        self.0
            .iter()
            .map(|(seat, (state, version))| SeatChange { seat: *seat, state: *state, version: *version })
            .collect()
    }

    pub fn digest(&self) -> Digest {
        Digest {
            count: u32::try_from(self.0.len()).unwrap_or(u32::MAX),
            version_sum: self.0.values().map(|(_, version)| u64::from(*version)).sum(),
        }
    }

    pub fn state(&self, seat: SeatNumber) -> SeatState {
        self.0.get(&seat).map_or(SeatState::Available, |(state, _)| *state)
    }

    /// The version to send when picking the seat; 0 where it was never touched.
    pub fn version(&self, seat: SeatNumber) -> SeatVersion {
        self.0.get(&seat).map_or(0, |(_, version)| *version)
    }

    /// The seats of a cabin that may be picked, front to back.
    pub fn free<'a>(&'a self, layout: &'a Layout, cabin: Cabin) -> impl Iterator<Item = &'a Seat> {
        layout.seats(cabin).filter(|seat| self.state(seat.number) == SeatState::Available)
    }
}

impl From<Vec<SeatChange>> for SeatPicture {
    fn from(changes: Vec<SeatChange>) -> Self {
        let mut picture = Self::default();
        picture.apply_snapshot(&changes);
        picture
    }
}

impl From<SeatPicture> for Vec<SeatChange> {
    fn from(picture: SeatPicture) -> Self {
        picture.snapshot()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{Digest, SeatChange, SeatPicture};
    use crate::{
        cabin::{Cabin, Configuration, Layout, SeatNumber},
        schedule::AircraftCode,
        seat::SeatState,
    };

    /// The moves of a few seats as a database would make them, each seat's version growing by one, and how a network
    /// delivers them: any of them, in any order, any number of times.
    fn moves() -> impl Strategy<Value = (Vec<SeatChange>, Vec<usize>)> {
        prop::collection::vec((0u8..4, any::<prop::sample::Index>()), 1..40).prop_flat_map(|picks| {
            let mut picture = SeatPicture::default();
            let changes: Vec<SeatChange> = picks
                .into_iter()
                .map(|(row, next)| {
                    let seat = SeatNumber::new(row + 1, 'A').unwrap();
                    let (from, version) = (picture.state(seat), picture.version(seat) + 1);
                    let moves: Vec<_> = SeatState::ALL.into_iter().filter(|s| from.may_become(*s)).collect();
                    let change = SeatChange { seat, state: *next.get(&moves), version };
                    picture.apply(&change);
                    change
                })
                .collect();
            let delivered = prop::collection::vec(0..changes.len(), 0..80);
            (Just(changes), delivered)
        })
    }

    fn picture_of(changes: &[SeatChange]) -> SeatPicture {
        changes.to_vec().into()
    }

    proptest! {
        #[test]
        fn any_order_loss_and_repetition_with_a_snapshot_end_in_the_same_picture((changes, delivered) in moves()) {
            let server = picture_of(&changes);
            let mut browser = SeatPicture::default();
            for i in delivered {
                browser.apply(&changes[i]);
            }
            if browser.digest() != server.digest() {
                prop_assert!(browser.apply_snapshot(&server.snapshot()));
            }
            prop_assert_eq!(browser, server);
        }

        #[test]
        fn the_digest_tells_whether_anything_is_missing((changes, delivered) in moves()) {
            let server = picture_of(&changes);
            let browser = picture_of(&delivered.into_iter().map(|i| changes[i]).collect::<Vec<_>>());
            prop_assert_eq!(browser.digest() == server.digest(), browser == server);
        }

        #[test]
        fn an_old_snapshot_takes_nothing_back((changes, _) in moves(), seen in any::<prop::sample::Index>()) {
            let old = picture_of(&changes[..seen.index(changes.len())]).snapshot();
            let mut picture = picture_of(&changes);
            prop_assert!(!picture.apply_snapshot(&old));
            prop_assert_eq!(picture, picture_of(&changes));
        }
    }

    #[test]
    fn a_seat_never_touched_is_available_at_version_0() {
        let mut picture = SeatPicture::default();
        let seat = SeatNumber::parse("14C").unwrap();
        assert_eq!((picture.state(seat), picture.version(seat)), (SeatState::Available, 0));
        assert!(!picture.apply(&SeatChange { seat, state: SeatState::Blocked, version: 0 }));
        assert_eq!(picture.digest(), Digest::default());
    }

    #[test]
    fn free_seats_are_those_of_the_layout_that_nobody_has() {
        let aircraft = AircraftCode::parse("320").unwrap();
        let layout = Layout::of(&aircraft, &Configuration::parse("F12Y138").unwrap());
        let change =
            |text, state, version| SeatChange { seat: SeatNumber::parse(text).unwrap(), state, version };
        let picture = picture_of(&[
            change("14C", SeatState::Held, 1),
            change("14D", SeatState::Blocked, 1),
            change("15A", SeatState::Available, 4),
            change("1A", SeatState::Booked, 3),
        ]);
        assert_eq!(picture.free(&layout, Cabin::Economy).count(), 136);
        assert_eq!(picture.free(&layout, Cabin::First).count(), 11);
    }

    #[test]
    fn a_picture_travels_as_the_list_of_its_changes() {
        let seat = SeatNumber::parse("14C").unwrap();
        let picture = picture_of(&[SeatChange { seat, state: SeatState::Held, version: 3 }]);
        let text = serde_json::to_string(&picture).unwrap();
        assert_eq!(text, r#"[{"seat":"14C","state":"held","version":3}]"#);
        assert_eq!(serde_json::from_str::<SeatPicture>(&text).unwrap(), picture);
    }
}
