//! The event, told by webhook and listed. Source: <https://docs.stripe.com/api/events/object>.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::register::Record;

/// The version of Stripe's API in whose shapes the sandbox speaks.
const API_VERSION: &str = "2026-09-30.endive";

#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Event {
    pub id: String,
    pub kind: String,
    pub created_unix: i64,
    /// The object as it stood when the event happened.
    pub object: Value,
}

impl Record for Event {
    fn id(&self) -> &str {
        &self.id
    }

    fn created_unix(&self) -> i64 {
        self.created_unix
    }
}

impl Event {
    pub fn to_json(&self) -> Value {
        json!({
            "id": self.id, "object": "event", "type": self.kind, "created": self.created_unix,
            "api_version": API_VERSION, "livemode": false, "pending_webhooks": 1,
            "data": { "object": self.object }, "request": { "id": null, "idempotency_key": null },
        })
    }
}
