use std::time::Duration;

/// Why a supplier did not do what it was asked for.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SupplierError {
    /// It could not be reached, or is being left alone: nothing was done.
    #[error("it cannot be reached")]
    Away,
    /// It is asked too often, by its own word or by our limit: nothing was done.
    #[error("it is asked too often, and again in {retry_after:?} at the earliest")]
    Busy { retry_after: Duration },
    /// It says no.
    #[error("it refuses: {code}")]
    Refused { code: String, message: String },
    /// Whether it did what it was asked for is not known: the connection was cut, the time was over, it failed in the
    /// middle, or its answer cannot be read.
    #[error("its answer is unclear: {0}")]
    Unclear(&'static str),
}

impl SupplierError {
    /// Whether it is certain that nothing was done.
    pub fn is_definite(&self) -> bool {
        !matches!(self, Self::Unclear(_))
    }

    /// Whether it speaks against the supplier: whoever says no, or not so fast, is well.
    pub fn is_failure(&self) -> bool {
        matches!(self, Self::Away | Self::Unclear(_))
    }
}
