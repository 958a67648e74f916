//! Where the money of a trip is and why, in sentences.

use domain::{
    booking::BookingState,
    cancelling::{Cause, Why},
    fare::FareBrand,
    payment::PaymentState,
    refund::RefundState,
};

use crate::answers::{CancellationView, TripView};

pub fn headline(state: BookingState) -> &'static str {
    match state {
        BookingState::Pending | BookingState::Confirming | BookingState::Unknown => {
            "Your booking is being made"
        }
        BookingState::AwaitingPayment => "Your places are kept until you pay",
        BookingState::Ticketed => "You are booked",
        BookingState::PartCancelled => "You are booked, with a part cancelled",
        BookingState::Failed | BookingState::Refused | BookingState::Lapsed => {
            "This booking did not come about"
        }
        BookingState::Unpaid => "We could not take the payment",
        BookingState::Cancelled => "This trip is cancelled",
    }
}

/// Where the money is, in a sentence or two.
pub fn money(trip: &TripView) -> String {
    let total = trip.total;
    let card = trip.card.as_deref().map(card_name);
    let after = |word: &str| card.as_ref().map(|card| format!(" {word} {card}")).unwrap_or_default();
    let (with, on, to) = (after("with"), after("on"), after("to"));
    match (trip.state, trip.payment) {
        (BookingState::Pending, _) => {
            format!(
                "{total} is not taken yet: your bank's answer is still on its way. Load this page again in a moment."
            )
        }
        (BookingState::Failed | BookingState::Refused | BookingState::Lapsed, _) => {
            "It was never paid: nothing was charged, and the seats were given back.".to_owned()
        }
        (BookingState::Unpaid, _) => {
            format!(
                "The bank withdrew the {total} that it had set aside{on}. These tickets are not paid, and are being cancelled."
            )
        }
        (BookingState::Cancelled, PaymentState::CaptureFailed) => {
            format!(
                "The bank withdrew the {total} that it had set aside{on}. Nothing was charged, and you owe nothing."
            )
        }
        (_, PaymentState::Refunded) => format!("{total} went back{to}."),
        (_, PaymentState::PartRefunded) => format!("{total} was paid{with}, and a part of it went back."),
        (BookingState::Cancelled, PaymentState::Voided | PaymentState::Voiding | PaymentState::Open) => {
            "Nothing was charged.".to_owned()
        }
        (_, PaymentState::Captured) => format!("{total} paid{with}."),
        _ => format!("{total} is set aside{on}, and is being taken now."),
    }
}

/// "visa 4242" → "the Visa card ending 4242".
pub fn card_name(card: &str) -> String {
    let (brand, digits) = card.rsplit_once(' ').unwrap_or(("", card));
    let mut letters = brand.chars();
    match letters.next() {
        Some(first) => format!("the {}{} card ending {digits}", first.to_uppercase(), letters.as_str()),
        None => format!("the card ending {digits}"),
    }
}

/// The card that a trip was paid with, or what to call it where that is not known.
pub fn card_of(trip: &TripView) -> String {
    trip.card.as_deref().map_or_else(|| "the card that you paid with".to_owned(), card_name)
}

/// Why so much comes back, and so much is kept; `with_seats`: some of it was paid for seats.
pub fn because(why: Why, brand: FareBrand, with_seats: bool) -> String {
    match why {
        Why::CalledOff => "The airline does not fly, so everything that you paid for it comes back.".into(),
        Why::FreeDay => {
            "You bought less than 24 hours ago, and a week or more before departure: everything comes back, whatever the fare.".into()
        }
        Why::Refundable => {
            format!("Your {} fare is refundable before departure, so everything comes back.", brand.name())
        }
        Why::TaxesAlone => format!(
            "Your {} fare is not refundable, so {} kept. The taxes and fees of a flight that you do not fly are not ours to keep: they come back.",
            brand.name(),
            if with_seats { "the fare and what you paid for seats are" } else { "the fare is" }
        ),
        Why::Supplier => "Whoever sells this trip says what comes back of it, by the conditions of their fare.".into(),
        Why::Unpaid => "Nothing was charged, so there is nothing to give back.".into(),
    }
}

/// Who cancelled, as a title.
pub fn who_cancelled(cause: Cause) -> &'static str {
    match cause {
        Cause::Traveller => "Cancelled by you",
        Cause::Airline => "Called off by the airline",
        Cause::Unpaid => "Cancelled, because it was not paid",
    }
}

/// What becomes of the money of a cancellation that is confirmed.
pub fn refund_stands(cancellation: &CancellationView, trip: &TripView) -> String {
    let (refund, card) = (cancellation.refund, card_of(trip));
    match cancellation.refund_state {
        None if cancellation.cause == Cause::Unpaid => because(Why::Unpaid, trip.brand, false),
        None => "Nothing comes back for it, by the rules of your fare.".into(),
        Some(RefundState::Queued) => format!("{refund} is about to be sent back to {card}."),
        Some(RefundState::Pending) => {
            format!("{refund} is on its way to {card}. Banks usually take 5 to 10 business days.")
        }
        Some(RefundState::Succeeded) => {
            format!("{refund} was paid back to {card}. It may take your bank some days to show it.")
        }
        Some(RefundState::Failed) => format!(
            "Your bank did not take the {refund} back. We are on it and find another way; you need not do anything, and we write to {}.",
            trip.email
        ),
        Some(RefundState::PaidOtherwise) => {
            format!("{refund} was paid back to you another way than to {card}.")
        }
        Some(RefundState::Dropped) => {
            "Nothing was charged after all, so there is nothing to give back.".into()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::card_name;

    #[test]
    fn a_card_is_named_by_its_brand_where_that_is_known() {
        assert_eq!(card_name("visa 4242"), "the Visa card ending 4242");
        assert_eq!(card_name("4242"), "the card ending 4242");
    }
}
