use std::{
    collections::VecDeque,
    sync::{Arc, Mutex, PoisonError},
};

use jiff::{SignedDuration, Timestamp};
use uuid::Uuid;

use super::Asked;
use crate::partner::making::Found;

/// So many requests are remembered, of all tokens.
const MOST: usize = 500;
/// What was found is given again for so long; then it is looked for anew.
const FRESH: SignedDuration = SignedDuration::from_secs(60);

/// What was asked and found lately, newest last, on this server.
#[derive(Debug, Default)]
pub struct Recent {
    requests: Mutex<VecDeque<Remembered>>,
}

#[derive(Debug)]
struct Remembered {
    id: String,
    asked: Asked,
    found: Option<(Timestamp, Arc<Vec<Found>>)>,
}

impl Recent {
    pub fn remember(&self, id: &str, asked: &Asked, found: Option<Arc<Vec<Found>>>, now: Timestamp) {
        let mut requests = self.requests.lock().unwrap_or_else(PoisonError::into_inner);
        requests.retain(|known| known.asked.expires_at() > now);
        let found = found.map(|found| (now, found));
        if let Some(known) = requests.iter_mut().find(|known| known.id == id) {
            known.found = found;
            return;
        }
        if requests.len() >= MOST {
            requests.pop_front();
        }
        requests.push_back(Remembered { id: id.to_owned(), asked: asked.clone(), found });
    }

    /// What was found for it a moment ago.
    pub fn found(&self, id: &str, now: Timestamp) -> Option<Arc<Vec<Found>>> {
        let requests = self.requests.lock().unwrap_or_else(PoisonError::into_inner);
        let (at, found) = requests.iter().find(|known| known.id == id)?.found.as_ref()?;
        (now.duration_since(*at) < FRESH).then(|| found.clone())
    }

    /// A token's requests with the keys of their order, newest first.
    pub fn of(&self, token: Uuid, now: Timestamp) -> Vec<(String, String, Asked)> {
        let requests = self.requests.lock().unwrap_or_else(PoisonError::into_inner);
        let live =
            requests.iter().filter(|known| known.asked.token == token && known.asked.expires_at() > now);
        let mut listed: Vec<_> = live
            .map(|known| {
                let newest_first = i64::MAX - known.asked.asked_at().as_second();
                (format!("{newest_first:019}{}", known.id), known.id.clone(), known.asked.clone())
            })
            .collect();
        listed.sort_by(|a, b| a.0.cmp(&b.0));
        listed
    }
}
