//! A payment: one Stripe `PaymentIntent` with manual capture.

use serde::{Deserialize, Serialize};

use crate::{
    hold::HoldState,
    money::Money,
    moves::{IllegalMove, Move, after, may_become},
};

/// Declines or abandoned authentications that end a payment.
pub const CARD_ATTEMPTS: u8 = 3;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PaymentState {
    /// The traveller is trying cards.
    Open,
    /// The bank keeps the amount aside for us.
    Authorised,
    /// The money is ours.
    Captured,
    PartRefunded,
    Refunded,
    /// It is being given back before any capture: from here on it is never authorised, whatever the bank says.
    Voiding,
    /// Given back before any capture.
    Voided,
    CaptureFailed,
}

impl PaymentState {
    pub const ALL: [Self; 8] = [
        Self::Open,
        Self::Authorised,
        Self::Captured,
        Self::PartRefunded,
        Self::Refunded,
        Self::Voiding,
        Self::Voided,
        Self::CaptureFailed,
    ];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Authorised => "authorised",
            Self::Captured => "captured",
            Self::PartRefunded => "part_refunded",
            Self::Refunded => "refunded",
            Self::Voiding => "voiding",
            Self::Voided => "voided",
            Self::CaptureFailed => "capture_failed",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|s| s.as_str() == text)
    }

    /// Every move of a payment.
    pub const MOVES: &[Move<Self, PaymentEvent>] = &[
        (Self::Open, PaymentEvent::Authorised, Self::Authorised),
        (Self::Open, PaymentEvent::VoidBegun, Self::Voiding),
        (Self::Open, PaymentEvent::Voided, Self::Voided),
        (Self::Voiding, PaymentEvent::Voided, Self::Voided),
        (Self::Authorised, PaymentEvent::Voided, Self::Voided),
        (Self::Authorised, PaymentEvent::Captured, Self::Captured),
        (Self::Authorised, PaymentEvent::CaptureFailed, Self::CaptureFailed),
        (Self::Captured, PaymentEvent::PartRefunded, Self::PartRefunded),
        (Self::Captured, PaymentEvent::Refunded, Self::Refunded),
        (Self::PartRefunded, PaymentEvent::Refunded, Self::Refunded),
    ];

    /// Where an event leads.
    ///
    /// # Errors
    /// The event cannot happen to a payment in this state.
    pub fn after(self, event: PaymentEvent) -> Result<Self, IllegalMove<Self, PaymentEvent>> {
        after(Self::MOVES, self, event)
    }

    pub fn may_become(self, next: Self) -> bool {
        may_become(Self::MOVES, self, next)
    }
}

/// What happens to a payment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum PaymentEvent {
    /// And the booking ticketed: the two are one step.
    Authorised,
    /// Written down before the provider is asked to void.
    VoidBegun,
    Voided,
    Captured,
    /// For good: the authorisation is gone.
    CaptureFailed,
    PartRefunded,
    /// The rest of it.
    Refunded,
}

/// How the provider says an open payment stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// No card was accepted yet; so many were declined or failed their authentication. A traveller whose bank still
    /// asks (3-D Secure) may come back or have walked away: nobody can tell.
    Waiting { declined_cards: u8 },
    /// So much is kept aside for us.
    Authorised(Money),
    /// So much was charged already, by somebody at the provider: we charge only what is ticketed.
    Captured(Money),
    /// Nothing can be paid on it any more, or all of it was given back again.
    Cancelled,
}

/// What follows from how a payment of a pending booking stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Seats are kept and cards may be tried.
    KeepOpen {
        attempts_left: u8,
    },
    Ticket,
    /// Time was up before the bank said yes: the same seats, class and price are held anew where they can be had, and
    /// else the payment is void.
    Retake,
    /// Time was up, and no bank has agreed yet: until the void is begun one still may, and then it is `Retake`.
    Late,
    /// Give the hold up; that queues the void.
    GiveUp,
    /// The hold is over and its end has queued the void: nothing is left to do.
    Over,
    /// The card was charged, and there is nothing to ticket for it: no void undoes that, so a person must look. Where the
    /// hold is live, it is given up.
    LookInto,
}

/// The verdict on a payment of a booking that is still pending, and whose total was agreed on as `total`.
pub fn judge(standing: Standing, hold: HoldState, total: Money) -> Verdict {
    let over = if hold.is_live() { Verdict::GiveUp } else { Verdict::Over };
    match standing {
        // Whatever was declined before, the next card may be accepted as long as nobody has closed the payment.
        Standing::Waiting { .. } if hold == HoldState::Expired => Verdict::Late,
        Standing::Waiting { declined_cards } => match CARD_ATTEMPTS.saturating_sub(declined_cards) {
            0 => over,
            attempts_left if hold.is_live() => Verdict::KeepOpen { attempts_left },
            _ => Verdict::Over,
        },
        Standing::Cancelled => over,
        Standing::Captured(charged) if charged == total && hold.is_live() => Verdict::Ticket,
        Standing::Captured(_) => Verdict::LookInto,
        // Nobody pays what they did not agree to, be it less.
        Standing::Authorised(kept) if kept != total => over,
        Standing::Authorised(_) => match hold {
            HoldState::Active | HoldState::Reserved => Verdict::Ticket,
            HoldState::Expired => Verdict::Retake,
            // Who gave the seats up does not want them back.
            HoldState::Released | HoldState::Converted => Verdict::Over,
        },
    }
}

#[cfg(test)]
mod tests {
    use super::{CARD_ATTEMPTS, PaymentEvent, PaymentState, Standing, Verdict, judge};
    use crate::{
        hold::HoldState,
        money::{Currency, Money},
    };

    const TOTAL_MINOR: i64 = 48_120;

    fn dollars(minor: i64) -> Money {
        Money::new(minor, Currency::parse("USD").unwrap())
    }

    fn verdict(standing: Standing, hold: HoldState) -> Verdict {
        judge(standing, hold, dollars(TOTAL_MINOR))
    }

    #[test]
    fn money_is_captured_only_after_it_was_authorised() {
        for state in PaymentState::ALL {
            assert_eq!(state.may_become(PaymentState::Captured), state == PaymentState::Authorised);
        }
    }

    #[test]
    fn what_is_captured_is_never_voided_and_what_is_voided_never_captured() {
        assert!(PaymentState::Captured.after(PaymentEvent::Voided).is_err());
        assert!(PaymentState::Voided.after(PaymentEvent::Captured).is_err());
        assert!(PaymentState::Voided.after(PaymentEvent::Authorised).is_err());
    }

    #[test]
    fn a_void_that_was_begun_ends_as_one() {
        let voiding = PaymentState::Open.after(PaymentEvent::VoidBegun).unwrap();
        assert!(voiding.after(PaymentEvent::Authorised).is_err());
        assert_eq!(voiding.after(PaymentEvent::Voided), Ok(PaymentState::Voided));
        assert!(PaymentState::Authorised.after(PaymentEvent::VoidBegun).is_err(), "ticketed it is charged");
    }

    #[test]
    fn a_refund_comes_only_after_a_capture() {
        for state in
            [PaymentState::Open, PaymentState::Authorised, PaymentState::Voiding, PaymentState::CaptureFailed]
        {
            assert!(state.after(PaymentEvent::Refunded).is_err());
        }
    }

    #[test]
    fn a_declined_card_leaves_a_second_and_a_third_and_then_the_seats_go() {
        let after = |declined_cards| verdict(Standing::Waiting { declined_cards }, HoldState::Reserved);
        assert_eq!(after(1), Verdict::KeepOpen { attempts_left: 2 });
        assert_eq!(after(2), Verdict::KeepOpen { attempts_left: 1 });
        assert_eq!(after(CARD_ATTEMPTS), Verdict::GiveUp);
        assert_eq!(after(u8::MAX), Verdict::GiveUp);
    }

    #[test]
    fn an_abandoned_authentication_keeps_the_seats_until_the_hold_is_over() {
        let abandoned = Standing::Waiting { declined_cards: 0 };
        let open = Verdict::KeepOpen { attempts_left: CARD_ATTEMPTS };
        assert_eq!(verdict(abandoned, HoldState::Reserved), open);
        assert_eq!(verdict(abandoned, HoldState::Released), Verdict::Over);
        assert_eq!(verdict(abandoned, HoldState::Expired), Verdict::Late, "the bank may still agree");
    }

    #[test]
    fn an_authorisation_tickets_a_hold_until_it_is_ended() {
        let paid = Standing::Authorised(dollars(TOTAL_MINOR));
        assert_eq!(verdict(paid, HoldState::Reserved), Verdict::Ticket);
    }

    #[test]
    fn an_authorisation_after_the_time_was_up_retakes_the_seats_but_not_ones_given_up() {
        let paid = Standing::Authorised(dollars(TOTAL_MINOR));
        assert_eq!(verdict(paid, HoldState::Expired), Verdict::Retake);
        assert_eq!(verdict(paid, HoldState::Released), Verdict::Over);
    }

    #[test]
    fn another_amount_or_currency_is_never_ticketed() {
        let euros = Money::new(TOTAL_MINOR, Currency::parse("EUR").unwrap());
        for wrong in [dollars(TOTAL_MINOR - 1), dollars(TOTAL_MINOR + 1), euros] {
            assert_eq!(verdict(Standing::Authorised(wrong), HoldState::Reserved), Verdict::GiveUp);
            assert_eq!(verdict(Standing::Authorised(wrong), HoldState::Expired), Verdict::Over);
        }
    }

    #[test]
    fn what_was_charged_by_hand_is_ticketed_while_its_hold_lives_and_else_looked_into() {
        let charged = Standing::Captured(dollars(TOTAL_MINOR));
        assert_eq!(verdict(charged, HoldState::Reserved), Verdict::Ticket);
        for over in [HoldState::Expired, HoldState::Released] {
            assert_eq!(verdict(charged, over), Verdict::LookInto);
        }
        assert_eq!(verdict(Standing::Captured(dollars(1)), HoldState::Reserved), Verdict::LookInto);
    }

    #[test]
    fn a_payment_cancelled_at_the_provider_gives_the_seats_up() {
        assert_eq!(verdict(Standing::Cancelled, HoldState::Reserved), Verdict::GiveUp);
    }
}
