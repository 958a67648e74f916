use std::time::Duration;

use serde::{Serialize, de::DeserializeOwned};
use uuid::Uuid;

use super::Entry;
use crate::redis_link::RedisLink;

/// After a failure Redis is left alone for a while.
const PAUSE: Duration = Duration::from_secs(2);
/// Lets go of a lock that is still our own: it may have run out and be another's.
const LET_GO: &str = "if redis.call('get', KEYS[1]) == ARGV[1] then return redis.call('del', KEYS[1]) end";

/// What all servers know together. Without Redis it is empty and everyone may ask.
pub(super) struct Shared {
    realm: String,
    redis: RedisLink,
    /// How long the right to ask lasts, of a server that may have died with it.
    lock: Duration,
}

/// The right to ask, which one server has at a time.
pub(super) struct Lock(String);

/// What was found on claiming the right to ask.
pub(super) struct Claim<V> {
    /// An answer that had come meanwhile.
    pub entry: Option<Entry<V>>,
    /// None: another server asks, or there is no Redis to tell.
    pub lock: Option<Lock>,
    pub is_anothers: bool,
}

impl Shared {
    pub fn new(realm: &str, client: redis::Client, patience: Duration, lock: Duration) -> Self {
        Self { realm: realm.to_owned(), redis: RedisLink::new(client, patience, PAUSE), lock }
    }

    pub async fn get<V: DeserializeOwned>(&self, key: &str) -> Option<Entry<V>> {
        let (text,): (Option<Vec<u8>>,) = self.redis.ask(redis::pipe().get(self.answer(key))).await?;
        read(text)
    }

    /// Asks for the right to ask; then looks, since whoever had it before may have left an answer.
    pub async fn claim<V: DeserializeOwned>(&self, key: &str) -> Claim<V> {
        let token = Uuid::new_v4().to_string();
        let mut commands = redis::pipe();
        let lock = commands.cmd("SET").arg(self.lock(key)).arg(&token).arg("NX").arg("PX");
        lock.arg(millis(self.lock)).get(self.answer(key));
        match self.redis.ask::<(Option<String>, Option<Vec<u8>>)>(&commands).await {
            None => Claim { entry: None, lock: None, is_anothers: false },
            Some((locked, text)) => {
                Claim { entry: read(text), is_anothers: locked.is_none(), lock: locked.map(|_| Lock(token)) }
            }
        }
    }

    pub async fn put<V: Serialize>(&self, key: &str, entry: &Entry<V>, lock: Option<Lock>) {
        // Plain data with string keys: what does not become text is a fault of ours, and costs one question.
        let Ok(text) = serde_json::to_vec(entry) else {
            tracing::error!(key, "an answer cannot be written down");
            return self.let_go(key, lock).await;
        };
        let mut commands = redis::pipe();
        commands.pset_ex(self.answer(key), text, millis(entry.shown_for()).max(1)).ignore();
        self.add_let_go(&mut commands, key, lock);
        self.redis.ask::<()>(&commands).await;
    }

    pub async fn let_go(&self, key: &str, lock: Option<Lock>) {
        if lock.is_some() {
            let mut commands = redis::pipe();
            self.add_let_go(&mut commands, key, lock);
            self.redis.ask::<()>(&commands).await;
        }
    }

    fn add_let_go(&self, commands: &mut redis::Pipeline, key: &str, lock: Option<Lock>) {
        if let Some(Lock(token)) = lock {
            commands.cmd("EVAL").arg(LET_GO).arg(1).arg(self.lock(key)).arg(token).ignore();
        }
    }

    fn answer(&self, key: &str) -> String {
        format!("{}:answer:{key}", self.realm)
    }

    fn lock(&self, key: &str) -> String {
        format!("{}:asking:{key}", self.realm)
    }
}

/// What cannot be read is as good as nothing.
fn read<V: DeserializeOwned>(text: Option<Vec<u8>>) -> Option<Entry<V>> {
    serde_json::from_slice(&text?).ok()
}

fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}
