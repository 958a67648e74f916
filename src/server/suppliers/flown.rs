//! What a supplier offers, in the words in which we keep what is sold.

use domain::{
    cabin::{Cabin, Configuration},
    departure::{Departure, DepartureId},
    fare::{FareBrand, LineKind, Quote, QuoteLine},
    offer::Offer,
    schedule::AircraftCode,
    search::Itinerary,
    traveller::{Party, TravellerKind},
};

use super::{Flight, Offered};

impl Offered {
    /// The flights bound by bound. What their seller does not tell is left blank; none of them is a departure of ours,
    /// whatever it is called.
    pub fn itineraries(&self) -> Option<Vec<Itinerary>> {
        let mut before: Vec<DepartureId> = Vec::new();
        let mut departure = |flight: &Flight| {
            let (number, date) = (flight.designator, flight.departs.date());
            let legs = before.iter().filter(|id| id.flight == number && id.date == date).count();
            let departure = flight.departure(u8::try_from(legs + 1).ok()?)?;
            before.push(departure.id);
            Some(departure)
        };
        self.bounds
            .iter()
            .map(|flights| Itinerary::new(flights.iter().map(&mut departure).collect::<Option<_>>()?).ok())
            .collect()
    }

    /// Whether it is for just these people.
    pub fn is_for(&self, party: Party) -> bool {
        let sorted = |mut kinds: Vec<TravellerKind>| {
            kinds.sort_unstable();
            kinds
        };
        sorted(self.travellers.iter().map(|traveller| traveller.kind).collect()) == sorted(party.kinds())
    }

    /// As a hold keeps it. The conditions of its fare are the supplier's, so that ours promise the least.
    pub fn as_offer(&self, bounds: &[Itinerary], party: Party, cabin: Cabin) -> Offer {
        let brand = FareBrand::ALL.into_iter().find(|brand| self.brand.as_deref() == Some(brand.name()));
        Offer {
            bounds: bounds.iter().map(|bound| bound.legs().iter().map(|leg| leg.id).collect()).collect(),
            cabin,
            classes: Vec::new(),
            brand: brand.unwrap_or(FareBrand::Basic),
            party,
            total: self.total,
            was: None,
            closed: None,
            promotion: None,
            lost: None,
            expires_at: self.expires_at,
        }
    }

    /// One price for everyone: what it is made of is not told.
    pub fn quote(&self) -> Quote {
        let line = QuoteLine {
            label: format!("Fare and taxes, as {} sells them", self.supplier),
            amount_minor: self.total.minor,
            bounds_minor: Vec::new(),
            kind: LineKind::Fare,
            traveller_kind: TravellerKind::Adt,
            quantity: 1,
            fare: None,
        };
        let currency = self.total.currency;
        Quote {
            currency,
            lines: vec![line],
            per_traveller: Vec::new(),
            total: self.total,
            classes: Vec::new(),
            whys: Vec::new(),
        }
    }

    /// The type of the aircraft on each leg, as the supplier calls it.
    pub fn aircraft(&self, leg: usize) -> Option<&str> {
        self.bounds.iter().flatten().nth(leg)?.aircraft.as_deref()
    }

    /// Whether another offer is of the same flights at the same conditions.
    pub fn is_like(&self, other: &Self) -> bool {
        let flights = |offered: &Self| -> Vec<_> {
            let all = offered.bounds.iter().flatten();
            all.map(|flight| (flight.designator, flight.departs_at)).collect()
        };
        self.brand == other.brand && self.can_be_held == other.can_be_held && flights(self) == flights(other)
    }
}

impl Flight {
    /// As a departure is kept and drawn. Its leg is told from others of that flight and date.
    pub fn departure(&self, leg: u8) -> Option<Departure> {
        Some(Departure {
            id: DepartureId { flight: self.designator, leg, date: self.departs.date() },
            origin: self.origin,
            destination: self.destination,
            departs: self.departs,
            arrives: self.arrives,
            departs_at: self.departs_at,
            arrives_at: self.arrives_at,
            origin_terminal: None,
            destination_terminal: None,
            // Neither is told, and nobody counts or draws places by them.
            aircraft: AircraftCode::parse("000").ok()?,
            configuration: Configuration::parse("Y1").ok()?,
        })
    }
}
