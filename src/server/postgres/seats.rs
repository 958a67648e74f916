use std::collections::HashMap;

use domain::{
    cabin::SeatNumber,
    departure::DepartureId,
    hold::{HoldId, HoldState},
    live::{Digest, SeatChange},
    seat::{SeatState, SeatVersion},
};
use uuid::Uuid;

use super::{Postgres, StoreError, again_after_deadlock};

/// A traveller of a hold wants a seat, seen at a version.
#[derive(Clone, Copy, Debug)]
pub struct Pick {
    pub visitor: Uuid,
    pub hold: HoldId,
    pub departure: DepartureId,
    pub traveller: u8,
    pub seat: SeatNumber,
    pub version: SeatVersion,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PickAnswer {
    /// It is theirs; the changes are that seat and the one given back for it, none if it was theirs already.
    Picked(Vec<SeatChange>),
    /// The seat as it is now; `expired` is the hold in the way whose time is over.
    Refused { now: SeatChange, expired: Option<HoldId> },
    /// Not this visitor's hold, or the leg or traveller is not in it.
    Missing,
    /// The hold's time is over, but nobody has ended it yet.
    Expired,
    /// The hold is in this state, in which nothing is picked.
    Hold(HoldState),
}

impl Postgres {
    /// Tries one pick at the version that was seen: one statement, one round trip.
    pub async fn pick(&self, pick: Pick) -> Result<PickAnswer, StoreError> {
        let rows = again_after_deadlock(|| async {
            sqlx::query!(
                r#"select outcome as "outcome!", seat, state, version, expired_hold from pick_seat($1, $2, $3, $4, $5, $6)"#,
                pick.visitor,
                pick.hold.0,
                pick.departure.to_string(),
                i16::from(pick.traveller),
                pick.seat.to_string(),
                i32::try_from(pick.version).unwrap_or(i32::MAX),
            )
            .fetch_all(&self.pool)
            .await
            .map_err(StoreError::from)
        })
        .await?;
        let seats = || {
            rows.iter()
                .filter_map(|r| change(r.seat.as_deref()?, r.state.as_deref()?, r.version?))
                .collect::<Vec<_>>()
        };
        let Some(first) = rows.first() else { return Ok(PickAnswer::Missing) };
        Ok(match first.outcome.as_str() {
            "picked" => PickAnswer::Picked(seats()),
            "yours" => PickAnswer::Picked(Vec::new()),
            "refused" => match seats().first() {
                Some(now) => PickAnswer::Refused { now: *now, expired: first.expired_hold.map(HoldId) },
                None => PickAnswer::Missing,
            },
            "expired" => PickAnswer::Expired,
            "missing" => PickAnswer::Missing,
            state => HoldState::parse(state).map_or(PickAnswer::Missing, PickAnswer::Hold),
        })
    }

    /// Every seat ever touched on a departure.
    pub async fn touched(&self, departure: DepartureId) -> Result<Vec<SeatChange>, StoreError> {
        let rows = sqlx::query!(
            "select seat, state, version from seats where departure = $1 order by seat",
            departure.to_string()
        )
        .fetch_all(&self.pool)
        .await?;
        Ok(rows.iter().filter_map(|r| change(&r.seat, &r.state, r.version)).collect())
    }

    /// Count and sum of versions of each of these departures, in one query; untouched ones are absent.
    pub async fn digests(
        &self,
        departures: &[DepartureId],
    ) -> Result<HashMap<DepartureId, Digest>, StoreError> {
        let names: Vec<String> = departures.iter().map(ToString::to_string).collect();
        let rows = sqlx::query!(
            r#"select departure, count(*) as "count!", sum(version)::bigint as "version_sum!"
            from seats where departure = any($1) group by departure"#,
            &names,
        )
        .fetch_all(&self.pool)
        .await?;
        Ok(rows
            .into_iter()
            .filter_map(|r| {
                let digest = Digest {
                    count: u32::try_from(r.count).ok()?,
                    version_sum: u64::try_from(r.version_sum).ok()?,
                };
                Some((r.departure.parse().ok()?, digest))
            })
            .collect())
    }
}

/// A row of `seats`; none where it holds what the domain does not know.
pub(super) fn change(seat: &str, state: &str, version: i32) -> Option<SeatChange> {
    Some(SeatChange {
        seat: seat.parse().ok()?,
        state: SeatState::parse(state)?,
        version: SeatVersion::try_from(version).ok()?,
    })
}
