use serde::{Deserialize, Serialize};

/// What a traveller types: three to twenty letters and digits, in capitals.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct PromotionCode(String);

/// A text that can be no code.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a promotion code is three to twenty letters and digits, such as SUMMER26")]
pub struct WrongCode;

impl PromotionCode {
    /// Reads a code; small letters are taken as capitals, blanks around it are passed over.
    ///
    /// # Errors
    /// [`WrongCode`] where it can be none.
    pub fn parse(text: &str) -> Result<Self, WrongCode> {
        let code = text.trim().to_ascii_uppercase();
        let is_one = (3..=20).contains(&code.len()) && code.bytes().all(|byte| byte.is_ascii_alphanumeric());
        if is_one { Ok(Self(code)) } else { Err(WrongCode) }
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Display for PromotionCode {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl TryFrom<String> for PromotionCode {
    type Error = WrongCode;
    fn try_from(text: String) -> Result<Self, Self::Error> {
        Self::parse(&text)
    }
}

impl From<PromotionCode> for String {
    fn from(code: PromotionCode) -> Self {
        code.0
    }
}
