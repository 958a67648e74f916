//! The `Search` port: our own timetable, priced, with what is left of it.

mod board;
mod pricing;
mod request;
mod results;

use std::collections::HashMap;

use app::{
    answers::{Board, SearchRequest, SearchResults},
    ports::{Search, SearchError},
};
use async_trait::async_trait;
use domain::{airport::Place, cabin::Cabin, departure::DepartureId};

use crate::{postgres::Postgres, signing::Signing, timetables::Timetables};

/// Places offered while someone types.
const SUGGESTIONS: usize = 8;

#[derive(Clone, Debug)]
pub struct Searching {
    timetables: Timetables,
    postgres: Postgres,
    signing: Signing,
}

impl Searching {
    pub fn new(timetables: Timetables, postgres: Postgres, signing: Signing) -> Self {
        Self { timetables, postgres, signing }
    }

    /// Places left of those departures of which any was ever taken.
    async fn places_left(
        &self,
        departures: &[DepartureId],
        cabin: Cabin,
    ) -> Result<HashMap<DepartureId, u16>, SearchError> {
        self.postgres.places_left(departures, cabin).await.map_err(|error| {
            tracing::error!(%error, "availability cannot be read");
            SearchError::Unavailable
        })
    }
}

#[async_trait]
impl Search for Searching {
    async fn search(&self, request: SearchRequest) -> Result<SearchResults, SearchError> {
        results::search(self, &request).await
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
