use std::sync::Arc;

use app::ports::Seats as _;
use domain::hold::Holder;
use server::postgres::{Account, TakeRefusal};
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use tokio::task::JoinSet;
use uuid::Uuid;

use crate::world::{World, visitor};

fn account() -> Account {
    Account { id: Uuid::new_v4(), kind: Holder::Account }
}

async fn count_of(world: &World, id: Uuid) -> i64 {
    let sql = "select coalesce(sum(places), 0)::bigint from visitors where id = $1";
    sqlx::query_scalar(sql).bind(id).fetch_one(&world.pool).await.unwrap()
}

#[sqlx::test(migrations = "../../migrations")]
async fn an_account_holds_so_many_places_on_all_its_browsers_together(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let world = World::open(options).await;
    let account = account();
    let browsers = [visitor(), visitor(), visitor()];
    // Nine people on two legs, twice on each of two browsers: 72 places.
    let mut holds = Vec::new();
    for browser in [browsers[0], browsers[0], browsers[1], browsers[1]] {
        holds.push(world.take_for(account, browser, &["Q1100", "Q1200"], 9).await.unwrap());
    }
    let refused = world.take_for(account, browsers[2], &["Q1200"], 1).await;
    assert!(matches!(refused, Err(TakeRefusal::TooManyPlaces)), "{refused:?}");
    assert_eq!(count_of(&world, browsers[2].0).await, 0, "what one refuses does not count on the other");
    assert_eq!(count_of(&world, account.id).await, 72);

    world.site.seating.release(browsers[0].into(), holds[0]).await.unwrap();
    assert_eq!(count_of(&world, account.id).await, 54);
    assert_eq!(count_of(&world, browsers[0].0).await, 18);
    world.ticket(browsers[0], holds[1]).await;
    assert_eq!(count_of(&world, account.id).await, 36, "what is paid for is held no more");
    assert_eq!(count_of(&world, browsers[0].0).await, 0);
    world.take_for(account, browsers[2], &["Q1200"], 1).await.unwrap();
    world.audit().await;
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_browsers_own_limit_holds_under_an_account_too(_: PgPoolOptions, options: PgConnectOptions) {
    let world = World::open(options).await;
    let (account, browser) = (account(), visitor());
    for _ in 0..2 {
        world.take_for(account, browser, &["Q1100", "Q1200"], 9).await.unwrap();
    }
    let refused = world.take_for(account, browser, &["Q1200"], 1).await;
    assert!(matches!(refused, Err(TakeRefusal::TooManyPlaces)), "{refused:?}");
    assert_eq!(count_of(&world, account.id).await, 36);
    world.audit().await;
}

#[sqlx::test(migrations = "../../migrations")]
async fn an_account_is_no_visitor_and_a_visitor_no_account(_: PgPoolOptions, options: PgConnectOptions) {
    let world = World::open(options).await;
    let browser = visitor();
    world.choose(browser, &["Q1200"], 1).await.unwrap();
    let posing = Account { id: browser.0, kind: Holder::Token };
    let refused = world.take_for(posing, visitor(), &["Q1200"], 1).await;
    assert!(matches!(refused, Err(TakeRefusal::TooManyPlaces)), "{refused:?}");
    world.audit().await;
}

#[sqlx::test(migrations = "../../migrations")]
async fn many_browsers_of_one_account_at_once_never_pass_its_limit(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let world = Arc::new(World::open(options).await);
    let account = account();
    let mut crowd = JoinSet::new();
    for _ in 0..40 {
        let world = world.clone();
        crowd.spawn(async move { world.take_for(account, visitor(), &["Q1100", "Q1200"], 1).await.is_ok() });
    }
    let taken = crowd.join_all().await.into_iter().filter(|is_taken| *is_taken).count();
    assert_eq!(taken, 36, "two places each");
    assert_eq!(count_of(&world, account.id).await, 72);
    world.audit().await;
}
