use std::fmt;

use domain::{cabin::Cabin, search::Bound, traveller::Party};
use serde::{Deserialize, Serialize};

/// What one answer about places is an answer to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Asked {
    pub bound: Bound,
    pub party: Party,
    pub cabin: Cabin,
}

/// As a key: `BOS-LAX-2026-12-22-2.0.1-Y`.
impl fmt::Display for Asked {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { bound, party, cabin } = self;
        write!(
            f,
            "{}-{}-{}-{}.{}.{}-{}",
            bound.origin,
            bound.destination,
            bound.date,
            party.adults(),
            party.children(),
            party.infants(),
            cabin.letter()
        )
    }
}
