//! What we hand to browsers and must know again: signed with the server's secret.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD as BASE64};
use domain::offer::{Offer, OutsideOffer};
use hmac::{Hmac, Mac};
use sha2::Sha256;
use uuid::Uuid;

use crate::config::Secret;

/// Before the token of an outside supplier's offer. Our own tokens begin with what every JSON object begins with.
const OUTSIDE: &str = "o.";

/// Signs and reads back; each kind of text has a key of its own, so that one never passes for the other.
#[derive(Clone)]
pub struct Signing {
    offers: Hmac<Sha256>,
    outside_offers: Hmac<Sha256>,
    visitors: Hmac<Sha256>,
    offer_requests: Hmac<Sha256>,
}

/// The text was not signed by us, or was changed.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("the signature does not fit")]
pub struct Forged;

impl Signing {
    pub fn new(secret: &Secret) -> Self {
        Self {
            offers: key(secret, b"offer"),
            outside_offers: key(secret, b"outside offer"),
            visitors: key(secret, b"visitor"),
            offer_requests: key(secret, b"offer request"),
        }
    }

    /// An offer as a token for a form: content and signature, both base64url.
    pub fn offer_token(&self, offer: &Offer) -> String {
        // Offers are plain data with string keys: serialising them cannot fail.
        let content = serde_json::to_vec(offer).unwrap_or_default();
        sign(&self.offers, &content)
    }

    /// The offer in a token, whatever its age.
    pub fn read_offer(&self, token: &str) -> Result<Offer, Forged> {
        serde_json::from_slice(&read(&self.offers, token)?).map_err(|_| Forged)
    }

    /// An outside supplier's offer as a token for the same form; never one of our own.
    pub fn outside_offer_token(&self, offer: &OutsideOffer) -> String {
        // As above.
        let content = serde_json::to_vec(offer).unwrap_or_default();
        format!("{OUTSIDE}{}", sign(&self.outside_offers, &content))
    }

    /// The outside offer in a token, whatever its age.
    pub fn read_outside_offer(&self, token: &str) -> Result<OutsideOffer, Forged> {
        let signed = token.strip_prefix(OUTSIDE).ok_or(Forged)?;
        serde_json::from_slice(&read(&self.outside_offers, signed)?).map_err(|_| Forged)
    }

    /// Whether a token says that it is of an outside supplier's offer; reading it tells whether that is true.
    pub fn is_outside_offer(token: &str) -> bool {
        token.starts_with(OUTSIDE)
    }

    /// A visitor as the value of a cookie.
    pub fn visitor_cookie(&self, visitor: Uuid) -> String {
        sign(&self.visitors, visitor.as_bytes())
    }

    /// What a partner asked for, as the name of their asking.
    pub fn offer_request_token(&self, content: &[u8]) -> String {
        sign(&self.offer_requests, content)
    }

    pub fn read_offer_request(&self, token: &str) -> Result<Vec<u8>, Forged> {
        read(&self.offer_requests, token)
    }

    pub fn read_visitor(&self, cookie: &str) -> Result<Uuid, Forged> {
        Uuid::from_slice(&read(&self.visitors, cookie)?).map_err(|_| Forged)
    }
}

impl std::fmt::Debug for Signing {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Signing")
    }
}

fn key(secret: &Secret, purpose: &[u8]) -> Hmac<Sha256> {
    let mut derive = mac(secret.0.as_bytes());
    derive.update(purpose);
    mac(&derive.finalize().into_bytes())
}

fn mac(key: &[u8]) -> Hmac<Sha256> {
    Hmac::new_from_slice(key).expect("HMAC takes keys of any length")
}

fn sign(key: &Hmac<Sha256>, content: &[u8]) -> String {
    let mut mac = key.clone();
    mac.update(content);
    format!("{}.{}", BASE64.encode(content), BASE64.encode(mac.finalize().into_bytes()))
}

fn read(key: &Hmac<Sha256>, text: &str) -> Result<Vec<u8>, Forged> {
    let (content, signature) = text.split_once('.').ok_or(Forged)?;
    let content = BASE64.decode(content).map_err(|_| Forged)?;
    let signature = BASE64.decode(signature).map_err(|_| Forged)?;
    let mut mac = key.clone();
    mac.update(&content);
    mac.verify_slice(&signature).map_err(|_| Forged)?;
    Ok(content)
}

#[cfg(test)]
mod tests {
    use domain::{
        cabin::Cabin,
        fare::FareBrand,
        money::{Currency, Money},
        offer::{Offer, OutsideOffer},
        traveller::Party,
    };
    use jiff::Timestamp;
    use uuid::Uuid;

    use super::{Forged, Signing};
    use crate::config::Secret;

    #[test]
    fn a_changed_cookie_is_refused() {
        let signing = Signing::new(&Secret("s".repeat(32)));
        let visitor = Uuid::from_u128(7);
        let cookie = signing.visitor_cookie(visitor);
        assert_eq!(signing.read_visitor(&cookie), Ok(visitor));
        let other = Signing::new(&Secret("t".repeat(32)));
        assert_eq!(other.read_visitor(&cookie), Err(Forged));
        assert_eq!(signing.read_visitor(&cookie.replacen('A', "B", 1)), Err(Forged));
        assert_eq!(signing.read_visitor("…"), Err(Forged));
        assert!(signing.read_offer(&cookie).is_err(), "a cookie is no offer");
    }

    #[test]
    fn an_outside_offer_never_passes_for_one_of_ours() {
        let signing = Signing::new(&Secret("s".repeat(32)));
        let (party, total) = (Party::new(1, 0, 0).unwrap(), Money::new(24_450, Currency::Usd));
        let (cabin, expires_at) = (Cabin::Economy, Timestamp::from_second(1_795_356_000).unwrap());
        let outside = OutsideOffer {
            supplier: "Duffel".into(),
            id: "off_1".into(),
            party,
            cabin,
            total,
            was: None,
            expires_at,
        };
        let bounds = vec![vec!["B6523-1-2026-12-22".parse().unwrap()]];
        let (classes, brand) = (Vec::new(), FareBrand::Basic);
        let ours = Offer {
            bounds,
            cabin,
            classes,
            brand,
            party,
            total,
            was: None,
            closed: None,
            promotion: None,
            lost: None,
            expires_at,
        };
        let (outside_token, our_token) = (signing.outside_offer_token(&outside), signing.offer_token(&ours));
        assert_eq!(signing.read_outside_offer(&outside_token), Ok(outside));
        assert_eq!(signing.read_offer(&our_token), Ok(ours));
        assert!(Signing::is_outside_offer(&outside_token) && !Signing::is_outside_offer(&our_token));
        for token in [&our_token, &format!("o.{our_token}"), &outside_token[2..], "o.", "o"] {
            assert_eq!(signing.read_outside_offer(token), Err(Forged), "{token}");
        }
        for token in [outside_token.as_str(), &outside_token[2..]] {
            assert_eq!(signing.read_offer(token), Err(Forged), "{token}");
        }
        let dearer = outside_token.replacen('2', "1", 1);
        assert_eq!(signing.read_outside_offer(&dearer), Err(Forged), "{dearer}");
    }
}
