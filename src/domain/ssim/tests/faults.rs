//! Rules of what is refused, and of how it is told.

use jiff::civil::date;

use super::{file, leg, legs, route, said, with};
use crate::{
    airports::{Airports, tests::few},
    ssim::{Fault, read, write},
};

fn faults_of(text: &str) -> Vec<Fault> {
    read(text, &few()).unwrap_err()
}

#[test]
fn a_leg_that_does_not_follow_is_refused() {
    let first = route("JFK", "1005", "LAX", "1320");
    for (second, message) in [
        (with(route("LAX", "1500", "SYD", "0030"), &[(12, "03")]), "column 12: leg 3 does not follow"),
        (with(route("BOS", "1500", "SYD", "0030"), &[(12, "02")]), "column 37: departs from BOS, but"),
        (
            with(route("LAX", "1500", "SYD", "0030"), &[(12, "02"), (29, "1      ")]),
            "column 15: period and days",
        ),
        (
            with(route("LAX", "1200", "SYD", "2230"), &[(12, "02"), (193, "01")]),
            "column 40: departs before the leg",
        ),
    ] {
        let said = said(&file("L", &[first.clone(), second]));
        assert!(said.starts_with("line 4, ") && said.contains(message), "{said}");
    }
}

#[test]
fn a_field_at_fault_is_named_with_its_place() {
    for (changes, expected) in [
        (&[(3, "B7")][..], "line 3, column 3: \"B7 \" should be B6, the carrier whose record came before"),
        (&[(6, "0000")], "line 3, column 6: \"0000\" should be a flight number from 1 to 9999"),
        (&[(10, "00")], "line 3, column 10: itinerary variations count from 01"),
        (&[(15, "31NOV26")], "line 3, column 15: \"31NOV26\" should be a date such as 22DEC26"),
        (&[(22, "29NOV26")], "line 3, column 22: the period ends before it begins"),
        (
            &[(29, "2      ")],
            "line 3, column 29: \"2      \" should be the digits of the days flown in their places",
        ),
        (&[(22, "01DEC26"), (29, "    5  ")], "line 3, column 29: no day of operation is in the period"),
        (&[(36, "2")], "line 3, column 36: \"2\" should be blank or 1: only weekly schedules are read"),
        (&[(37, "XXX")], "line 3, column 37: we know no airport XXX"),
        (&[(40, "1060")], "line 3, column 40: \"1060\" should be a time from 0000 to 2400"),
        (&[(48, "0500 ")], "line 3, column 48: \"0500 \" should be an offset from UTC such as -0500"),
        (&[(55, "JFK")], "line 3, column 55: a leg does not end where it began"),
        (
            &[(62, "0710"), (193, "00")],
            "line 3, column 62: 5 minutes from gate to gate on 2026-11-30: should be 10 minutes to 24 hours",
        ),
        (
            &[(73, "3-2")],
            "line 3, column 73: \"3-2\" should be an aircraft type of three letters or digits, such as 320",
        ),
        (
            &[(173, "Q16Y143")],
            "line 3, column 173: \"Q16Y143             \" should be a cabin configuration such as F12Y138",
        ),
        (
            &[(193, "09")],
            "line 3, column 194: \"9\" should be a date variation: blank, 0 to 7, or A for the day before",
        ),
    ] {
        assert_eq!(said(&file("L", &[leg(changes)])), expected);
    }
}

#[test]
fn all_faults_of_a_file_are_told_in_order_of_lines() {
    let text = file("X", &[leg(&[(37, "XXX"), (40, "2500")]), leg(&[]), leg(&[(12, "02"), (29, "       ")])]);
    let places: Vec<_> = faults_of(&text).into_iter().map(|fault| (fault.line, fault.column)).collect();
    assert_eq!(places, [(2, 2), (3, 37), (3, 40), (5, 29)]);
}

#[test]
fn beyond_two_hundred_faults_the_rest_is_counted() {
    let many = faults_of(&file("L", &vec![leg(&[(36, "9")]); 312]));
    assert_eq!(many.len(), 201);
    assert_eq!(many[200].to_string(), "line 203, column 36: from here on 112 more faults are not listed");
}

#[test]
fn one_departure_is_scheduled_once() {
    let until = |to, variation| leg(&[(22, to), (10, variation)]);
    let from = |from, days| leg(&[(15, from), (29, days), (10, "02")]);
    assert_eq!(legs("L", &[until("06DEC26", "01"), from("07DEC26", "1234567")]).len(), 2);
    assert_eq!(legs("L", &[leg(&[(29, "1 3 5 7")]), from("07DEC26", " 2 4 6 ")]).len(), 2);
    assert_eq!(
        said(&file("L", &[until("07DEC26", "01"), from("07DEC26", "12     ")])),
        "line 4, column 15: leg 1 of B6 523 departs on 2026-12-07 by line 3 too"
    );
}

#[test]
fn records_out_of_order_are_refused() {
    let text = file("L", &[leg(&[])]);
    let lines: Vec<_> = text.lines().collect();
    let [header, carrier, leg, trailer] = lines[..] else { unreachable!() };
    let file = |lines: &[&str]| lines.join("\n");
    for (text, expected) in [
        (String::new(), "line 1, column 1: the file has no records"),
        (file(&[header]), "line 2, column 1: the file ends where the record of a carrier should follow"),
        (file(&[header, carrier, leg]), "line 4, column 1: the file ends without a trailer"),
        (
            file(&[carrier, leg, trailer]),
            "line 1, column 1: a record of type '2' should be 1: a file begins with its header",
        ),
        (
            file(&[header, leg, trailer]),
            "line 2, column 1: a record of type '3' should be 2: the record of a carrier",
        ),
        (
            file(&[header, carrier, leg, trailer, &leg.replace("000003", "000009")]),
            "line 5, column 1: a record of type '3' should be zeros: a trailer has ended the file",
        ),
        (
            file(&[header, carrier, leg, &leg[..150], trailer]),
            "line 4, column 151: a record has 200 bytes, this one has 150",
        ),
        (
            file(&[header, carrier, &leg.replace("32Q", "32é"), trailer]),
            "line 3, column 75: only plain letters",
        ),
        (
            file(&[header, carrier, &leg.replace("000003", "000002"), &trailer.replace("000003", "000002")]),
            "line 3, column 195: serial 2 comes after 2",
        ),
        (
            file(&[header, carrier, leg, &trailer.replace("000003", "000002")]),
            "line 4, column 188: the check reference is 2, but",
        ),
        (file(&[header, carrier, leg, &trailer.replace('E', "X")]), "line 4, column 194: \"X\" should be C"),
        (file(&[header, carrier, leg, &trailer.replace('E', "C")]), "line 5, column 1: the file ends where"),
    ] {
        let said = said(&text);
        assert!(said.starts_with(expected), "{said}\nshould begin with\n{expected}");
    }
}

#[test]
fn what_does_not_fit_its_field_is_not_written() {
    let mut schedules = read(&file("L", &[leg(&[])]), &few()).unwrap();
    schedules.carriers[0].legs[0].classes = "ABCDEFGHIJKLMNOPQRSTU".to_owned();
    let error = write(&schedules, &few()).unwrap_err();
    assert_eq!(error.to_string(), "B6 523 leg 1: \"ABCDEFGHIJKLMNOPQRSTU\" cannot be written");
    schedules.carriers[0].legs[0].classes.clear();
    schedules.carriers[0].legs[0].period.to = Some(date(2070, 1, 1));
    assert!(write(&schedules, &few()).is_err());
    let nowhere = Airports::parse(few_without_los_angeles()).unwrap();
    schedules.carriers[0].legs[0].period.to = None;
    assert_eq!(
        write(&schedules, &nowhere).unwrap_err().to_string(),
        "B6 523 leg 1: the unknown airport LAX cannot be written"
    );
}

fn few_without_los_angeles() -> &'static str {
    let few = crate::airports::tests::FEW;
    &few[..few.find("LAX").unwrap()]
}
