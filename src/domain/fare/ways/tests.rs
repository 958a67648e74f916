use std::sync::Arc;

use jiff::civil::date;

use super::WayPrices;
use crate::{
    airports::{Airports, tests::code},
    cabin::{BookingClass, Cabin, ClassesLeft},
    connecting::{Connecting, Interline},
    departure::{Departure, DepartureId},
    fare::{FareBrand, Tariff, Terms, price},
    money::{Currency, Money},
    network::Network,
    promotion::Discount,
    search::{Bound, Itinerary, search},
    ssim,
    timetable::Timetable,
    traveller::Party,
};

const NOW: &str = "2026-11-22T12:00:00Z";

fn shipped() -> (Airports, Network, Tariff) {
    let airports = Airports::parse(include_str!("../../../../data/airports.csv")).unwrap();
    let schedule = ssim::read(include_str!("../../../../data/demo.ssim"), &airports).unwrap();
    let timetable = Arc::new(Timetable::new(schedule.into_legs(), &airports).unwrap());
    let rules = Connecting { interline: Interline::Everyone, ..Connecting::default() };
    let network = Network::new(timetable, &airports, &rules);
    let tariff = Tariff::parse(include_str!("../../../../data/fares.csv"), &airports).unwrap();
    (airports, network, tariff)
}

/// Some departures have few places left, in some classes fewer, always the same.
fn left(id: DepartureId, cabin: Cabin) -> ClassesLeft {
    let number = id.flight.number() + u16::from(id.date.day().unsigned_abs());
    let few = |class: BookingClass| (number * 7 + 5 * u16::try_from(class.rung()).unwrap()) % 11;
    ClassesLeft::new(cabin, 100, |class| if number.is_multiple_of(3) { 100 } else { few(class) })
}

#[test]
fn each_way_costs_what_its_quote_says_whatever_is_left_and_chosen_before() {
    let (airports, network, tariff) = shipped();
    let now = NOW.parse().unwrap();
    let found = |from, to, date| {
        let bound = Bound { origin: code(from), destination: code(to), date };
        search(&network, &airports, &bound, Cabin::Economy, now)
    };
    let day = date(2026, 12, 22);
    let mut compared = 0;
    let mut through = 0;
    for (from, to, back) in [
        ("BOS", "LAX", None),
        ("NYC", "LON", Some(29)),
        ("LON", "NYC", None),
        ("TYO", "NYC", None),
        ("NYC", "SYD", Some(24)),
    ] {
        let out = found(from, to, day);
        let way_back = back.map(|back| found(to, from, date(2026, 12, back)));
        let first =
            |found: &crate::search::Found<'_>| found.itinerary(found.ways().first().unwrap()).unwrap();
        let before: Vec<Itinerary> = way_back.iter().map(|_| first(&out)).collect();
        let thirty = Discount::Each(Money::new(3_000, Currency::Usd));
        for (adults, children, infants, discount) in [
            (1, 0, 0, None),
            (2, 1, 1, None),
            (2, 1, 1, Some(Discount::Percent(17))),
            (1, 1, 1, Some(thirty)),
        ] {
            let party = Party::new(adults, children, infants).unwrap();
            let terms =
                Terms { cabin: Cabin::Economy, brand: FareBrand::Basic, party, bought_at: now, discount };
            let of_leg = |leg: &Departure| left(leg.id, Cabin::Economy);
            let searched = way_back.as_ref().unwrap_or(&out);
            let of_hop = |hop: &crate::search::Hop| left(hop.id(&network), Cabin::Economy);
            let mut prices = WayPrices::new(searched, &before, terms, (of_hop, of_leg), &airports, &tariff);
            for way in searched.ways().iter().step_by(1 + searched.ways().len() / 400) {
                let itinerary = searched.itinerary(way).unwrap();
                let bounds: Vec<Itinerary> = before.iter().cloned().chain([itinerary.clone()]).collect();
                let quote = price(&bounds, &terms, of_leg, &airports, &tariff);
                let told = quote.as_ref().ok().map(|quote| quote.total.minor);
                assert_eq!(prices.total_minor(way), told, "{} {quote:?}", itinerary.key());
                compared += 1;
                through +=
                    usize::from(quote.is_ok_and(|quote| quote.whys.iter().any(|why| why.flights.len() > 1)));
            }
        }
    }
    assert!(compared > 500 && through > 50, "{compared} {through}");
}

#[test]
fn what_ways_share_is_looked_up_once() {
    let (airports, network, tariff) = shipped();
    let now = NOW.parse().unwrap();
    let bound = Bound { origin: code("BOS"), destination: code("LAX"), date: date(2026, 12, 22) };
    let found = search(&network, &airports, &bound, Cabin::Economy, now);
    let party = Party::new(1, 0, 0).unwrap();
    let terms =
        Terms { cabin: Cabin::Economy, brand: FareBrand::Basic, party, bought_at: now, discount: None };
    let of_leg = |leg: &Departure| left(leg.id, Cabin::Economy);
    let of_hop = |hop: &crate::search::Hop| left(hop.id(&network), Cabin::Economy);
    let mut prices = WayPrices::new(&found, &[], terms, (of_hop, of_leg), &airports, &tariff);
    let sold = found.ways().iter().filter_map(|way| prices.total_minor(way)).count();
    assert!(sold > 0);
    // Ladders are made once for each market, carrier and date, not for each way.
    assert!(prices.wholes.len() < 40, "{}", prices.wholes.len());
    assert!(prices.sectors.len() <= found.hops().len());
}
