use async_trait::async_trait;
use domain::airport::Place;

use crate::{
    AppError,
    answers::{Board, MonthPrices, OutsideResults, SearchRequest, SearchResults},
};

/// Finding a way to fly.
#[async_trait]
pub trait Search: Send + Sync {
    /// The ways to fly the bound that the request asks for next.
    async fn search(&self, request: SearchRequest) -> Result<SearchResults, SearchError>;
    /// The same, while those who sell beside us are asked too: it tells how far they are, and waits for none of them.
    async fn search_beside_others(&self, request: SearchRequest) -> Result<SearchResults, SearchError>;
    /// What others offer for the whole trip, as far as they answer in time.
    async fn outside(&self, request: SearchRequest) -> Result<OutsideResults, SearchError>;
    /// What the cheapest way out costs on each day of the month of departure.
    async fn month(&self, request: SearchRequest) -> Result<MonthPrices, SearchError>;
    /// Places whose code, city or name fits the text, at most eight.
    async fn suggest(&self, text: &str) -> Vec<Place>;
    /// The next departures from the busiest city.
    async fn board(&self) -> Result<Board, SearchError>;
}

#[derive(Debug, thiserror::Error)]
pub enum SearchError {
    /// Something typed cannot be searched for.
    #[error("{message}")]
    Invalid { field: &'static str, message: String },
    #[error("availability cannot be read")]
    Unavailable,
}

impl From<SearchError> for AppError {
    fn from(error: SearchError) -> Self {
        match error {
            SearchError::Invalid { field, message } => Self::invalid(field, message),
            SearchError::Unavailable => Self::Unavailable {
                message: "Searching is paused for a moment. Please try again shortly.".into(),
                retry_after_secs: 5,
            },
        }
    }
}
