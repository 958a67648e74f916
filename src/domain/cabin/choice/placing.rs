use std::collections::HashSet;

use super::{BestSeats, SeatedTraveller, children_alone, closest};
use crate::{
    cabin::{Seat, SeatNumber, SeatPrice},
    fare::FareBrand,
    seat::SeatState,
    traveller::TravellerKind,
};

/// Where those of a party sit who let us choose: the best seats that cost nothing. Who finds none there, or as a child none
/// by an adult, is given one that others pay for; the whole party only where that alone keeps its children by an adult.
#[derive(Debug)]
pub struct Placing<'a> {
    pub best: BestSeats<'a>,
    pub brand: FareBrand,
    /// Those of the party who sit already, in the order of their names.
    pub seated: &'a [(TravellerKind, SeatNumber)],
    /// Those who wait for a seat.
    pub waiting: &'a [SeatedTraveller],
}

type Seats = Vec<Option<SeatNumber>>;

impl Placing<'_> {
    /// A seat for each who waits, where there is one.
    pub fn seats(&self, taken: &HashSet<SeatNumber>) -> Seats {
        let all = self.best.layout.seats(self.best.cabin).map(|seat| seat.number);
        let charged = all.filter(|seat| self.is_charged(*seat));
        let free_of_charge = self.among(&taken.iter().copied().chain(charged).collect());
        if self.is_well(&free_of_charge) {
            return free_of_charge;
        }
        let mended = self.mended(free_of_charge, taken);
        if self.is_well(&mended) {
            return mended;
        }
        let any = self.among(taken);
        let seated = |seats: &Seats| seats.iter().flatten().count();
        if self.is_well(&any) || seated(&any) > seated(&mended) { any } else { mended }
    }

    /// Whether others would pay for it.
    pub fn is_charged(&self, seat: SeatNumber) -> bool {
        let is_charged = |seat| SeatPrice::is_charged(seat, self.best.cabin, self.brand);
        self.best.layout.seat(seat).is_some_and(is_charged)
    }

    fn among(&self, taken: &HashSet<SeatNumber>) -> Seats {
        match self.seated.first() {
            Some((_, companion)) => self.beside(*companion, taken),
            None => self.best.of(|seat| taken.contains(&seat), self.waiting),
        }
    }

    /// The free seats closest to who sits already, one after the other.
    fn beside(&self, companion: SeatNumber, taken: &HashSet<SeatNumber>) -> Seats {
        let mut seats = Seats::new();
        for _ in self.waiting {
            let seat = self.closest(companion, seats.len(), &seats, taken);
            seats.push(seat);
        }
        seats
    }

    /// The free seat closest to somebody's that the one in that place may take, as the others sit.
    fn closest(
        &self,
        to: SeatNumber,
        place: usize,
        seats: &[Option<SeatNumber>],
        taken: &HashSet<SeatNumber>,
    ) -> Option<SeatNumber> {
        let BestSeats { layout, cabin, rules, .. } = self.best;
        let traveller = *self.waiting.get(place)?;
        let mut rules = rules.clone();
        let laps = self.waiting.iter().zip(seats).filter(|(other, _)| other.with_infant);
        rules.with_infants.extend(laps.filter_map(|(_, seat)| *seat));
        let may_sit =
            |seat: &Seat| rules.check(layout, cabin, (seat, SeatState::Available), traveller).is_ok();
        let is_no_choice = |seat| {
            taken.contains(&seat) || seats.contains(&Some(seat)) || !layout.seat(seat).is_some_and(may_sit)
        };
        closest(layout, to, is_no_choice)
    }

    /// Moves who has no seat, and each child alone, to the closest one by an adult; to each child who sits already and is
    /// alone comes an adult who waits. Whoever would be no better off stays.
    fn mended(&self, mut seats: Seats, taken: &HashSet<SeatNumber>) -> Seats {
        for place in 0..seats.len() {
            let kind = self.waiting[place].kind;
            if seats[place].is_none() || (kind == TravellerKind::Chd && self.is_alone(place, &seats)) {
                self.move_near(place, &mut seats, TravellerKind::Adt, taken);
            }
        }
        let adults = self.waiting.iter().enumerate().filter(|(_, who)| who.kind == TravellerKind::Adt);
        for (place, _) in adults {
            if !self.is_well(&seats) {
                self.move_near(place, &mut seats, TravellerKind::Chd, taken);
            }
        }
        seats
    }

    /// Tries the seat closest to each of that kind until nobody is worse off and somebody better.
    fn move_near(&self, place: usize, seats: &mut Seats, kind: TravellerKind, taken: &HashSet<SeatNumber>) {
        let before = seats[place].take();
        let waiting =
            self.waiting.iter().zip(seats.iter()).filter_map(|(who, seat)| Some((who.kind, (*seat)?)));
        let others: Vec<SeatNumber> = self
            .seated
            .iter()
            .copied()
            .chain(waiting)
            .filter(|(of, _)| *of == kind)
            .map(|(_, seat)| seat)
            .collect();
        let mut best = before;
        let mut fewest = before.map_or(usize::MAX, |seat| {
            seats[place] = Some(seat);
            self.alone(seats).len()
        });
        for other in others {
            seats[place] = None;
            let Some(seat) = self.closest(other, place, seats, taken) else { continue };
            seats[place] = Some(seat);
            let alone = self.alone(seats).len();
            if alone < fewest {
                (best, fewest) = (Some(seat), alone);
            }
        }
        seats[place] = best;
    }

    /// Whether everyone sits, and each child by an adult.
    fn is_well(&self, seats: &[Option<SeatNumber>]) -> bool {
        seats.iter().all(Option::is_some) && self.alone(seats).is_empty()
    }

    fn is_alone(&self, place: usize, seats: &[Option<SeatNumber>]) -> bool {
        self.alone(seats).contains(&(self.seated.len() + place))
    }

    /// Children with no adult beside, as places in the list of those who sit already and those who wait.
    fn alone(&self, seats: &[Option<SeatNumber>]) -> Vec<usize> {
        let sit = self.seated.iter().map(|(kind, seat)| (*kind, Some(*seat)));
        let wait = self.waiting.iter().zip(seats).map(|(who, seat)| (who.kind, *seat));
        let everyone: Vec<_> = sit.chain(wait).collect();
        children_alone(self.best.layout, self.best.cabin, &everyone)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::Placing;
    use crate::{
        cabin::{BestSeats, Cabin, Configuration, Layout, SeatNumber, SeatRules, SeatedTraveller},
        fare::FareBrand,
        schedule::AircraftCode,
        traveller::TravellerKind::{self, Adt, Chd},
    };

    fn a320() -> Layout {
        Layout::of(&AircraftCode::parse("320").unwrap(), &Configuration::parse("F12Y138").unwrap())
    }

    fn seat(text: &str) -> SeatNumber {
        SeatNumber::parse(text).unwrap()
    }

    /// Where they are placed in Basic, with these seats taken.
    fn placed(
        seated: &[(TravellerKind, &str)],
        waiting: &[TravellerKind],
        taken: &HashSet<SeatNumber>,
    ) -> Vec<String> {
        let (layout, rules) = (a320(), SeatRules::default());
        let seated: Vec<_> = seated.iter().map(|(kind, text)| (*kind, seat(text))).collect();
        let waiting: Vec<_> =
            waiting.iter().map(|kind| SeatedTraveller { kind: *kind, with_infant: false }).collect();
        let best = BestSeats { layout: &layout, cabin: Cabin::Economy, rules: &rules, wish: None };
        let placing = Placing { best, brand: FareBrand::Basic, seated: &seated, waiting: &waiting };
        let taken = taken.iter().copied().chain(seated.iter().map(|(_, seat)| *seat)).collect();
        let names = |seat: Option<SeatNumber>| seat.map_or_else(|| "-".to_owned(), |seat| seat.to_string());
        placing.seats(&taken).into_iter().map(names).collect()
    }

    fn all_but(free: &[&str]) -> HashSet<SeatNumber> {
        let layout = a320();
        let all = layout.seats(Cabin::Economy).map(|seat| seat.number);
        all.filter(|number| !free.contains(&number.to_string().as_str())).collect()
    }

    fn is_charged(text: &str) -> bool {
        let layout = a320();
        crate::cabin::SeatPrice::is_charged(
            layout.seat(seat(text)).unwrap(),
            Cabin::Economy,
            FareBrand::Basic,
        )
    }

    #[test]
    fn nobody_who_lets_us_choose_sits_where_others_pay() {
        let seats = placed(&[], &[Adt, Adt, Chd], &HashSet::new());
        assert!(!seats.iter().any(|seat| is_charged(seat)), "{seats:?}");
        let seats = placed(&[(Adt, "7C")], &[Adt, Adt], &HashSet::new());
        assert!(!seats.iter().any(|seat| is_charged(seat)), "{seats:?}, beside one who pays");
    }

    #[test]
    fn a_child_is_given_a_seat_by_the_only_adult_and_by_no_other_means_than_needed() {
        assert_eq!(placed(&[(Adt, "7C")], &[Chd], &HashSet::new()), ["7B"]);
        let seats = placed(&[(Adt, "7C")], &[Adt, Adt, Chd], &HashSet::new());
        assert!(!seats.iter().any(|seat| is_charged(seat)), "{seats:?}: the others look after it");
    }

    #[test]
    fn an_adult_comes_to_a_child_who_sits_already() {
        assert_eq!(placed(&[(Chd, "7A")], &[Adt], &HashSet::new()), ["7B"]);
        let seats = placed(&[(Chd, "7A")], &[Adt, Adt], &HashSet::new());
        assert_eq!(seats.iter().filter(|seat| is_charged(seat)).count(), 1, "{seats:?}: one of them");
        let seats = placed(&[(Chd, "14A"), (Chd, "20A")], &[Adt, Adt], &HashSet::new());
        assert_eq!(HashSet::from_iter(seats), HashSet::from(["14B".to_owned(), "20B".to_owned()]));
    }

    #[test]
    fn only_who_finds_no_other_seat_is_given_one_that_others_pay_for() {
        let seats = placed(&[], &[Adt, Adt, Adt], &all_but(&["7A", "7B", "7C", "20A", "20B"]));
        assert_eq!(seats.iter().filter(|seat| is_charged(seat)).count(), 1, "{seats:?}");
        assert_eq!(placed(&[], &[Adt, Adt], &all_but(&["20A"])), ["20A", "-"]);
    }

    #[test]
    fn a_party_is_given_such_seats_where_they_alone_keep_a_child_by_its_adult() {
        let seats = placed(&[], &[Adt, Chd], &all_but(&["7A", "7B", "14A", "30F"]));
        assert_eq!(HashSet::from_iter(seats), HashSet::from(["7A".to_owned(), "7B".to_owned()]));
    }
}
