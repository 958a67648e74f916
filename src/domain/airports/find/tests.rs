use crate::{
    airport::PlaceError,
    airports::tests::{code, few},
};

#[test]
fn a_place_is_read_as_people_type_it() {
    let airports = few();
    for (text, meant) in [
        ("BOS", "BOS"),
        (" bos ", "BOS"),
        ("Boston", "BOS"),
        ("Boston (BOS)", "BOS"),
        ("new york", "NYC"),
        ("New York, all airports (NYC)", "NYC"),
        ("nyc", "NYC"),
        ("sao paulo", "GRU"),
        ("orly", "ORY"),
        ("laguardia", "LGA"),
        ("portland jetport", "PWM"),
        ("JFK international", "JFK"),
        ("Newark", "EWR"),
    ] {
        assert_eq!(airports.resolve(text), Ok(code(meant)), "{text}");
    }
}

#[test]
fn whatever_a_search_box_offers_is_read_back() {
    let airports = few();
    for airport in airports.iter() {
        for place in airports.suggest(&airport.city, |_| true, 10) {
            assert_eq!(airports.resolve(&place.to_string()), Ok(place.code), "{place}");
        }
    }
}

#[test]
fn an_ambiguous_name_offers_its_places() {
    let error = few().resolve("Portland").unwrap_err();
    assert_eq!(
        error.to_string(),
        "“Portland” is the name of more than one place. Choose \
         PDX (Portland International, US) or PWM (Portland International Jetport, US)."
    );
    assert_eq!(error.places().len(), 2);
    assert_eq!(few().resolve_served("Portland", |c| c == code("PWM")), Ok(code("PWM")));
}

#[test]
fn a_served_airport_goes_before_an_unserved_city() {
    let (airports, paris) = (few(), |c| c == code("CDG"));
    assert_eq!(airports.resolve_served("Portland", paris).unwrap_err().places().len(), 2);
    assert_eq!(airports.resolve_served("charles", paris), Ok(code("CDG")));
    assert_eq!(airports.resolve_served("international", paris).unwrap_err().places().len(), 4);
    assert_eq!(airports.resolve_served("PDX", paris), Ok(code("PDX")));
}

#[test]
fn an_unknown_name_offers_the_nearest() {
    let airports = few();
    assert_eq!(
        airports.resolve("Bostn").unwrap_err().to_string(),
        "We know no city or airport “Bostn”. Did you mean Boston (BOS)?"
    );
    let nowhere = airports.resolve("Qwertyuiop").unwrap_err();
    assert!(nowhere.places().is_empty());
    assert!(nowhere.to_string().ends_with("Try the name of a city or a code such as JFK."));
    assert_eq!(airports.resolve("  "), Err(PlaceError::Empty));
    assert!(matches!(airports.resolve("()"), Err(PlaceError::Unknown { .. })));
    assert!(matches!(airports.resolve("XXX"), Err(PlaceError::Unknown { .. })));
}

#[test]
fn a_city_stands_before_its_airports() {
    let airports = few();
    let offered = |text, limit| -> Vec<String> {
        airports.suggest(text, |_| true, limit).into_iter().map(|p| p.code.to_string()).collect()
    };
    assert_eq!(offered("new", 9), ["NYC", "JFK", "LGA", "EWR"]);
    assert_eq!(offered("nyc", 9), ["NYC", "JFK", "LGA", "EWR"]);
    assert_eq!(offered("new", 2), ["NYC", "JFK"]);
    assert_eq!(offered("lax", 9), ["LAX"]);
    assert_eq!(offered("SÃO", 9), ["GRU"]);
    assert_eq!(offered("kenn", 9), ["JFK"]);
    assert_eq!(offered("por", 9), ["PDX", "PWM"]);
    assert!(offered("", 9).is_empty() && offered("bos", 0).is_empty());
}

#[test]
fn a_city_with_one_served_airport_is_that_airport() {
    let places = few().suggest("paris", |c| c == code("ORY"), 9);
    assert_eq!(places.len(), 1);
    assert_eq!((places[0].code, places[0].detail.as_str()), (code("ORY"), "Orly, FR"));
}
