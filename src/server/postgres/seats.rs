use std::collections::HashMap;

use domain::{
    cabin::SeatNumber,
    departure::DepartureId,
    hold::{HoldId, HoldState},
    live::{Digest, SeatChange},
    seat::{SeatState, SeatVersion},
};
use uuid::Uuid;

use super::{Postgres, StoreError};

/// A traveller of a hold wants a seat, seen at a version.
#[derive(Clone, Copy, Debug)]
pub struct Pick {
    pub visitor: Uuid,
    pub hold: HoldId,
    pub departure: DepartureId,
    pub traveller: u8,
    pub seat: SeatNumber,
    pub version: SeatVersion,
    /// Where the traveller is believed to sit: right, it saves a look at the whole cabin; wrong, nothing is done.
    pub had: Option<SeatNumber>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PickAnswer {
    /// It is theirs; the changes are that seat and the one given back for it, none if it was theirs already.
    Picked(Vec<SeatChange>),
    /// The seat as it is now; `expired` is the hold in the way whose time is over.
    Refused { now: SeatChange, expired: Option<HoldId> },
    /// The traveller does not sit where they were believed to: nothing was done, ask without a belief.
    Elsewhere,
    /// Not this visitor's hold, or the leg or traveller is not in it.
    Missing,
    /// The hold's time is over, but nobody has ended it yet.
    Expired,
    /// The hold is in this state, in which nothing is picked.
    Hold(HoldState),
}

/// One departure, seat or hold of each caller, as the database takes them.
#[derive(Default)]
struct Columns {
    visitors: Vec<Uuid>,
    holds: Vec<Uuid>,
    departures: Vec<String>,
    travellers: Vec<i16>,
    seats: Vec<String>,
    versions: Vec<i32>,
    had: Vec<Option<String>>,
}

impl Columns {
    fn of(picks: &[Pick]) -> Self {
        let mut columns = Self::default();
        for pick in picks {
            columns.visitors.push(pick.visitor);
            columns.holds.push(pick.hold.0);
            columns.departures.push(pick.departure.to_string());
            columns.travellers.push(i16::from(pick.traveller));
            columns.seats.push(pick.seat.to_string());
            columns.versions.push(i32::try_from(pick.version).unwrap_or(i32::MAX));
            columns.had.push(pick.had.map(|seat| seat.to_string()));
        }
        columns
    }
}

impl Postgres {
    /// Tries each pick once, at the version that was seen: one call, one transaction, an answer for each in their order.
    /// No two may be of one hold or for one seat.
    pub async fn pick(&self, picks: &[Pick]) -> Result<Vec<PickAnswer>, StoreError> {
        let columns = Columns::of(picks);
        let query = sqlx::query!(
            r#"select caller as "caller!", outcome as "outcome!", seat, state, version, expired_hold
            from pick_seats($1, $2, $3, $4, $5, $6, $7)"#,
            &columns.visitors,
            &columns.holds,
            &columns.departures,
            &columns.travellers,
            &columns.seats,
            &columns.versions,
            &columns.had as _,
        );
        let rows = self.batches.answer(async |connection| query.fetch_all(connection).await).await?;
        let mut answers = vec![PickAnswer::Missing; picks.len()];
        for row in rows {
            let place = usize::try_from(row.caller).unwrap_or_default().wrapping_sub(1);
            let Some(answer) = answers.get_mut(place) else { continue };
            let seat = || change(row.seat.as_deref()?, row.state.as_deref()?, row.version?);
            match (row.outcome.as_str(), answer) {
                ("picked", PickAnswer::Picked(changes)) => changes.extend(seat()),
                ("picked", answer) => *answer = PickAnswer::Picked(seat().into_iter().collect()),
                ("yours", answer) => *answer = PickAnswer::Picked(Vec::new()),
                ("refused", answer) => {
                    let untouched =
                        SeatChange { seat: picks[place].seat, state: SeatState::Available, version: 0 };
                    let now = seat().unwrap_or(untouched);
                    *answer = PickAnswer::Refused { now, expired: row.expired_hold.map(HoldId) };
                }
                ("elsewhere", answer) => *answer = PickAnswer::Elsewhere,
                ("expired", answer) => *answer = PickAnswer::Expired,
                ("missing", answer) => *answer = PickAnswer::Missing,
                (state, answer) => {
                    *answer = HoldState::parse(state).map_or(PickAnswer::Missing, PickAnswer::Hold);
                }
            }
        }
        Ok(answers)
    }

    /// The seat as it is, where it is taken by a hold that lives and is not the one that asks; none otherwise.
    pub async fn taken_by_another(&self, pick: &Pick) -> Result<Option<SeatChange>, StoreError> {
        let query = sqlx::query!(
            r#"select s.seat, s.state, s.version from seats s left join holds h on h.id = s.hold_id
            where s.departure = $1 and s.seat = $2 and s.state <> 'available' and s.hold_id is distinct from $3
                and (h.state in ('active', 'reserved') and h.expires_at <= sky_now()) is not true"#,
            pick.departure.to_string(),
            pick.seat.to_string(),
            pick.hold.0,
        );
        let row = self.batches.answer(async |connection| query.fetch_optional(connection).await).await?;
        Ok(row.and_then(|row| change(&row.seat, &row.state, row.version)))
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
