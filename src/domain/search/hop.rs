use jiff::{Timestamp, civil::Date};

use crate::{
    cabin::Cabin,
    departure::{Departure, DepartureId},
    network::{Day, Flown, Network},
};

/// A departure that is part of a way to fly, in few bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Hop {
    /// In minutes of the Unix epoch, as is its arrival.
    pub departs_min: i32,
    pub arrives_min: i32,
    /// By number of the network's stations.
    pub(super) origin: u16,
    pub(super) destination: u16,
    pub(super) route: u32,
    /// The place of its leg in the timetable's.
    pub(super) leg: u32,
    /// The local date at its origin.
    date: Date,
    carrier: u16,
    is_abroad: bool,
}

impl Hop {
    pub(super) fn new(network: &Network, day: &Day, route: u32, i: usize) -> Self {
        let leg = day.leg(i);
        let (origin, destination) = network.routes().ends(route);
        let (departs_min, arrives_min) = day.times_min(i);
        Self {
            departs_min,
            arrives_min,
            origin,
            destination,
            route,
            leg,
            date: day.date(),
            carrier: network.legs().carrier(leg),
            is_abroad: network.routes().is_abroad(route),
        }
    }

    /// Its name.
    pub fn id(&self, network: &Network) -> DepartureId {
        let leg = &network.timetable().legs()[self.leg as usize];
        DepartureId { flight: leg.flight, leg: leg.leg, date: self.date }
    }

    /// Places in that cabin, sold or not.
    pub fn places(&self, network: &Network, cabin: Cabin) -> u16 {
        network.timetable().legs()[self.leg as usize].configuration.places(cabin)
    }

    /// What a fare may look at: the route and the carrier, by numbers of the network, and the local date of departure.
    pub fn sold_as(&self) -> (u32, u16, Date) {
        (self.route, self.carrier, self.date)
    }

    /// Origin and destination, by number of the network's stations.
    pub(crate) fn ends(&self) -> (u16, u16) {
        (self.origin, self.destination)
    }

    pub fn departs_at(&self) -> Timestamp {
        // Every minute that is counted in 32 bits is an instant.
        Timestamp::from_second(i64::from(self.departs_min) * 60).unwrap_or(Timestamp::MAX)
    }

    pub(super) fn flown(&self) -> Flown {
        Flown { carrier: self.carrier, is_abroad: self.is_abroad }
    }

    pub(super) fn departure(&self, network: &Network) -> Option<Departure> {
        network.timetable().departure_of(self.leg as usize, self.date)
    }
}
