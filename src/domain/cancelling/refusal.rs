use serde::{Deserialize, Serialize};

use super::CouponKey;

/// Why coupons cannot be given back as asked. The sentences are the travellers', and say what to do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
pub enum Refusal {
    #[error("Choose at least one flight of one traveller.")]
    Nothing,
    #[error("One of the flights you chose is not in this booking. Load the page again and choose anew.")]
    Unknown(CouponKey),
    #[error(
        "One of the flights you chose is cancelled already. The others can still be cancelled: choose anew."
    )]
    AlreadyCancelled(CouponKey),
    #[error("A flight that has been flown cannot be cancelled. Choose among the others.")]
    Flown(CouponKey),
    #[error("A flight that has left cannot be cancelled any more. Choose among the others.")]
    Left(CouponKey),
    /// On the leg of that index.
    #[error(
        "An infant cannot fly without an adult's lap. Cancel the infant's flight too, or keep the adult's."
    )]
    InfantWithoutAdult(u8),
    /// On the leg of that index.
    #[error("A child cannot fly alone. Cancel the child's flight too, or keep an adult's.")]
    ChildAlone(u8),
    /// Of a trip that somebody else sells.
    #[error("This trip can be cancelled as a whole only. Choose everyone and every flight.")]
    WholeAlone,
    /// Somebody else said what comes back, and keeps to it no longer.
    #[error("What comes back was told too long ago. Nothing was cancelled: ask once more what comes back.")]
    QuoteOver,
}
