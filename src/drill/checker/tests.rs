use std::{collections::BTreeMap, time::Instant};

use domain::{
    cabin::SeatNumber,
    hold::HoldId,
    live::SeatChange,
    seat::{SeatState, SeatVersion},
};
use uuid::Uuid;

use super::check;
use crate::{
    clock::Moment,
    history::{Event, Permits, SeatHistory, What},
};

const ADA: HoldId = HoldId(Uuid::from_u128(1));
const BOB: HoldId = HoldId(Uuid::from_u128(2));

fn event(invoked: u64, answered: u64, what: What) -> Event {
    Event { invoked: Moment(invoked), answered: Moment(answered), what }
}

fn lost(invoked: u64, what: What) -> Event {
    Event { invoked: Moment(invoked), answered: Moment::NEVER, what }
}

fn took(hold: HoldId, version: SeatVersion) -> What {
    What::Took { hold, version }
}

fn read(version: SeatVersion, state: SeatState) -> What {
    What::Read { version, state }
}

/// Whether an order was found.
fn fits(events: &[Event], permits: &[(HoldId, Permits)]) -> bool {
    let holds: BTreeMap<HoldId, Permits> = permits.iter().copied().collect();
    let mut history = SeatHistory::default();
    for event in events {
        match event.what {
            What::Read { version, state } => {
                let change = SeatChange { seat: SeatNumber::parse("1A").unwrap(), state, version };
                history.read(&change, Some(event.invoked), event.answered);
            }
            _ => history.events.push(*event),
        }
    }
    check(&history, &holds).is_ok()
}

fn ends(at: u64) -> Permits {
    Permits { free: Moment(at), ..Permits::default() }
}

#[test]
fn one_after_the_other_is_fine() {
    let events = [
        event(0, 10, took(ADA, 1)),
        event(5, 20, What::Refused { hold: BOB, expected: 0 }),
        event(30, 40, What::Gave { hold: ADA, version: 2 }),
        event(35, 50, took(BOB, 3)),
        event(60, 70, read(3, SeatState::Held)),
    ];
    assert!(fits(&events, &[]));
}

#[test]
fn two_owners_at_one_version_are_found() {
    assert!(!fits(&[event(0, 10, took(ADA, 1)), event(5, 15, took(BOB, 1))], &[]));
}

#[test]
fn a_seat_that_changes_hands_without_having_been_free_is_found() {
    let events = [event(0, 10, took(ADA, 1)), event(20, 30, took(BOB, 2))];
    assert!(!fits(&events, &[(ADA, ends(5))]));
}

#[test]
fn a_hold_that_may_have_ended_may_have_freed_its_seat_and_not_before() {
    let events = [event(0, 10, took(ADA, 1)), event(20, 30, took(BOB, 3))];
    assert!(fits(&events, &[(ADA, ends(15))]));
    assert!(!fits(&events, &[(ADA, ends(31))]), "it was free before anything had ended");
    assert!(!fits(&events, &[]));
}

#[test]
fn an_owner_that_still_shows_the_seat_has_not_lost_it() {
    let owned = What::Owned { hold: ADA, booked: false };
    let events = [event(0, 10, took(ADA, 1)), event(20, 30, took(BOB, 3)), event(40, 50, owned)];
    assert!(!fits(&events, &[(ADA, ends(15))]));
}

#[test]
fn a_pick_without_answer_may_have_happened_or_not() {
    let lost_pick = lost(0, What::MayHaveTaken { hold: ADA });
    assert!(fits(&[lost_pick, event(20, 30, took(BOB, 1))], &[]));
    let owned = event(40, 50, What::Owned { hold: ADA, booked: false });
    assert!(fits(&[lost_pick, event(20, 30, read(1, SeatState::Held)), owned], &[]));
    assert!(!fits(&[event(20, 30, read(1, SeatState::Held)), owned], &[]), "it never asked for it");
}

#[test]
fn a_pick_without_answer_may_happen_late() {
    let events = [
        lost(0, What::MayHaveTaken { hold: ADA }),
        event(10, 20, read(0, SeatState::Available)),
        event(30, 40, read(1, SeatState::Held)),
    ];
    assert!(fits(&events, &[]));
}

#[test]
fn nothing_goes_back() {
    let events = [event(0, 10, read(2, SeatState::Available)), event(20, 30, read(1, SeatState::Held))];
    assert!(!fits(&events, &[]));
}

#[test]
fn one_version_has_one_state() {
    let events = [event(0, 10, read(1, SeatState::Held)), event(20, 30, read(1, SeatState::Available))];
    assert!(!fits(&events, &[]));
}

#[test]
fn a_refusal_of_a_seat_that_was_free_all_the_time_is_found() {
    let events = [
        event(0, 1, read(0, SeatState::Available)),
        event(10, 20, What::Refused { hold: ADA, expected: 0 }),
        event(30, 40, read(0, SeatState::Available)),
    ];
    assert!(!fits(&events, &[]));
}

#[test]
fn a_seat_is_booked_only_after_somebody_paid() {
    let permits = |book| Permits { reserve: Moment(15), book: Moment(book), ..Permits::default() };
    let events = [event(0, 10, took(ADA, 1)), event(20, 30, read(3, SeatState::Booked))];
    assert!(fits(&events, &[(ADA, permits(16))]));
    assert!(!fits(&events, &[(ADA, permits(31))]));
}

#[test]
fn nothing_is_picked_in_a_hold_that_was_seen_to_be_over() {
    let over = Permits { free: Moment(0), over: Moment(50), ..Permits::default() };
    assert!(fits(&[event(40, 60, took(ADA, 1))], &[(ADA, over)]));
    assert!(!fits(&[event(51, 60, took(ADA, 1))], &[(ADA, over)]));
}

#[test]
fn an_assigned_seat_is_whose_it_turns_out_to_be() {
    let asked = Permits { assign: Moment(5), reserve: Moment(5), ..Permits::default() };
    let events = [
        event(10, 20, read(2, SeatState::Reserved)),
        event(30, 40, What::Owned { hold: ADA, booked: false }),
    ];
    assert!(fits(&events, &[(ADA, asked)]));
    assert!(!fits(&events, &[(BOB, asked)]));
}

/// Passed from hand to hand, with refusals, lost picks and readings in between.
fn busy(rounds: u32) -> (Vec<Event>, Vec<(HoldId, Permits)>) {
    let (mut events, mut permits) = (Vec::new(), Vec::new());
    for round in 0..rounds {
        let hold = HoldId(Uuid::from_u128(u128::from(round) + 10));
        let at = u64::from(round) * 100;
        let version = 2 * round + 1;
        events.push(event(at, at + 30, took(hold, version)));
        events.push(lost(at + 5, What::MayHaveTaken { hold: BOB }));
        for late in 0..4 {
            events.push(event(
                at + 20 + late,
                at + 60 + late,
                What::Refused { hold: BOB, expected: version - 1 },
            ));
        }
        events.push(event(at + 40, at + 50, What::Owned { hold, booked: false }));
        events.push(event(at + 55, at + 65, read(version, SeatState::Held)));
        permits.push((hold, ends(at + 70)));
    }
    (events, permits)
}

#[test]
fn thousands_of_operations_are_checked_in_a_moment() {
    let (mut events, permits) = busy(600);
    let began = Instant::now();
    assert!(fits(&events, &permits));
    events.push(event(30_010, 30_020, took(BOB, 601)));
    assert!(!fits(&events, &permits), "version 601 was taken by another hold");
    assert!(began.elapsed().as_secs() < 20, "{:?}", began.elapsed());
}

/// A hold that did all that a hold may do, and of which was told at that moment that nothing of it is left.
fn told_to_be_gone(at: u64) -> [Permits; 2] {
    let paid = Permits {
        assign: Moment(15),
        reserve: Moment(15),
        book: Moment(16),
        free: Moment(15),
        over: Moment(at),
        ..Permits::default()
    };
    [Permits { given_up: Moment(at), ..paid }, Permits { uncharged: Moment(at), ..paid }]
}

/// Given up and seen to be free, and then reserved and booked once more, by whom nobody saw.
fn given_up_and_booked() -> Vec<Event> {
    vec![
        event(0, 10, took(ADA, 1)),
        event(50, 55, read(2, SeatState::Available)),
        event(70, 75, read(5, SeatState::Booked)),
        event(100, 101, What::Owned { hold: ADA, booked: true }),
    ]
}

#[test]
fn a_seat_is_not_booked_by_whom_it_was_told_that_nothing_is_left() {
    for told in told_to_be_gone(60) {
        assert!(!fits(&given_up_and_booked(), &[(ADA, told)]), "{told:?}");
        let untold = Permits { given_up: Moment::NEVER, uncharged: Moment::NEVER, ..told };
        assert!(fits(&given_up_and_booked(), &[(ADA, untold)]), "whose time ran out may be taken again");
    }
}

#[test]
fn what_was_told_to_be_gone_is_owned_no_more_even_if_nobody_shows_it() {
    let events = [event(0, 10, took(ADA, 1)), event(61, 70, read(1, SeatState::Held))];
    for told in told_to_be_gone(60) {
        assert!(!fits(&events, &[(ADA, told)]));
        let early = [events[0], event(40, 70, read(1, SeatState::Held))];
        assert!(fits(&early, &[(ADA, told)]), "it may have been read before");
    }
}

#[test]
fn a_pick_without_answer_takes_nothing_for_a_hold_that_is_over() {
    let over = Permits { free: Moment(0), over: Moment(50), ..Permits::default() };
    let held = event(70, 80, read(1, SeatState::Held));
    assert!(!fits(&[lost(60, What::MayHaveTaken { hold: ADA }), held], &[(ADA, over)]), "asked for too late");
    let free = event(55, 58, read(0, SeatState::Available));
    let asked = lost(40, What::MayHaveTaken { hold: ADA });
    assert!(!fits(&[asked, free, held], &[(ADA, over)]), "not done while it was live");
    assert!(fits(&[asked, held], &[(ADA, over)]));
}

#[test]
fn a_hold_that_is_over_shows_no_seats() {
    let over = Permits { assign: Moment(0), free: Moment(0), over: Moment(50), ..Permits::default() };
    let shown = |at| event(at, at + 10, What::Owned { hold: ADA, booked: false });
    assert!(fits(&[event(0, 10, took(ADA, 1)), shown(45)], &[(ADA, over)]));
    assert!(!fits(&[event(0, 10, took(ADA, 1)), shown(51)], &[(ADA, over)]));
}

#[test]
fn what_nobody_asked_for_happens_to_nobody() {
    let held = event(10, 20, read(1, SeatState::Held));
    assert!(!fits(&[held], &[]));
    let asked = |at| Permits { assign: Moment(at), ..Permits::default() };
    assert!(fits(&[held], &[(BOB, asked(15))]));
    assert!(!fits(&[held], &[(BOB, asked(21))]), "it was held before anyone had asked");
}

#[test]
fn a_seat_is_booked_by_someone_who_used_a_card() {
    let events =
        [event(20, 30, read(3, SeatState::Booked)), event(100, 101, What::Owned { hold: ADA, booked: true })];
    let asked = Permits { assign: Moment(5), reserve: Moment(5), ..Permits::default() };
    let paid = Permits { book: Moment(6), ..asked };
    assert!(fits(&events, &[(ADA, paid)]));
    assert!(!fits(&events, &[(ADA, asked), (BOB, paid)]), "it was Bob who paid");
    assert!(!fits(&events, &[(BOB, paid)]), "and Ada asked for nothing");
}
