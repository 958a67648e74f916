//! Whether someone of a booking flies on one of its flights already: then it is asked before it is paid for twice.
//!
//! Names and birth dates are guessed more easily than secrets, so a booking is told of only to whom it belongs: to the
//! visitor who made or opened it, with its reference, and without one where it was made for the same mail address.

use app::{answers::FliesAlready, ports::Visitor};
use domain::airports::fold;

use super::Paying;
use crate::postgres::{HoldRecord, StoreError};

impl Paying {
    /// The travellers of that hold who fly on one of its departures already, once for each.
    pub(super) async fn twins_of(
        &self,
        visitor: Visitor,
        hold: &HoldRecord,
    ) -> Result<Vec<FliesAlready>, StoreError> {
        let others = self.postgres.flying(visitor.0, hold).await?;
        let same = |typed: &Option<String>, other: &str| {
            typed.as_ref().is_some_and(|typed| fold(typed) == fold(other))
        };
        let mut found = Vec::new();
        for traveller in &hold.travellers {
            for leg in &hold.legs {
                let twin = others.iter().find(|other| {
                    other.departure == leg.id
                        && Some(other.birth_date) == traveller.birth_date
                        && same(&traveller.surname, &other.surname)
                        && same(&traveller.given_name, &other.given_name)
                });
                found.extend(twin.map(|twin| FliesAlready {
                    ordinal: traveller.ordinal,
                    departure: leg.id,
                    pnr: twin.pnr,
                }));
            }
        }
        Ok(found)
    }
}
