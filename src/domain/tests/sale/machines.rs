//! The same departure, sold by the domain's state machines and its verdict on payments.

use domain::{
    booking::{BookingEvent, BookingState},
    hold::{HoldEvent, HoldState},
    money::{Currency, Money},
    payment::{PaymentEvent, PaymentState, Standing, Verdict, judge},
    seat::{SeatEvent, SeatState, SeatVersion},
};
use proptest_state_machine::{ReferenceStateMachine, StateMachineTest};

use crate::model::{Act, Model, SEATS, States};

const TOTAL: Money = Money { minor: 48_120, currency: Currency::Usd };

#[derive(Clone, Copy)]
struct Seat {
    state: SeatState,
    version: SeatVersion,
    moves: SeatVersion,
    owner: Option<usize>,
}

struct Sale {
    hold: HoldState,
    is_over: bool,
    booking: Option<BookingState>,
    payment: Option<PaymentState>,
    standing: Standing,
    declined_cards: u8,
    lost: Option<usize>,
}

pub struct Machines {
    seats: [Seat; SEATS],
    sales: Vec<Sale>,
    /// Voids that are queued.
    voids: Vec<usize>,
}

/// A move that is told twice has happened once.
macro_rules! tell {
    ($state:expr, $event:expr) => {{
        let next = $state.after($event).expect("a legal move");
        assert_eq!(next.after($event), Ok(next), "{:?} told again", $event);
        $state = next;
    }};
}

impl Seat {
    fn tell(&mut self, event: SeatEvent, owner: Option<usize>) {
        let before = self.state;
        tell!(self.state, event);
        if self.state != before {
            self.version += 1;
            self.moves += 1;
        }
        self.owner = owner;
    }
}

impl Sale {
    fn tell(&mut self, booking: BookingEvent, payment: PaymentEvent) {
        let (Some(of_booking), Some(of_payment)) = (&mut self.booking, &mut self.payment) else {
            panic!("nobody has started to pay")
        };
        tell!(*of_booking, booking);
        tell!(*of_payment, payment);
    }
}

impl Machines {
    fn seats_of(&mut self, sale: usize) -> impl Iterator<Item = &mut Seat> {
        self.seats.iter_mut().filter(move |seat| seat.owner == Some(sale))
    }

    fn taken(&self) -> usize {
        self.sales.iter().filter(|s| s.hold.is_live() || s.hold == HoldState::Converted).count()
    }

    fn end(&mut self, sale: usize, event: HoldEvent) {
        tell!(self.sales[sale].hold, event);
        if self.sales[sale].booking.is_some() {
            self.voids.push(sale);
            self.sales[sale].lost = self.seats.iter().position(|seat| seat.owner == Some(sale));
        }
        self.seats_of(sale).for_each(|seat| seat.tell(SeatEvent::Freed, None));
    }

    fn end_if_over(&mut self, sale: usize) {
        if self.sales[sale].hold.is_live() && self.sales[sale].is_over {
            self.end(sale, HoldEvent::TimeOver);
        }
    }

    fn pick(&mut self, sale: usize, number: usize) {
        if self.sales[sale].hold == HoldState::Active {
            self.end_if_over(sale);
        }
        if self.sales[sale].hold != HoldState::Active {
            return;
        }
        match self.seats[number].owner {
            Some(owner) if owner == sale => return,
            Some(owner) => self.end_if_over(owner),
            None => {}
        }
        // Whose it is the machine does not know, so its state must be looked at: available, not "held already".
        if self.seats[number].state != SeatState::Available {
            return;
        }
        self.seats_of(sale).for_each(|seat| seat.tell(SeatEvent::Freed, None));
        self.seats[number].tell(SeatEvent::Picked, Some(sale));
    }

    fn start_to_pay(&mut self, sale: usize) {
        let free = self.seats.iter().position(|seat| seat.state == SeatState::Available);
        let unseated = self.seats_of(sale).next().is_none();
        if let Some(free) = free.filter(|_| unseated) {
            self.pick(sale, free);
        }
        self.end_if_over(sale);
        if self.sales[sale].hold != HoldState::Active {
            return;
        }
        tell!(self.sales[sale].hold, HoldEvent::PaymentStarted);
        self.seats_of(sale).for_each(|seat| seat.tell(SeatEvent::PaymentStarted, Some(sale)));
        self.sales[sale].booking = Some(BookingState::Pending);
        self.sales[sale].payment = Some(PaymentState::Open);
    }

    fn settle(&mut self, i: usize) {
        let sale = &self.sales[i];
        if sale.booking != Some(BookingState::Pending) {
            return;
        }
        match judge(sale.standing, sale.hold, TOTAL) {
            Verdict::Ticket => self.ticket(i),
            Verdict::GiveUp => self.end(i, HoldEvent::GivenUp),
            // Whoever does the void that is queued retakes what can be had again.
            Verdict::Retake | Verdict::Late | Verdict::Over | Verdict::KeepOpen { .. } => {}
            Verdict::LookInto => panic!("nobody charges by hand here"),
        }
    }

    fn ticket(&mut self, i: usize) {
        let sale = &mut self.sales[i];
        tell!(sale.hold, HoldEvent::Ticketed);
        sale.tell(BookingEvent::Ticketed, PaymentEvent::Authorised);
        self.seats_of(i).for_each(|seat| seat.tell(SeatEvent::Ticketed, Some(i)));
    }

    /// The place and seat once more, under a new hold.
    fn retake(&mut self, i: usize) -> bool {
        let lost = self.sales[i].lost.filter(|seat| self.seats[*seat].state == SeatState::Available);
        let Some(lost) = lost.filter(|_| self.taken() < SEATS) else { return false };
        self.sales[i].hold = HoldState::Active;
        self.seats[lost].tell(SeatEvent::Picked, Some(i));
        self.seats[lost].tell(SeatEvent::PaymentStarted, Some(i));
        self.ticket(i);
        true
    }

    fn run_errands(&mut self) {
        for i in std::mem::take(&mut self.voids) {
            let sale = &self.sales[i];
            let retakes = judge(sale.standing, sale.hold, TOTAL) == Verdict::Retake;
            if !(retakes && self.retake(i)) {
                self.sales[i].tell(BookingEvent::VoidConfirmed, PaymentEvent::Voided);
                self.sales[i].standing = Standing::Cancelled;
            }
        }
        for sale in self.sales.iter_mut().filter(|sale| sale.payment == Some(PaymentState::Authorised)) {
            match sale.standing {
                Standing::Authorised(_) | Standing::Captured(_) => {
                    sale.tell(BookingEvent::Ticketed, PaymentEvent::Captured);
                }
                Standing::Cancelled => sale.tell(BookingEvent::CaptureFailed, PaymentEvent::CaptureFailed),
                Standing::Waiting { .. } => panic!("ticketed without an authorisation"),
            }
        }
    }
}

impl StateMachineTest for Machines {
    type SystemUnderTest = Self;
    type Reference = Model;

    fn init_test(_: &Model) -> Self {
        let seat = Seat { state: SeatState::Available, version: 0, moves: 0, owner: None };
        Self { seats: [seat; SEATS], sales: Vec::new(), voids: Vec::new() }
    }

    fn apply(mut sale: Self, _: &<Model as ReferenceStateMachine>::State, act: Act) -> Self {
        match act {
            Act::Choose => {
                if sale.taken() == SEATS {
                    (0..sale.sales.len()).for_each(|i| sale.end_if_over(i));
                }
                if sale.taken() < SEATS {
                    sale.sales.push(Sale {
                        hold: HoldState::Active,
                        is_over: false,
                        booking: None,
                        payment: None,
                        standing: Standing::Waiting { declined_cards: 0 },
                        declined_cards: 0,
                        lost: None,
                    });
                }
            }
            Act::Pick(i, seat) => sale.pick(i, seat),
            Act::StartToPay(i) => sale.start_to_pay(i),
            Act::DeclineCard(i) => {
                let declined = &mut sale.sales[i];
                declined.declined_cards += 1;
                declined.standing = Standing::Waiting { declined_cards: declined.declined_cards };
                sale.settle(i);
            }
            Act::AbandonAuthentication(_) => {}
            Act::Authorise(i) => sale.sales[i].standing = Standing::Authorised(TOTAL),
            Act::WithdrawAuthorisation(i) => sale.sales[i].standing = Standing::Cancelled,
            Act::Settle(i) => sale.settle(i),
            Act::GiveUp(i) => {
                if sale.sales[i].hold.is_live() {
                    sale.end(i, HoldEvent::GivenUp);
                } else if sale.sales[i].hold == HoldState::Expired {
                    tell!(sale.sales[i].hold, HoldEvent::GivenUp);
                }
            }
            Act::TimePasses => sale.sales.iter_mut().for_each(|sale| sale.is_over = true),
            Act::Sweep => (0..sale.sales.len()).for_each(|i| sale.end_if_over(i)),
            Act::RunErrands => sale.run_errands(),
        }
        sale
    }

    fn check_invariants(sale: &Self, model: &Model) {
        for (i, (sale, expected)) in sale.sales.iter().zip(&model.sales).enumerate() {
            let states = States { hold: sale.hold, booking: sale.booking, payment: sale.payment };
            assert_eq!(states, expected.states(), "visitor {i}");
        }
        assert_eq!(sale.sales.len(), model.sales.len());
        assert_eq!(sale.seats.map(|seat| seat.owner), model.seats);
        assert!(sale.taken() <= SEATS);
        for seat in &sale.seats {
            assert_eq!(seat.version, seat.moves, "a version counts the moves");
            let of_hold = seat.owner.map(|owner| sale.sales[owner].hold);
            let fits = match of_hold {
                None => SeatState::Available,
                Some(HoldState::Active) => SeatState::Held,
                Some(HoldState::Reserved) => SeatState::Reserved,
                Some(HoldState::Converted) => SeatState::Booked,
                Some(HoldState::Released | HoldState::Expired) => panic!("an ended hold owns a seat"),
            };
            assert_eq!(seat.state, fits);
        }
    }
}
