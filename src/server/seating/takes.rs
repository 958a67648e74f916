//! Capacity requests of many visitors in one call.

use domain::hold::HoldId;
use uuid::Uuid;

use super::{Seating, unanswered};
use crate::{
    batching::Folded,
    postgres::{Claim, Postgres, StoreError, TakeAnswer, TakeRefusal, Taking},
};

/// What capacity requests are answered by.
pub(super) struct Takes {
    pub postgres: Postgres,
}

impl Folded for Takes {
    type Ask = Taking;
    type Answer = TakeAnswer;
    /// A visitor has one request at a time: a double click finds what the first one took.
    type Key = Uuid;

    fn keys(taking: &Taking) -> impl Iterator<Item = Uuid> + Send {
        std::iter::once(taking.visitor)
    }

    async fn together(&self, takings: &[Taking]) -> Result<Vec<TakeAnswer>, StoreError> {
        self.postgres.take_together(takings).await
    }
}

impl Seating {
    /// `Postgres::take`, in one call with whoever asks at the same time.
    pub(super) async fn take(&self, claim: &Claim<'_>) -> Result<HoldId, TakeRefusal> {
        match self.takes.ask(Taking::of(claim)).await.map_err(|why| TakeRefusal::NoAnswer(unanswered(why)))? {
            TakeAnswer::Taken(hold) => {
                self.remembered.keep(hold, claim.visitor, claim.offer.cabin, claim.offer.party, claim.legs);
                Ok(hold)
            }
            TakeAnswer::Same(hold) => self.postgres.keep_same(claim, hold).await,
            TakeAnswer::TooManyPlaces => Err(TakeRefusal::TooManyPlaces),
            TakeAnswer::SoldOut(departure) => Err(TakeRefusal::SoldOut(departure)),
            TakeAnswer::ClassClosed(departure, class) => Err(TakeRefusal::ClassClosed(departure, class)),
            TakeAnswer::NewSchedule => Err(TakeRefusal::NewSchedule),
            TakeAnswer::Answered => Err(TakeRefusal::Answered),
        }
    }
}
