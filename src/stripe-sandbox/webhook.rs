//! Events on their way to the webhook. Source of the signature: <https://docs.stripe.com/webhooks#verify-manually>.

use std::fmt::Write as _;
use std::sync::Arc;
use std::time::Duration;

use hmac::{Hmac, Mac};
use http_body_util::{BodyExt, Full};
use hyper::Request;
use hyper::body::Bytes;
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use sha2::Sha256;
use tokio::sync::{Semaphore, mpsc, oneshot};
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};

use crate::event::Event;
use crate::faults::{Dice, Faults, Struck};
use crate::{Sandbox, api};

const ANSWER_WITHIN: Duration = Duration::from_secs(10);
/// Events go out one after the other, but none waits longer than this for the one before it, and those that wait
/// together no longer than this for all of them: Stripe falls behind with nobody.
const TURN: Duration = Duration::from_millis(250);
/// So many deliveries are on the wire at once.
const AT_ONCE: usize = 32;
/// Pauses between deliveries grow to this many times the first one.
const LONGEST_PAUSE: u32 = 16;

type HttpClient = Client<HttpConnector, Full<Bytes>>;

/// The `Stripe-Signature` header for `body`, signed at `at_unix`.
pub fn signature(secret: &str, body: &str, at_unix: i64) -> String {
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(secret.as_bytes()) else {
        unreachable!("HMAC takes keys of any length")
    };
    mac.update(format!("{at_unix}.{body}").as_bytes());
    let mut header = format!("t={at_unix},v1=");
    for byte in mac.finalize().into_bytes() {
        // Writing to a String cannot fail.
        let _ = write!(header, "{byte:02x}");
    }
    header
}

/// Sends events in order as they come. One that is not taken is repeated beside the others until it is, as Stripe
/// does for three days; it is never given up.
pub(crate) async fn deliver(sandbox: Sandbox, mut queue: mpsc::UnboundedReceiver<Event>) {
    let Some(url) = sandbox.0.config.webhook_url.clone() else { return };
    let mut faults = sandbox.0.faults.subscribe();
    let endpoint = Arc::new(Endpoint {
        client: Client::builder(TokioExecutor::new()).build_http(),
        url,
        sandbox,
        wires: Semaphore::new(AT_ONCE),
    });
    // Ends with this task, and with it every delivery.
    let mut deliveries = JoinSet::new();
    while let Some(first) = queue.recv().await {
        let Ok(now) = faults.wait_for(|faults| !faults.webhooks_paused).await.map(|faults| faults.clone())
        else {
            return;
        };
        let mut gathered = vec![first];
        while gathered.len() < AT_ONCE
            && let Ok(event) = queue.try_recv()
        {
            gathered.push(event);
        }
        let turn = TURN / u32::try_from(gathered.len()).unwrap_or(u32::MAX);
        if now.webhooks_shuffled {
            gathered.reverse();
        }
        let shuffled = gathered.len();
        for event in gathered {
            // Looked at for each, so that a fault that is planted meanwhile meets the very next event.
            let now = Faults { webhooks_shuffled: now.webhooks_shuffled, ..faults.borrow().clone() };
            endpoint.sandbox.count(|struck| now.count_in(struck, shuffled));
            for _ in 0..=u8::from(now.webhooks_duplicated) {
                let late = now.lateness(&endpoint.sandbox.0.dice);
                let (tried, first_try) = oneshot::channel();
                deliveries.spawn(endpoint.clone().deliver(event.clone(), late, tried));
                if late.is_zero() {
                    // However it ends, the next one's turn has come.
                    let _ = timeout(turn, first_try).await;
                }
            }
        }
        while deliveries.try_join_next().is_some() {}
    }
}

impl Faults {
    fn lateness(&self, dice: &Dice) -> Duration {
        let late_ms = self.webhooks_late_ms;
        Duration::from_millis(if self.webhooks_shuffled {
            dice.below(late_ms.saturating_add(1))
        } else {
            late_ms
        })
    }

    /// Counts what one event meets that goes out together with others.
    fn count_in(&self, struck: &mut Struck, together: usize) {
        struck.webhooks_duplicated += u64::from(self.webhooks_duplicated);
        struck.webhooks_late += u64::from(self.webhooks_late_ms > 0);
        // One alone is in its place unless it comes late.
        struck.webhooks_shuffled +=
            u64::from(self.webhooks_shuffled && (together > 1 || self.webhooks_late_ms > 0));
    }
}

/// Where events are posted.
struct Endpoint {
    client: HttpClient,
    url: String,
    sandbox: Sandbox,
    wires: Semaphore,
}

impl Endpoint {
    /// Sends until the other side takes it; tells when it was tried once.
    async fn deliver(self: Arc<Self>, event: Event, late: Duration, tried: oneshot::Sender<()>) {
        sleep(late).await;
        let mut taken = self.send(&event).await;
        // Nobody may be waiting for it.
        let _ = tried.send(());
        if !taken {
            tracing::warn!(event = event.id, kind = event.kind, "webhook not taken, repeated until it is");
        }
        let first_pause = self.sandbox.0.config.webhook_backoff;
        let mut pause = first_pause;
        while !taken {
            sleep(pause).await;
            pause = (pause * 2).min(first_pause * LONGEST_PAUSE);
            self.sandbox.count(|struck| struck.webhooks_repeated += 1);
            taken = self.send(&event).await;
        }
    }

    /// Whether the other side took it with a 2xx.
    async fn send(&self, event: &Event) -> bool {
        let mut faults = self.sandbox.0.faults.subscribe();
        // Both last as long as the sandbox, so waiting cannot fail.
        let _ = faults.wait_for(|faults| !faults.webhooks_paused).await;
        let _wire = self.wires.acquire().await;
        let body = event.to_json().to_string();
        let signature = signature(&self.sandbox.0.config.webhook_secret, &body, api::now_unix());
        let request = Request::post(&self.url)
            .header("content-type", "application/json; charset=utf-8")
            .header("stripe-signature", signature)
            .body(Full::from(body));
        let Ok(request) = request else { return false };
        let answer = timeout(ANSWER_WITHIN, async {
            let answer = self.client.request(request).await.ok()?;
            let taken = answer.status().is_success();
            // Read to its end, so that the connection can be used again.
            answer.into_body().collect().await.ok()?;
            Some(taken)
        });
        answer.await.ok().flatten().unwrap_or(false)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_signature_is_stripes() {
        // printf '1492774577.{}' | openssl dgst -sha256 -hmac secret
        let signature = signature("secret", "{}", 1_492_774_577);
        assert_eq!(
            signature,
            "t=1492774577,v1=2ddb0fdc1ad242a0eece9d964270ad86442b7381d25d1f99cd41a46999919e32"
        );
    }
}
