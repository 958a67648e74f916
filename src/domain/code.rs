//! Short upper-case codes as IATA and ISO hand them out.

/// A field that does not hold the code it should; `expected` completes "should be …".
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{found:?} should be {expected}")]
pub struct CodeError {
    pub found: String,
    pub expected: &'static str,
}

/// Defines a code of fixed bytes: `parse` is its only constructor, text its form on every wire.
macro_rules! code {
    ($(#[$doc:meta])* $name:ident, $len:expr, $valid:expr, $expected:literal) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name([u8; $len]);

        impl $name {
            /// Reads the code; lower-case letters are taken as upper-case, blanks around it are passed over.
            pub fn parse(text: &str) -> Result<Self, $crate::code::CodeError> {
                let wrong = || $crate::code::CodeError { found: text.to_owned(), expected: $expected };
                let upper = text.trim().to_ascii_uppercase();
                let bytes: [u8; $len] = upper.as_bytes().try_into().map_err(|_| wrong())?;
                let valid: fn(&[u8; $len]) -> bool = $valid;
                if valid(&bytes) { Ok(Self(bytes)) } else { Err(wrong()) }
            }

            pub fn as_str(&self) -> &str {
                std::str::from_utf8(&self.0).unwrap_or_default()
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.pad(self.as_str())
            }
        }

        impl std::fmt::Debug for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.as_str())
            }
        }

        impl std::str::FromStr for $name {
            type Err = $crate::code::CodeError;
            fn from_str(text: &str) -> Result<Self, Self::Err> {
                Self::parse(text)
            }
        }

        impl TryFrom<String> for $name {
            type Error = $crate::code::CodeError;
            fn try_from(text: String) -> Result<Self, Self::Error> {
                Self::parse(&text)
            }
        }

        impl From<$name> for String {
            fn from(code: $name) -> Self {
                code.as_str().to_owned()
            }
        }
    };
}

pub(crate) use code;
