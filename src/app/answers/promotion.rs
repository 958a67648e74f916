use serde::{Deserialize, Serialize};

/// What can be said of a promotion code that was typed, beside the prices that count on it or not.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PromotionNote {
    /// Whether any price may count on it.
    pub counts: bool,
    /// Sentences, the code among them.
    pub words: String,
}
