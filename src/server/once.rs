//! Changes that are made once, however often they are asked for under one key.

use std::{future::Future, time::Duration};

use app::ports::{CancelError, CheckoutError, HoldError, PickError, TripError};
use serde::{Serialize, de::DeserializeOwned};
use tokio::time::sleep;

use crate::postgres::{Kept, Once, Postgres, StoreError};

/// How often, and how far apart, it is looked for the answer of whoever decides the same at the moment.
const LOOKS: usize = 60;
const BETWEEN_LOOKS: Duration = Duration::from_millis(50);

/// How a port refuses a change.
pub(crate) trait Refusal: Serialize + DeserializeOwned + Sized {
    const KEY_REUSED: Self;
    const UNAVAILABLE: Self;

    /// Whether a rule said so: then asking again under the same key says it again. What is not decided is not kept.
    fn is_decided(&self) -> bool;
}

impl Refusal for HoldError {
    const KEY_REUSED: Self = Self::KeyReused;
    const UNAVAILABLE: Self = Self::Unavailable;

    fn is_decided(&self) -> bool {
        !matches!(self, Self::Unavailable | Self::Unclear | Self::SupplierAway(_))
    }
}

impl Refusal for PickError {
    const KEY_REUSED: Self = Self::Hold(HoldError::KEY_REUSED);
    const UNAVAILABLE: Self = Self::Hold(HoldError::UNAVAILABLE);

    fn is_decided(&self) -> bool {
        !matches!(self, Self::Hold(error) if !error.is_decided())
    }
}

impl Refusal for CheckoutError {
    const KEY_REUSED: Self = Self::Hold(HoldError::KEY_REUSED);
    const UNAVAILABLE: Self = Self::Hold(HoldError::UNAVAILABLE);

    fn is_decided(&self) -> bool {
        match self {
            Self::Hold(error) => error.is_decided(),
            Self::TravellersMissing | Self::FliesAlready(_) | Self::OtherTotal(_) => true,
            // Stripe may say something else the next time.
            Self::ProviderAway | Self::Refused(_) => false,
        }
    }
}

impl Refusal for TripError {
    const KEY_REUSED: Self = Self::KeyReused;
    const UNAVAILABLE: Self = Self::Unavailable;

    fn is_decided(&self) -> bool {
        !matches!(self, Self::Unavailable)
    }
}

impl Refusal for CancelError {
    const KEY_REUSED: Self = Self::Trip(TripError::KEY_REUSED);
    const UNAVAILABLE: Self = Self::Trip(TripError::UNAVAILABLE);

    fn is_decided(&self) -> bool {
        match self {
            Self::Trip(error) => error.is_decided(),
            Self::SupplierAway(_) | Self::NotTakenBack(_) => false,
            Self::Refused(_) | Self::NotNow(_) | Self::Requoted(_) => true,
        }
    }
}

/// The answer that is kept under the asking's key, or else what `decide` answers. It keeps `Ok` with its effect, by
/// `postgres::idempotency::keep` in the transaction that makes it; refusals are kept here.
pub(crate) async fn once<T, E>(
    postgres: &Postgres,
    asking: &Once,
    decide: impl Future<Output = Result<T, E>>,
) -> Result<T, E>
where
    T: DeserializeOwned + Serialize + Sync,
    E: Refusal + Sync,
{
    if !asking.has_key() {
        return decide.await;
    }
    if let Some(answer) = recall(postgres, asking).await? {
        return answer;
    }
    let answer = decide.await;
    match &answer {
        Ok(_) => return answer,
        // Its effect may be committed, by this asking or another of the same key, although its answer was lost.
        Err(error) if !error.is_decided() => {}
        Err(_) => match postgres.keep(asking, &answer).await {
            Ok(true) => return answer,
            Ok(false) => {}
            Err(error) => return Err(away(&error)),
        },
    }
    Ok(recall(postgres, asking).await?).and_then(|kept| kept.unwrap_or(answer))
}

/// As `once`, where `decide` takes several transactions, of which none can keep the answer: the key is claimed first, and
/// whoever comes meanwhile waits for the answer.
pub(crate) async fn once_in_steps<T, E>(
    postgres: &Postgres,
    asking: &Once,
    decide: impl Future<Output = Result<T, E>>,
) -> Result<T, E>
where
    T: DeserializeOwned + Serialize + Sync,
    E: Refusal + Sync,
{
    if !asking.has_key() {
        return decide.await;
    }
    for _ in 0..LOOKS {
        if let Some(answer) = recall(postgres, asking).await? {
            return answer;
        }
        if postgres.begin(asking).await.map_err(|error| away(&error))? {
            let answer = decide.await;
            let is_decided = answer.as_ref().err().is_none_or(E::is_decided);
            postgres
                .finish(asking, Some(&answer).filter(|_| is_decided))
                .await
                .map_err(|error| away(&error))?;
            return answer;
        }
        sleep(BETWEEN_LOOKS).await;
    }
    Err(E::UNAVAILABLE)
}

async fn recall<T, E>(postgres: &Postgres, asking: &Once) -> Result<Option<Result<T, E>>, E>
where
    T: DeserializeOwned,
    E: Refusal,
{
    match postgres.kept(asking).await.map_err(|error| away(&error))? {
        Kept::Nothing => Ok(None),
        Kept::Other => Err(E::KEY_REUSED),
        Kept::Answer(answer) => serde_json::from_value(answer).map(Some).map_err(|error| {
            tracing::error!(%error, "a kept answer cannot be read");
            E::UNAVAILABLE
        }),
    }
}

fn away<E: Refusal>(error: &StoreError) -> E {
    tracing::error!(%error, "kept answers cannot be reached");
    E::UNAVAILABLE
}
