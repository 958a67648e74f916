//! The timetable in columns, for searching: who flies from where to where, and every departure of a date in a row.
//!
//! Airports, routes and carriers are numbers here. A day is built when it is first asked for and costs eight bytes a
//! departure and four a route.

mod changes;
mod day;
mod days;
mod legs;
mod routes;
mod stations;

use std::sync::Arc;

use jiff::{Timestamp, civil::Date};

use self::days::Days;
pub(crate) use self::{
    changes::{Changes, Flown},
    day::{Day, minute},
    legs::Legs,
    routes::{Routes, starts},
    stations::Stations,
};
use crate::{airports::Airports, connecting::Connecting, timetable::Timetable};

/// A timetable with what is needed to search it. A new schedule makes a new network.
#[derive(Debug)]
pub struct Network {
    timetable: Arc<Timetable>,
    stations: Stations,
    routes: Routes,
    legs: Legs,
    changes: Changes,
    days: Days,
}

impl Network {
    /// `airports` are those that the timetable was made with.
    pub fn new(timetable: Arc<Timetable>, airports: &Airports, rules: &Connecting) -> Self {
        let stations = Stations::new(timetable.airports_served(), airports);
        let routes = Routes::new(timetable.legs(), &stations, airports);
        let legs = Legs::new(&timetable, &stations, &routes);
        let changes = Changes::new(rules, &stations, timetable.carriers());
        Self { timetable, stations, routes, legs, changes, days: Days::default() }
    }

    pub fn timetable(&self) -> &Arc<Timetable> {
        &self.timetable
    }

    /// Builds that day unless it is there; a search would otherwise do it. Days before yesterday are forgotten.
    pub fn prepare(&self, date: Date, now: Timestamp) {
        self.day(date, now);
    }

    /// The bytes that the departures of a date take, and their number.
    pub fn size(&self, date: Date, now: Timestamp) -> (usize, usize) {
        let day = self.day(date, now);
        (day.bytes(), day.len())
    }

    pub(crate) fn day(&self, date: Date, now: Timestamp) -> Arc<Day> {
        self.days.get(date, now, || Day::new(&self.timetable, &self.legs, &self.routes, date))
    }

    pub(crate) fn stations(&self) -> &Stations {
        &self.stations
    }

    pub(crate) fn routes(&self) -> &Routes {
        &self.routes
    }

    pub(crate) fn changes(&self) -> &Changes {
        &self.changes
    }

    pub(crate) fn legs(&self) -> &Legs {
        &self.legs
    }
}

#[cfg(test)]
mod tests;
