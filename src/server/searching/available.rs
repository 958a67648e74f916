//! Which places are left of what is searched for, as it was known a while ago at most.

use std::{collections::HashMap, sync::Arc, time::Duration};

use app::answers::Checked;
use domain::{
    cabin::{BookingClass, Cabin, ClassesLeft},
    departure::DepartureId,
    search::Itinerary,
    timetable::Timetable,
};
use jiff::Timestamp;
use tokio::time::timeout;

use super::{
    Asked, Searching,
    cache::{Answer, Fresh, NoAnswer},
};
use crate::{patience, postgres::Postgres};

/// How long an answer is good.
const KEEPS: Duration = Duration::from_mins(5);
/// The same where few places are left: there each one counts, and comes and goes.
const KEEPS_WHERE_FEW: Duration = Duration::from_secs(3);
/// Places beside those that are asked for from which on they are not few.
const FEW: u16 = 10;
/// How long the board of the front page is good, which tells places by number.
const BOARD_KEEPS: Duration = Duration::from_secs(30);
/// What is younger is told as known now.
const TOLD_FROM_SECS: i64 = 60;

/// What is left of the departures of which any place was ever taken, or a class set.
pub type PlacesLeft = HashMap<DepartureId, ClassesLeft>;

/// What is known of the places; nothing where nobody could be asked.
pub(super) struct Available(Option<Answer<PlacesLeft>>);

impl Available {
    pub const UNKNOWN: Self = Self(None);

    pub fn is_known(&self) -> bool {
        self.0.is_some()
    }

    /// What is left by class; none where nothing was ever taken or set, or where it is not known.
    pub fn classes(&self, departure: DepartureId) -> Option<ClassesLeft> {
        self.0.as_ref()?.entry.value.get(&departure).copied()
    }

    /// Places left in the top class, which all can still have; none as for `classes`.
    pub fn left(&self, departure: DepartureId) -> Option<u16> {
        self.classes(departure).map(|left| left.left(BookingClass::top(left.cabin())))
    }

    pub fn checked(&self, now: Timestamp) -> Checked {
        let Some(answer) = &self.0 else { return Checked::Paused };
        let secs = now.duration_since(answer.entry.checked_at).as_secs();
        if secs < TOLD_FROM_SECS {
            return Checked::Now;
        }
        Checked::Ago { secs: u32::try_from(secs).unwrap_or(u32::MAX), is_renewing: answer.is_renewing }
    }
}

impl Searching {
    /// The places left of these departures, which are the ways to fly what is asked for and the days around it.
    pub(super) async fn available(
        &self,
        asked: Asked,
        departures: Arc<[DepartureId]>,
        now: Timestamp,
    ) -> Available {
        let since = self.refusals.last_of(departures.iter());
        let ask = self.asking(asked, departures);
        Available(self.answers.get(&self.key(&asked), now, since, ask).await.ok())
    }

    /// The same of the board's few departures.
    pub(super) async fn available_on_board(&self, departures: &[DepartureId], cabin: Cabin) -> Available {
        let names: Vec<String> = departures.iter().map(ToString::to_string).collect();
        let key = format!("board:{}:{}", cabin.letter(), names.join(","));
        self.available_as(&key, departures.into(), cabin, BOARD_KEEPS).await
    }

    /// The same of what was chosen before: nobody is asked where that is nothing.
    pub(super) async fn available_of_chosen(&self, chosen: &[Itinerary], cabin: Cabin) -> Available {
        let departures: Vec<DepartureId> =
            chosen.iter().flat_map(Itinerary::legs).map(|leg| leg.id).collect();
        if departures.is_empty() {
            return Available::UNKNOWN;
        }
        let names: Vec<String> = departures.iter().map(ToString::to_string).collect();
        let key = format!("chosen:{}:{}", cabin.letter(), names.join(","));
        self.available_as(&key, departures.into(), cabin, KEEPS_WHERE_FEW).await
    }

    /// The same of the ways to fly in a month; `asked` has its first day.
    pub(super) async fn available_in_month(
        &self,
        asked: &Asked,
        departures: Arc<[DepartureId]>,
    ) -> Available {
        let key = format!("month:{}", self.key(asked));
        self.available_as(&key, departures, asked.cabin, KEEPS).await
    }

    async fn available_as(
        &self,
        key: &str,
        departures: Arc<[DepartureId]>,
        cabin: Cabin,
        keeps: Duration,
    ) -> Available {
        let (postgres, timetable) = (self.postgres.clone(), self.timetables.current());
        let since = self.refusals.last_of(departures.iter());
        let ask = move || {
            let (postgres, timetable, departures) = (postgres.clone(), timetable.clone(), departures.clone());
            async move {
                let value = places_left(&postgres, &timetable, &departures, cabin).await?;
                Ok(Fresh { value, keeps })
            }
        };
        Available(self.answers.get(key, Timestamp::now(), since, ask).await.ok())
    }

    /// Another schedule has other departures.
    pub(super) fn key(&self, asked: &Asked) -> String {
        format!("{}:{asked}", self.timetables.snapshot().0)
    }

    pub(super) fn asking(
        &self,
        asked: Asked,
        departures: Arc<[DepartureId]>,
    ) -> impl Fn() -> futures_util::future::BoxFuture<'static, Result<Fresh<PlacesLeft>, NoAnswer>> + Clone + use<>
    {
        let (postgres, timetable) = (self.postgres.clone(), self.timetables.current());
        move || {
            let (postgres, timetable, departures) = (postgres.clone(), timetable.clone(), departures.clone());
            Box::pin(async move {
                let value = places_left(&postgres, &timetable, &departures, asked.cabin).await?;
                let keeps = if has_few(&value, &asked) { KEEPS_WHERE_FEW } else { KEEPS };
                Ok(Fresh { value, keeps })
            })
        }
    }
}

/// Whether few places are left somewhere on the day that is asked for.
fn has_few(left: &PlacesLeft, asked: &Asked) -> bool {
    let few = FEW + u16::from(asked.party.seats());
    left.iter().any(|(departure, left)| departure.date == asked.bound.date && left.places() < few)
}

async fn places_left(
    postgres: &Postgres,
    timetable: &Timetable,
    departures: &[DepartureId],
    cabin: Cabin,
) -> Result<PlacesLeft, NoAnswer> {
    let capacity = |id| timetable.departure(&id).map_or(0, |departure| departure.configuration.places(cabin));
    match timeout(patience::SEARCH, postgres.classes_left(departures, cabin, capacity)).await {
        Ok(Ok(left)) => Ok(left),
        Ok(Err(error)) => {
            tracing::error!(%error, "availability cannot be read");
            Err(NoAnswer)
        }
        Err(_) => {
            tracing::error!("availability was not read in time");
            Err(NoAnswer)
        }
    }
}
