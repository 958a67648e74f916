//! How long things are kept, as configured; a drill runs with shorter ones.

use std::time::Duration;

use domain::hold::{HOLD_TTL, PAYMENT_GRACE};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Terms {
    /// From choosing an offer to the hold's expiry: `SKYCONNECT_HOLD_SECS`.
    pub hold: Duration,
    /// What starting to pay leaves at least: `SKYCONNECT_PAYMENT_GRACE_SECS`.
    pub payment_grace: Duration,
    /// A leased errand comes back after this long if its worker died with it: `SKYCONNECT_LEASE_SECS`. Longer than
    /// all tries of one call to Stripe together.
    pub lease: Duration,
}

impl Default for Terms {
    fn default() -> Self {
        Self {
            hold: HOLD_TTL.unsigned_abs(),
            payment_grace: PAYMENT_GRACE.unsigned_abs(),
            lease: Duration::from_mins(2),
        }
    }
}
