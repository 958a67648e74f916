//! Picks of many visitors in one call.

use std::collections::BTreeMap;

use domain::{cabin::SeatNumber, departure::DepartureId, hold::HoldId, live::SeatChange};

use crate::{
    batching::Folded,
    live::Live,
    postgres::{Pick, PickAnswer, Postgres, StoreError},
};

/// What picks are answered by: one call for many, told to everyone who watches once it is committed.
pub(super) struct Picks {
    pub postgres: Postgres,
    pub live: Live,
}

/// A hold has one pick at a time, and so has a seat.
#[derive(PartialEq, Eq, Hash)]
pub(super) enum Key {
    Hold(HoldId),
    Seat(DepartureId, SeatNumber),
}

impl Folded for Picks {
    type Ask = Pick;
    type Answer = PickAnswer;
    type Key = Key;

    fn keys(pick: &Pick) -> impl Iterator<Item = Key> + Send {
        [Key::Hold(pick.hold), Key::Seat(pick.departure, pick.seat)].into_iter()
    }

    async fn together(&self, picks: &[Pick]) -> Result<Vec<PickAnswer>, StoreError> {
        let answers = self.postgres.pick(picks).await?;
        let mut told: BTreeMap<DepartureId, Vec<SeatChange>> = BTreeMap::new();
        for (pick, answer) in picks.iter().zip(&answers) {
            match answer {
                PickAnswer::Picked(changes) => told.entry(pick.departure).or_default().extend(changes),
                // Whoever asks has an old picture: the newest is told again.
                PickAnswer::Refused { now, .. } if now.version > 0 => {
                    told.entry(pick.departure).or_default().push(*now);
                }
                _ => {}
            }
        }
        for (departure, changes) in told {
            self.live.publish_of(departure, changes);
        }
        Ok(answers)
    }
}
