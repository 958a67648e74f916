//! What webhooks should have told of payments of any age, and did not.

use std::{collections::HashSet, time::Duration};

use jiff::Timestamp;
use payments::{Dispute, Refund, StripeError};

use super::{ReconcileError, Reconciling};

impl Reconciling {
    /// Writes down disputes and refunds as Stripe has them now: those made in the last `window`, and disputes that were
    /// waiting for their bank, however old they are. What is known already changes nothing.
    ///
    /// # Errors
    /// Postgres or Stripe is away. What was found before that stays written down.
    pub async fn catch_up(&self, window: Duration) -> Result<(), ReconcileError> {
        let window_secs = i64::try_from(window.as_secs()).unwrap_or(i64::MAX);
        let since_unix = Timestamp::now().as_second().saturating_sub(window_secs);
        self.catch_up_with_disputes(since_unix).await?;
        self.catch_up_with_refunds(since_unix).await
    }

    async fn catch_up_with_disputes(&self, since_unix: i64) -> Result<(), ReconcileError> {
        let mut waiting: HashSet<String> = self.postgres.open_disputes().await?.into_iter().collect();
        let mut after = None;
        loop {
            let page = self.stripe.disputes_since(since_unix, after.as_deref()).await?;
            for dispute in &page.data {
                waiting.remove(&dispute.id);
                self.see_dispute(dispute).await?;
            }
            after = page.next;
            if after.is_none() {
                break;
            }
        }
        for id in waiting {
            match self.stripe.dispute(&id).await {
                Ok(dispute) => self.see_dispute(&dispute).await?,
                // It does not keep the others from being looked at; that it is open stays in sight as a case.
                Err(StripeError::Refused { code, .. }) => {
                    tracing::error!(dispute = id, code, "a dispute cannot be read");
                }
                Err(error) => return Err(error.into()),
            }
        }
        Ok(())
    }

    async fn see_dispute(&self, dispute: &Dispute) -> Result<(), ReconcileError> {
        let Some(intent) = &dispute.intent_id else { return Ok(()) };
        if let Some(booking) = self.postgres.booking_of_intent(intent).await? {
            self.postgres.dispute_seen(booking, dispute).await?;
        }
        Ok(())
    }

    async fn catch_up_with_refunds(&self, since_unix: i64) -> Result<(), ReconcileError> {
        let mut after = None;
        loop {
            let page = self.stripe.refunds_since(since_unix, after.as_deref()).await?;
            self.see_refunds(&page.data).await?;
            after = page.next;
            if after.is_none() {
                return Ok(());
            }
        }
    }

    async fn see_refunds(&self, made: &[Refund]) -> Result<(), ReconcileError> {
        let intents: Vec<String> = made.iter().filter_map(|made| made.intent_id.clone()).collect();
        for refund in self.postgres.refunds_of_intents(&intents).await? {
            if let Some(made) = made.iter().find(|made| refund.is_made(made) && !refund.is_known_as(made)) {
                self.postgres.refund_made(&refund, made).await?;
            }
        }
        Ok(())
    }
}
