//! The calls to Stripe, each with a time limit and repeated where that is safe.

use std::collections::HashMap;
use std::fmt;
use std::time::Duration;

use stripe::{Client, ClientBuilder, IdempotencyKey, RequestStrategy, StripeRequest};
use stripe_core::dispute::{ListDispute, RetrieveDispute};
use stripe_core::payment_intent::{
    CancelPaymentIntent, CapturePaymentIntent, CreatePaymentIntent, ListPaymentIntent, RetrievePaymentIntent,
};
use stripe_core::refund::{CreateRefund, ListRefund};
use stripe_shared::{
    PaymentIntentAllowedPaymentMethodTypes as PaymentMethod, PaymentIntentCaptureMethod, PaymentIntentId,
};
use stripe_types::{Currency, RangeQueryTs};

use crate::attempt::attempt;
use crate::dispute::Dispute;
use crate::error::{InvalidConfig, StripeError, failed, may_repeat};
use crate::event::{self, Event, WebhookError};
use crate::intent::{BOOKING, Intent, IntentOrder, IntentPage, IntentStatus};
use crate::refund::{KEY, Refund};

/// What Stripe lists, newest first, a hundred at a time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page<T> {
    pub data: Vec<T>,
    /// Where the next page begins; none at the end.
    pub next: Option<String>,
}

const DEFAULT_TIMEOUT: Duration = Duration::from_secs(10);
/// The largest page that Stripe gives.
const PAGE: i64 = 100;

/// How Stripe is reached.
#[derive(Clone)]
pub struct StripeConfig {
    /// `sk_…` or `rk_…`; any of that shape for the sandbox.
    pub secret_key: String,
    /// Where the API is, without `/v1`; none means Stripe itself.
    pub api_url: Option<String>,
    /// The key that signs webhooks, `whsec_…`.
    pub webhook_secret: String,
}

impl fmt::Debug for StripeConfig {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StripeConfig").field("api_url", &self.api_url).finish_non_exhaustive()
    }
}

/// Our account at Stripe, or at the sandbox. It is cheap to clone, and no connection outlives a call.
#[derive(Clone)]
pub struct Stripe {
    client: Client,
    webhook_secret: String,
    timeout: Duration,
}

impl fmt::Debug for Stripe {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Stripe").field("timeout", &self.timeout).finish_non_exhaustive()
    }
}

impl Stripe {
    /// # Errors
    /// A key or address that cannot be right, or a live key that would go over an unencrypted connection.
    pub fn new(config: &StripeConfig) -> Result<Self, InvalidConfig> {
        let key = config.secret_key.as_str();
        if !key.starts_with("sk_") && !key.starts_with("rk_") {
            return Err(InvalidConfig::SecretKey);
        }
        if config.webhook_secret.is_empty() {
            return Err(InvalidConfig::WebhookSecret);
        }
        let mut builder = ClientBuilder::new(key);
        if let Some(url) = &config.api_url {
            let plain = url.starts_with("http://");
            if !plain && !url.starts_with("https://") {
                return Err(InvalidConfig::ApiUrl);
            }
            if plain && key.contains("_live_") {
                return Err(InvalidConfig::LiveKeyUnencrypted);
            }
            // async-stripe puts `v1/…` right behind the address.
            builder = builder.url(format!("{}/", url.trim_end_matches('/')));
        }
        let client = builder.build().map_err(|_| InvalidConfig::ApiUrl)?;
        Ok(Self { client, webhook_secret: config.webhook_secret.clone(), timeout: DEFAULT_TIMEOUT })
    }

    /// Changes how long each attempt may take, ten seconds at first. A call makes up to three of them.
    #[must_use]
    pub fn with_timeout(self, timeout: Duration) -> Self {
        Self { timeout, ..self }
    }

    /// Opens a payment by card whose money is only authorised until it is captured.
    ///
    /// # Errors
    /// [`StripeError`]; after `Unavailable` look with [`Stripe::find_intent`].
    pub async fn create_intent(&self, key: &str, order: &IntentOrder) -> Result<Intent, StripeError> {
        self.change(key, &*creation(order)).await.map(Intent::from)
    }

    /// The intent as Stripe has it now, with its card once one has paid or tried to.
    ///
    /// # Errors
    /// [`StripeError`].
    pub async fn retrieve(&self, id: &str) -> Result<Intent, StripeError> {
        let request = RetrievePaymentIntent::new(intent_id(id)?).expand(vec!["latest_charge".to_owned()]);
        self.read(&request).await.map(Intent::from)
    }

    /// Takes `amount_minor` of what was authorised and gives the rest back; an intent is captured once.
    ///
    /// # Errors
    /// [`StripeError`]; after `Unavailable` look with [`Stripe::retrieve`].
    pub async fn capture(&self, key: &str, id: &str, amount_minor: i64) -> Result<Intent, StripeError> {
        let request = CapturePaymentIntent::new(intent_id(id)?)
            .amount_to_capture(amount_minor)
            .expand(vec!["latest_charge".to_owned()]);
        self.change(key, &request).await.map(Intent::from)
    }

    /// Gives the payment up, and with it what was authorised; the answer shows the card that was accepted, if any. Refused
    /// once the money is captured.
    ///
    /// # Errors
    /// [`StripeError`]; after `Unavailable` look with [`Stripe::retrieve`].
    pub async fn cancel(&self, key: &str, id: &str) -> Result<Intent, StripeError> {
        let request = CancelPaymentIntent::new(intent_id(id)?).expand(vec!["latest_charge".to_owned()]);
        self.change(key, &request).await.map(Intent::from)
    }

    /// Gives captured money back; refused where the payment is charged back (`charge_disputed`). The key is written on the refund, so that [`Stripe::refunds_of`] can tell whose it is.
    ///
    /// # Errors
    /// [`StripeError`]; after `Unavailable` look with [`Stripe::refunds_of`].
    pub async fn refund(&self, key: &str, id: &str, amount_minor: i64) -> Result<Refund, StripeError> {
        let request = CreateRefund::new()
            .payment_intent(id)
            .amount(amount_minor)
            .metadata(HashMap::from([(KEY.to_owned(), key.to_owned())]));
        self.change(key, &request).await.map(Refund::from)
    }

    /// All refunds of an intent, newest first.
    ///
    /// # Errors
    /// [`StripeError`].
    pub async fn refunds_of(&self, intent_id: &str) -> Result<Vec<Refund>, StripeError> {
        let mut refunds: Vec<Refund> = Vec::new();
        loop {
            let mut request = ListRefund::new().payment_intent(intent_id).limit(PAGE);
            if let Some(last) = refunds.last() {
                request = request.starting_after(last.id.clone());
            }
            let page = self.read(&request).await?;
            let ended = !page.has_more || page.data.is_empty();
            refunds.extend(page.data.into_iter().map(Refund::from));
            if ended {
                return Ok(refunds);
            }
        }
    }

    /// The refunds made at or after `since_unix`, of whichever payments: after [`Page::next`] of the page before.
    ///
    /// # Errors
    /// [`StripeError`].
    pub async fn refunds_since(
        &self,
        since_unix: i64,
        after: Option<&str>,
    ) -> Result<Page<Refund>, StripeError> {
        let mut request = ListRefund::new().created(RangeQueryTs::gte(since_unix)).limit(PAGE);
        if let Some(after) = after {
            request = request.starting_after(after);
        }
        let page = self.read(&request).await?;
        let next = page.data.last().filter(|_| page.has_more).map(|last| last.id.to_string());
        Ok(Page { data: page.data.into_iter().map(Refund::from).collect(), next })
    }

    /// All disputes of an intent, newest first.
    ///
    /// # Errors
    /// [`StripeError`].
    pub async fn disputes_of(&self, intent_id: &str) -> Result<Vec<Dispute>, StripeError> {
        // A payment is disputed once, seldom twice; never a page full.
        let request = ListDispute::new().payment_intent(intent_id).limit(PAGE);
        Ok(self.read(&request).await?.data.into_iter().map(Dispute::from).collect())
    }

    /// The disputes opened at or after `since_unix`, of whichever payments: after [`Page::next`] of the page before.
    ///
    /// # Errors
    /// [`StripeError`].
    pub async fn disputes_since(
        &self,
        since_unix: i64,
        after: Option<&str>,
    ) -> Result<Page<Dispute>, StripeError> {
        let mut request = ListDispute::new().created(RangeQueryTs::gte(since_unix)).limit(PAGE);
        if let Some(after) = after {
            request = request.starting_after(after);
        }
        let page = self.read(&request).await?;
        let next = page.data.last().filter(|_| page.has_more).map(|last| last.id.to_string());
        Ok(Page { data: page.data.into_iter().map(Dispute::from).collect(), next })
    }

    /// The dispute as Stripe has it now.
    ///
    /// # Errors
    /// [`StripeError`].
    pub async fn dispute(&self, id: &str) -> Result<Dispute, StripeError> {
        self.read(&RetrieveDispute::new(checked(id)?)).await.map(Dispute::from)
    }

    /// The intents made at or after `since_unix`, a hundred at a time: after [`IntentPage::next`] of the page before.
    /// It reads Stripe's list, which is always up to date, and never its search, which lags.
    ///
    /// # Errors
    /// [`StripeError`].
    pub async fn intents_since(
        &self,
        since_unix: i64,
        after: Option<&str>,
    ) -> Result<IntentPage, StripeError> {
        let mut request = ListPaymentIntent::new()
            .created(RangeQueryTs::gte(since_unix))
            .limit(PAGE)
            .expand(vec!["data.latest_charge".to_owned()]);
        if let Some(after) = after {
            request = request.starting_after(after);
        }
        let page = self.read(&request).await?;
        let next = page.data.last().filter(|_| page.has_more).map(|last| last.id.to_string());
        Ok(IntentPage { intents: page.data.into_iter().map(Intent::from).collect(), next })
    }

    /// The newest intent of `booking` made at or after `since_unix` that is not cancelled.
    ///
    /// # Errors
    /// [`StripeError`].
    pub async fn find_intent(&self, booking: &str, since_unix: i64) -> Result<Option<Intent>, StripeError> {
        let mut after: Option<String> = None;
        loop {
            let page = self.intents_since(since_unix, after.as_deref()).await?;
            let found = page.intents.into_iter().find(|intent| {
                intent.booking.as_deref() == Some(booking) && intent.status != IntentStatus::Canceled
            });
            after = page.next;
            if found.is_some() || after.is_none() {
                return Ok(found);
            }
        }
    }

    /// Reads a webhook's body as it came over the wire, together with its `Stripe-Signature` header.
    ///
    /// # Errors
    /// A wrong signature, one older or newer than 300 seconds, or a signed body that is no event.
    pub fn read_event(&self, body: &str, signature: &str) -> Result<Event, WebhookError> {
        event::read(body, signature, &self.webhook_secret)
    }

    /// Sends a change under its key. A 500 is not sent again: Stripe would only replay it.
    async fn change<R: StripeRequest>(&self, key: &str, request: &R) -> Result<R::Output, StripeError>
    where
        R::Output: miniserde::Deserialize,
    {
        let key = IdempotencyKey::new(key).map_err(|_| {
            StripeError::refused("idempotency_key", "An idempotency key has 1 to 255 characters.")
        })?;
        let strategy = RequestStrategy::Idempotent(key);
        let send = || {
            request.customize().request_strategy(strategy.clone()).timeout(self.timeout).send(&self.client)
        };
        attempt(send, may_repeat).await
    }

    /// Reads, which may be repeated after a 500 as well.
    async fn read<R: StripeRequest>(&self, request: &R) -> Result<R::Output, StripeError>
    where
        R::Output: miniserde::Deserialize,
    {
        let send = || request.customize().timeout(self.timeout).send(&self.client);
        attempt(send, |error| may_repeat(error) || failed(error)).await
    }
}

/// Boxed: Stripe's request has room for every payment method there is, and would swell each future that holds it.
fn creation(order: &IntentOrder) -> Box<CreatePaymentIntent> {
    let request = CreatePaymentIntent::new(order.amount_minor, currency(&order.currency))
        .capture_method(PaymentIntentCaptureMethod::Manual)
        .allowed_payment_method_types(vec![PaymentMethod::Card])
        .metadata(HashMap::from([(BOOKING.to_owned(), order.booking.clone())]))
        .description(order.description.clone());
    Box::new(match &order.receipt_email {
        Some(email) => request.receipt_email(email.clone()),
        None => request,
    })
}

fn intent_id(id: &str) -> Result<PaymentIntentId, StripeError> {
    checked(id).map(PaymentIntentId::from)
}

/// An id that stands in a path must not change which path it is.
fn checked(id: &str) -> Result<&str, StripeError> {
    if id.is_empty() || !id.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_') {
        return Err(StripeError::refused("resource_missing", "There is no such object at Stripe."));
    }
    Ok(id)
}

/// A currency that async-stripe does not know goes to Stripe as it is, to be refused there.
fn currency(code: &str) -> Currency {
    let code = code.to_ascii_lowercase();
    code.parse().unwrap_or(Currency::Unknown(code))
}
