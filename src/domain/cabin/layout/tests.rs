use std::collections::HashSet;

use proptest::prelude::*;

use super::{Features, Layout, Section, table};
use crate::{
    cabin::{Cabin, Configuration, SeatNumber},
    schedule::AircraftCode,
};

fn layout(aircraft: &str, configuration: &str) -> Layout {
    Layout::of(&AircraftCode::parse(aircraft).unwrap(), &Configuration::parse(configuration).unwrap())
}

fn seat(text: &str) -> SeatNumber {
    SeatNumber::parse(text).unwrap()
}

/// What holds for every layout, drawn or generic.
fn check(aircraft: &str, configuration: &str) {
    let layout = layout(aircraft, configuration);
    let configuration = Configuration::parse(configuration).unwrap();
    let id = &layout.id;
    let mut seen = HashSet::new();
    for cabin in Cabin::ALL {
        assert_eq!(layout.seats(cabin).count(), usize::from(configuration.places(cabin)), "{id} {cabin:?}");
        for seat in layout.seats(cabin) {
            assert!(seen.insert(seat.number), "{id} has two seats {}", seat.number);
            assert_eq!(layout.seat(seat.number), Some(seat), "{id}");
            assert_eq!(layout.cabin_of(seat.number), Some(cabin), "{id} {}", seat.number);
        }
    }
    let rows: Vec<_> = layout.cabin_rows().collect();
    assert!(
        rows.windows(2).all(|r| r[0].2.number < r[1].2.number && r[0].0 <= r[1].0),
        "{id}: rows out of order"
    );
    for (_, groups, row) in rows {
        assert_eq!(row.seats.len(), groups.concat().len(), "{id} row {}", row.number);
        assert!(row.number != 13 && row.seats.iter().any(Option::is_some), "{id} row {}", row.number);
    }
}

#[test]
fn drawn_layouts_have_the_places_of_their_configurations() {
    for (aircraft, configuration) in table::drawn() {
        check(aircraft, configuration);
        assert!(layout(aircraft, configuration).id.ends_with("-2"));
    }
}

#[test]
fn every_aircraft_of_the_demo_schedule_is_drawn() {
    for (aircraft, configuration) in [
        ("CR9", "F12Y64"),
        ("E75", "F12Y64"),
        ("E90", "Y100"),
        ("319", "F8Y120"),
        ("320", "F12Y138"),
        ("320", "Y162"),
        ("321", "F20Y170"),
        ("321", "Y200"),
        ("223", "F12Y118"),
        ("738", "F16Y144"),
        ("738", "Y175"),
        ("739", "F20Y159"),
        ("7M8", "F16Y150"),
        ("752", "F20Y156"),
        ("763", "J30Y180"),
        ("789", "J30Y255"),
        ("77W", "J42Y288"),
    ] {
        assert_eq!(layout(aircraft, configuration).id, format!("{aircraft}-{configuration}-2"));
    }
}

proptest! {
    #[test]
    fn generic_layouts_have_the_places_of_their_configurations(
        aircraft in prop::sample::select(vec!["320", "CR9", "223", "763", "333", "789", "77W", "XYZ"]),
        places in prop::collection::vec(0u16..=212, 4),
        scale in 1u16..20,
    ) {
        let cabins: Vec<String> = Cabin::ALL
            .into_iter()
            .zip(places)
            .filter(|(_, n)| n / scale > 0)
            .map(|(cabin, n)| format!("{}{}", cabin.letter(), n / scale))
            .collect();
        let configuration = cabins.concat();
        if !configuration.is_empty() {
            check(aircraft, &configuration);
        }
    }
}

#[test]
fn even_an_absurd_configuration_has_its_places() {
    for aircraft in ["CR9", "320", "763", "77W", "XYZ"] {
        for configuration in
            ["Y850", "F850", "F847J1W1Y1", "F1J1W1Y847", "Y1", "F213J212W212Y213", "F24Y7", "F24Y49"]
        {
            check(aircraft, configuration);
        }
    }
}

#[test]
fn cabins_are_laid_out_front_to_back_however_they_are_filed() {
    assert_eq!(layout("320", "Y138F12"), layout("320", "F12Y138"));
}

#[test]
fn the_a320_has_its_exits_over_the_wing_and_no_row_13() {
    let a320 = layout("320", "F12Y138");
    let seat = |text: &str| a320.seat(seat(text)).map(super::seat::Seat::describe);
    assert_eq!(seat("1A").unwrap(), "1A, window, bulkhead, near lavatory");
    assert_eq!(seat("7B").unwrap(), "7B, middle, extra legroom, bulkhead");
    assert_eq!(seat("14C").unwrap(), "14C, aisle");
    assert_eq!(seat("16A").unwrap(), "16A, window, exit row, extra legroom, limited recline");
    assert_eq!(seat("17D").unwrap(), "17D, aisle, exit row, extra legroom");
    assert_eq!(seat("30E").unwrap(), "30E, middle, limited recline, near lavatory");
    for none in ["1B", "13A", "4A", "31A", "7G"] {
        assert_eq!(seat(none), None, "{none}");
    }
    let exits: Vec<_> =
        a320.cabin_rows().filter(|(.., row)| row.exit).map(|(.., row)| (row.number, row.wing)).collect();
    assert_eq!(exits, [(16, true), (17, true)]);
}

#[test]
fn the_centre_of_a_wide_body_is_no_exit_seat() {
    let wide = layout("789", "J30Y255");
    let exit = |text| wide.seat(seat(text)).unwrap().features.contains(Features::EXIT_ROW);
    assert!(exit("26B") && exit("26H") && !exit("26E"));
    assert_eq!(wide.seat(seat("26A")), None);
}

#[test]
fn where_the_aisle_seat_is_missing_the_next_one_is_at_the_aisle() {
    let wide = layout("77W", "J42Y288");
    assert!(wide.seat(seat("47B")).unwrap().features.contains(Features::AISLE));
    assert!(wide.seat(seat("46B")).unwrap().features.is_middle());
    let suite = wide.seat(seat("1A")).unwrap().features;
    assert!(suite.contains(Features::AISLE | Features::WINDOW));
}

#[test]
fn a_galley_is_between_the_cabins_of_the_a320() {
    let kinds: Vec<_> = layout("320", "F12Y138")
        .sections
        .iter()
        .map(|section| match section {
            Section::Cabin { cabin, .. } => cabin.name(),
            Section::Galley { label } => label,
        })
        .collect();
    assert_eq!(kinds, ["galley and lavatories", "First", "galley", "Economy", "galley and lavatories"]);
}

#[test]
fn accessible_seats_are_at_the_aisles_near_the_lavatories_behind() {
    let accessible = |aircraft, configuration| {
        let layout = layout(aircraft, configuration);
        let seats = layout.seats(Cabin::Economy).filter(|seat| seat.features.contains(Features::ACCESSIBLE));
        seats.map(|seat| seat.number.to_string()).collect::<Vec<_>>().join(" ")
    };
    assert_eq!(accessible("320", "F12Y138"), "29B 29C 29D 29E");
    assert_eq!(accessible("E75", "F12Y64"), "20A 20B 20C 20D");
    assert_eq!(accessible("789", "J30Y255"), "24B 24C 24H 24J 38A 38B 38J 38K");
    assert_eq!(accessible("320", "F150Y12"), "", "two rows are too few to keep any");
}

#[test]
fn bassinets_hang_between_the_aisles_at_a_bulkhead() {
    let wide = layout("789", "J30Y255");
    let has = |text| wide.seat(seat(text)).unwrap().features.contains(Features::BASSINET);
    assert!(has("10D") && has("10F") && !has("10C") && !has("11D"));
    assert!(!layout("320", "F12Y138").seats(Cabin::Economy).any(|s| s.features.contains(Features::BASSINET)));
}
