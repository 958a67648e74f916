use std::{
    collections::{HashSet, VecDeque},
    future::Future,
    hash::Hash,
    sync::Arc,
    time::Duration,
};

use tokio::{
    sync::mpsc,
    task::JoinSet,
    time::{Instant, sleep_until},
};

use super::reply::{NoAnswer, Reply, reply};
use crate::{patience, postgres::StoreError};

/// Requests in one call at most.
const LARGEST_BATCH: usize = 128;
/// Batches under way at once at most.
const LANES: usize = 4;
/// While a batch is away the others gather, since what a batch costs is mostly the call.
/// One that is away for so long waits for a lock, and the others need not wait with it.
const LATE: Duration = Duration::from_millis(10);
/// Requests that may wait; more are refused at once, which is better than late.
const QUEUE: usize = 4096;
/// Requests taken out of the queue in advance, so that many for one seat do not hide those behind them.
const LINE: usize = 16 * LARGEST_BATCH;
/// Requests of a batch that aborted, done again one by one, so many at a time.
const REDONE_AT_ONCE: usize = 8;

/// A kind of request of which many are answered in one call.
pub(crate) trait Folded: Send + Sync + 'static {
    type Ask: Clone + Send + Sync + 'static;
    type Answer: Send + 'static;
    type Key: Eq + Hash + Send;

    /// What no two requests of one batch may share: the second waits for the next batch.
    fn keys(ask: &Self::Ask) -> impl Iterator<Item = Self::Key> + Send;

    /// One call for all of them: an answer for each, in their order. An error means none of them.
    fn together(
        &self,
        asks: &[Self::Ask],
    ) -> impl Future<Output = Result<Vec<Self::Answer>, StoreError>> + Send;
}

/// The way into the queue; clones share it.
pub(crate) struct Batcher<F: Folded> {
    queue: mpsc::Sender<Waiting<F>>,
}

impl<F: Folded> Clone for Batcher<F> {
    fn clone(&self) -> Self {
        Self { queue: self.queue.clone() }
    }
}

struct Waiting<F: Folded> {
    ask: F::Ask,
    reply: Reply<F::Answer>,
}

impl<F: Folded> Batcher<F> {
    /// Starts the task that answers; it ends with the `tasks`.
    pub fn start(folded: F, tasks: &mut JoinSet<()>) -> Self {
        let (queue, waiting) = mpsc::channel(QUEUE);
        tasks.spawn(drain(Arc::new(folded), waiting));
        Self { queue }
    }

    /// The answer to this one, whoever else is in its batch.
    pub async fn ask(&self, ask: F::Ask) -> Result<F::Answer, NoAnswer> {
        let (reply, waiter) = reply();
        self.queue.try_send(Waiting { ask, reply }).map_err(|_| NoAnswer::NotDone)?;
        waiter.answer(patience::BATCHED).await
    }
}

async fn drain<F: Folded>(folded: Arc<F>, mut queue: mpsc::Receiver<Waiting<F>>) {
    let mut line = VecDeque::new();
    let mut under_way = JoinSet::new();
    loop {
        if line.is_empty() {
            match queue.recv().await {
                Some(first) => line.push_back(first),
                None => return,
            }
        }
        if under_way.len() >= LANES {
            under_way.join_next().await;
        }
        let late = Instant::now() + LATE;
        loop {
            while line.len() < LINE
                && let Ok(next) = queue.try_recv()
            {
                line.push_back(next);
            }
            if under_way.is_empty() {
                break;
            }
            tokio::select! {
                _ = under_way.join_next() => {}
                Some(next) = queue.recv(), if line.len() < LINE => line.push_back(next),
                () = sleep_until(late) => break,
            }
        }
        let batch = next_batch(&mut line);
        if !batch.is_empty() {
            under_way.spawn(serve(folded.clone(), batch));
        }
        while under_way.try_join_next().is_some() {}
    }
}

/// Takes the longest waiting out of the line, passing over whom something in the batch stands in the way of.
fn next_batch<F: Folded>(line: &mut VecDeque<Waiting<F>>) -> Vec<Waiting<F>> {
    let mut batch: Vec<Waiting<F>> = Vec::new();
    let mut taken = HashSet::new();
    let mut passed_over = VecDeque::new();
    while batch.len() < LARGEST_BATCH
        && let Some(next) = line.pop_front()
    {
        let keys: Vec<F::Key> = F::keys(&next.ask).collect();
        if keys.iter().any(|key| taken.contains(key)) {
            passed_over.push_back(next);
        } else if next.reply.begin() {
            taken.extend(keys);
            batch.push(next);
        }
    }
    passed_over.append(line);
    *line = passed_over;
    batch
}

async fn serve<F: Folded>(folded: Arc<F>, batch: Vec<Waiting<F>>) {
    let (asks, replies): (Vec<F::Ask>, Vec<Reply<F::Answer>>) =
        batch.into_iter().map(|waiting| (waiting.ask, waiting.reply)).unzip();
    match folded.together(&asks).await {
        Ok(answers) => {
            for (reply, answer) in replies.into_iter().zip(answers) {
                reply.send(Ok(answer));
            }
        }
        Err(error) if asks.len() > 1 && error.is_undone() => {
            tracing::warn!(%error, callers = asks.len(), "a batch aborted and is done one by one");
            one_by_one(&folded, asks, replies).await;
        }
        Err(error) => {
            tracing::error!(%error, callers = asks.len(), "a batch has no answer");
            for reply in replies {
                reply.send(Err(NoAnswer::after(&error)));
            }
        }
    }
}

/// Whoever made the batch abort must not keep the others waiting: a few at a time, each in a call of its own.
async fn one_by_one<F: Folded>(folded: &Arc<F>, asks: Vec<F::Ask>, replies: Vec<Reply<F::Answer>>) {
    let mut again = JoinSet::new();
    for (ask, reply) in asks.into_iter().zip(replies) {
        if again.len() >= REDONE_AT_ONCE {
            again.join_next().await;
        }
        let folded = folded.clone();
        again.spawn(async move {
            let answer = folded.together(std::slice::from_ref(&ask)).await;
            let answer = answer.map_err(|error| NoAnswer::after(&error));
            reply.send(answer.and_then(|answers| answers.into_iter().next().ok_or(NoAnswer::Unclear)));
        });
    }
    again.join_all().await;
}

#[cfg(test)]
mod tests {
    use std::{
        collections::HashSet,
        io,
        sync::{Arc, Mutex},
    };

    use tokio::{sync::Semaphore, task::JoinSet};

    use super::{Batcher, Folded, NoAnswer, QUEUE};
    use crate::postgres::StoreError;

    /// Doubles numbers, one call at a time as `turns` allows; calls with a fault fail.
    #[derive(Clone)]
    struct Doubling {
        turns: Arc<Semaphore>,
        calls: Arc<Mutex<Vec<Vec<u32>>>>,
        fault: fn(&[u32]) -> Option<sqlx::Error>,
    }

    impl Doubling {
        fn new(turns: usize, fault: fn(&[u32]) -> Option<sqlx::Error>) -> Self {
            Self { turns: Arc::new(Semaphore::new(turns)), calls: Arc::default(), fault }
        }
    }

    impl Folded for Doubling {
        type Ask = u32;
        type Answer = u32;
        type Key = u32;

        /// Numbers that end in the same digit stand in each other's way.
        fn keys(ask: &u32) -> impl Iterator<Item = u32> + Send {
            std::iter::once(ask % 10)
        }

        async fn together(&self, asks: &[u32]) -> Result<Vec<u32>, StoreError> {
            self.turns.acquire().await.unwrap().forget();
            self.calls.lock().unwrap().push(asks.to_vec());
            match (self.fault)(asks) {
                Some(error) => Err(error.into()),
                None => Ok(asks.iter().map(|n| n * 2).collect()),
            }
        }
    }

    fn start(folded: Doubling) -> (Batcher<Doubling>, JoinSet<()>) {
        let mut tasks = JoinSet::new();
        (Batcher::start(folded, &mut tasks), tasks)
    }

    async fn ask_all(
        batcher: &Batcher<Doubling>,
        asks: impl Iterator<Item = u32>,
    ) -> Vec<Result<u32, NoAnswer>> {
        let mut crowd = JoinSet::new();
        for n in asks {
            let batcher = batcher.clone();
            crowd.spawn(async move { (n, batcher.ask(n).await) });
        }
        let mut answers = crowd.join_all().await;
        answers.sort_unstable_by_key(|(n, _)| *n);
        answers.into_iter().map(|(_, answer)| answer).collect()
    }

    #[tokio::test]
    async fn everyone_gets_their_own_answer_and_no_batch_has_two_in_each_others_way() {
        let folded = Doubling::new(1000, |_| None);
        let (batcher, _tasks) = start(folded.clone());
        let answers = ask_all(&batcher, 0..200).await;
        assert_eq!(answers, (0..200).map(|n| Ok(n * 2)).collect::<Vec<_>>());
        for call in folded.calls.lock().unwrap().iter() {
            let digits: HashSet<u32> = call.iter().map(|n| n % 10).collect();
            assert_eq!(digits.len(), call.len(), "{call:?}");
        }
    }

    #[tokio::test]
    async fn one_that_makes_its_batch_abort_takes_nobody_along() {
        let folded = Doubling::new(1000, |asks| asks.contains(&7).then_some(sqlx::Error::PoolTimedOut));
        let (batcher, _tasks) = start(folded);
        let answers = ask_all(&batcher, 0..10).await;
        for (n, answer) in (0..10).zip(answers) {
            assert_eq!(answer, if n == 7 { Err(NoAnswer::NotDone) } else { Ok(n * 2) });
        }
    }

    #[tokio::test]
    async fn where_the_answer_was_lost_everyone_is_told_so_and_nothing_is_repeated() {
        let lost = |_: &[u32]| Some(sqlx::Error::Io(io::ErrorKind::ConnectionReset.into()));
        let folded = Doubling::new(1000, lost);
        let (batcher, _tasks) = start(folded.clone());
        let answers = ask_all(&batcher, 0..10).await;
        assert!(answers.iter().all(|answer| *answer == Err(NoAnswer::Unclear)), "{answers:?}");
        let asked: Vec<u32> = folded.calls.lock().unwrap().concat();
        assert_eq!(asked.len(), 10, "each once");
    }

    #[tokio::test]
    async fn a_full_queue_refuses_at_once() {
        let folded = Doubling::new(0, |_| None);
        let (batcher, _tasks) = start(folded);
        let mut crowd = JoinSet::new();
        for _ in 0..3 * QUEUE {
            let batcher = batcher.clone();
            // All in each other's way, so that they stay in the line.
            crowd.spawn(async move { batcher.ask(0).await });
        }
        assert_eq!(crowd.join_next().await.unwrap().unwrap(), Err(NoAnswer::NotDone));
        crowd.abort_all();
    }
}
