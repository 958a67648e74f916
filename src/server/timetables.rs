//! The timetable in memory, renewed when a schedule was imported by any server.

use std::{
    collections::BTreeSet,
    sync::{Arc, PoisonError, RwLock},
};

use domain::{
    airports::Airports,
    schedule::{Period, ScheduledLeg},
    ssim,
    timetable::{Timetable, TimetableError},
};
use jiff::{Timestamp, civil::Date};

use crate::postgres::{ImportRefusal, Postgres, StoreError};

/// Every airport with an IATA code; it changes with the program.
const AIRPORTS_CSV: &str = include_str!("../../data/airports.csv");
/// What a new database starts with.
const DEMO_SSIM: &str = include_str!("../../data/demo.ssim");

/// Holds the newest timetable; readers keep the one they started with.
#[derive(Clone)]
pub struct Timetables {
    airports: Arc<Airports>,
    current: Arc<RwLock<(i64, Arc<Timetable>)>>,
    postgres: Postgres,
}

impl std::fmt::Debug for Timetables {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Timetables")
    }
}

#[derive(Debug, thiserror::Error)]
pub enum TimetablesError {
    #[error("data/airports.csv: {0}")]
    Airports(#[from] domain::airports::AirportsError),
    #[error(transparent)]
    Timetable(#[from] TimetableError),
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(transparent)]
    Import(#[from] ImportError),
}

/// Why a schedule file was refused; nothing of it was taken.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    #[error("{}", .0.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"))]
    Faults(Vec<ssim::Fault>),
    #[error(transparent)]
    Timetable(#[from] TimetableError),
    #[error(transparent)]
    Refused(#[from] ImportRefusal),
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// What an import brought.
#[derive(Debug, PartialEq, Eq)]
pub struct ImportReport {
    pub carriers: usize,
    pub flights: usize,
    pub legs: usize,
    pub period: Period,
}

impl std::fmt::Display for ImportReport {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { carriers, flights, legs, period: Period { from, to } } = self;
        let to = to.map_or_else(|| "until further notice".to_owned(), |to| format!("to {to}"));
        write!(f, "{carriers} carriers, {flights} flights, {legs} legs, from {from} {to}")
    }
}

impl Timetables {
    /// Reads the schedule from Postgres; a database without one gets the demo schedule first.
    pub async fn load(postgres: Postgres) -> Result<Self, TimetablesError> {
        let airports = Arc::new(Airports::parse(AIRPORTS_CSV)?);
        let empty = Arc::new(Timetable::new(Vec::new(), &airports)?);
        let timetables = Self { airports, current: Arc::new(RwLock::new((0, empty))), postgres };
        if timetables.postgres.schedule_version().await? == 0 {
            tracing::info!("the database is new: importing the demo schedule");
            timetables.import("demo", DEMO_SSIM).await?;
        }
        timetables.renew().await?;
        Ok(timetables)
    }

    pub fn airports(&self) -> &Airports {
        &self.airports
    }

    pub fn current(&self) -> Arc<Timetable> {
        self.current.read().unwrap_or_else(PoisonError::into_inner).1.clone()
    }

    /// Reads the schedule again if a newer one was imported.
    pub async fn renew(&self) -> Result<(), TimetablesError> {
        let newest = self.postgres.schedule_version().await?;
        let known = self.current.read().unwrap_or_else(PoisonError::into_inner).0;
        if newest == known {
            return Ok(());
        }
        let timetable = Arc::new(Timetable::new(self.postgres.schedule().await?, &self.airports)?);
        tracing::info!(schedule = newest, legs = timetable.legs().len(), "timetable read");
        *self.current.write().unwrap_or_else(PoisonError::into_inner) = (newest, timetable);
        Ok(())
    }

    /// Imports a schedule file whole, or not at all.
    pub async fn import(&self, title: &str, text: &str) -> Result<ImportReport, ImportError> {
        let file = ssim::read(text, &self.airports).map_err(ImportError::Faults)?;
        let carriers: BTreeSet<_> = file.carriers.iter().map(|c| c.carrier).collect();
        let legs = file.into_legs();
        let timetable = Timetable::new(legs.clone(), &self.airports)?;
        let today = Timestamp::now().to_zoned(jiff::tz::TimeZone::UTC).date();
        self.postgres
            .import(title, &carriers, &legs, today, |id, cabin, places| {
                timetable.departure(id).is_some_and(|departure| {
                    cabin
                        .chars()
                        .next()
                        .and_then(domain::cabin::Cabin::from_letter)
                        .is_some_and(|cabin| i32::from(departure.configuration.places(cabin)) == places)
                })
            })
            .await?;
        let mut flights: Vec<_> = legs.iter().map(|leg| leg.flight).collect();
        flights.sort_unstable();
        flights.dedup();
        Ok(ImportReport {
            carriers: carriers.len(),
            flights: flights.len(),
            legs: legs.len(),
            period: whole_period(&legs),
        })
    }

    /// The whole schedule as an SSIM chapter 7 file, carrier by carrier.
    pub fn export(&self) -> Result<String, ssim::WriteError> {
        let timetable = self.current();
        let carriers = timetable
            .carriers()
            .iter()
            .map(|carrier| {
                let mut legs: Vec<_> =
                    timetable.legs().iter().filter(|leg| leg.flight.carrier == *carrier).cloned().collect();
                // The format wants the legs of a variation together.
                legs.sort_by_key(|leg| (leg.flight, leg.variation, leg.leg));
                ssim::CarrierSchedule {
                    carrier: *carrier,
                    mode: ssim::TimeMode::Local,
                    season: None,
                    period: whole_period(&legs),
                    created: None,
                    created_time: None,
                    title: String::new(),
                    released: None,
                    status: Some('C'),
                    creator: "SKYCONNECT".into(),
                    legs,
                }
            })
            .collect();
        ssim::write(&ssim::ScheduleFile { serial: Some(1), carriers }, &self.airports)
    }
}

/// From the first day on which any of the legs flies to the last; open if one of them is.
fn whole_period(legs: &[ScheduledLeg]) -> Period {
    let from = legs.iter().map(|leg| leg.period.from).min().unwrap_or(Date::ZERO);
    let to = legs.iter().map(|leg| leg.period.to).max_by_key(|to| to.unwrap_or(Date::MAX)).flatten();
    Period { from, to }
}
