use jiff::{Timestamp, ToSpan, civil::Date, tz::TimeZone};

use super::{
    Hop,
    roles::{DIRECT, FIRST, LAST, MIDDLE, Roles},
};
use crate::{
    cabin::Cabin,
    network::{Day, Network, minute},
    selling::SALES_CLOSE_MIN,
};

/// What a scan of the departures has found for one bound.
#[derive(Debug, Default)]
pub(super) struct Scanned {
    pub direct: Vec<Hop>,
    pub firsts: Vec<Hop>,
    pub middles: Vec<Hop>,
    pub lasts: Vec<Hop>,
}

/// Reads every departure that could be part of a way to fly a bound.
#[derive(Debug)]
pub(super) struct Scan<'a> {
    pub network: &'a Network,
    pub roles: &'a Roles,
    pub cabin: Cabin,
    pub now: Timestamp,
    /// The longest that a traveller waits on the way, in minutes.
    pub longest_min: i32,
}

impl Scan<'_> {
    /// First the departures from the origin on that local date; then, from the first arrival of these on until nobody
    /// can be on the way any more, those that go on.
    pub fn run(&self, date: Date) -> Scanned {
        let mut scanned = Scanned::default();
        let day = self.network.day(date, self.now);
        // Sales close so many minutes before departure, to the second.
        let earliest_min = minute(self.now + jiff::SignedDuration::from_secs(59)) + SALES_CLOSE_MIN;
        self.read(&day, earliest_min, i32::MAX, DIRECT | FIRST, &mut scanned);
        let arrivals = |hops: &[Hop]| {
            let arrivals = hops.iter().map(|hop| hop.arrives_min);
            Some((arrivals.clone().min()?, arrivals.max()?))
        };
        let Some((begin_min, last_arrival_min)) = arrivals(&scanned.firsts) else { return scanned };
        let until_min = last_arrival_min.saturating_add(self.longest_min);
        self.read_days(begin_min, until_min, MIDDLE | LAST, &mut scanned);
        if let Some((_, last_arrival_min)) = arrivals(&scanned.middles) {
            let end_min = last_arrival_min.saturating_add(self.longest_min);
            self.read_days(until_min.saturating_add(1), end_min, LAST, &mut scanned);
        }
        scanned
    }

    /// The departures from one minute of the epoch to another, both included, on every date that these touch.
    fn read_days(&self, from_min: i32, until_min: i32, roles: u8, scanned: &mut Scanned) {
        let mut date = date_of(from_min).saturating_sub(1.day());
        let last = date_of(until_min).saturating_add(1.day());
        while date <= last && from_min <= until_min {
            self.read(&self.network.day(date, self.now), from_min, until_min, roles, scanned);
            let Ok(next) = date.tomorrow() else { return };
            date = next;
        }
    }

    /// One pass over a day: the departures of routes that are of use, all others being passed over unread.
    pub(super) fn read(&self, day: &Day, from_min: i32, until_min: i32, wanted: u8, scanned: &mut Scanned) {
        for (route, role) in self.roles.routes(wanted) {
            let list = match role {
                DIRECT => &mut scanned.direct,
                FIRST => &mut scanned.firsts,
                MIDDLE => &mut scanned.middles,
                _ => &mut scanned.lasts,
            };
            for i in day.of(route) {
                let departs_min = day.times_min(i).0;
                let is_within = from_min <= departs_min && departs_min <= until_min;
                if is_within && self.network.legs().has(day.leg(i), self.cabin) {
                    list.push(Hop::new(self.network, day, route, i));
                }
            }
        }
    }
}

/// The date at UTC.
fn date_of(minute: i32) -> Date {
    Timestamp::from_second(i64::from(minute) * 60).map_or(Date::MAX, |at| at.to_zoned(TimeZone::UTC).date())
}
