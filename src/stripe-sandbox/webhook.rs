//! Events on their way to the webhook. Source of the signature: <https://docs.stripe.com/webhooks#verify-manually>.

use std::fmt::Write as _;
use std::time::Duration;

use hmac::{Hmac, Mac};
use http_body_util::{BodyExt, Full};
use hyper::Request;
use hyper::body::Bytes;
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use sha2::Sha256;
use tokio::sync::mpsc;

use crate::event::Event;
use crate::{Sandbox, api};

/// How often an event is sent before it is given up.
const ATTEMPTS: u32 = 5;
const ANSWER_WITHIN: Duration = Duration::from_secs(10);

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

/// Sends events in order as they come. One that fails is repeated beside the others, as Stripe does.
pub(crate) async fn deliver(sandbox: Sandbox, mut queue: mpsc::UnboundedReceiver<Event>) {
    let Some(url) = sandbox.0.config.webhook_url.clone() else { return };
    let client: HttpClient = Client::builder(TokioExecutor::new()).build_http();
    let mut faults = sandbox.0.faults.subscribe();
    while let Some(first) = queue.recv().await {
        let Ok(now) = faults.wait_for(|faults| !faults.webhooks_paused).await.map(|faults| faults.clone())
        else {
            return;
        };
        let mut gathered = vec![first];
        while let Ok(event) = queue.try_recv() {
            gathered.push(event);
        }
        if now.webhooks_shuffled {
            gathered.reverse();
        }
        for event in gathered {
            for _ in 0..=u8::from(now.webhooks_duplicated) {
                let sending = Sending { client: client.clone(), url: url.clone(), sandbox: sandbox.clone() };
                if !sending.send(&event).await {
                    tokio::spawn(sending.repeat(event.clone()));
                }
            }
        }
    }
}

struct Sending {
    client: HttpClient,
    url: String,
    sandbox: Sandbox,
}

impl Sending {
    async fn repeat(self, event: Event) {
        let mut pause = self.sandbox.0.config.webhook_backoff;
        for _ in 1..ATTEMPTS {
            tokio::time::sleep(pause).await;
            if self.send(&event).await {
                return;
            }
            pause *= 4;
        }
        tracing::warn!(event = event.id, kind = event.kind, "webhook given up");
    }

    /// Whether the other side took it with a 2xx.
    async fn send(&self, event: &Event) -> bool {
        let body = event.to_json().to_string();
        let signature = signature(&self.sandbox.0.config.webhook_secret, &body, api::now_unix());
        let request = Request::post(&self.url)
            .header("content-type", "application/json; charset=utf-8")
            .header("stripe-signature", signature)
            .body(Full::from(body));
        let Ok(request) = request else { return false };
        let answer = tokio::time::timeout(ANSWER_WITHIN, async {
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
