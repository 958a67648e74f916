use domain::payment::PaymentState;
use payments::{Intent, IntentStatus};
use serde_json::json;

use super::{Difference, booking_of};
use crate::postgres::PaymentBooks;

/// Where a payment stands otherwise at Stripe than here.
pub(super) fn compare(ours: &PaymentBooks, theirs: &Intent) -> Vec<Difference> {
    if ours.intent.as_ref() != Some(&theirs.id) {
        return second(ours, theirs).into_iter().collect();
    }
    let agrees =
        ours.amount_minor == theirs.amount_minor && ours.currency.eq_ignore_ascii_case(&theirs.currency);
    let differs = [
        (!agrees, "agreed_amount"),
        (!states_agree(ours.state, theirs), "state"),
        (is_captured(ours.state) && theirs.amount_received_minor != ours.amount_minor, "captured_amount"),
        (theirs.amount_refunded_minor != ours.refunded_minor, "refunded_amount"),
    ];
    let named = differs.into_iter().filter_map(|(differs, what)| differs.then_some(what));
    named.map(|what| difference(what, ours, theirs)).collect()
}

/// Money in an intent whose booking has another one, or none.
fn second(ours: &PaymentBooks, theirs: &Intent) -> Option<Difference> {
    has_money(theirs).then(|| difference("second_intent", ours, theirs))
}

/// Money in an intent that names a booking which is not here. One that names none is somebody else's of the account.
pub(super) fn unknown(theirs: &Intent) -> Option<Difference> {
    theirs.booking.as_ref().filter(|_| has_money(theirs))?;
    Some(Difference {
        what: "unknown_booking".into(),
        about: theirs.id.clone(),
        booking: booking_of(theirs),
        detail: json!({ "stripe": at_stripe(theirs), "names": theirs.booking }),
    })
}

/// A payment of ours that Stripe does not know.
pub(super) fn missing(ours: &PaymentBooks, intent: &str) -> Difference {
    Difference {
        what: "missing_intent".into(),
        about: intent.to_owned(),
        booking: Some(ours.booking),
        detail: json!({ "here": here(ours) }),
    }
}

fn states_agree(ours: PaymentState, theirs: &Intent) -> bool {
    use PaymentState::{Authorised, CaptureFailed, Open, Voided, Voiding};
    match &theirs.status {
        IntentStatus::Succeeded => is_captured(ours),
        IntentStatus::Canceled => matches!(ours, Voided | CaptureFailed),
        // Settled within the grace, so nobody looks after it any more.
        IntentStatus::RequiresCapture => ours == Authorised,
        _ => matches!(ours, Open | Voiding),
    }
}

fn is_captured(state: PaymentState) -> bool {
    matches!(state, PaymentState::Captured | PaymentState::PartRefunded | PaymentState::Refunded)
}

fn has_money(theirs: &Intent) -> bool {
    matches!(theirs.status, IntentStatus::Succeeded | IntentStatus::RequiresCapture)
}

fn difference(what: &str, ours: &PaymentBooks, theirs: &Intent) -> Difference {
    Difference {
        what: what.to_owned(),
        about: theirs.id.clone(),
        booking: Some(ours.booking),
        detail: json!({ "here": here(ours), "stripe": at_stripe(theirs) }),
    }
}

fn here(ours: &PaymentBooks) -> serde_json::Value {
    json!({
        "state": ours.state.as_str(), "amount_minor": ours.amount_minor, "refunded_minor": ours.refunded_minor,
        "currency": ours.currency, "intent": ours.intent,
    })
}

fn at_stripe(theirs: &Intent) -> serde_json::Value {
    json!({
        "state": format!("{:?}", theirs.status), "amount_minor": theirs.amount_minor,
        "captured_minor": theirs.amount_received_minor, "refunded_minor": theirs.amount_refunded_minor,
        "currency": theirs.currency, "intent": theirs.id,
    })
}
