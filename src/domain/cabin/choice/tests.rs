mod families;

use std::collections::HashSet;

use jiff::{SignedDuration, Timestamp};
use proptest::prelude::*;

use super::{
    ACCESSIBLE_KEPT, BestSeats, SeatRefusal, SeatRules, SeatWish, SeatedTraveller, best_together,
    floor::Place, keeps_accessible, may_sit, nearest,
};
use crate::{
    cabin::{Cabin, Configuration, Features, Layout, SeatNumber},
    schedule::AircraftCode,
    seat::SeatState,
    traveller::TravellerKind::{Adt, Chd, Inf},
};

const ADULT: SeatedTraveller = SeatedTraveller { kind: Adt, with_infant: false };
const PARENT: SeatedTraveller = SeatedTraveller { kind: Adt, with_infant: true };
const CHILD: SeatedTraveller = SeatedTraveller { kind: Chd, with_infant: false };
const INFANT: SeatedTraveller = SeatedTraveller { kind: Inf, with_infant: false };

fn layout(aircraft: &str, configuration: &str) -> Layout {
    Layout::of(&AircraftCode::parse(aircraft).unwrap(), &Configuration::parse(configuration).unwrap())
}

fn seat(text: &str) -> SeatNumber {
    SeatNumber::parse(text).unwrap()
}

/// The economy cabin of an A320 in which only these seats are free, and what a party gets.
fn of_free(free: &str, party: &[SeatedTraveller]) -> String {
    let free: HashSet<SeatNumber> = free.split(' ').map(seat).collect();
    in_a320(|seat| !free.contains(&seat), party)
}

fn in_a320(taken: impl Fn(SeatNumber) -> bool, party: &[SeatedTraveller]) -> String {
    let seats = best_together(&layout("320", "F12Y138"), Cabin::Economy, taken, party);
    let text = |seat: &Option<SeatNumber>| seat.map_or_else(|| "-".to_owned(), |s| s.to_string());
    seats.iter().map(text).collect::<Vec<_>>().join(" ")
}

#[test]
fn nobody_with_a_child_to_be_or_to_mind_sits_by_an_exit() {
    let a320 = layout("320", "F12Y138");
    let sits =
        |text: &str, t: SeatedTraveller| may_sit(a320.seat(seat(text)).unwrap(), t.kind, t.with_infant);
    assert_eq!(sits("16C", ADULT), Ok(()));
    assert_eq!(sits("16C", CHILD), Err(SeatRefusal::ChildAtExit));
    assert_eq!(sits("17A", PARENT), Err(SeatRefusal::InfantAtExit));
    assert_eq!(sits("15C", CHILD), Ok(()));
    assert_eq!(sits("15C", PARENT), Ok(()));
    assert_eq!(sits("15C", INFANT), Err(SeatRefusal::TakesNoSeat));
}

#[test]
fn in_an_empty_cabin_people_sit_side_by_side_in_front_and_pay_no_extra() {
    assert_eq!(in_a320(|_| false, &[ADULT]), "8A");
    assert_eq!(in_a320(|_| false, &[ADULT; 2]), "8A 8B");
    assert_eq!(in_a320(|_| false, &[ADULT; 3]), "8A 8B 8C");
    assert_eq!(in_a320(|_| false, &[ADULT; 9]), "8A 8B 8C 8D 8E 8F 9A 9B 9C");
}

#[test]
fn side_by_side_comes_before_the_aisle_and_the_aisle_before_the_next_row() {
    assert_eq!(of_free("8C 8D 9A 10A 20E 20F", &[ADULT; 2]), "20E 20F");
    assert_eq!(of_free("8A 9A 20C 20D", &[ADULT; 2]), "20C 20D");
    assert_eq!(of_free("8A 8C 20A 21A", &[ADULT; 2]), "20A 21A");
    assert_eq!(of_free("8A 8C 20A 22A", &[ADULT; 2]), "8A 8C");
    assert_eq!(of_free("8A 30F", &[ADULT; 2]), "8A 30F");
}

#[test]
fn no_single_seats_are_left_where_that_can_be_avoided() {
    assert_eq!(of_free("8A 8B 8C 20D 20E", &[ADULT; 2]), "20D 20E");
    assert_eq!(of_free("8A 8B 20D", &[ADULT]), "20D");
}

#[test]
fn extra_legroom_is_given_only_where_people_would_sit_apart_without() {
    assert_eq!(of_free("7A 7B 20E 20F", &[ADULT; 2]), "20E 20F");
    assert_eq!(of_free("7A 7B 8A 20F", &[ADULT; 2]), "7A 8A");
    assert_eq!(of_free("7A 20F", &[ADULT]), "20F");
    assert_eq!(of_free("7A 11B 20F", &[ADULT; 2]), "11B 20F");
}

#[test]
fn no_two_infants_are_on_the_laps_of_a_block() {
    assert_eq!(in_a320(|_| false, &[PARENT; 2]), "8C 8D");
    assert_eq!(in_a320(|_| false, &[PARENT, PARENT, CHILD, CHILD]), "8B 8D 8A 8C");
    assert_eq!(of_free("20A 20B 25F", &[PARENT; 2]), "20B 25F");
    assert_eq!(of_free("20A 20B", &[PARENT; 2]), "20A -", "there is one mask to spare");
    let a320 = layout("320", "F12Y138");
    let rules = SeatRules { with_infants: vec![seat("8B"), seat("8E")], ..SeatRules::default() };
    let best = BestSeats { layout: &a320, cabin: Cabin::Economy, rules: &rules, wish: None };
    assert_eq!(best.of(|s| s == seat("8B"), &[PARENT]), [Some(seat("9A"))]);
    assert_eq!(best.of(|s| s == seat("8B"), &[ADULT]), [Some(seat("8A"))]);
}

#[test]
fn an_infant_is_refused_where_another_has_the_spare_mask() {
    let a320 = layout("320", "F12Y138");
    let rules = SeatRules { with_infants: vec![seat("8B")], ..SeatRules::default() };
    let check = |text, traveller| {
        let seat = a320.seat(seat(text)).unwrap();
        rules.check(&a320, Cabin::Economy, (seat, SeatState::Available), traveller)
    };
    assert_eq!(check("8A", PARENT), Err(SeatRefusal::NoMaskLeft(seat("8B"))));
    for (text, traveller) in [("8D", PARENT), ("9A", PARENT), ("8A", ADULT), ("8C", CHILD)] {
        assert_eq!(check(text, traveller), Ok(()), "{text}");
    }
}

#[test]
fn accessible_seats_are_kept_until_exactly_24_hours_before_departure() {
    let departs_at = Timestamp::UNIX_EPOCH + ACCESSIBLE_KEPT;
    assert!(keeps_accessible(departs_at, Timestamp::UNIX_EPOCH - SignedDuration::from_secs(1)));
    assert!(!keeps_accessible(departs_at, Timestamp::UNIX_EPOCH));

    let a320 = layout("320", "F12Y138");
    let check = |keeps_accessible, text| {
        let rules = SeatRules { keeps_accessible, ..SeatRules::default() };
        let seat = a320.seat(seat(text)).unwrap();
        rules.check(&a320, Cabin::Economy, (seat, SeatState::Available), ADULT)
    };
    assert_eq!(check(true, "29C"), Err(SeatRefusal::KeptAccessible(seat("29C"))));
    assert_eq!((check(false, "29C"), check(true, "28C")), (Ok(()), Ok(())));
}

#[test]
fn kept_seats_are_given_to_nobody_who_lets_us_choose() {
    let a320 = layout("320", "F12Y138");
    for (keeps_accessible, given) in [(true, None), (false, Some(seat("29B")))] {
        let rules = SeatRules { keeps_accessible, ..SeatRules::default() };
        let best = BestSeats { layout: &a320, cabin: Cabin::Economy, rules: &rules, wish: None };
        assert_eq!(best.of(|s| s != seat("29B"), &[ADULT]), [given]);
    }
}

#[test]
fn each_refusal_has_a_sentence_and_a_few_words() {
    let a320 = layout("320", "F12Y138");
    let check = |text, state, traveller| {
        let seat = a320.seat(seat(text)).unwrap();
        SeatRules::default().check(&a320, Cabin::Economy, (seat, state), traveller).unwrap_err()
    };
    let refusals = [
        check("1A", SeatState::Available, ADULT),
        check("9A", SeatState::Blocked, ADULT),
        check("16A", SeatState::Available, CHILD),
        check("16A", SeatState::Available, PARENT),
        check("9A", SeatState::Available, INFANT),
        SeatRefusal::NoMaskLeft(seat("9A")),
        SeatRefusal::KeptAccessible(seat("29C")),
    ];
    for (i, refusal) in refusals.iter().enumerate() {
        assert!(refusal.to_string().ends_with('.') && !refusal.in_short().is_empty());
        assert!(refusals[..i].iter().all(|other| other != refusal));
    }
}

/// What a party gets in that cabin of an empty aircraft that wishes for something.
fn wished(layout: &Layout, wish: SeatWish, party: &[SeatedTraveller]) -> String {
    let best = BestSeats { layout, cabin: Cabin::Economy, rules: &SeatRules::default(), wish: Some(wish) };
    let seats: Vec<_> = best.of(|_| false, party).into_iter().flatten().map(|s| s.to_string()).collect();
    seats.join(" ")
}

#[test]
fn a_wish_counts_once_people_sit_together() {
    let a320 = layout("320", "F12Y138");
    assert_eq!(wished(&a320, SeatWish::Window, &[ADULT]), "8A");
    assert_eq!(wished(&a320, SeatWish::Aisle, &[ADULT]), "8C");
    assert_eq!(wished(&a320, SeatWish::Aisle, &[ADULT; 2]), "8B 8C");
    assert_eq!(wished(&a320, SeatWish::Front, &[ADULT; 2]), "8A 8B");
    assert_eq!(wished(&a320, SeatWish::Quiet, &[ADULT]), "11A");
    let rules = SeatRules::default();
    let best =
        BestSeats { layout: &a320, cabin: Cabin::Economy, rules: &rules, wish: Some(SeatWish::Window) };
    let free = ["8B", "8C", "20F", "22A"].map(seat);
    assert_eq!(best.of(|s| !free.contains(&s), &[ADULT; 2]), [Some(seat("8B")), Some(seat("8C"))]);
    assert!(SeatWish::ALL.into_iter().all(|wish| SeatWish::parse(wish.as_str()) == Some(wish)));
}

#[test]
fn who_has_an_infant_is_given_a_bassinet_and_others_leave_it() {
    let wide = layout("789", "J30Y255");
    let best = BestSeats { layout: &wide, cabin: Cabin::Economy, rules: &SeatRules::default(), wish: None };
    let bassinets: Vec<_> =
        wide.seats(Cabin::Economy).filter(|s| s.features.contains(Features::BASSINET)).collect();
    let is_at_one = |seat: &Option<SeatNumber>| bassinets.iter().any(|s| Some(s.number) == *seat);
    let seats = best.of(|_| false, &[ADULT, PARENT]);
    assert!(!is_at_one(&seats[0]) || is_at_one(&seats[1]), "{seats:?}");
    assert!(is_at_one(&seats[1]), "{seats:?}");
    assert!(!best.of(|_| false, &[ADULT, ADULT]).iter().any(is_at_one));
}

#[test]
fn a_child_sits_by_an_adult_even_where_that_takes_better_seats() {
    assert_eq!(of_free("7A 7B 8A 20F", &[ADULT, CHILD]), "7B 7A");
    assert_eq!(of_free("8A 9F 10A 20A 20B 30E 30F", &[ADULT, ADULT, CHILD, CHILD]), "20B 30E 20A 30F");
    assert_eq!(of_free("8A 8B 8C", &[ADULT, CHILD, CHILD]), "8B 8A 8C");
}

#[test]
fn the_able_take_the_exit_seats_and_the_others_what_remains() {
    assert_eq!(of_free("16A 16B 30E", &[PARENT, ADULT, CHILD]), "30E 16B -");
    assert_eq!(of_free("16A 30E 30F", &[ADULT, PARENT, CHILD]), "16A 30E 30F");
    assert_eq!(of_free("16A 16B", &[CHILD, PARENT]), "- -");
}

#[test]
fn infants_take_no_seat_and_a_full_cabin_seats_nobody() {
    assert_eq!(in_a320(|_| false, &[PARENT, INFANT]), "8A -");
    assert_eq!(in_a320(|_| true, &[ADULT, CHILD]), "- -");
    assert_eq!(of_free("8A", &[ADULT, ADULT]), "8A -");
    assert_eq!(in_a320(|_| false, &[]), "");
    assert_eq!(best_together(&layout("320", "Y162"), Cabin::First, |_| false, &[ADULT]), [None]);
}

#[test]
fn the_nearest_alternatives_are_of_the_same_kind() {
    let a320 = layout("320", "F12Y138");
    let texts = |wanted, taken: &[&str], n| {
        let taken: Vec<_> = taken.iter().map(|t| seat(t)).collect();
        nearest(&a320, seat(wanted), |s| taken.contains(&s), n)
            .iter()
            .map(ToString::to_string)
            .collect::<Vec<_>>()
    };
    assert_eq!(texts("14C", &["14C"], 3), ["15C", "12C", "14D"]);
    assert_eq!(texts("14C", &["15C", "14D"], 2), ["12C", "11C"]);
    assert_eq!(texts("16A", &[], 2), ["17A", "16F"]);
    assert_eq!(texts("2A", &[], 9).len(), 9);
    assert_eq!(texts("2A", &[], 20).len(), 11);
    assert!(texts("13A", &[], 2).is_empty());
    assert!(nearest(&a320, seat("14C"), |_| true, 2).is_empty());
}

fn party() -> impl Strategy<Value = Vec<SeatedTraveller>> {
    let one = prop::sample::select(vec![ADULT, ADULT, PARENT, CHILD, CHILD]);
    prop::collection::vec(one, 1..=9)
}

proptest! {
    #[test]
    fn whoever_can_be_seated_is_seated_where_the_rules_allow_it(
        party in party(),
        free in prop::collection::vec(any::<prop::sample::Index>(), 0..60),
    ) {
        let a320 = layout("320", "F12Y138");
        let all: Vec<_> = a320.seats(Cabin::Economy).collect();
        let free: HashSet<_> = free.iter().map(|i| i.get(&all).number).collect();
        let answer = best_together(&a320, Cabin::Economy, |s| !free.contains(&s), &party);
        prop_assert_eq!(answer.len(), party.len());
        let given: HashSet<_> = answer.iter().flatten().collect();
        prop_assert_eq!(given.len(), answer.iter().flatten().count());
        for (seat, traveller) in answer.iter().zip(&party) {
            let Some(seat) = seat else { continue };
            prop_assert!(free.contains(seat));
            prop_assert!(may_sit(a320.seat(*seat).unwrap(), traveller.kind, traveller.with_infant).is_ok());
        }
        for (seat, traveller) in answer.iter().zip(&party) {
            let left = |s: &&&crate::cabin::Seat| {
                free.contains(&s.number)
                    && !given.contains(&s.number)
                    && may_sit(s, traveller.kind, traveller.with_infant).is_ok()
            };
            prop_assert!(seat.is_some() || !all.iter().any(|s| left(&s)));
        }
    }

    #[test]
    fn children_sit_by_an_adult_wherever_that_is_possible(
        adults in 1usize..=2,
        children in 1usize..=2,
        free in prop::collection::hash_set(0usize..40, 4..12),
    ) {
        let e75 = layout("E75", "F12Y64");
        let places = Place::all(&e75, Cabin::Economy);
        let free: Vec<usize> = free.into_iter().collect();
        let is_taken = |seat: SeatNumber| !free.iter().any(|i| places[*i].seat.number == seat);
        let party = [vec![ADULT; adults], vec![CHILD; children]].concat();
        let answer = best_together(&e75, Cabin::Economy, is_taken, &party);
        let at = |seat: &Option<SeatNumber>| places.iter().position(|p| Some(p.seat.number) == *seat).unwrap();
        let found: Vec<usize> = answer.iter().map(at).collect();
        let alone = |seats: &[usize]| {
            let (adults, children) = seats.split_at(adults);
            children.iter().filter(|c| !adults.iter().any(|a| places[*a].is_beside(&places[**c]))).count()
        };
        let possible = arrangements(&free, party.len()).iter().map(|seats| alone(seats)).min().unwrap();
        prop_assert_eq!(alone(&found) == 0, possible == 0, "{:?}", answer);
    }
}

/// All ordered choices of that many seats.
fn arrangements(free: &[usize], n: usize) -> Vec<Vec<usize>> {
    if n == 0 {
        return vec![Vec::new()];
    }
    let shorter = arrangements(free, n - 1);
    let longer = |seats: &Vec<usize>| {
        let rest = free.iter().filter(|i| !seats.contains(i));
        rest.map(|i| [seats.as_slice(), &[*i]].concat()).collect::<Vec<_>>()
    };
    shorter.iter().flat_map(longer).collect()
}
