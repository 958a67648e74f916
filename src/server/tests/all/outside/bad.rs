use std::time::{Duration, Instant};

use app::{answers::Beside, ports::Search as _};
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use tokio::time::timeout;

use super::{
    names, one_way,
    seller::{Mood, Seller},
};
use crate::world::World;

/// A page is given up later.
const A_PAGE: Duration = Duration::from_secs(8);

#[sqlx::test(migrations = "../../migrations")]
async fn bad_suppliers_are_missing_and_spoil_neither_the_others_nor_ours(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let moods = [
        ("Silent", Mood::Silent),
        ("Failing", Mood::Fails),
        ("Busy", Mood::Busy),
        ("Nonsense", Mood::Nonsense),
        ("Half", Mood::Half),
        ("Endless", Mood::Endless),
        ("Good", Mood::Well),
    ];
    let mut sellers = Vec::new();
    for (name, mood) in moods {
        sellers.push(Seller::in_mood(name, mood).await);
    }
    let world = World::open_with_suppliers(options, sellers.iter().map(Seller::settings).collect()).await;
    let searching = &world.site.searching;
    let began = Instant::now();
    let others = tokio::spawn({
        let searching = searching.clone();
        async move { searching.outside(one_way(1)).await.unwrap() }
    });
    let ours = timeout(A_PAGE, searching.search_beside_others(one_way(1))).await.unwrap().unwrap();
    assert!(!others.is_finished(), "ours are there while others are waited for");
    assert!(!ours.options.is_empty());
    let Beside::Asked(names_asked) = &ours.beside else { panic!("{:?}", ours.beside) };
    assert_eq!(names_asked.len(), moods.len());
    let found = timeout(A_PAGE, others).await.unwrap().unwrap();
    assert!(began.elapsed() < A_PAGE);
    assert_eq!(names(&found), ["Good: ZZ500"]);
    assert_eq!(found.missing, ["Silent", "Failing", "Busy", "Nonsense", "Half", "Endless"]);
    assert!(sellers.iter().all(|seller| seller.searches() > 0), "each was asked");
}
