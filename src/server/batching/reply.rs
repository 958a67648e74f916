use std::{
    sync::{
        Arc,
        atomic::{AtomicU8, Ordering},
    },
    time::Duration,
};

use tokio::{sync::oneshot, time::timeout};

use crate::postgres::StoreError;

/// Why a request has no answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum NoAnswer {
    #[error("nothing was done")]
    NotDone,
    /// It was on its way when the connection or the time ran out: asking again tells.
    #[error("it may or may not have been done")]
    Unclear,
}

impl NoAnswer {
    pub fn after(error: &StoreError) -> Self {
        if error.is_undone() { Self::NotDone } else { Self::Unclear }
    }
}

/// A request in the queue is waiting until either its batch begins or its caller gives up; whichever is first decides
/// whether it is done.
const WAITING: u8 = 0;
const BEGUN: u8 = 1;
const GIVEN_UP: u8 = 2;

type Fate = Arc<AtomicU8>;

fn decide(fate: &Fate, as_what: u8) -> bool {
    fate.compare_exchange(WAITING, as_what, Ordering::AcqRel, Ordering::Acquire).is_ok()
}

/// The batch's end of a request.
pub(super) struct Reply<A> {
    fate: Fate,
    answer: oneshot::Sender<Result<A, NoAnswer>>,
}

/// The caller's end of a request.
pub(super) struct Waiter<A> {
    fate: Fate,
    answer: oneshot::Receiver<Result<A, NoAnswer>>,
}

pub(super) fn reply<A>() -> (Reply<A>, Waiter<A>) {
    let fate = Fate::default();
    let (sender, receiver) = oneshot::channel();
    (Reply { fate: fate.clone(), answer: sender }, Waiter { fate, answer: receiver })
}

impl<A> Reply<A> {
    /// False when the caller has given up: then it must not be done.
    pub fn begin(&self) -> bool {
        decide(&self.fate, BEGUN)
    }

    pub fn send(self, answer: Result<A, NoAnswer>) {
        // Who gave up meanwhile was told that it is unclear.
        let _ = self.answer.send(answer);
    }
}

impl<A> Waiter<A> {
    pub async fn answer(mut self, patience: Duration) -> Result<A, NoAnswer> {
        match timeout(patience, &mut self.answer).await {
            Ok(Ok(answer)) => answer,
            _ if decide(&self.fate, GIVEN_UP) => Err(NoAnswer::NotDone),
            _ => Err(NoAnswer::Unclear),
        }
    }
}

impl<A> Drop for Waiter<A> {
    fn drop(&mut self) {
        decide(&self.fate, GIVEN_UP);
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::{NoAnswer, reply};

    #[tokio::test]
    async fn who_gives_up_in_the_queue_is_told_that_nothing_was_done_and_nothing_is() {
        let (batch, caller) = reply::<u8>();
        assert_eq!(caller.answer(Duration::ZERO).await, Err(NoAnswer::NotDone));
        assert!(!batch.begin());
    }

    #[tokio::test]
    async fn who_gives_up_after_the_batch_began_is_told_that_it_is_unclear() {
        let (batch, caller) = reply::<u8>();
        assert!(batch.begin());
        assert_eq!(caller.answer(Duration::ZERO).await, Err(NoAnswer::Unclear));
    }

    #[tokio::test]
    async fn a_batch_that_dies_leaves_it_unclear() {
        let (batch, caller) = reply::<u8>();
        assert!(batch.begin());
        drop(batch);
        assert_eq!(caller.answer(Duration::ZERO).await, Err(NoAnswer::Unclear));
    }

    #[tokio::test]
    async fn whose_connection_is_gone_is_not_served() {
        let (batch, caller) = reply::<u8>();
        drop(caller);
        assert!(!batch.begin());
    }
}
