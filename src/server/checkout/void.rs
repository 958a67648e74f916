use payments::{Intent, Stripe};
use uuid::Uuid;

/// Cancels an intent that no booking stands behind. If that fails it stays unpayable: nobody has its secret.
pub(super) async fn cancel_stray(stripe: &Stripe, intent: &Intent) {
    if let Err(error) = stripe.cancel(&Uuid::new_v4().to_string(), &intent.id).await {
        tracing::warn!(intent = intent.id, %error, "a stray intent could not be cancelled");
    }
}
