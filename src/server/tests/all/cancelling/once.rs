//! Many at once, and the same again.

use std::{collections::BTreeSet, sync::Arc};

use app::ports::{Caller, CancelError, Key, Seats as _, TripError, Visitor};
use domain::{cancelling::Refusal, pnr::Pnr};
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use tokio::task::JoinSet;
use uuid::Uuid;

use super::{A_DAY_LATER, booked, every_open, key, taken, trip, trips};
use crate::world::{World, visitor};

/// Confirms, and again for as long as the answer is to try again in a moment: whoever waits too long for a lock is told so.
async fn decided(world: &World, visitor: Visitor, quote: Uuid) -> Result<Pnr, CancelError> {
    loop {
        let answer = trips(world).confirm_cancellation(visitor.into(), quote).await;
        if !matches!(answer, Err(CancelError::Trip(TripError::Unavailable))) {
            return answer;
        }
    }
}

#[sqlx::test(migrations = "../../migrations")]
async fn confirming_many_times_at_once_and_by_two_quotes_gives_back_once(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let world = Arc::new(World::open(options).await);
    let (ada, pnr) = booked(&world, &["Q1100", "Q1200"], 1).await;
    let before = trip(&world, ada, pnr).await;
    let mut quotes = Vec::new();
    for _ in 0..2 {
        quotes.push(trips(&world).quote_cancellation(ada.into(), pnr, &every_open(&before)).await.unwrap());
    }
    let mut crowd = JoinSet::new();
    for i in 0..20 {
        let (world, quote) = (world.clone(), quotes[i % 2]);
        crowd.spawn(async move { (quote, decided(&world, ada, quote).await) });
    }
    let answers = crowd.join_all().await;
    let won: BTreeSet<Uuid> = answers.iter().filter(|(_, a)| a.is_ok()).map(|(quote, _)| *quote).collect();
    assert_eq!(won.len(), 1, "{answers:?}");
    assert_eq!(answers.iter().filter(|(_, answer)| answer.is_ok()).count(), 10, "{answers:?}");
    assert_eq!(world.count("select count(*) from refunds").await, 1);
    assert_eq!(taken(&world, "Q1200").await, 0);
    world.audit().await;
}

#[sqlx::test(migrations = "../../migrations")]
async fn the_same_key_quotes_and_confirms_once(_: PgPoolOptions, options: PgConnectOptions) {
    let world = World::open(options).await;
    let (ada, pnr) = booked(&world, &["Q1100", "Q1200"], 1).await;
    let before = trip(&world, ada, pnr).await;
    let caller = |key: &str| Caller { visitor: ada, key: Some(Key::parse(key).unwrap()) };
    let mut quotes = BTreeSet::new();
    for _ in 0..2 {
        let chosen = [key(&before, 0, 1)];
        quotes.insert(trips(&world).quote_cancellation(caller("one"), pnr, &chosen).await.unwrap());
    }
    let quote = *quotes.first().unwrap();
    assert_eq!(quotes.len(), 1);
    let other = trips(&world).quote_cancellation(caller("one"), pnr, &[key(&before, 0, 0)]).await;
    assert!(matches!(other, Err(CancelError::Trip(TripError::KeyReused))), "{other:?}");
    for _ in 0..2 {
        assert_eq!(trips(&world).confirm_cancellation(caller("two"), quote).await, Ok(pnr));
    }
    // A refusal stays one under its key.
    for _ in 0..2 {
        let late = trips(&world).quote_cancellation(caller("three"), pnr, &[key(&before, 0, 1)]).await;
        assert!(matches!(late, Err(CancelError::Refused(Refusal::AlreadyCancelled(_)))), "{late:?}");
    }
    world.audit().await;
}

#[sqlx::test(migrations = "../../migrations")]
async fn cancelling_while_others_book_the_same_departure_keeps_every_count(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let world = Arc::new(World::open(options).await);
    let mut sold = Vec::new();
    for _ in 0..8 {
        sold.push(booked(&world, &["Q1300", "Q1200"], 2).await);
    }
    let mut crowd = JoinSet::new();
    for (ada, pnr) in sold {
        let cancels = world.clone();
        crowd.spawn(async move {
            let before = trip(&cancels, ada, pnr).await;
            for leg in [1, 0] {
                let keys = [key(&before, 0, leg), key(&before, 1, leg)];
                let quote = trips(&cancels).quote_cancellation(ada.into(), pnr, &keys).await.unwrap();
                trips(&cancels).confirm_cancellation(ada.into(), quote).await.unwrap();
            }
        });
        let books = world.clone();
        crowd.spawn(async move {
            let bob = visitor();
            let hold = books.choose(bob, &["Q1300", "Q1200"], 1).await.unwrap();
            books.site.seating.release(bob.into(), hold).await.unwrap();
        });
    }
    crowd.join_all().await;
    assert_eq!((taken(&world, "Q1300").await, taken(&world, "Q1200").await), (0, 0));
    world.audit().await;
}

#[sqlx::test(migrations = "../../migrations")]
async fn answers_of_cancelling_are_kept_as_long_as_the_booking(_: PgPoolOptions, options: PgConnectOptions) {
    let world = World::open(options).await;
    let (ada, pnr) = booked(&world, &["Q1100", "Q1200"], 1).await;
    let chosen = [key(&trip(&world, ada, pnr).await, 0, 1)];
    let caller = |who, key: &str| Caller { visitor: who, key: Some(Key::parse(key).unwrap()) };
    let quote = trips(&world).quote_cancellation(caller(ada, "quote"), pnr, &chosen).await.unwrap();
    let other = trips(&world).quote_cancellation(ada.into(), pnr, &chosen).await.unwrap();
    trips(&world).confirm_cancellation(caller(ada, "confirm"), quote).await.unwrap();
    let refusals = || async {
        let late = trips(&world).quote_cancellation(caller(ada, "late-quote"), pnr, &chosen).await;
        let twice = trips(&world).confirm_cancellation(caller(ada, "late-confirm"), other).await;
        assert!(matches!(late, Err(CancelError::Refused(Refusal::AlreadyCancelled(_)))), "{late:?}");
        assert!(matches!(twice, Err(CancelError::Refused(Refusal::AlreadyCancelled(_)))), "{twice:?}");
    };
    refusals().await;
    let eve = caller(visitor(), "stranger");
    assert!(trips(&world).quote_cancellation(eve.clone(), pnr, &chosen).await.is_err());
    assert!(trips(&world).confirm_cancellation(eve, other).await.is_err());

    for days in [1, 365] {
        world.pass(days * A_DAY_LATER).await;
        world.postgres.forget_answers().await.unwrap();
    }
    let kept: Vec<String> =
        sqlx::query_scalar("select key from idempotency where operation like '%_cancellation' order by key")
            .fetch_all(&world.pool)
            .await
            .unwrap();
    assert_eq!(kept, ["confirm", "late-confirm", "late-quote", "quote"], "a stranger's are forgotten");
    assert_eq!(trips(&world).quote_cancellation(caller(ada, "quote"), pnr, &chosen).await, Ok(quote));
    assert_eq!(trips(&world).confirm_cancellation(caller(ada, "confirm"), quote).await, Ok(pnr));
    refusals().await;
    world.audit().await;
}
