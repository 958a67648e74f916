//! The timetable in memory, renewed when a schedule was imported by any server.

use std::{
    collections::BTreeSet,
    sync::{Arc, PoisonError, RwLock},
};

use domain::{
    airports::Airports,
    connecting::{ChangeTimes, ChangeTimesError, Connecting, Interline, InterlineError},
    departure::Departure,
    fare::{FaresFault, Tariff},
    network::Network,
    schedule::{Period, ScheduledLeg},
    ssim,
    timetable::{Timetable, TimetableError},
};
use jiff::{Timestamp, ToSpan as _, civil::Date, tz::TimeZone};

use crate::{
    postgres::{ImportRefusal, Into, Postgres, StoreError},
    reference,
    selling::Selling,
};

/// Every airport with an IATA code; it changes with the program.
const AIRPORTS_CSV: &str = include_str!("../../data/airports.csv");
/// Whose flights go together, and how long changing takes; they change with the program.
const INTERLINE_CSV: &str = include_str!("../../data/interline.csv");
/// What is filed beside the default fares; it changes with the program.
const FARES_CSV: &str = include_str!("../../data/fares.csv");
const CONNECTING_TIMES_CSV: &str = include_str!("../../data/connecting-times.csv");
/// What a new database starts with.
const DEMO_SSIM: &str = include_str!("../../data/demo.ssim");

/// Holds the newest timetable; readers keep the one they started with.
#[derive(Clone)]
pub struct Timetables {
    airports: Arc<Airports>,
    rules: Arc<Connecting>,
    tariff: Arc<Tariff>,
    current: Arc<RwLock<(i64, Arc<Network>)>>,
    selling: Selling,
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
    #[error("data/interline.csv: {0}")]
    Interline(#[from] InterlineError),
    #[error("data/connecting-times.csv: {0}")]
    ChangeTimes(#[from] ChangeTimesError),
    #[error("data/fares.csv: {}", .0.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"))]
    Fares(Vec<FaresFault>),
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
    /// Reads the schedule from Postgres.
    pub async fn load(postgres: Postgres) -> Result<Self, TimetablesError> {
        let airports = known_airports()?;
        let rules = Arc::new(Connecting {
            times: ChangeTimes::parse(CONNECTING_TIMES_CSV)?,
            interline: Interline::parse(INTERLINE_CSV)?,
        });
        let tariff = Arc::new(Tariff::parse(FARES_CSV, &airports).map_err(TimetablesError::Fares)?);
        let empty = Arc::new(Timetable::new(Vec::new(), &airports)?);
        let empty = Arc::new(Network::new(empty, &airports, &rules));
        let current = Arc::new(RwLock::new((0, empty)));
        let timetables = Self { airports, rules, tariff, current, selling: Selling::default(), postgres };
        timetables.renew().await?;
        Ok(timetables)
    }

    /// Gives a database that has no schedule yet the demo schedule.
    pub async fn begin_with_demo(&self) -> Result<(), TimetablesError> {
        if self.snapshot().0 != 0 {
            return Ok(());
        }
        tracing::info!("the database is new: importing the demo schedule");
        match self.import_into("demo", DEMO_SSIM, Into::EmptyAlone).await {
            // Another server, or somebody's own schedule, was faster.
            Ok(_) | Err(ImportError::Refused(ImportRefusal::NotEmpty)) => self.renew().await,
            Err(error) => Err(error.into()),
        }
    }

    pub fn airports(&self) -> &Arc<Airports> {
        &self.airports
    }

    /// What is filed.
    pub fn tariff(&self) -> &Tariff {
        &self.tariff
    }

    /// How its cabins are sold.
    pub fn selling(&self) -> &Selling {
        &self.selling
    }

    pub fn current(&self) -> Arc<Timetable> {
        self.snapshot().1
    }

    /// The newest timetable that is known here, with the number of its schedule.
    pub fn snapshot(&self) -> (i64, Arc<Timetable>) {
        let (number, network) = &*self.current.read().unwrap_or_else(PoisonError::into_inner);
        (*number, network.timetable().clone())
    }

    /// The newest timetable, to be searched.
    pub fn network(&self) -> Arc<Network> {
        self.current.read().unwrap_or_else(PoisonError::into_inner).1.clone()
    }

    /// Reads how cabins are sold, and the schedule again if a newer one was imported.
    pub async fn renew(&self) -> Result<(), TimetablesError> {
        self.selling.renew(&self.postgres).await?;
        let newest = self.postgres.schedule_version().await?;
        let known = self.current.read().unwrap_or_else(PoisonError::into_inner).0;
        if newest == known {
            return Ok(());
        }
        let timetable = Arc::new(Timetable::new(self.postgres.schedule().await?, &self.airports)?);
        tracing::info!(schedule = newest, legs = timetable.legs().len(), "timetable read");
        let network = Arc::new(Network::new(timetable, &self.airports, &self.rules));
        *self.current.write().unwrap_or_else(PoisonError::into_inner) = (newest, network);
        Ok(())
    }

    /// Imports a schedule file whole, or not at all.
    pub async fn import(&self, title: &str, text: &str) -> Result<ImportReport, ImportError> {
        self.import_into(title, text, Into::Whatever).await
    }

    async fn import_into(&self, title: &str, text: &str, into: Into) -> Result<ImportReport, ImportError> {
        let file = ssim::read(text, &self.airports).map_err(ImportError::Faults)?;
        let carriers: BTreeSet<_> = file.carriers.iter().map(|c| c.carrier).collect();
        let legs = file.into_legs();
        let timetable = Timetable::new(legs.clone(), &self.airports)?;
        // In the earliest zone it may still be yesterday.
        let oldest = Timestamp::now().to_zoned(TimeZone::UTC).date().saturating_sub(1.day());
        let is_kept = |sold: &Departure| {
            timetable.departure(&sold.id).is_some_and(|filed| flies_the_same(sold, &filed))
        };
        self.postgres.import(title, &carriers, &legs, oldest, into, is_kept).await?;
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
        let now = Timestamp::now().to_zoned(TimeZone::UTC);
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
                    created: Some(now.date()),
                    created_time: Some(now.time()),
                    title: reference::carrier_name(*carrier).to_uppercase(),
                    released: Some(now.date()),
                    status: Some('C'),
                    creator: "SKYCONNECT".into(),
                    legs,
                }
            })
            .collect();
        ssim::write(&ssim::ScheduleFile { serial: Some(1), carriers }, &self.airports)
    }
}

/// Every airport with an IATA code.
pub fn known_airports() -> Result<Arc<Airports>, TimetablesError> {
    Ok(Arc::new(Airports::parse(AIRPORTS_CSV)?))
}

/// Whether who bought the one gets it with the other: until travellers can be rebooked, nothing that they were sold
/// may change.
fn flies_the_same(sold: &Departure, filed: &Departure) -> bool {
    (sold.origin, sold.destination, sold.departs, sold.arrives, sold.aircraft, &sold.configuration)
        == (
            filed.origin,
            filed.destination,
            filed.departs,
            filed.arrives,
            filed.aircraft,
            &filed.configuration,
        )
}

/// From the first day on which any of the legs flies to the last; open if one of them is.
fn whole_period(legs: &[ScheduledLeg]) -> Period {
    let from = legs.iter().map(|leg| leg.period.from).min().unwrap_or(Date::ZERO);
    let to = legs.iter().map(|leg| leg.period.to).max_by_key(|to| to.unwrap_or(Date::MAX)).flatten();
    Period { from, to }
}
