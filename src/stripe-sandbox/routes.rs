//! Stripe's routes, and what each asks of the books.

use serde_json::Value;

use crate::api::{Call, Caller};
use crate::books::{Books, page};
use crate::card::Card;
use crate::error::ApiError;
use crate::event::Event;
use crate::intent::PaymentIntent;
use crate::paying::Authentication;
use crate::refund::Refund;

/// Does what the call asks for.
pub(crate) fn act(books: &mut Books, call: &Call) -> Result<Value, ApiError> {
    let segments: Vec<&str> = call.path.trim_matches('/').split('/').collect();
    match (call.method.as_str(), segments.as_slice(), call.caller) {
        ("GET", ["v1", "payment_intents", id], _) => show_intent(books, call, id),
        ("POST", ["v1", "payment_intents", id, "confirm"], Caller::Publishable) => {
            pay_by_form(books, call, id)
        }
        ("POST", ["sandbox", "payment_intents", id, "authenticate"], Caller::Publishable) => {
            authenticate(books, call, id)
        }
        (_, _, Caller::Publishable) => Err(ApiError::unauthorised()),

        ("POST", ["v1", "payment_intents"], _) => create(books, call),
        ("GET", ["v1", "payment_intents"], _) => list_intents(books, call),
        ("POST", ["v1", "payment_intents", id, "confirm"], _) => pay_by_name(books, call, id),
        ("POST", ["v1", "payment_intents", id, "capture"], _) => capture(books, call, id),
        ("POST", ["v1", "payment_intents", id, "cancel"], _) => cancel(books, call, id),
        ("POST", ["v1", "refunds"], _) => Ok(books.refund(&call.form, call.now_unix)?.to_json()),
        ("GET", ["v1", "refunds"], _) => list_refunds(books, call),
        ("GET", ["v1", "refunds", id], _) => show_refund(books, id),
        ("GET", ["v1", "charges", id], _) => Ok(books.charge(id)?.to_json()),
        ("GET", ["v1", "events"], _) => list_events(books, call),
        ("GET", ["v1", "events", id], _) => show_event(books, id),
        (method, _, _) => Err(ApiError::no_route(method, &call.path)),
    }
}

fn create(books: &mut Books, call: &Call) -> Result<Value, ApiError> {
    if call.form.get("confirm") == Some("true") {
        let message = "The sandbox confirms in a call of its own.";
        return Err(ApiError::parameter("confirm", "parameter_unknown", message));
    }
    let intent = books.create_intent(&call.form, call.now_unix)?;
    Ok(books.show_intent(&intent, &call.form, ""))
}

fn show_intent(books: &Books, call: &Call, id: &str) -> Result<Value, ApiError> {
    let intent = books.intent(id)?;
    match call.caller {
        Caller::Secret => Ok(books.show_intent(intent, &call.form, "")),
        Caller::Publishable => check_client_secret(intent, call).map(|()| intent.to_public_json()),
    }
}

fn list_intents(books: &Books, call: &Call) -> Result<Value, ApiError> {
    let key = |intent: &PaymentIntent| (intent.id.clone(), intent.created_unix);
    page("/v1/payment_intents", books.intents.iter(), &call.form, key, |intent| {
        books.show_intent(intent, &call.form, "data.")
    })
}

/// The card form pays: the only caller whose card numbers are taken.
fn pay_by_form(books: &mut Books, call: &Call, id: &str) -> Result<Value, ApiError> {
    check_client_secret(books.intent(id)?, call)?;
    let card = Card::parse(&call.form, call.now_unix)?;
    books.confirm(id, card, call.now_unix).map(|intent| intent.to_public_json()).map_err(ApiError::for_public)
}

fn pay_by_name(books: &mut Books, call: &Call, id: &str) -> Result<Value, ApiError> {
    if call.form.get("payment_method_data[card][number]").is_some() {
        return Err(ApiError::raw_card());
    }
    let name = call.form.require("payment_method")?;
    let card = Card::named(name, call.now_unix).ok_or_else(|| ApiError::missing("PaymentMethod", name))?;
    let intent = books.confirm(id, card, call.now_unix)?;
    Ok(books.show_intent(&intent, &call.form, ""))
}

fn authenticate(books: &mut Books, call: &Call, id: &str) -> Result<Value, ApiError> {
    check_client_secret(books.intent(id)?, call)?;
    let outcome = match call.form.require("outcome")? {
        "completed" => Authentication::Completed,
        "failed" => Authentication::Failed,
        _ => return Err(ApiError::parameter("outcome", "parameter_unknown", "Must be completed or failed.")),
    };
    let intent = books.authenticate(id, outcome, call.now_unix).map_err(ApiError::for_public)?;
    Ok(intent.to_public_json())
}

fn capture(books: &mut Books, call: &Call, id: &str) -> Result<Value, ApiError> {
    let intent = books.capture(id, call.form.integer("amount_to_capture")?, call.now_unix)?;
    Ok(books.show_intent(&intent, &call.form, ""))
}

fn cancel(books: &mut Books, call: &Call, id: &str) -> Result<Value, ApiError> {
    let intent = books.cancel(id, call.form.text("cancellation_reason"), call.now_unix)?;
    Ok(books.show_intent(&intent, &call.form, ""))
}

fn list_refunds(books: &Books, call: &Call) -> Result<Value, ApiError> {
    let intent = call.form.get("payment_intent");
    let charge = call.form.get("charge");
    let wanted = books.refunds.iter().filter(|refund| {
        intent.is_none_or(|id| refund.intent == id) && charge.is_none_or(|id| refund.charge == id)
    });
    let key = |refund: &Refund| (refund.id.clone(), refund.created_unix);
    page("/v1/refunds", wanted, &call.form, key, Refund::to_json)
}

fn show_refund(books: &Books, id: &str) -> Result<Value, ApiError> {
    let refund = books.refunds.iter().find(|refund| refund.id == id);
    refund.map(Refund::to_json).ok_or_else(|| ApiError::missing("refund", id))
}

fn list_events(books: &Books, call: &Call) -> Result<Value, ApiError> {
    let kind = call.form.get("type");
    let wanted = books.events.iter().filter(|event| kind.is_none_or(|kind| event.kind == kind));
    let key = |event: &Event| (event.id.clone(), event.created_unix);
    page("/v1/events", wanted, &call.form, key, Event::to_json)
}

fn show_event(books: &Books, id: &str) -> Result<Value, ApiError> {
    let event = books.events.iter().find(|event| event.id == id);
    event.map(Event::to_json).ok_or_else(|| ApiError::missing("event", id))
}

fn check_client_secret(intent: &PaymentIntent, call: &Call) -> Result<(), ApiError> {
    if call.form.require("client_secret")? == intent.client_secret {
        return Ok(());
    }
    let message =
        "The client_secret provided does not match the client_secret associated with the PaymentIntent.";
    Err(ApiError::parameter("client_secret", "payment_intent_invalid_parameter", message))
}
