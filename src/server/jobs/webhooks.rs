use hmac::{Hmac, Mac as _};
use jiff::Timestamp;
use sha2::Sha256;

use crate::{
    partner::event_body,
    postgres::{Errand, StoreError},
    site::Site,
};

/// With pauses of up to a minute that is some twenty minutes; then the partner must ask for it again.
const TRIES: i16 = 30;

/// Tells a partner's program of an event, at least once, under the same id each time. Every try is written down.
pub(super) async fn tell(site: &Site, errand: &Errand) -> Result<(), StoreError> {
    let Some(telling) = site.postgres.telling(errand).await? else {
        return site.postgres.errand_done(errand).await;
    };
    let Some(body) = event_body(site, &telling).await? else {
        return site.postgres.errand_done(errand).await;
    };
    let signature = sign(&telling.secret, Timestamp::now(), &body);
    match site.partners.sender.post(&telling.url, &signature, body).await {
        Ok(posted) => {
            site.postgres.delivered(&telling, Some(posted.status), &posted.body).await?;
            if (200..300).contains(&posted.status) {
                return site.postgres.errand_done(errand).await;
            }
            again(site, errand, &format!("answered {}", posted.status)).await
        }
        Err(why) => {
            site.postgres.delivered(&telling, None, &why).await?;
            again(site, errand, &why).await
        }
    }
}

/// A program that stays away does not stop the others for ever, nor does it need a person here.
async fn again(site: &Site, errand: &Errand, why: &str) -> Result<(), StoreError> {
    if errand.attempt >= TRIES {
        tracing::warn!(errand = errand.id, why, "a partner could not be told");
        return site.postgres.errand_done(errand).await;
    }
    site.postgres.put_off(errand, why, None).await
}

/// `t=<unix seconds>,v1=<hex of HMAC-SHA256 over "t.body">`, by the endpoint's secret.
///
/// # Panics
/// Never: HMAC takes keys of any length.
pub fn sign(secret: &str, now: Timestamp, body: &str) -> String {
    let at = now.as_second();
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).expect("HMAC takes keys of any length");
    mac.update(format!("{at}.{body}").as_bytes());
    let hex = mac.finalize().into_bytes().iter().fold(String::new(), |hex, byte| format!("{hex}{byte:02x}"));
    format!("t={at},v1={hex}")
}
