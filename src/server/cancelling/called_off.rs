use std::fmt;

use domain::{departure::DepartureId, live::SeatChange, timetable::Timetable};
use jiff::civil::DateTime;

use crate::postgres::{EndAs, Postgres, StoreError};

/// Why a departure is not called off.
#[derive(Debug, thiserror::Error)]
pub enum CallOffRefusal {
    #[error("{0} is not in the schedule")]
    NotScheduled(DepartureId),
    /// By the clock at its origin.
    #[error("{departure} left at {left}: only what has not left yet can be called off")]
    HasLeft { departure: DepartureId, left: DateTime },
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Calls a departure off that has not left yet. One that was called off in time stays so, and may be called off again for
/// whoever goes on with it later. Tells whether it is new.
///
/// # Errors
/// It has left, it is not in the schedule, or Postgres is away.
pub async fn call_off(
    postgres: &Postgres,
    timetable: &Timetable,
    departure: DepartureId,
    reason: &str,
) -> Result<bool, CallOffRefusal> {
    let scheduled = timetable.departure(&departure).ok_or(CallOffRefusal::NotScheduled(departure))?;
    if postgres.has_passed(scheduled.departs_at).await? && !postgres.is_called_off(departure).await? {
        return Err(CallOffRefusal::HasLeft { departure, left: scheduled.departs });
    }
    Ok(postgres.call_off(departure, reason).await?)
}

/// What seeing to everyone on a departure came to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SeenTo {
    pub holds: usize,
    pub bookings: usize,
    /// Holds and bookings that could not be seen to yet.
    pub failed: usize,
    /// Whether nobody is left on it.
    pub done: bool,
}

impl fmt::Display for SeenTo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { holds, bookings, failed, done } = self;
        write!(f, "{holds} holds ended, {bookings} bookings cancelled and refunded in full")?;
        if *failed > 0 {
            write!(f, ", {failed} failed")?;
        }
        f.write_str(if *done { ", nobody is left" } else { ", not done yet" })
    }
}

/// Ends every hold with places on a departure that was called off, and cancels and refunds everyone who is booked on it, one
/// transaction each. Whoever slipped in meanwhile is found by the next round. It may be cut off, and run at several places
/// at once: what is done is not done again.
///
/// # Errors
/// Postgres is away. One hold or booking that fails does not stop the others.
pub async fn see_to(
    postgres: &Postgres,
    departure: DepartureId,
    tell: impl Fn(&[(DepartureId, SeatChange)]),
) -> Result<SeenTo, StoreError> {
    let mut seen = SeenTo::default();
    loop {
        let before = (seen.holds, seen.bookings);
        seen.failed = 0;
        for hold in postgres.live_holds_on(departure).await? {
            match postgres.end(hold, EndAs::Released).await {
                Ok(seats) => {
                    tell(&seats);
                    seen.holds += 1;
                }
                Err(error) => {
                    tracing::error!(%hold, %departure, %error, "a hold could not be ended yet");
                    seen.failed += 1;
                }
            }
        }
        for booking in postgres.bookings_on(departure).await? {
            match postgres.give_back_called_off(booking, departure).await {
                Ok(Some(seats)) => {
                    tell(&seats);
                    seen.bookings += 1;
                }
                Ok(None) => {}
                Err(error) => {
                    tracing::error!(%booking, %departure, %error, "a booking could not be given back yet");
                    seen.failed += 1;
                }
            }
        }
        seen.done = postgres.seen_to(departure).await?;
        if seen.done || (seen.holds, seen.bookings) == before {
            return Ok(seen);
        }
    }
}
