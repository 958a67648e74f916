use std::sync::Arc;

use jiff::{Timestamp, civil::date};

use super::{Network, minute};
use crate::{
    airports::{Airports, tests::code},
    connecting::Connecting,
    departure::DepartureId,
    ssim,
    timetable::Timetable,
};

const NOW: &str = "2026-11-22T12:00:00Z";

fn demo() -> (Airports, Network) {
    let airports = Airports::parse(include_str!("../../../data/airports.csv")).unwrap();
    let schedule = ssim::read(include_str!("../../../data/demo.ssim"), &airports).unwrap();
    let timetable = Arc::new(Timetable::new(schedule.into_legs(), &airports).unwrap());
    let network = Network::new(timetable, &airports, &Connecting::default());
    (airports, network)
}

#[test]
fn a_day_has_every_departure_of_its_local_date_by_route_and_in_order() {
    let (_, network) = demo();
    let timetable = network.timetable();
    // Clocks change in America on the first, and in Europe on the second.
    for date in [date(2027, 3, 14), date(2027, 3, 28), date(2026, 12, 31)] {
        let day = network.day(date, NOW.parse().unwrap());
        let mut expected: Vec<(i32, i32, DepartureId)> = timetable
            .airports_served()
            .iter()
            .flat_map(|airport| timetable.departures_from(*airport, date))
            .map(|d| (minute(d.departs_at), minute(d.arrives_at), d.id))
            .collect();
        expected.sort_unstable();
        let mut found = Vec::new();
        for route in 0..u32::try_from(network.routes().len()).unwrap() {
            let (from, to) = network.routes().ends(route);
            let ends = (network.stations().code(from), network.stations().code(to));
            let of_route = day.of(route);
            assert!(of_route.clone().is_sorted_by_key(|i| day.times_min(i).0));
            for i in of_route {
                let leg = &timetable.legs()[day.leg(i) as usize];
                assert_eq!(ends, (leg.origin.airport, leg.destination.airport));
                let (departs_min, arrives_min) = day.times_min(i);
                found.push((
                    departs_min,
                    arrives_min,
                    DepartureId { flight: leg.flight, leg: leg.leg, date },
                ));
            }
        }
        assert_eq!(found.len(), day.len());
        found.sort_unstable();
        assert_eq!(found, expected, "{date}");
        assert!(found.len() > 1_000);
    }
}

#[test]
fn a_day_is_built_once_and_forgotten_when_it_is_past() {
    let (_, network) = demo();
    let now: Timestamp = NOW.parse().unwrap();
    let day = network.day(date(2026, 12, 22), now);
    assert!(Arc::ptr_eq(&day, &network.day(date(2026, 12, 22), now)));
    let later: Timestamp = "2026-12-26T00:00:00Z".parse().unwrap();
    network.day(date(2026, 12, 30), later);
    assert!(!Arc::ptr_eq(&day, &network.day(date(2026, 12, 22), later)));
}

#[test]
fn the_routes_of_a_station_are_those_that_leave_it_and_those_that_reach_it() {
    let (airports, network) = demo();
    let (stations, routes) = (network.stations(), network.routes());
    let jfk = stations.number(code("JFK")).unwrap();
    assert!(routes.out_of(jfk).all(|route| routes.ends(route).0 == jfk));
    assert!(routes.into(jfk).iter().all(|route| routes.ends(*route).1 == jfk));
    let all = 0..u32::try_from(routes.len()).unwrap();
    assert_eq!(all.clone().filter(|route| routes.ends(*route).0 == jfk).count(), routes.out_of(jfk).len());
    assert_eq!(all.filter(|route| routes.ends(*route).1 == jfk).count(), routes.into(jfk).len());
    let to_paris =
        routes.out_of(jfk).find(|route| stations.code(routes.ends(*route).1) == code("CDG")).unwrap();
    assert!(routes.is_abroad(to_paris));
    assert_eq!(Some(routes.km(to_paris)), airports.distance_km(code("JFK"), code("CDG")));
}
