use super::*;

fn read(pairs: &[(&str, &str)]) -> SearchUrl {
    SearchUrl::read(&pairs.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect())
}

#[test]
fn one_way_drops_the_hidden_return_date() {
    let url = read(&[("trip", "oneway"), ("back", "2026-12-29")]);
    assert_eq!(url.request.back, "");
    assert_eq!(url.fault(), None);
}

#[test]
fn a_return_without_its_day_is_told_so() {
    assert!(
        matches!(read(&[("trip", "return")]).fault(), Some(AppError::Invalid { field: Some(f), .. }) if f == "back")
    );
}

#[test]
fn without_a_trip_the_return_date_decides() {
    assert_eq!(read(&[("depart", "2026-12-22")]).trip, TripKind::OneWay);
    assert_eq!(read(&[("depart", "2026-12-22"), ("back", "2026-12-29")]).trip, TripKind::Return);
}

#[test]
fn nobody_returns_before_leaving() {
    let mut url = read(&[("depart", "2026-12-22"), ("back", "2026-12-29")]);
    url.fly_on(0, jiff::civil::date(2026, 12, 24));
    assert_eq!((url.request.depart.as_str(), url.request.back.as_str()), ("2026-12-24", "2026-12-29"));
    url.fly_on(0, jiff::civil::date(2027, 1, 2));
    assert_eq!((url.request.depart.as_str(), url.request.back.as_str()), ("2027-01-02", "2027-01-02"));
    assert_eq!(url.month_href(), "/calendar?trip=return&depart=2027-01-02&back=2027-01-02&sort=best");
}

#[test]
fn a_url_leads_back_to_its_search() {
    let url = read(&[("from", "Zürich (ZRH)"), ("to", "A&B"), ("depart", "2026-12-22"), ("direct", "1")]);
    let href = url.href();
    assert_eq!(
        href,
        "/search?trip=oneway&from=Z%C3%BCrich%20%28ZRH%29&to=A%26B&depart=2026-12-22&sort=best&stops=0"
    );
}
const TWO: [(&str, &str); 7] = [
    ("trip", "multi"),
    ("from", "BOS"),
    ("to", "LAX"),
    ("depart", "2026-12-22"),
    ("from2", "SFO"),
    ("to2", "JFK"),
    ("depart2", "2026-12-29"),
];

#[test]
fn a_multi_city_url_leads_back_to_its_search() {
    let url = read(&[&TWO[..], &[("chosen", "B61-1-2026-12-22"), ("back", "2026-12-30")]].concat());
    let row = BoundEntry { from: "SFO".into(), to: "JFK".into(), depart: "2026-12-29".into() };
    assert_eq!((url.trip, &url.request.more), (TripKind::Multi, &vec![row]));
    assert_eq!(url.fault(), None);
    let href = "/search?trip=multi&from=BOS&to=LAX&depart=2026-12-22&from2=SFO&to2=JFK&depart2=2026-12-29\
    &sort=best&chosen=B61-1-2026-12-22";
    assert_eq!(url.href(), href);
}

#[test]
fn empty_rows_at_the_end_are_none_and_those_between_are_seen() {
    let rows = |extra: &[(&str, &str)]| read(&[&TWO[..], extra].concat()).request.more;
    assert_eq!(rows(&[("from3", " "), ("to6", "")]).len(), 1);
    let gap = rows(&[("to4", "BOS")]);
    assert_eq!((gap.len(), gap[1].is_empty(), gap[2].is_empty()), (3, true, false));
    assert_eq!(rows(&[("to7", "BOS")]).len(), 6, "a seventh is seen, to be refused");
    let other: Vec<_> = TWO.into_iter().filter(|(name, _)| *name != "trip").collect();
    assert_eq!(read(&other).request.more, []);
}

#[test]
fn choices_are_read_up_to_the_first_gap_and_links_of_before_still_lead_on() {
    let chosen = |pairs: &[(&str, &str)]| read(pairs).request.chosen;
    assert_eq!(chosen(&[("chosen", "A"), ("chosen2", "B"), ("chosen4", "D")]), ["A", "B"]);
    assert_eq!(chosen(&[("chosen2", "B")]), [""; 0]);
    assert_eq!(chosen(&[("outbound", "A")]), ["A"]);
}

#[test]
fn later_flights_move_along_with_an_earlier_one() {
    let mut url = read(&[&TWO[..], &[("to3", "BOS"), ("depart3", "2027-01-09")]].concat());
    url.fly_on(0, jiff::civil::date(2027, 1, 2));
    let days: Vec<_> = url.days().map(|day| day.clone()).collect();
    assert_eq!(days, ["2027-01-02", "2027-01-02", "2027-01-09"]);
    url.fly_on(1, jiff::civil::date(2027, 1, 5));
    let days: Vec<_> = url.days().map(|day| day.clone()).collect();
    assert_eq!(days, ["2027-01-02", "2027-01-05", "2027-01-09"]);
}
