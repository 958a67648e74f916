use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use tokio::sync::watch;

use super::NoAnswer;

type Outcome<T> = Option<Result<T, NoAnswer>>;
type Aloft<T> = Arc<Mutex<HashMap<String, watch::Receiver<Outcome<T>>>>>;

/// What is being found out: of each thing once, however many wait for it.
pub(super) struct Flights<T>(Aloft<T>);

/// A flight that somebody waits for.
pub(super) struct Joined<F> {
    /// By joining: no other was under way.
    pub is_begun: bool,
    pub outcome: F,
}

impl<T: Clone + Send + Sync + 'static> Flights<T> {
    /// Waits for the flight with this name; `start` begins one where none is under way. It ends by itself, whether or not
    /// anyone waits.
    pub fn join<S, F>(
        &self,
        name: &str,
        start: S,
    ) -> Joined<impl Future<Output = Result<T, NoAnswer>> + use<T, S, F>>
    where
        S: FnOnce() -> F,
        F: Future<Output = Result<T, NoAnswer>> + Send + 'static,
    {
        let (mut landing, outcome) = self.find(name);
        let is_begun = outcome.is_some();
        if let Some(outcome) = outcome {
            let landed = Landed { aloft: self.0.clone(), name: name.to_owned() };
            let flight = start();
            // Not under the lock: a runtime that ends drops it at once.
            tokio::spawn(async move {
                let found = flight.await;
                // Before it is told: whoever knows this outcome and wants a newer one must not join its flight again.
                drop(landed);
                outcome.send_replace(Some(found));
            });
        }
        let outcome = async move {
            // An error means that the flight has ended by a fault.
            let outcome = landing.wait_for(Option::is_some).await.map_err(|_| NoAnswer)?;
            outcome.clone().unwrap_or(Err(NoAnswer))
        };
        Joined { is_begun, outcome }
    }

    /// Where the flight's end is told; and where to tell it, for one that is yet to begin.
    fn find(&self, name: &str) -> (watch::Receiver<Outcome<T>>, Option<watch::Sender<Outcome<T>>>) {
        let mut aloft = lock(&self.0);
        if let Some(landing) = aloft.get(name) {
            return (landing.clone(), None);
        }
        let (outcome, landing) = watch::channel(None);
        aloft.insert(name.to_owned(), landing.clone());
        (landing, Some(outcome))
    }

    pub fn is_empty(&self) -> bool {
        lock(&self.0).is_empty()
    }
}

impl<T> Default for Flights<T> {
    fn default() -> Self {
        Self(Arc::default())
    }
}

/// Takes a flight off the board, however it ended.
struct Landed<T> {
    aloft: Aloft<T>,
    name: String,
}

impl<T> Drop for Landed<T> {
    fn drop(&mut self) {
        lock(&self.aloft).remove(&self.name);
    }
}

fn lock<T>(aloft: &Aloft<T>) -> MutexGuard<'_, HashMap<String, watch::Receiver<Outcome<T>>>> {
    aloft.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use std::sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    };

    use super::{Flights, NoAnswer};

    #[tokio::test]
    async fn whoever_comes_while_one_flies_waits_for_it_and_whoever_comes_later_flies_anew() {
        let (flights, begun) = (Flights::default(), Arc::new(AtomicU32::new(0)));
        let fly = || {
            let begun = begun.clone();
            flights.join("BOS-LAX", move || async move { Ok(begun.fetch_add(1, Ordering::Relaxed)) })
        };
        let (first, second, third) = (fly(), fly(), fly());
        assert_eq!([first.is_begun, second.is_begun, third.is_begun], [true, false, false]);
        let outcomes = tokio::join!(first.outcome, second.outcome, third.outcome);
        assert_eq!(outcomes, (Ok(0), Ok(0), Ok(0)));
        assert_eq!(fly().outcome.await, Ok(1));
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn whoever_knows_an_outcome_does_not_join_its_flight_again() {
        let flights = Flights::default();
        for number in 0..10_000 {
            let joined = flights.join("BOS-LAX", move || async move { Ok(number) });
            assert_eq!(joined.outcome.await, Ok(number));
        }
    }

    #[tokio::test]
    async fn a_flight_goes_on_when_nobody_waits_any_more() {
        let flights = Flights::default();
        let (arrived, arrival) = tokio::sync::oneshot::channel();
        drop(flights.join("BOS-LAX", move || async move {
            tokio::task::yield_now().await;
            arrived.send(()).map_err(|()| NoAnswer)
        }));
        arrival.await.unwrap();
    }

    async fn breaks() -> Result<(), NoAnswer> {
        panic!("as planned")
    }

    #[tokio::test]
    async fn a_flight_that_breaks_leaves_nobody_waiting() {
        let flights: Flights<()> = Flights::default();
        assert_eq!(flights.join("BOS-LAX", breaks).outcome.await, Err(NoAnswer));
        assert!(flights.is_empty());
    }
}
