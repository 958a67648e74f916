//! Which seats of a departure are taken, about now: for advice, never for a decision.

use std::{
    collections::{HashMap, HashSet},
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use domain::{cabin::SeatNumber, departure::DepartureId};

use super::assign;
use crate::postgres::{Postgres, StoreError};

/// Whoever is refused a seat is offered others near it. When many are, they need not each read the whole cabin.
const WORTH: Duration = Duration::from_millis(250);
/// Departures remembered; when there are more, all are forgotten, which costs a read each.
const MOST: usize = 256;

/// What was seen of a few departures a moment ago.
#[derive(Default)]
pub(super) struct Glances(Mutex<HashMap<DepartureId, Glance>>);

struct Glance {
    at: Instant,
    taken: Arc<HashSet<SeatNumber>>,
}

impl Glances {
    pub async fn taken(
        &self,
        postgres: &Postgres,
        departure: DepartureId,
    ) -> Result<Arc<HashSet<SeatNumber>>, StoreError> {
        if let Some(taken) = self.seen(departure) {
            return Ok(taken);
        }
        let at = Instant::now();
        let taken = Arc::new(assign::taken(&postgres.touched(departure).await?));
        let mut seen = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if seen.len() >= MOST {
            seen.clear();
        }
        seen.insert(departure, Glance { at, taken: taken.clone() });
        Ok(taken)
    }

    fn seen(&self, departure: DepartureId) -> Option<Arc<HashSet<SeatNumber>>> {
        let seen = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        seen.get(&departure).filter(|glance| glance.at.elapsed() < WORTH).map(|glance| glance.taken.clone())
    }
}
