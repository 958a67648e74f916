//! All objects of one sandbox, and their file.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::fs;
use std::io;
use std::path::Path;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use uuid::Uuid;

use crate::charge::Charge;
use crate::dispute::Dispute;
use crate::error::ApiError;
use crate::event::Event;
use crate::form::Form;
use crate::idempotency::Keys;
use crate::intent::PaymentIntent;
use crate::refund::Refund;
use crate::register::Register;

/// How many events are kept for listing. Stripe keeps 30 days of them.
const EVENTS_KEPT: usize = 1_000;

/// What may happen to the objects stands in `crate::opening`, `crate::paying`, `crate::refunding` and
/// `crate::disputing`.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Books {
    pub intents: Register<PaymentIntent>,
    pub charges: Register<Charge>,
    pub refunds: Register<Refund>,
    pub disputes: Register<Dispute>,
    /// What the account holds, by currency: moved with each capture, refund and dispute.
    #[serde(skip)]
    pub balances_minor: BTreeMap<String, i64>,
    pub events: VecDeque<Event>,
    pub keys: Keys,
    /// Events of the call under way, for the webhook.
    #[serde(skip)]
    pub untold: Vec<Event>,
    /// Refunds whose bank answers later: when, and their ids.
    #[serde(skip)]
    pub undecided: BTreeSet<(i64, String)>,
    /// How long these banks take.
    #[serde(skip)]
    pub refunds_settle_secs: u32,
}

impl Books {
    /// The books of `file`, or empty ones where there is no such file yet.
    pub fn load(file: &Path) -> io::Result<Self> {
        match fs::read(file) {
            Ok(text) => {
                let mut books: Self = serde_json::from_slice(&text)?;
                let due = |refund: &Refund| Some((refund.due?.at_unix, refund.id.clone()));
                books.undecided = books.refunds.iter().filter_map(due).collect();
                books.add_up();
                Ok(books)
            }
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
        self.intents.get(id).ok_or_else(|| ApiError::missing("payment_intent", id))
    }

    pub fn intent_mut(&mut self, id: &str) -> Result<&mut PaymentIntent, ApiError> {
        self.intents.get_mut(id).ok_or_else(|| ApiError::missing("payment_intent", id))
    }

    pub fn charge(&self, id: &str) -> Result<&Charge, ApiError> {
        self.charges.get(id).ok_or_else(|| ApiError::missing("charge", id))
    }

    pub fn charge_mut(&mut self, id: &str) -> Result<&mut Charge, ApiError> {
        self.charges.get_mut(id).ok_or_else(|| ApiError::missing("charge", id))
    }

    /// The intent as `form` wants it, with its charge where that is expanded.
    pub fn show_intent(&self, intent: &PaymentIntent, form: &Form, prefix: &str) -> Value {
        let expands = form.expands(&format!("{prefix}latest_charge"));
        let charge = intent.latest_charge.as_deref().filter(|_| expands).and_then(|id| self.charge(id).ok());
        intent.to_json(charge)
    }

    /// The balances, from the objects alone.
    fn add_up(&mut self) {
        let kept = self
            .charges
            .iter()
            .map(|charge| (&charge.currency, charge.captured_minor - charge.refunded_minor));
        let held = self.disputes.iter().filter(|dispute| dispute.holds_money());
        for (currency, minor) in kept.chain(held.map(|dispute| (&dispute.currency, -dispute.amount_minor))) {
            *self.balances_minor.entry(currency.clone()).or_default() += minor;
        }
    }

    /// Puts money on the account, or takes it off where `amount_minor` is negative.
    pub fn move_balance(&mut self, currency: &str, amount_minor: i64) {
        *self.balances_minor.entry(currency.to_owned()).or_default() += amount_minor;
    }

    /// Notes an event about `object`, to be told by webhook.
    pub fn tell(&mut self, kind: &str, object: Value, now_unix: i64) {
        let event = Event { id: fresh_id("evt"), kind: kind.to_owned(), created_unix: now_unix, object };
        self.untold.push(event.clone());
        self.events.push_back(event);
        let surplus = self.events.len().saturating_sub(EVENTS_KEPT);
        self.events.drain(..surplus);
    }
}

/// An id as Stripe's look: the kind of object, then letters and digits that nobody can guess.
pub fn fresh_id(kind: &str) -> String {
    format!("{kind}_{}", &Uuid::new_v4().simple().to_string()[..24])
}
