//! What should become of a few visitors who want the same few seats, told as plainly as possible: the model that the
//! state machines, and the server with its database, are measured against.

use domain::{
    booking::BookingState,
    hold::HoldState,
    payment::{CARD_ATTEMPTS, PaymentState},
};
use proptest::prelude::*;
use proptest_state_machine::ReferenceStateMachine;

/// Seats of the departure, and places that it sells.
pub const SEATS: usize = 3;
/// So many visitors in one sequence at most; more than there are seats.
const VISITORS: usize = 6;

/// What visitors, their banks and time do. Numbers are of a visitor, in order of choosing, and of a seat.
#[derive(Clone, Copy, Debug)]
pub enum Act {
    /// Another visitor takes a place.
    Choose,
    Pick(usize, usize),
    /// Who has no seat yet gets the first free one.
    StartToPay(usize),
    DeclineCard(usize),
    /// The bank asks who is there, and nobody answers.
    AbandonAuthentication(usize),
    /// The bank keeps the amount aside; the server has not heard of it.
    Authorise(usize),
    /// The server asks how the payment stands.
    Settle(usize),
    GiveUp(usize),
    /// The bank takes an authorisation back.
    WithdrawAuthorisation(usize),
    /// Every hold's time is over, but nobody has ended one.
    TimePasses,
    Sweep,
    /// What must follow the commits is done: captures and voids.
    RunErrands,
}

/// Where a visitor stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    Choosing,
    Paying,
    Sold,
    GaveUp,
    RanOutOfTime,
}

/// What the visitor's bank did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bank {
    Nothing,
    KeptAside,
    Paid,
    /// The errands have been run: nothing is kept aside, and nothing will be.
    Closed,
    /// Kept aside once, but not any more.
    Withdrawn,
}

#[derive(Clone, Debug)]
pub struct Sale {
    pub stage: Stage,
    pub is_over: bool,
    pub has_started_to_pay: bool,
    pub declined_cards: u8,
    pub bank: Bank,
    pub is_unpaid: bool,
    /// The seat that time took away, which a late authorisation takes again.
    lost: Option<usize>,
}

/// What the database should say of a sale.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct States {
    pub hold: HoldState,
    pub booking: Option<BookingState>,
    pub payment: Option<PaymentState>,
}

#[derive(Clone, Debug, Default)]
pub struct Model {
    pub sales: Vec<Sale>,
    /// Whose each seat is.
    pub seats: [Option<usize>; SEATS],
    /// Those whose payment ended with their hold, in that order: it is to be given back.
    ended: Vec<usize>,
}

impl Sale {
    fn is_live(&self) -> bool {
        matches!(self.stage, Stage::Choosing | Stage::Paying)
    }

    pub fn states(&self) -> States {
        let hold = match self.stage {
            Stage::Choosing => HoldState::Active,
            Stage::Paying => HoldState::Reserved,
            Stage::Sold => HoldState::Converted,
            Stage::GaveUp => HoldState::Released,
            Stage::RanOutOfTime => HoldState::Expired,
        };
        let sold = self.stage == Stage::Sold;
        let (booking, payment) = match self.bank {
            _ if self.is_unpaid => (BookingState::Unpaid, PaymentState::CaptureFailed),
            Bank::Paid => (BookingState::Ticketed, PaymentState::Captured),
            _ if sold => (BookingState::Ticketed, PaymentState::Authorised),
            Bank::Closed => (BookingState::Failed, PaymentState::Voided),
            _ => (BookingState::Pending, PaymentState::Open),
        };
        let started = self.has_started_to_pay;
        States { hold, booking: started.then_some(booking), payment: started.then_some(payment) }
    }
}

impl Model {
    pub fn seat_of(&self, sale: usize) -> Option<usize> {
        self.seats.iter().position(|owner| *owner == Some(sale))
    }

    /// The seat that somebody without one is given.
    pub fn first_free(&self) -> Option<usize> {
        self.seats.iter().position(Option::is_none)
    }

    pub fn places_taken(&self) -> usize {
        self.sales.iter().filter(|sale| sale.is_live() || sale.stage == Stage::Sold).count()
    }

    fn end(&mut self, sale: usize, stage: Stage) {
        let seat = self.seat_of(sale);
        if let Some(seat) = seat {
            self.seats[seat] = None;
        }
        self.sales[sale].stage = stage;
        if self.sales[sale].has_started_to_pay {
            self.ended.push(sale);
            self.sales[sale].lost = seat.filter(|_| stage == Stage::RanOutOfTime);
        }
    }

    fn end_what_is_over(&mut self) {
        for i in 0..self.sales.len() {
            if self.sales[i].is_live() && self.sales[i].is_over {
                self.end(i, Stage::RanOutOfTime);
            }
        }
    }

    /// Whether its visitor may go on; a hold whose time is over is ended by whoever looks at it.
    fn is_choosing(&mut self, i: usize) -> bool {
        if self.sales[i].is_live() && self.sales[i].is_over {
            self.end(i, Stage::RanOutOfTime);
        }
        self.sales[i].stage == Stage::Choosing
    }

    fn pick(&mut self, i: usize, seat: usize) {
        // Once payment has started nothing is picked, and that is all there is to say.
        if self.sales[i].stage == Stage::Paying || !self.is_choosing(i) {
            return;
        }
        match self.seats[seat] {
            Some(owner) if owner == i => return,
            Some(owner) if !(self.sales[owner].is_live() && self.sales[owner].is_over) => return,
            Some(owner) => self.end(owner, Stage::RanOutOfTime),
            None => {}
        }
        if let Some(old) = self.seat_of(i) {
            self.seats[old] = None;
        }
        self.seats[seat] = Some(i);
    }

    fn settle(&mut self, i: usize) {
        let sale = &mut self.sales[i];
        match sale.stage {
            Stage::Paying if sale.bank == Bank::KeptAside => sale.stage = Stage::Sold,
            // The bank or we have cancelled it.
            Stage::Paying if sale.bank == Bank::Withdrawn => self.end(i, Stage::GaveUp),
            _ => {}
        }
    }

    fn run_errands(&mut self) {
        for i in std::mem::take(&mut self.ended) {
            let place_left = self.places_taken() < SEATS;
            let sale = &mut self.sales[i];
            match sale.lost.filter(|seat| self.seats[*seat].is_none()) {
                Some(seat) if place_left && sale.bank == Bank::KeptAside => {
                    self.seats[seat] = Some(i);
                    sale.stage = Stage::Sold;
                }
                _ => sale.bank = Bank::Closed,
            }
        }
        for sale in self.sales.iter_mut().filter(|sale| sale.stage == Stage::Sold) {
            match sale.bank {
                Bank::KeptAside => sale.bank = Bank::Paid,
                Bank::Withdrawn => sale.is_unpaid = true,
                Bank::Nothing | Bank::Paid | Bank::Closed => {}
            }
        }
    }
}

impl ReferenceStateMachine for Model {
    type State = Self;
    type Transition = Act;

    fn init_state() -> BoxedStrategy<Self> {
        Just(Self::default()).boxed()
    }

    fn transitions(model: &Self) -> BoxedStrategy<Act> {
        if model.sales.is_empty() {
            return Just(Act::Choose).boxed();
        }
        let sale = || 0..model.sales.len();
        prop_oneof![
            3 => Just(Act::Choose),
            6 => (sale(), 0..SEATS).prop_map(|(sale, seat)| Act::Pick(sale, seat)),
            4 => sale().prop_map(Act::StartToPay),
            4 => sale().prop_map(Act::DeclineCard),
            1 => sale().prop_map(Act::AbandonAuthentication),
            5 => sale().prop_map(Act::Authorise),
            5 => sale().prop_map(Act::Settle),
            1 => sale().prop_map(Act::GiveUp),
            1 => sale().prop_map(Act::WithdrawAuthorisation),
            1 => Just(Act::TimePasses),
            1 => Just(Act::Sweep),
            2 => Just(Act::RunErrands),
        ]
        .boxed()
    }

    /// Keeps sequences sensible while they are shrunk: nobody acts before they have chosen.
    fn preconditions(model: &Self, act: &Act) -> bool {
        match *act {
            Act::Choose => model.sales.len() < VISITORS,
            Act::TimePasses | Act::Sweep | Act::RunErrands => true,
            // Who is told no by the bank before anyone has asked it?
            Act::DeclineCard(i) | Act::AbandonAuthentication(i) | Act::Authorise(i) => {
                model.sales.get(i).is_some_and(|s| s.has_started_to_pay && s.bank == Bank::Nothing)
            }
            Act::WithdrawAuthorisation(i) => model.sales.get(i).is_some_and(|s| s.bank == Bank::KeptAside),
            Act::Pick(i, _) | Act::StartToPay(i) | Act::Settle(i) | Act::GiveUp(i) => i < model.sales.len(),
        }
    }

    fn apply(mut model: Self, act: &Act) -> Self {
        match *act {
            Act::Choose => {
                if model.places_taken() == SEATS {
                    model.end_what_is_over();
                }
                if model.places_taken() < SEATS {
                    model.sales.push(Sale {
                        stage: Stage::Choosing,
                        is_over: false,
                        has_started_to_pay: false,
                        declined_cards: 0,
                        bank: Bank::Nothing,
                        is_unpaid: false,
                        lost: None,
                    });
                }
            }
            Act::Pick(i, seat) => model.pick(i, seat),
            Act::StartToPay(i) => {
                if let (None, Some(free)) = (model.seat_of(i), model.first_free()) {
                    model.pick(i, free);
                }
                if model.is_choosing(i) {
                    model.sales[i].stage = Stage::Paying;
                    model.sales[i].has_started_to_pay = true;
                }
            }
            Act::DeclineCard(i) => {
                if model.sales[i].stage == Stage::Paying {
                    model.sales[i].declined_cards += 1;
                    if model.sales[i].declined_cards == CARD_ATTEMPTS {
                        model.end(i, Stage::GaveUp);
                    }
                }
            }
            Act::Authorise(i) => model.sales[i].bank = Bank::KeptAside,
            Act::WithdrawAuthorisation(i) => model.sales[i].bank = Bank::Withdrawn,
            Act::AbandonAuthentication(_) => {}
            Act::Settle(i) => model.settle(i),
            Act::GiveUp(i) => {
                if model.sales[i].is_live() {
                    model.end(i, Stage::GaveUp);
                } else if model.sales[i].stage == Stage::RanOutOfTime {
                    model.sales[i].stage = Stage::GaveUp;
                    model.sales[i].lost = None;
                }
            }
            Act::TimePasses => model.sales.iter_mut().for_each(|sale| sale.is_over = true),
            Act::Sweep => model.end_what_is_over(),
            Act::RunErrands => model.run_errands(),
        }
        model
    }
}
