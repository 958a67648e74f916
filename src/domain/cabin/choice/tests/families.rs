//! A thousand parties in small cabins, against a search that tries everything.

use super::{ADULT, CHILD, PARENT, layout};
use crate::{
    cabin::{
        Cabin, Features, SeatNumber,
        choice::{SeatedTraveller, best_together, floor::Place},
    },
    traveller::TravellerKind,
};

const PARTIES: usize = 1_000;

/// Numbers that look like chance and are the same in every run (Steele's `SplitMix`).
struct Chance(u64);

impl Chance {
    fn below(&mut self, n: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        usize::try_from((mixed ^ (mixed >> 31)) % n as u64).unwrap()
    }

    /// Two to six people who take seats, in the order in which they are booked: adults, some with infants, then children.
    fn party(&mut self) -> Vec<SeatedTraveller> {
        let adults = 1 + self.below(3);
        let children = if adults == 1 { 1 + self.below(2) } else { self.below(4) };
        let parents = self.below(adults + 1);
        let adult = |i| if i < parents { PARENT } else { ADULT };
        (0..adults).map(adult).chain(std::iter::repeat_n(CHILD, children)).collect()
    }
}

/// Whether nobody of them is apart: each child by an adult, all touching, and each where the rules allow it. Written from the
/// words of the rules, not with what the search uses.
fn is_kept_together(places: &[Place], party: &[SeatedTraveller], seats: &[usize]) -> bool {
    let at = |i: usize| &places[seats[i]];
    let is_beside = |a: &Place, b: &Place| a.row == b.row && a.order.abs_diff(b.order) == 1;
    let touches = |a: &Place, b: &Place| {
        is_beside(a, b) || (a.row.abs_diff(b.row) == 1 && a.column.abs_diff(b.column) <= 1)
    };
    let mut reached = vec![0];
    let mut from = 0;
    while let Some(i) = reached.get(from).copied() {
        reached.extend(
            (0..seats.len()).filter(|j| !reached.contains(j) && touches(at(i), at(*j))).collect::<Vec<_>>(),
        );
        from += 1;
    }
    let is_adult = |i: &usize| party[*i].kind == TravellerKind::Adt;
    let has_adult = |i: usize| (0..seats.len()).filter(is_adult).any(|j| is_beside(at(i), at(j)));
    let is_plain = |i: usize| !at(i).has(Features::EXIT_ROW);
    let has_mask = |i: usize| {
        (0..i).all(|j| !party[j].with_infant || (at(i).row, at(i).group) != (at(j).row, at(j).group))
    };
    reached.len() == seats.len()
        && (0..seats.len()).all(|i| match party[i] {
            SeatedTraveller { kind: TravellerKind::Chd, .. } => is_plain(i) && has_adult(i),
            SeatedTraveller { with_infant: true, .. } => is_plain(i) && has_mask(i),
            SeatedTraveller { .. } => true,
        })
}

/// Whether any way at all to seat them keeps them together: all of them are tried. People of one kind are alike, so they sit
/// in order.
fn can_be_kept_together(
    places: &[Place],
    party: &[SeatedTraveller],
    free: &[usize],
    seats: &mut Vec<usize>,
) -> bool {
    let next = seats.len();
    if next == party.len() {
        return is_kept_together(places, party, seats);
    }
    let after_twin =
        next.checked_sub(1).filter(|before| party[*before] == party[next]).map(|before| seats[before]);
    for seat in free.iter().copied() {
        if seats.contains(&seat) || after_twin.is_some_and(|twin| seat < twin) {
            continue;
        }
        seats.push(seat);
        if can_be_kept_together(places, party, free, seats) {
            return true;
        }
        seats.pop();
    }
    false
}

/// What a simple mind would do: the first free seat, then always the nearest free one, whoever comes next.
fn greedy(places: &[Place], party: &[SeatedTraveller], free: &[usize]) -> Vec<usize> {
    let mut seats = vec![free[0]];
    while seats.len() < party.len() {
        let way = |i: &usize| seats.iter().map(|j| places[*i].distance(&places[*j])).min();
        let next = free.iter().copied().filter(|i| !seats.contains(i)).min_by_key(way);
        seats.push(next.unwrap());
    }
    seats
}

#[test]
fn no_party_is_apart_that_could_be_kept_together() {
    let mut chance = Chance(8);
    let cabins =
        [("E75", "Y28"), ("320", "Y30"), ("320", "Y54"), ("763", "Y28"), ("77W", "Y40"), ("223", "Y25")];
    let (mut possible, mut apart, mut apart_if_greedy) = (0, Vec::new(), 0);
    for n in 0..PARTIES {
        let (aircraft, configuration) = cabins[n % cabins.len()];
        let layout = layout(aircraft, configuration);
        let places = Place::all(&layout, Cabin::Economy);
        let party = chance.party();
        let count = party.len() + chance.below(10 - party.len() / 2);
        let mut free: Vec<usize> = (0..places.len()).collect();
        while free.len() > count.min(places.len()) {
            free.remove(chance.below(free.len()));
        }
        if !can_be_kept_together(&places, &party, &free, &mut Vec::new()) {
            continue;
        }
        possible += 1;
        let is_taken = |seat: SeatNumber| !free.iter().any(|i| places[*i].seat.number == seat);
        let given = best_together(&layout, Cabin::Economy, is_taken, &party);
        let found: Option<Vec<usize>> =
            given.iter().map(|seat| places.iter().position(|p| Some(p.seat.number) == *seat)).collect();
        if !found.is_some_and(|seats| is_kept_together(&places, &party, &seats)) {
            apart.push((aircraft, configuration, n, given));
        }
        apart_if_greedy += usize::from(!is_kept_together(&places, &party, &greedy(&places, &party, &free)));
    }
    assert!(apart.is_empty(), "{} of {possible} are apart: {:?}", apart.len(), &apart[..apart.len().min(3)]);
    assert!(possible > PARTIES / 5, "only {possible} can be kept together");
    assert!(
        apart_if_greedy > possible / 10,
        "a simple mind would do nearly as well: {apart_if_greedy} of {possible}"
    );
}
