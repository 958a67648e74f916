use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// Who asks: the signed, random cookie that owns holds before anyone signs in. The server puts it into each request's context.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Visitor(pub Uuid);

/// Who asks for a change, and the name that they gave to this asking.
///
/// The same caller, operation and key with the same request get the same answer for as long as the booking exists, and
/// without one until 24 hours after the hold's end. What rules decided is kept, refusals too; a time-out is not.
/// Whoever gives no key is known by what the change is about: one hold per offer, one payment per hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Caller {
    pub visitor: Visitor,
    pub key: Option<Key>,
}

impl From<Visitor> for Caller {
    fn from(visitor: Visitor) -> Self {
        Self { visitor, key: None }
    }
}

/// What tells one asking from another, chosen by the caller: 1 to 255 visible ASCII characters, as of the header
/// `Idempotency-Key` (draft-ietf-httpapi-idempotency-key-header) and Stripe's limit on it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Key(String);

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("A key has 1 to {} visible ASCII characters.", Key::MOST_BYTES)]
pub struct KeyError;

impl Key {
    pub const MOST_BYTES: usize = 255;

    /// # Errors
    /// [`KeyError`] where the text is empty, too long or has other signs.
    pub fn parse(text: &str) -> Result<Self, KeyError> {
        let fits = (1..=Self::MOST_BYTES).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_graphic());
        if fits { Ok(Self(text.to_owned())) } else { Err(KeyError) }
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::Key;

    #[test]
    fn a_key_has_one_to_255_visible_characters() {
        assert_eq!(Key::parse("order-7").unwrap().as_str(), "order-7");
        assert!(Key::parse(&"k".repeat(255)).is_ok());
        for text in ["", " ", "a b", "a\0b", "ключ", &"k".repeat(256)] {
            assert!(Key::parse(text).is_err(), "{text:?}");
        }
    }
}
