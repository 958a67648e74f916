use app::answers::{BoundEntry, Contact, SearchRequest, TravellerEntry};
use app::ports::{HoldError, Search as _, SearchError, Seats as _};
use domain::fare::FareBrand;
use jiff::ToSpan as _;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};

use super::{asks, day, entry, flight, offer, open_jaw, up_to_the_last};
use crate::world::{World, visitor};

/// The field and the sentence with which it is refused.
async fn refused(world: &World, request: SearchRequest) -> (&'static str, String) {
    match world.site.searching.search(request).await {
        Err(SearchError::Invalid { field, message }) => (field, message),
        other => panic!("not refused: {other:?}"),
    }
}

#[sqlx::test(migrations = "../../migrations")]
async fn what_is_wrong_with_a_flight_is_told_of_that_flight(_: PgPoolOptions, options: PgConnectOptions) {
    let world = World::open(options).await;
    let with = |change: fn(&mut SearchRequest)| {
        let mut request = open_jaw();
        change(&mut request);
        request
    };
    for (request, field, words) in [
        (with(|r| r.more[1].depart = day(1).to_string()), "depart3", "Flight 3 leaves before flight 2."),
        (with(|r| r.more[0].depart = day(-90).to_string()), "depart2", "Flight 2 leaves before flight 1."),
        (with(|r| r.more[1].depart = day(400).to_string()), "depart3", "Flights are on sale until"),
        (with(|r| r.more[1].depart.clear()), "depart3", "Choose a date."),
        (with(|r| r.more[0].to = "LAX".into()), "to2", "Flight 2 leaves from and leads to the same place."),
        (with(|r| r.more[0].to = "Atlantis".into()), "to2", "Atlantis"),
        (with(|r| r.more[1].from = "Atlantis".into()), "from3", "Atlantis"),
        (with(|r| r.more[1].to.clear()), "to3", ""),
        (with(|r| r.more.insert(1, BoundEntry::default())), "to3", "Flight 3 is empty"),
        (with(|r| r.more.extend((0..4).map(|_| entry("BOS", "JFK", 5)))), "to6", "at most six flights"),
        (with(|r| r.adults = "13".into()), "adults", "at most nine"),
        (
            with(|r| {
                r.adults = "9".into();
                r.more.extend((0..2).map(|_| entry("BOS", "JFK", 5)));
            }),
            "adults",
            "at most 36 places",
        ),
    ] {
        let (wrong, message) = refused(&world, request).await;
        assert!(wrong == field && message.contains(words), "{wrong}: {message}, not {field}: {words}");
    }
    let mut back = asks(&[("BOS-LAX", 0)]);
    back.back = day(-1).to_string();
    assert_eq!(refused(&world, back).await.0, "back");
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_choice_that_was_tampered_with_is_refused(_: PgPoolOptions, options: PgConnectOptions) {
    let world = World::open(options).await;
    let out = format!("{}_{}", flight("Q1100", 0), flight("Q1200", 0));
    let back = flight("Q1201", 2).to_string();
    let same_day = asks(&[("BOS-LAX", 0), ("LAX-JFK", 0), ("BOS-JFK", 4)]);
    for (request, chosen, field, words) in [
        (open_jaw(), vec!["nonsense".to_owned()], "chosen", "is not on sale"),
        (open_jaw(), vec![back.clone()], "chosen", "is not on sale"),
        (
            open_jaw(),
            vec![format!("{}_{}", flight("Q1100", 1), flight("Q1200", 1))],
            "chosen",
            "is not on sale",
        ),
        (open_jaw(), vec![out.clone(), flight("Q1100", 2).to_string()], "chosen2", "is not on sale"),
        (open_jaw(), vec![out.clone(), back, flight("Q1100", 4).to_string()], "chosen3", "is of no use"),
        (same_day, vec![out.clone(), flight("Q1201", 0).to_string()], "chosen2", "before you arrive"),
        (asks(&[("BOS-LAX", 0)]), vec![out], "chosen", "is of no use"),
    ] {
        let (wrong, message) = refused(&world, SearchRequest { chosen, ..request }).await;
        assert!(wrong == field && message.contains(words), "{wrong}: {message}, not {field}: {words}");
    }
}

#[sqlx::test(migrations = "../../migrations")]
async fn an_infant_who_turns_two_on_the_way_flies_as_a_child(_: PgPoolOptions, options: PgConnectOptions) {
    let world = World::open(options).await;
    let ada = visitor();
    let request = SearchRequest { adults: "1".into(), infants: "1".into(), ..open_jaw() };
    let last = up_to_the_last(&world, request).await;
    let hold = world.site.seating.choose(ada.into(), &offer(&last, FareBrand::Standard)).await.unwrap();
    let named = |birth_date: jiff::civil::Date| {
        let person = |given: &str, birth_date: String| TravellerEntry {
            given_name: given.into(),
            surname: "Moreno".into(),
            birth_date,
        };
        vec![person("Ada", "1985-04-30".into()), person("Cy", birth_date.to_string())]
    };
    let contact = Contact { email: "ada@example.com".into(), phone: String::new() };
    let seating = &world.site.seating;
    // Two years old from the second flight on, and only on the last day.
    for turns_two in [day(2), day(4)] {
        let entries = named(turns_two.saturating_sub(2.years()));
        let answer = seating.name_travellers(ada.into(), hold, entries, contact.clone()).await;
        let Err(HoldError::Invalid { field, message }) = answer else { panic!("{answer:?}") };
        assert_eq!(field, "travellers[1][birth_date]");
        assert!(message.contains("is a child by age, but the price is for an infant"), "{message}");
    }
    let entries = named(day(5).saturating_sub(2.years()));
    seating.name_travellers(ada.into(), hold, entries, contact).await.unwrap();
}
