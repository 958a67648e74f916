//! All objects of one sandbox, oldest first, and their file.

use std::fs;
use std::io;
use std::path::Path;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::charge::Charge;
use crate::error::ApiError;
use crate::event::Event;
use crate::form::Form;
use crate::idempotency::Keys;
use crate::intent::PaymentIntent;
use crate::refund::Refund;

/// How many events are kept for listing. Stripe keeps 30 days of them.
const EVENTS_KEPT: usize = 1_000;

/// What may happen to the objects stands in `crate::opening`, `crate::paying` and `crate::refunding`.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct Books {
    pub intents: Vec<PaymentIntent>,
    pub charges: Vec<Charge>,
    pub refunds: Vec<Refund>,
    pub events: Vec<Event>,
    pub keys: Keys,
    /// Events of the call under way, for the webhook.
    #[serde(skip)]
    pub untold: Vec<Event>,
}

impl Books {
    /// The books of `file`, or empty ones where there is no such file yet.
    pub fn load(file: &Path) -> io::Result<Self> {
        match fs::read(file) {
            Ok(text) => Ok(serde_json::from_slice(&text)?),
            Err(fault) if fault.kind() == io::ErrorKind::NotFound => Ok(Self::default()),
            Err(fault) => Err(fault),
        }
    }

    /// Writes beside `file` first, so that a crash leaves the old or the new books, never half of them.
    pub fn save(&self, file: &Path) -> io::Result<()> {
        let beside = file.with_extension("new");
        fs::write(&beside, serde_json::to_vec(self)?)?;
        fs::rename(beside, file)
    }

    pub fn intent(&self, id: &str) -> Result<&PaymentIntent, ApiError> {
        self.intents
            .iter()
            .find(|intent| intent.id == id)
            .ok_or_else(|| ApiError::missing("payment_intent", id))
    }

    pub fn intent_mut(&mut self, id: &str) -> Result<&mut PaymentIntent, ApiError> {
        self.intents
            .iter_mut()
            .find(|intent| intent.id == id)
            .ok_or_else(|| ApiError::missing("payment_intent", id))
    }

    pub fn charge(&self, id: &str) -> Result<&Charge, ApiError> {
        self.charges.iter().find(|charge| charge.id == id).ok_or_else(|| ApiError::missing("charge", id))
    }

    pub fn charge_mut(&mut self, id: &str) -> Result<&mut Charge, ApiError> {
        self.charges.iter_mut().find(|charge| charge.id == id).ok_or_else(|| ApiError::missing("charge", id))
    }

    /// The intent as `form` wants it, with its charge where that is expanded.
    pub fn show_intent(&self, intent: &PaymentIntent, form: &Form, prefix: &str) -> Value {
        let expands = form.expands(&format!("{prefix}latest_charge"));
        let charge = intent.latest_charge.as_deref().filter(|_| expands).and_then(|id| self.charge(id).ok());
        intent.to_json(charge)
    }

    /// Notes an event about `object`, to be told by webhook.
    pub fn tell(&mut self, kind: &str, object: Value, now_unix: i64) {
        let event = Event { id: fresh_id("evt"), kind: kind.to_owned(), created_unix: now_unix, object };
        self.untold.push(event.clone());
        self.events.push(event);
        let surplus = self.events.len().saturating_sub(EVENTS_KEPT);
        self.events.drain(..surplus);
    }
}

/// An id as Stripe's look: the kind of object, then letters and digits that nobody can guess.
pub fn fresh_id(kind: &str) -> String {
    format!("{kind}_{}", &Uuid::new_v4().simple().to_string()[..24])
}

/// One page of `all`, newest first, by `limit` (1 to 100, else 10), `created[…]` and `starting_after`.
pub fn page<'a, T: 'a>(
    url: &str,
    all: impl DoubleEndedIterator<Item = &'a T>,
    form: &Form,
    key: impl Fn(&T) -> (String, i64),
    show: impl Fn(&T) -> Value,
) -> Result<Value, ApiError> {
    let limit = form.integer("limit")?.unwrap_or(10);
    let Some(limit) = usize::try_from(limit).ok().filter(|limit| (1..=100).contains(limit)) else {
        return Err(ApiError::parameter(
            "limit",
            "parameter_invalid_integer",
            "Limit must be from 1 to 100.",
        ));
    };
    let from = match (form.integer("created[gte]")?, form.integer("created[gt]")?) {
        (Some(gte), _) => gte,
        (None, Some(gt)) => gt.saturating_add(1),
        (None, None) => i64::MIN,
    };
    let to = match (form.integer("created[lte]")?, form.integer("created[lt]")?) {
        (Some(lte), _) => lte,
        (None, Some(lt)) => lt.saturating_sub(1),
        (None, None) => i64::MAX,
    };
    let mut newest_first: Vec<&T> = all.rev().collect();
    if let Some(cursor) = form.get("starting_after") {
        let Some(place) = newest_first.iter().position(|item| key(item).0 == cursor) else {
            return Err(ApiError::missing("object", cursor));
        };
        newest_first.drain(..=place);
    }
    newest_first.retain(|item| (from..=to).contains(&key(item).1));
    let data: Vec<Value> = newest_first.iter().take(limit).map(|item| show(item)).collect();
    Ok(json!({ "object": "list", "url": url, "has_more": newest_first.len() > limit, "data": data }))
}
