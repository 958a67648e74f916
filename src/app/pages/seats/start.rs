use domain::{
    cabin::{Cabin, Configuration, SeatNumber, SeatRules},
    fare::FareBrand,
    hold::HoldId,
    live::SeatChange,
    money::Money,
    schedule::AircraftCode,
    traveller::TravellerKind,
};
use serde::{Deserialize, Serialize};

use crate::AppError;

/// What the server tells the browser to begin the seat page with. It goes along in the page, so it is no more than that.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Start {
    pub hold: HoldId,
    /// The departure's id, as addresses and forms have it.
    pub departure: String,
    /// Index into the hold's legs.
    pub leg: usize,
    pub cabin: Cabin,
    /// The cabin's geometry follows from these two, on either side.
    pub aircraft: AircraftCode,
    pub configuration: Configuration,
    pub travellers: Vec<Passenger>,
    /// The party's own, by traveller ordinal.
    pub seats: Vec<Option<SeatNumber>>,
    /// The ordinal of who gets the next seat.
    pub current: u8,
    /// The seats ever touched; all others are free at version 0.
    pub touched: Vec<SeatChange>,
    pub rules: SeatRules,
    pub brand: FareBrand,
    /// What the trip costs without any seats.
    pub fare: Money,
    /// What the seats on its other legs cost.
    pub elsewhere_minor: i64,
    /// By ordinal, seats that cost their traveller nothing, though others who choose them pay.
    pub given: Vec<(u8, SeatNumber)>,
    /// Why a plain form came back.
    pub trouble: Option<AppError>,
}

/// One of the party.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Passenger {
    pub ordinal: u8,
    pub kind: TravellerKind,
    pub label: String,
}

#[cfg(feature = "ssr")]
impl Start {
    /// None where the hold has no such leg; `asked` is whom the address asks to seat.
    pub fn new(
        map: &crate::answers::SeatMapView,
        asked: Option<u8>,
        trouble: Option<AppError>,
    ) -> Option<Self> {
        let leg = map.hold.legs.get(map.leg)?;
        let passenger = |t: &crate::answers::HeldTraveller| Passenger {
            ordinal: t.ordinal,
            kind: t.kind,
            label: t.label(),
        };
        let travellers: Vec<_> = map.hold.travellers.iter().map(passenger).collect();
        let seated: Vec<_> = travellers.iter().filter(|t| t.kind.takes_seat()).cloned().collect();
        let current = asked
            .filter(|ordinal| seated.iter().any(|t| t.ordinal == *ordinal))
            .or_else(|| super::choosing::first_without(&seated, &leg.seats))
            .or_else(|| seated.first().map(|t| t.ordinal))?;
        Some(Self {
            hold: map.hold.id,
            departure: leg.departure.id.to_string(),
            leg: map.leg,
            cabin: map.hold.cabin,
            aircraft: leg.departure.aircraft,
            configuration: leg.departure.configuration.clone(),
            travellers,
            seats: leg.seats.clone(),
            current,
            touched: map.touched.clone(),
            rules: map.rules.clone(),
            brand: map.hold.brand,
            fare: map.hold.quote.total,
            elsewhere_minor: {
                let others = map.hold.seat_charges.iter().filter(|charge| charge.leg != map.leg);
                others.map(|charge| charge.amount.minor).sum()
            },
            given: leg.given.clone(),
            trouble,
        })
    }
}
