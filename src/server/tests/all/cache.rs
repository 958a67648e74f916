//! What many want to know is asked for once, by whichever server; and nobody waits for Redis.

use std::{
    env,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use futures_util::future::BoxFuture;
use jiff::{SignedDuration, Timestamp};
use redis::AsyncCommands as _;
use server::searching::cache::{Cache, Fresh, NoAnswer};
use tokio::task::JoinSet;
use uuid::Uuid;

use crate::stopped::OwnRedis;

const FIVE_MIN: Duration = Duration::from_mins(5);
/// Tests share their machine: what is not about slowness waits long enough.
const PATIENT: Duration = Duration::from_secs(20);

/// Counts its questions, and answers with the number of each.
#[derive(Clone, Default)]
struct Supplier {
    asked: Arc<AtomicU64>,
    /// The first so many questions have no answer.
    failing: u64,
}

impl Supplier {
    fn ask(&self) -> impl Fn() -> BoxFuture<'static, Result<Fresh<u64>, NoAnswer>> + Clone + use<> {
        let (asked, failing) = (self.asked.clone(), self.failing);
        move || {
            let number = asked.fetch_add(1, Ordering::Relaxed) + 1;
            Box::pin(async move {
                // Everybody else comes meanwhile.
                for _ in 0..100 {
                    tokio::task::yield_now().await;
                }
                if number <= failing { Err(NoAnswer) } else { Ok(Fresh { value: number, keeps: FIVE_MIN }) }
            })
        }
    }

    fn asked(&self) -> u64 {
        self.asked.load(Ordering::Relaxed)
    }
}

fn client() -> redis::Client {
    redis::Client::open(env::var("REDIS_URL").unwrap()).unwrap()
}

/// So many servers of one site, with nothing known yet.
fn servers<const N: usize>() -> [Cache<u64>; N] {
    let realm = Uuid::new_v4().to_string();
    std::array::from_fn(|_| Cache::new(&realm, client(), PATIENT))
}

/// A thousand ask at once, each on the next server, under the key of its number.
async fn a_thousand_ask(
    caches: &[Cache<u64>],
    supplier: &Supplier,
    key: impl Fn(usize) -> String,
) -> Vec<Result<u64, NoAnswer>> {
    let now = Timestamp::now();
    let mut asking = JoinSet::new();
    for n in 0..1000 {
        let (cache, key, ask) = (caches[n % caches.len()].clone(), key(n), supplier.ask());
        asking.spawn(async move { cache.get(&key, now, None, ask).await.map(|answer| answer.entry.value) });
    }
    asking.join_all().await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_thousand_who_ask_the_same_at_once_cost_one_question() {
    let (caches, supplier) = (servers::<1>(), Supplier::default());
    let answers = a_thousand_ask(&caches, &supplier, |_| "BOS-LAX".into()).await;
    assert_eq!(supplier.asked(), 1);
    assert!(answers.into_iter().all(|answer| answer == Ok(1)), "and all have its answer");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_thousand_who_ask_for_other_things_cost_a_question_each() {
    let (caches, supplier) = (servers::<1>(), Supplier::default());
    let answers = a_thousand_ask(&caches, &supplier, |n| n.to_string()).await;
    assert_eq!((supplier.asked(), caches[0].asked()), (1000, 1000), "the counting counts");
    assert!(answers.iter().all(Result::is_ok));
}

#[tokio::test(flavor = "multi_thread")]
async fn servers_of_one_site_ask_once_together_and_those_of_another_site_for_themselves() {
    let (caches, supplier) = (servers::<4>(), Supplier::default());
    let answers = a_thousand_ask(&caches, &supplier, |_| "BOS-LAX".into()).await;
    assert_eq!(supplier.asked(), 1);
    assert!(answers.into_iter().all(|answer| answer == Ok(1)));
    let answers = a_thousand_ask(&servers::<2>(), &supplier, |_| "BOS-LAX".into()).await;
    assert_eq!(supplier.asked(), 2);
    assert!(
        answers.into_iter().all(|answer| answer == Ok(2)),
        "what is true of one is not told by the other"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn without_redis_each_server_asks_once_and_soon() {
    let redis = OwnRedis::start().await;
    let realm = Uuid::new_v4().to_string();
    let client = redis::Client::open(redis.url()).unwrap();
    let short = Duration::from_millis(50);
    let caches: [Cache<u64>; 2] = std::array::from_fn(|_| Cache::new(&realm, client.clone(), short));
    let supplier = Supplier::default();
    let _stopped = redis.stop();
    let answers = a_thousand_ask(&caches, &supplier, |_| "BOS-LAX".into()).await;
    assert_eq!(supplier.asked(), 2);
    assert!(answers.iter().all(Result::is_ok));
    let answers = a_thousand_ask(&caches, &supplier, |_| "BOS-LAX".into()).await;
    assert_eq!(supplier.asked(), 2, "and knows it from then on");
    assert!(answers.iter().all(Result::is_ok));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_question_that_failed_is_asked_again() {
    let (caches, supplier) = (servers::<2>(), Supplier { failing: 1, ..Supplier::default() });
    let now = Timestamp::now();
    assert_eq!(caches[0].get("BOS-LAX", now, None, supplier.ask()).await.unwrap_err(), NoAnswer);
    assert_eq!(caches[0].get("BOS-LAX", now, None, supplier.ask()).await.unwrap().entry.value, 2);
    assert_eq!(caches[1].get("BOS-LAX", now, None, supplier.ask()).await.unwrap().entry.value, 2);
    assert_eq!(supplier.asked(), 2, "the good answer is kept, for others too");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_past_its_time_is_shown_and_said_to_be_renewed() {
    let ([cache], supplier) = (servers(), Supplier::default());
    let begin = Timestamp::now();
    let at = |secs| begin + SignedDuration::from_secs(secs);
    let get = async |secs| {
        let answer = cache.get("BOS-LAX", at(secs), None, supplier.ask()).await.unwrap();
        (answer.entry.value, answer.is_renewing)
    };
    assert_eq!(get(0).await, (1, false));
    assert_eq!(get(269).await, (1, false), "five minutes less a tenth");
    assert_eq!(get(331).await, (1, true), "five minutes and a tenth");
    while cache.is_asking() {
        tokio::task::yield_now().await;
    }
    assert_eq!(get(331).await, (2, false));
    assert_eq!(get(331 + 3 * 331).await, (3, false), "what is too old is waited for");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_known_before_something_happened_is_asked_again() {
    let ([cache], supplier) = (servers(), Supplier::default());
    let begin = Timestamp::now();
    let at = |secs| begin + SignedDuration::from_secs(secs);
    cache.get("BOS-LAX", at(0), None, supplier.ask()).await.unwrap();
    let earlier = cache.get("BOS-LAX", at(2), Some(at(-1)), supplier.ask()).await.unwrap();
    let later = cache.get("BOS-LAX", at(2), Some(at(1)), supplier.ask()).await.unwrap();
    assert_eq!((earlier.entry.value, later.entry.value), (1, 2));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_redis_that_tells_nonsense_is_as_good_as_an_empty_one() {
    let realm = Uuid::new_v4().to_string();
    let mut redis = client().get_multiplexed_async_connection().await.unwrap();
    for nonsense in ["", "nonsense", "{}", r#"{"value":"x","checked_at":"2026-12-22T00:00:00Z"}"#] {
        redis.set_ex::<_, _, ()>(format!("{realm}:answer:BOS-LAX"), nonsense, 60).await.unwrap();
        let (cache, supplier) = (Cache::new(&realm, client(), PATIENT), Supplier::default());
        let answer = cache.get("BOS-LAX", Timestamp::now(), None, supplier.ask()).await.unwrap();
        assert_eq!((answer.entry.value, supplier.asked()), (1, 1), "{nonsense:?}");
    }
}
