//! Our adapter and the sandbox that it pays at, in one process.

#![allow(clippy::unwrap_used, dead_code)]

use std::net::SocketAddr;

use payments::{Intent, IntentOrder, Stripe, StripeConfig};
use stripe_sandbox::{Config, Faults, Sandbox};
use tokio::net::TcpListener;

pub const WEBHOOK_SECRET: &str = "whsec_test";
pub const GOOD_CARD: &str = "4242424242424242";
pub const DECLINED_CARD: &str = "4000000000000002";
pub const POOR_CARD: &str = "4000000000009995";
pub const DISPUTED_CARD: &str = "4000000000000259";
pub const REFUNDED_LATER_CARD: &str = "4000000000007726";
pub const THREE_D_SECURE_CARD: &str = "4000002760003184";

pub struct Till {
    pub stripe: Stripe,
    pub sandbox: Sandbox,
}

pub fn config(addr: SocketAddr) -> StripeConfig {
    StripeConfig {
        secret_key: "sk_test_sandbox".to_owned(),
        api_url: Some(format!("http://{addr}")),
        webhook_secret: WEBHOOK_SECRET.to_owned(),
    }
}

pub fn order() -> IntentOrder {
    IntentOrder {
        amount_minor: 45_670,
        currency: "usd".to_owned(),
        booking: "B-1".to_owned(),
        receipt_email: Some("ada@example.com".to_owned()),
        description: "BOS to LAX, two travellers".to_owned(),
    }
}

pub async fn open() -> Till {
    open_telling(None).await
}

/// With the address that events are posted to.
pub async fn open_telling(webhook_url: Option<String>) -> Till {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let addr = listener.local_addr().unwrap();
    // No bank answers a refund by itself while a test runs.
    let config_of_sandbox = Config {
        webhook_url,
        webhook_secret: WEBHOOK_SECRET.to_owned(),
        refund_secs: 3_600,
        ..Config::default()
    };
    let sandbox = Sandbox::new(config_of_sandbox).unwrap();
    tokio::spawn(sandbox.clone().serve(listener, std::future::pending()));
    Till { stripe: Stripe::new(&config(addr)).unwrap(), sandbox }
}

impl Till {
    pub fn plant(&self, faults: Faults) {
        self.sandbox.set_faults(faults);
    }

    pub async fn intent(&self) -> Intent {
        self.stripe.create_intent("create", &order()).await.unwrap()
    }

    pub async fn authorised(&self) -> Intent {
        let intent = self.intent().await;
        assert_eq!(self.sandbox.pay_by_card(&intent.id, GOOD_CARD).unwrap(), "requires_capture");
        self.stripe.retrieve(&intent.id).await.unwrap()
    }
}

impl Till {
    /// A payment by this card, captured in full.
    pub async fn captured(&self, number: &str) -> Intent {
        let intent = self.intent().await;
        assert_eq!(self.sandbox.pay_by_card(&intent.id, number).unwrap(), "requires_capture");
        self.stripe.capture("capture", &intent.id, order().amount_minor).await.unwrap()
    }
}
