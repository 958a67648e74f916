use jiff::{Timestamp, tz::TimeZone};

use super::{
    TimeMode,
    fault::Fault,
    layout::leg::{DEPARTURE_DAY, FROM, ORIGIN, PASSENGER_ARRIVAL, PASSENGER_DEPARTURE, SEQUENCE},
    leg::{DAY_MIN, FiledLeg, time_of},
};
use crate::{
    airport::AirportCode,
    flight::FlightDesignator,
    schedule::{OperatingDays, Period, ScheduledLeg, days_after},
    timetable::{BLOCK_TIME_MIN, Ends, GateTimes},
};

/// The longest time from gate to gate; the longest scheduled flight there is takes nineteen hours.
const LONGEST_BLOCK_TIME_MIN: i64 = 24 * 60;

/// How far a flight's route has been read: what the next leg has to follow on.
#[derive(Clone, Debug)]
pub(super) struct Route {
    flight: FlightDesignator,
    variation: u16,
    leg: u8,
    /// As filed, which all legs of a flight share.
    period: Period,
    days: OperatingDays,
    /// Days from the date that the file gives the flight to its local one.
    local_day: i32,
    reached: AirportCode,
    /// From the filed date's midnight, in the file's mode.
    reached_min: i32,
}

impl Route {
    /// Puts a filed leg into local times; `before` is the leg of the record before it.
    ///
    /// A departure day that is left blank is the first possible after the leg before, an arrival day the first that
    /// comes after departing.
    pub fn follow(
        before: Option<&Self>,
        filed: FiledLeg<'_>,
        mode: TimeMode,
    ) -> Result<(ScheduledLeg, Self), Fault> {
        let before = match (filed.leg, before) {
            (1, _) => None,
            (_, Some(before)) if before.continues_with(&filed) => Some(before),
            _ => {
                let message = format!("leg {} does not follow the one before it", filed.leg);
                return Err(filed.record.fault(SEQUENCE, message));
            }
        };
        if let Some(before) = before {
            before.check(&filed)?;
        }
        let departs_min = departure_min(before, &filed);
        if before.is_some_and(|before| departs_min < before.reached_min) {
            return Err(filed.record.fault(PASSENGER_DEPARTURE, "departs before the leg before it arrives"));
        }
        let arrives_min = arrival_min(&filed, departs_min, mode)?;

        let departs_local = departs_min + filed.origin.ahead_min;
        let route = Self {
            flight: filed.flight,
            variation: filed.variation,
            leg: filed.leg,
            period: filed.period,
            days: filed.days,
            // The first leg departs on the flight's own date, so that its local date is the flight's.
            local_day: before.map_or(departs_local.div_euclid(DAY_MIN), |before| before.local_day),
            reached: filed.destination.airport,
            reached_min: arrives_min,
        };
        let arrives_local = arrives_min + filed.destination.ahead_min;
        Ok((in_local_time(filed, departs_local, arrives_local, route.local_day)?, route))
    }

    fn continues_with(&self, filed: &FiledLeg<'_>) -> bool {
        (self.flight, self.variation) == (filed.flight, filed.variation)
            && self.leg.checked_add(1) == Some(filed.leg)
    }

    fn check(&self, filed: &FiledLeg<'_>) -> Result<(), Fault> {
        if filed.origin.airport != self.reached {
            let message = format!(
                "departs from {}, but the leg before it ends at {}",
                filed.origin.airport, self.reached
            );
            return Err(filed.record.fault(ORIGIN, message));
        }
        if (filed.period, filed.days) != (self.period, self.days) {
            let message = "period and days should be those of leg 1: they are the flight's";
            return Err(filed.record.fault(FROM, message));
        }
        Ok(())
    }
}

/// Both times count from the midnight of the date that the file gives the flight; its local one is `local_day` later.
fn in_local_time(
    filed: FiledLeg<'_>,
    departs_min: i32,
    arrives_min: i32,
    local_day: i32,
) -> Result<ScheduledLeg, Fault> {
    let record = filed.record;
    let ends = Ends { origin: filed.origin.zone.clone(), destination: filed.destination.zone.clone() };
    let day = |local_min: i32| {
        i8::try_from(local_min.div_euclid(DAY_MIN) - local_day)
            .map_err(|_| record.fault(DEPARTURE_DAY, "lies too far from the flight's date"))
    };
    let leg = ScheduledLeg {
        flight: filed.flight,
        variation: filed.variation,
        leg: filed.leg,
        service: filed.service,
        period: Period {
            from: days_after(filed.period.from, local_day),
            to: filed.period.to.map(|to| days_after(to, local_day)),
        },
        days: filed.days.later_by(local_day),
        departure_day: day(departs_min)?,
        arrival_day: day(arrives_min)?,
        origin: filed.origin.call(departs_min),
        destination: filed.destination.call(arrives_min),
        aircraft: filed.aircraft,
        classes: filed.classes,
        configuration: filed.configuration,
        made: false,
    };
    let first = leg.period.first(leg.days).and_then(|date| Some((date, GateTimes::of(&leg, &ends, date)?)));
    let (first, times) = first.ok_or_else(|| record.fault(FROM, "the period is beyond the calendar"))?;
    match times.block_time_min() {
        BLOCK_TIME_MIN..=LONGEST_BLOCK_TIME_MIN => Ok(leg),
        n => {
            let message =
                format!("{n} minutes from gate to gate on {first}: should be 10 minutes to 24 hours");
            Err(record.fault(PASSENGER_ARRIVAL, message))
        }
    }
}

/// From the filed date's midnight, in the file's mode.
fn departure_min(before: Option<&Route>, filed: &FiledLeg<'_>) -> i32 {
    let day = match (filed.departure_day, filed.arrival_day, before) {
        (Some(day), ..) => i32::from(day),
        (None, None, Some(before)) => {
            (before.reached_min - filed.origin.minutes + DAY_MIN - 1).div_euclid(DAY_MIN)
        }
        _ => 0,
    };
    day * DAY_MIN + filed.origin.minutes
}

/// As [`departure_min`]; where the day is not filed, the first on which it comes after departing.
fn arrival_min(filed: &FiledLeg<'_>, departs_min: i32, mode: TimeMode) -> Result<i32, Fault> {
    let on_day = |day: i32| day * DAY_MIN + filed.destination.minutes;
    if let Some(day) = filed.arrival_day {
        return Ok(on_day(i32::from(day)));
    }
    let (origin, destination) = match mode {
        TimeMode::Utc => (&TimeZone::UTC, &TimeZone::UTC),
        TimeMode::Local => (&filed.origin.zone, &filed.destination.zone),
    };
    let departs_at = instant(filed, origin, departs_min);
    let departure_day = departs_min.div_euclid(DAY_MIN);
    (departure_day - 1..=departure_day + 2)
        .map(on_day)
        .find(|arrives_min| departs_at.is_some() && departs_at < instant(filed, destination, *arrives_min))
        .ok_or_else(|| filed.record.fault(PASSENGER_ARRIVAL, "on no day does it come after departing"))
}

/// What instant it is so many minutes after the midnight of the flight's first filed date.
fn instant(filed: &FiledLeg<'_>, zone: &TimeZone, minutes: i32) -> Option<Timestamp> {
    let date = days_after(filed.period.first(filed.days)?, minutes.div_euclid(DAY_MIN));
    zone.to_ambiguous_timestamp(date.to_datetime(time_of(minutes))).compatible().ok()
}
