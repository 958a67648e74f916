//! Stripe's routes, and what each asks of the books.

use serde_json::Value;

use crate::api::{Call, Caller};
use crate::books::Books;
use crate::card::Card;
use crate::dispute::Dispute;
use crate::disputing::Verdict;
use crate::error::ApiError;
use crate::event::Event;
use crate::intent::PaymentIntent;
use crate::page::page;
use crate::paying::Authentication;
use crate::refund::{Refund, RefundEnd};

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
        ("GET", ["v1", "disputes"], _) => list_disputes(books, call),
        ("GET", ["v1", "disputes", id], _) => Ok(books.dispute(id)?.to_json()),

        ("POST", ["sandbox", "payment_intents", id, "expire"], _) => {
            Ok(books.expire(id, call.now_unix)?.to_json(None))
        }
        ("POST", ["sandbox", "payment_intents", id, "dispute"], _) => {
            Ok(books.open_dispute(id, call.now_unix)?.to_json())
        }
        ("POST", ["sandbox", "disputes", id, "close"], _) => close_dispute(books, call, id),
        ("POST", ["sandbox", "refunds", id, "settle"], _) => settle_refund(books, call, id),
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
    let newest_first = books.intents.newest_first(None, call.form.get("starting_after"))?;
    page("/v1/payment_intents", newest_first, &call.form, |intent| {
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
    let charge = call.form.get("charge");
    let newest_first =
        books.refunds.newest_first(call.form.get("payment_intent"), call.form.get("starting_after"))?;
    let wanted = newest_first.filter(|refund| charge.is_none_or(|id| refund.charge == id));
    page("/v1/refunds", wanted, &call.form, Refund::to_json)
}

fn show_refund(books: &Books, id: &str) -> Result<Value, ApiError> {
    books.refunds.get(id).map(Refund::to_json).ok_or_else(|| ApiError::missing("refund", id))
}

fn settle_refund(books: &mut Books, call: &Call, id: &str) -> Result<Value, ApiError> {
    let end = match call.form.require("outcome")? {
        "succeeded" => RefundEnd::Succeeded,
        "failed" => RefundEnd::Failed,
        _ => return Err(ApiError::parameter("outcome", "parameter_unknown", "Must be succeeded or failed.")),
    };
    Ok(books.settle_refund(id, end, call.now_unix)?.to_json())
}

fn list_disputes(books: &Books, call: &Call) -> Result<Value, ApiError> {
    let charge = call.form.get("charge");
    let newest_first =
        books.disputes.newest_first(call.form.get("payment_intent"), call.form.get("starting_after"))?;
    let wanted = newest_first.filter(|dispute| charge.is_none_or(|id| dispute.charge == id));
    page("/v1/disputes", wanted, &call.form, Dispute::to_json)
}

fn close_dispute(books: &mut Books, call: &Call, id: &str) -> Result<Value, ApiError> {
    let verdict = match call.form.require("outcome")? {
        "won" => Verdict::Won,
        "lost" => Verdict::Lost,
        _ => return Err(ApiError::parameter("outcome", "parameter_unknown", "Must be won or lost.")),
    };
    Ok(books.close_dispute(id, verdict, call.now_unix)?.to_json())
}

fn list_events(books: &Books, call: &Call) -> Result<Value, ApiError> {
    let kind = call.form.get("type");
    let older = match call.form.get("starting_after") {
        None => books.events.len(),
        Some(cursor) => books
            .events
            .iter()
            .position(|event| event.id == cursor)
            .ok_or_else(|| ApiError::missing("object", cursor))?,
    };
    let wanted = books.events.range(..older).rev().filter(|event| kind.is_none_or(|kind| event.kind == kind));
    page("/v1/events", wanted, &call.form, Event::to_json)
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
