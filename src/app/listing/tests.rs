use domain::{
    airport::AirportCode,
    cabin::{Cabin, Configuration},
    departure::{Departure, DepartureId},
    fare::FareBrand,
    money::{Currency, Money},
    schedule::AircraftCode,
    search::{Itinerary, Sort},
};
use jiff::{Timestamp, ToSpan as _, tz::TimeZone};

use super::{Way, listed};
use crate::{
    answers::{BrandPrice, ItineraryCard, LegLine, OutsideBound, OutsideCard, OutsidePrice},
    filters::Filters,
};

/// JFK to LAX, leaving at that hour for so many; over Denver where it has two flights.
fn itinerary(flights: &[&str], hour: i64, hours: i64) -> Itinerary {
    let begin = Timestamp::from_second(1_798_070_400).unwrap() + hour.hours();
    let each = hours / i64::try_from(flights.len()).unwrap();
    let code = |text| AirportCode::parse(text).unwrap();
    let local = |at: Timestamp| at.to_zoned(TimeZone::UTC).datetime();
    let leg = |(place, flight): (usize, &&str)| {
        let departs_at =
            begin + (each * i64::try_from(place).unwrap()).hours() + i64::from(place > 0).minutes();
        let arrives_at = begin + (each * i64::try_from(place + 1).unwrap()).hours();
        Departure {
            id: DepartureId { flight: flight.parse().unwrap(), leg: 1, date: local(departs_at).date() },
            origin: code(if place == 0 { "JFK" } else { "DEN" }),
            destination: code(if place + 1 == flights.len() { "LAX" } else { "DEN" }),
            departs: local(departs_at),
            arrives: local(arrives_at),
            departs_at,
            arrives_at,
            origin_terminal: None,
            destination_terminal: None,
            aircraft: AircraftCode::parse("320").unwrap(),
            configuration: Configuration::parse("Y150").unwrap(),
        }
    };
    Itinerary::new(flights.iter().enumerate().map(leg).collect()).unwrap()
}

fn lines(itinerary: &Itinerary) -> Vec<LegLine> {
    let name = || String::from("a name");
    let line = |_: &Departure| LegLine {
        origin_name: name(),
        destination_name: name(),
        carrier_name: name(),
        aircraft_name: name(),
    };
    itinerary.legs().iter().map(line).collect()
}

fn usd(minor: i64) -> Money {
    Money::new(minor, Currency::Usd)
}

fn ours(itinerary: Itinerary, minor: i64) -> ItineraryCard {
    ItineraryCard {
        key: itinerary.key(),
        legs: lines(&itinerary),
        itinerary,
        cabin: Cabin::Economy,
        prices: vec![BrandPrice {
            brand: FareBrand::Basic,
            total: usd(minor),
            whys: Vec::new(),
            offer: None,
        }],
        places_left: None,
        mark: Some("cheapest".into()),
    }
}

fn theirs(ways: Vec<Itinerary>, minor: i64) -> OutsideCard {
    let parts = i64::try_from(ways.len()).unwrap();
    let bound = |itinerary: Itinerary| OutsideBound { legs: lines(&itinerary), itinerary };
    OutsideCard {
        supplier: "Duffel".into(),
        bounds: ways.into_iter().map(bound).collect(),
        cabin: Cabin::Economy,
        prices: vec![OutsidePrice { brand: None, total: usd(minor), offer: Some("o.x".into()) }],
        compared_minor: minor / parts,
        mark: None,
    }
}

/// "Q1 1" for ours, "Duffel: ZZ 1" for theirs, in the order of the list.
fn names(ways: &[Way]) -> Vec<String> {
    let name = |way: &Way| {
        let flight = way.first().first().id.flight.spaced();
        if way.is_ours() { flight } else { format!("Duffel: {flight}") }
    };
    ways.iter().map(name).collect()
}

fn mark_of(way: &Way) -> Option<&str> {
    match way {
        Way::Ours(card) => card.mark.as_deref(),
        Way::Outside(card) => card.mark.as_deref(),
    }
}

#[test]
fn what_others_sell_stands_where_the_order_puts_it() {
    let own = || vec![ours(itinerary(&["Q11"], 8, 6), 30_000), ours(itinerary(&["Q12"], 12, 6), 40_000)];
    let other = || vec![theirs(vec![itinerary(&["ZZ1"], 10, 5)], 35_000)];
    for (sort, order) in [
        (Sort::Cheapest, ["Q1 1", "Duffel: ZZ 1", "Q1 2"]),
        (Sort::Fastest, ["Duffel: ZZ 1", "Q1 1", "Q1 2"]),
        (Sort::Earliest, ["Q1 1", "Duffel: ZZ 1", "Q1 2"]),
    ] {
        assert_eq!(names(&listed(own(), other(), true, sort)), order, "{sort:?}");
    }
    let ways = listed(own(), other(), true, Sort::Cheapest);
    assert_eq!(ways.iter().map(mark_of).collect::<Vec<_>>(), [Some("cheapest"), Some("shortest"), None]);
    assert_eq!(names(&listed(own(), Vec::new(), true, Sort::Fastest)), ["Q1 1", "Q1 2"], "ours as they were");
}

#[test]
fn the_same_flights_are_shown_once_ours_unless_they_are_dearer() {
    let flights = || itinerary(&["Q11", "Q12"], 8, 8);
    for (minor, shown) in [(30_000, "Q1 1"), (29_999, "Duffel: Q1 1"), (30_001, "Q1 1")] {
        let ways =
            listed(vec![ours(flights(), 30_000)], vec![theirs(vec![flights()], minor)], true, Sort::Best);
        assert_eq!(names(&ways), [shown], "at {minor}");
    }
    let later = listed(
        vec![ours(flights(), 30_000)],
        vec![theirs(vec![itinerary(&["Q11", "Q12"], 32, 8)], 30_000)],
        true,
        Sort::Best,
    );
    assert_eq!(later.len(), 2, "the same numbers a day later are other flights");
}

#[test]
fn a_change_of_theirs_that_only_costs_more_is_left_out() {
    let own = || vec![ours(itinerary(&["Q11", "Q12"], 8, 8), 30_000)];
    let worse = || itinerary(&["ZZ1", "ZZ2"], 7, 10);
    let ways = listed(own(), vec![theirs(vec![worse()], 31_000)], true, Sort::Best);
    assert_eq!(names(&ways), ["Q1 1"]);
    let ways = listed(own(), vec![theirs(vec![worse()], 29_000)], true, Sort::Cheapest);
    assert_eq!(names(&ways), ["Duffel: ZZ 1", "Q1 1"]);
}

#[test]
fn a_whole_trip_stands_among_our_outbounds_by_its_part_of_the_price() {
    let own = vec![ours(itinerary(&["Q11"], 8, 6), 20_000), ours(itinerary(&["Q12"], 9, 6), 30_000)];
    let trip = vec![itinerary(&["Q11"], 8, 6), itinerary(&["ZZ2"], 80, 6)];
    let ways = listed(own, vec![theirs(trip, 50_000)], false, Sort::Cheapest);
    assert_eq!(
        names(&ways),
        ["Q1 1", "Duffel: Q1 1", "Q1 2"],
        "an outbound is no whole trip: both are shown"
    );
    assert_eq!(mark_of(&ways[0]), Some("cheapest"), "what our outbounds say of each other stays");
}

#[test]
fn filters_look_at_every_bound_and_at_the_times_of_the_first() {
    let direct_out =
        Way::Outside(theirs(vec![itinerary(&["ZZ1"], 8, 6), itinerary(&["YY2", "YY3"], 80, 8)], 1));
    let shows = |filters: Filters| direct_out.is_shown_by(&filters);
    assert!(shows(Filters::default()));
    assert!(!shows(Filters { most_stops: Some(0), ..Filters::default() }), "the way back has a stop");
    assert!(!shows(Filters { airlines: vec!["ZZ".into()], ..Filters::default() }));
    assert!(shows(Filters { airlines: vec!["ZZ".into(), "YY".into()], ..Filters::default() }));
    let hour = direct_out.first().first().departs.hour();
    let part = crate::filters::DAY_PARTS.iter().find(|(.., hours)| hours.contains(&hour)).unwrap().0;
    assert!(shows(Filters { leaves: vec![part.into()], ..Filters::default() }));
}
