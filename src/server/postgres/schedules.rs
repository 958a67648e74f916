use std::collections::BTreeSet;

use domain::{
    carrier::CarrierCode,
    departure::{Departure, DepartureId},
    schedule::ScheduledLeg,
};
use jiff::civil::Date;
use sqlx::types::Json;

use super::{Postgres, StoreError};
use crate::patience;

/// Which databases an import is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Into {
    Whatever,
    /// One that has no schedule yet.
    EmptyAlone,
}

#[derive(Debug, thiserror::Error)]
pub enum ImportRefusal {
    #[error("there is a schedule already")]
    NotEmpty,
    /// The import would take departures away, or change the aircraft of ones, that people hold or have bought.
    #[error("{} departures with holds or tickets would be lost or changed: {}", .0.len(), listed(.0))]
    DeparturesInUse(Vec<DepartureId>),
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<sqlx::Error> for ImportRefusal {
    fn from(error: sqlx::Error) -> Self {
        Self::Store(error.into())
    }
}

fn listed(departures: &[DepartureId]) -> String {
    let some: Vec<String> = departures.iter().take(5).map(ToString::to_string).collect();
    if departures.len() > 5 { format!("{} …", some.join(", ")) } else { some.join(", ") }
}

/// Serialises imports with each other; any number will do.
const IMPORT_LOCK: i64 = 0x5353_494d;

impl Postgres {
    /// The number of the newest schedule, 0 while there is none: servers compare it with what they have in memory.
    pub async fn schedule_version(&self) -> Result<i64, StoreError> {
        Ok(sqlx::query_scalar!(r#"select coalesce(max(id), 0) as "id!" from schedules"#)
            .fetch_one(&self.pool)
            .await?)
    }

    /// All legs of all carriers, in the order of flight, variation and leg.
    pub async fn schedule(&self) -> Result<Vec<ScheduledLeg>, StoreError> {
        let legs = sqlx::query_scalar!(
            r#"select definition as "leg: Json<ScheduledLeg>" from schedule_legs order by carrier, flight, variation, leg"#
        )
        .fetch_all(&self.pool)
        .await?;
        Ok(legs.into_iter().map(|leg| leg.0).collect())
    }

    /// Replaces the carriers' legs with these, unless `is_kept` says of a departure from `oldest` on, of which places
    /// are held or sold, that it would be lost or changed by it. All or nothing.
    pub async fn import(
        &self,
        title: &str,
        carriers: &BTreeSet<CarrierCode>,
        legs: &[ScheduledLeg],
        oldest: Date,
        into: Into,
        is_kept: impl Fn(&Departure) -> bool,
    ) -> Result<(), ImportRefusal> {
        let codes: Vec<String> = carriers.iter().map(ToString::to_string).collect();
        let mut tx = self.pool.begin().await?.with_patience(patience::IMPORT);
        // Imports are long and rare: they wait for each other, and for whoever is taking places.
        let bounds = format!(
            "set local statement_timeout = {}; set local lock_timeout = {}",
            patience::IMPORT.as_millis(),
            patience::IMPORT_LOCK.as_millis()
        );
        sqlx::raw_sql(sqlx::AssertSqlSafe(bounds)).execute(&mut *tx).await?;
        sqlx::query!("select pg_advisory_xact_lock($1)", IMPORT_LOCK).execute(&mut *tx).await?;
        if into == Into::EmptyAlone {
            let any = sqlx::query_scalar!(r#"select exists (select from schedules) as "any!""#)
                .fetch_one(&mut *tx)
                .await?;
            if any {
                return Err(ImportRefusal::NotEmpty);
            }
        }
        // Nobody takes or frees a place while it is looked at which are taken; reading goes on.
        sqlx::raw_sql("lock table departure_cabins in exclusive mode").execute(&mut *tx).await?;
        let sold = sqlx::query_scalar!(
            r#"select distinct on (l.departure) l.sold as "sold: Json<Departure>"
            from hold_legs l join departure_cabins c on c.departure = l.departure and c.cabin = l.cabin
            join holds h on h.id = l.hold_id
            where left(l.departure, 2) = any($1) and c.taken > 0 and h.state in ('active', 'reserved', 'converted')"#,
            &codes
        )
        .fetch_all(&mut *tx)
        .await?;
        let lost: BTreeSet<DepartureId> = sold
            .iter()
            .filter(|sold| sold.id.date >= oldest && !is_kept(&sold.0))
            .map(|sold| sold.id)
            .collect();
        if !lost.is_empty() {
            return Err(ImportRefusal::DeparturesInUse(lost.into_iter().collect()));
        }
        // Counters of which nothing is taken would keep the places of an aircraft that may not fly any more. Those of
        // departures that were called off stay: they keep them closed.
        sqlx::query!(
            "delete from departure_cabins c where c.taken = 0 and left(c.departure, 2) = any($1)
                and not exists (select from departures_cancelled d where d.departure = c.departure)",
            &codes
        )
        .execute(&mut *tx)
        .await?;
        // Classes go with their cabin, and what somebody has set for one stays.
        sqlx::query!(
            "delete from departure_classes k where not k.is_set and k.taken = 0 and left(k.departure, 2) = any($1)
                and not exists (
                    select from departure_cabins c
                    where c.departure = k.departure and c.cabin = (class_and_above(k.class))[1])",
            &codes
        )
        .execute(&mut *tx)
        .await?;
        let schedule = sqlx::query_scalar!("insert into schedules (title) values ($1) returning id", title)
            .fetch_one(&mut *tx)
            .await?;
        sqlx::query!("delete from schedule_legs where carrier = any($1)", &codes).execute(&mut *tx).await?;
        sqlx::query!(
            "insert into schedule_legs
                (schedule_id, carrier, flight, variation, leg, period_from, period_to, definition)
            select $1, carrier, flight, variation, leg, period_from::date, period_to::date, definition
            from unnest($2::text[], $3::text[], $4::smallint[], $5::smallint[], $6::text[], $7::text[], $8::jsonb[])
                as legs (carrier, flight, variation, leg, period_from, period_to, definition)",
            schedule,
            &legs.iter().map(|l| l.flight.carrier.to_string()).collect::<Vec<_>>(),
            &legs.iter().map(|l| l.flight.to_string()).collect::<Vec<_>>(),
            &legs.iter().map(|l| i16::try_from(l.variation).unwrap_or(i16::MAX)).collect::<Vec<_>>(),
            &legs.iter().map(|l| i16::from(l.leg)).collect::<Vec<_>>(),
            &legs.iter().map(|l| l.period.from.to_string()).collect::<Vec<_>>(),
            &legs.iter().map(|l| l.period.to.map(|to| to.to_string())).collect::<Vec<_>>() as _,
            &legs.iter().map(|l| serde_json::to_value(l).unwrap_or_default()).collect::<Vec<_>>(),
        )
        .execute(&mut *tx)
        .await?;
        tx.commit().await?;
        Ok(())
    }
}
