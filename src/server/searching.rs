//! The `Search` port: our own timetable, priced, with what is left of it.

mod board;
mod month;
mod outside;
mod pricing;
mod promoting;
mod request;
mod results;

mod asked;
mod available;
pub mod cache;
mod popular;
mod refusals;
mod warming;

use std::sync::Arc;

use app::{
    answers::{Board, MonthPrices, OutsideResults, SearchRequest, SearchResults},
    ports::{Search, SearchError},
};
use async_trait::async_trait;
use domain::airport::Place;
use uuid::Uuid;

pub use asked::Asked;
use cache::Cache;
use outside::Outside;
use popular::Popular;
pub use refusals::Refusals;
pub use warming::WARM_EVERY;

use crate::{patience, postgres::Postgres, signing::Signing, suppliers::Suppliers, timetables::Timetables};

/// Places offered while someone types.
const SUGGESTIONS: usize = 8;

#[derive(Clone)]
pub struct Searching {
    timetables: Timetables,
    postgres: Postgres,
    signing: Signing,
    answers: Cache<available::PlacesLeft>,
    popular: Arc<Popular>,
    refusals: Refusals,
    outside: Outside,
}

impl std::fmt::Debug for Searching {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Searching")
    }
}

impl Searching {
    /// `realm` names what is kept in Redis for this site.
    pub fn new(
        timetables: Timetables,
        postgres: Postgres,
        signing: Signing,
        realm: Uuid,
        redis: redis::Client,
        suppliers: Suppliers,
    ) -> Self {
        let realm = format!("search:{realm}");
        let outside = Outside::new(suppliers, &realm, redis.clone());
        let answers = Cache::new(&realm, redis.clone(), patience::SHARED_ANSWER);
        let popular = Arc::new(Popular::new(&realm, redis));
        Self { timetables, postgres, signing, answers, popular, refusals: Refusals::default(), outside }
    }

    /// The same over other connections.
    #[must_use]
    pub(crate) fn over(self, postgres: Postgres) -> Self {
        Self { postgres, ..self }
    }

    /// What was offered and could not be had; whoever refuses it notes it here.
    pub fn refusals(&self) -> &Refusals {
        &self.refusals
    }

    /// How often this server has asked which places are left.
    pub fn asked(&self) -> u64 {
        self.answers.asked()
    }
}

#[async_trait]
impl Search for Searching {
    async fn search(&self, request: SearchRequest) -> Result<SearchResults, SearchError> {
        results::search(self, &request).await
    }

    async fn search_beside_others(&self, request: SearchRequest) -> Result<SearchResults, SearchError> {
        outside::search_beside(self, &request).await
    }

    async fn outside(&self, request: SearchRequest) -> Result<OutsideResults, SearchError> {
        outside::outside(self, &request).await
    }

    async fn month(&self, request: SearchRequest) -> Result<MonthPrices, SearchError> {
        month::month(self, request).await
    }

    async fn suggest(&self, text: &str) -> Vec<Place> {
        let timetable = self.timetables.current();
        let served = |code| timetable.airports_served().binary_search(&code).is_ok();
        self.timetables.airports().suggest(text, served, SUGGESTIONS)
    }

    async fn board(&self) -> Result<Board, SearchError> {
        board::board(self).await
    }
}
