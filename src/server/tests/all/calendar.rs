//! The prices of a whole month.

use app::{answers::SearchRequest, ports::Search as _};
use domain::search::HORIZON_DAYS;
use jiff::ToSpan as _;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};

use crate::world::{World, departure};

fn request(depart: jiff::civil::Date, adults: u8) -> SearchRequest {
    SearchRequest {
        from: "BOS".into(),
        to: "LAX".into(),
        depart: depart.to_string(),
        adults: adults.to_string(),
        ..SearchRequest::default()
    }
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_day_of_a_month_costs_what_its_own_search_says(_: PgPoolOptions, options: PgConnectOptions) {
    let world = World::open(options).await;
    let searching = &world.site.searching;
    let date = departure("Q1200").date;
    for adults in [1, 2] {
        let month = searching.month(request(date, adults)).await.unwrap();
        let days: Vec<_> = month.days.iter().map(|day| day.date).collect();
        assert_eq!(days.len(), usize::try_from(date.days_in_month()).unwrap());
        assert_eq!((days[0], days[days.len() - 1]), (date.first_of_month(), date.last_of_month()));
        let strip = searching.search(request(date, adults)).await.unwrap().days;
        for day in strip.iter().filter(|day| days.contains(&day.date)) {
            assert!(day.cheapest.is_some(), "{} is flown daily", day.date);
            assert_eq!(month.days.iter().find(|other| other.date == day.date), Some(day));
        }
    }
}

#[sqlx::test(migrations = "../../migrations")]
async fn what_is_over_not_on_sale_yet_or_not_flown_has_no_price(_: PgPoolOptions, options: PgConnectOptions) {
    let world = World::open(options).await;
    let searching = &world.site.searching;
    let sold = searching.month(request(departure("Q1200").date, 1)).await.unwrap().sold;
    assert_eq!(sold.0.checked_add(HORIZON_DAYS.days()).unwrap(), sold.1);
    for date in [sold.0, sold.1] {
        let month = searching.month(request(date, 1)).await.unwrap();
        for day in month.days.iter().filter(|day| !(sold.0..=sold.1).contains(&day.date)) {
            assert_eq!(day.cheapest, None, "{}", day.date);
        }
    }
    let crowd = SearchRequest { cabin: "F".into(), ..request(departure("Q1200").date, 9) };
    let month = searching.month(crowd).await.unwrap();
    assert!(month.days.iter().all(|day| day.cheapest.is_none()), "nobody flies there in that cabin");
}
