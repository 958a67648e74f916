//! From what the domain knows to what partners read.

use domain::{
    airports::Airports,
    cabin::Cabin,
    departure::Departure,
    fare::{FareBrand, Quote},
    money::{Currency, Money},
    offer::Offer as SignedOffer,
    pay_later,
    search::Itinerary,
    traveller::{Party, TravellerKind},
};
use jiff::{Timestamp, civil::DateTime};

use super::{
    fleet::{aircraft, airline},
    ids,
    offer::{
        Amenities, Baggage, Condition, Conditions, Offer, OfferPassenger, OfferSlice, PaymentRequirements,
        Segment, SegmentCabin, SegmentPassenger, SliceConditions,
    },
    places,
};

/// An offer with all that it is shown by.
#[derive(Clone, Debug)]
pub struct Found {
    pub offer: SignedOffer,
    /// The signed offer.
    pub token: String,
    pub bounds: Vec<Itinerary>,
    pub quote: Quote,
}

/// None where an airport is not known, which a search never finds.
pub fn offer(found: &Found, airports: &Airports) -> Option<Offer> {
    let Found { offer: signed, token, bounds, quote } = found;
    let first = bounds.first()?.first();
    let currency = quote.total.currency.code().to_owned();
    let made_at = signed.expires_at - domain::offer::OFFER_TTL;
    let created_at = stamp(made_at);
    // As if it were ordered when it was made: ordered later, there is more time.
    let pay_by = pay_later::deadline(signed.brand, first.departs_at, made_at).map(stamp);
    Some(Offer {
        id: format!("off_{token}"),
        live_mode: false,
        partial: false,
        updated_at: created_at.clone(),
        created_at,
        expires_at: stamp(signed.expires_at),
        owner: airline(first.id.flight.carrier),
        slices: bounds.iter().map(|bound| slice(bound, signed, quote, airports)).collect::<Option<_>>()?,
        passengers: passengers(signed.party),
        base_amount: Money::new(quote.fare_minor(), quote.currency).decimal(),
        base_currency: currency.clone(),
        tax_amount: Money::new(quote.tax_minor(), quote.currency).decimal(),
        tax_currency: currency.clone(),
        total_amount: quote.total.decimal(),
        total_currency: currency,
        total_emissions_kg: None,
        conditions: conditions(signed.brand, quote.currency),
        payment_requirements: PaymentRequirements {
            requires_instant_payment: pay_by.is_none(),
            price_guarantee_expires_at: pay_by.clone(),
            payment_required_by: pay_by,
        },
        passenger_identity_documents_required: false,
        supported_passenger_identity_document_types: Vec::new(),
        supported_loyalty_programmes: Vec::new(),
        private_fares: Vec::new(),
        available_services: Vec::new(),
    })
}

fn passengers(party: Party) -> Vec<OfferPassenger> {
    (0_u8..)
        .zip(party.kinds())
        .map(|(ordinal, kind)| OfferPassenger {
            id: ids::passenger(party, ordinal),
            kind: kind_name(kind),
            age: None,
            fare_type: None,
            given_name: None,
            family_name: None,
            loyalty_programme_accounts: Vec::new(),
        })
        .collect()
}

pub fn slice(
    bound: &Itinerary,
    offer: &SignedOffer,
    quote: &Quote,
    airports: &Airports,
) -> Option<OfferSlice> {
    let segments =
        bound.legs().iter().map(|leg| segment(leg, offer, quote, airports)).collect::<Option<Vec<_>>>()?;
    Some(OfferSlice {
        id: ids::slice(bound.legs()),
        origin: places::place(airports, bound.origin())?,
        origin_type: "airport",
        destination: places::place(airports, bound.destination())?,
        destination_type: "airport",
        duration: duration(bound.duration_min()),
        fare_brand_name: offer.brand.name().to_owned(),
        conditions: SliceConditions {
            change_before_departure: conditions(offer.brand, offer.total.currency).change_before_departure,
            advance_seat_selection: Some(offer.brand.terms().seat_choice),
            priority_check_in: None,
            priority_boarding: None,
        },
        ngs_shelf: None,
        comparison_key: bound.key(),
        segments,
    })
}

fn segment(leg: &Departure, offer: &SignedOffer, quote: &Quote, airports: &Airports) -> Option<Segment> {
    let carrier = airline(leg.id.flight.carrier);
    let number = leg.id.flight.number().to_string();
    let named = quote.basis_of(leg.id.flight, leg.origin).map(|basis| basis.to_string());
    // Quotes of before name none.
    let basis = named
        .unwrap_or_else(|| format!("{}{}", offer.cabin.letter(), offer.brand.name().to_ascii_uppercase()));
    Some(Segment {
        id: ids::segment(leg.id),
        origin: places::airport(airports, leg.origin)?,
        origin_terminal: leg.origin_terminal.clone(),
        destination: places::airport(airports, leg.destination)?,
        destination_terminal: leg.destination_terminal.clone(),
        departing_at: local(leg.departs),
        arriving_at: local(leg.arrives),
        duration: duration(leg.block_time_min()),
        distance: airports.distance_km(leg.origin, leg.destination).map(|km| km.to_string()),
        aircraft: aircraft(leg.aircraft),
        marketing_carrier: carrier.clone(),
        marketing_carrier_flight_number: number.clone(),
        operating_carrier: carrier,
        operating_carrier_flight_number: number,
        passengers: (0_u8..)
            .zip(offer.party.kinds())
            .map(|(ordinal, kind)| segment_passenger(offer, &basis, ordinal, kind))
            .collect(),
        stops: Vec::new(),
    })
}

fn segment_passenger(offer: &SignedOffer, basis: &str, ordinal: u8, kind: TravellerKind) -> SegmentPassenger {
    let terms = offer.brand.terms();
    // Infants on laps bring what their adult may.
    let bags = |n: u8| if kind.takes_seat() { n } else { 0 };
    let baggages = [("carry_on", bags(terms.cabin_bags)), ("checked", bags(terms.checked_bags))];
    SegmentPassenger {
        passenger_id: ids::passenger(offer.party, ordinal),
        cabin_class: cabin_name(offer.cabin),
        cabin_class_marketing_name: offer.cabin.name().to_owned(),
        fare_basis_code: basis.to_owned(),
        baggages: baggages
            .into_iter()
            .filter(|(_, quantity)| *quantity > 0)
            .map(|(kind, quantity)| Baggage { kind, quantity })
            .collect(),
        cabin: SegmentCabin {
            name: cabin_name(offer.cabin),
            marketing_name: offer.cabin.name().to_owned(),
            amenities: Amenities::default(),
        },
        seat: None,
    }
}

pub fn conditions(brand: FareBrand, currency: Currency) -> Conditions {
    let terms = brand.terms();
    let condition = |allowed: bool| Condition {
        allowed,
        penalty_amount: allowed.then(|| Money::new(0, currency).decimal()),
        penalty_currency: allowed.then(|| currency.code().to_owned()),
    };
    Conditions {
        refund_before_departure: Some(condition(terms.refundable)),
        change_before_departure: Some(condition(terms.changes)),
    }
}

pub fn kind_name(kind: TravellerKind) -> &'static str {
    match kind {
        TravellerKind::Adt => "adult",
        TravellerKind::Chd => "child",
        TravellerKind::Inf => "infant_without_seat",
    }
}

pub fn cabin_name(cabin: Cabin) -> &'static str {
    match cabin {
        Cabin::First => "first",
        Cabin::Business => "business",
        Cabin::Premium => "premium_economy",
        Cabin::Economy => "economy",
    }
}

pub fn cabin(name: &str) -> Option<Cabin> {
    Cabin::ALL.into_iter().find(|cabin| cabin_name(*cabin) == name)
}

pub fn stamp(at: Timestamp) -> String {
    at.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}

fn local(at: DateTime) -> String {
    at.strftime("%Y-%m-%dT%H:%M:%S").to_string()
}

/// ISO 8601.
pub fn duration(minutes: i32) -> String {
    let (days, hours, minutes) = (minutes / 1440, minutes % 1440 / 60, minutes % 60);
    let part = |n: i32, unit: &str| if n > 0 { format!("{n}{unit}") } else { String::new() };
    format!("P{}T{}{minutes}M", part(days, "D"), part(hours, "H"))
}

#[cfg(test)]
mod tests {
    use super::duration;

    #[test]
    fn durations_are_written_as_iso_8601_has_it() {
        assert_eq!(duration(146), "PT2H26M");
        assert_eq!(duration(59), "PT59M");
        assert_eq!(duration(1560), "P1DT2H0M");
    }
}
