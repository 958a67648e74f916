//! Whatever is lost, repeated or told out of order on the way, viewers end with what Postgres has.

use domain::{
    cabin::SeatNumber,
    live::{SeatChange, SeatPicture},
    seat::SeatState,
};
use proptest::{prelude::*, strategy::ValueTree as _, test_runner::TestRunner};
use sqlx::{
    PgPool,
    postgres::{PgConnectOptions, PgPoolOptions},
};
use tokio::task::JoinSet;

use super::{address, address_of, until, watch};
use crate::world::{ORIGIN, World, departure};

/// Moves of a few seats between free and out of sale, which need no hold, and how they are told: any of them, in any
/// order, any number of times, by either server.
fn moves() -> impl Strategy<Value = (Vec<SeatChange>, Vec<(usize, bool)>)> {
    prop::collection::vec(0u8..12, 30..60).prop_flat_map(|rows| {
        let mut picture = SeatPicture::default();
        let changes: Vec<SeatChange> = rows
            .into_iter()
            .map(|row| {
                let seat = SeatNumber::new(row + 30, 'A').unwrap();
                let state = match picture.state(seat) {
                    SeatState::Available => SeatState::Blocked,
                    _ => SeatState::Available,
                };
                let change = SeatChange { seat, state, version: picture.version(seat) + 1 };
                picture.apply(&change);
                change
            })
            .collect();
        let told = prop::collection::vec((0..changes.len(), any::<bool>()), 0..100);
        (Just(changes), told)
    })
}

async fn write(pool: &PgPool, change: &SeatChange) {
    let version = i32::try_from(change.version).unwrap();
    sqlx::query(
        "insert into seats as s (departure, seat, state, version) values ($1, $2, $3, $4)
        on conflict (departure, seat) do update set state = excluded.state, version = excluded.version",
    )
    .bind(departure("Q1200").to_string())
    .bind(change.seat.to_string())
    .bind(change.state.as_str())
    .bind(version)
    .execute(pool)
    .await
    .unwrap();
}

#[sqlx::test(migrations = "../../migrations")]
async fn loss_repetition_and_any_order_end_with_what_postgres_has(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let world = World::open(options).await;
    let mut tasks = JoinSet::new();
    let other = world.another_site_with(&mut tasks).await;
    let patience = world.config.viewers.frame;
    let mut here = watch(&address(&world).await, "Q1200", ORIGIN).await.unwrap();
    let mut there = watch(&address_of(&other, patience).await, "Q1200", ORIGIN).await.unwrap();
    let (mut seen_here, mut seen_there) = (SeatPicture::default(), SeatPicture::default());
    let (changes, told) = moves().new_tree(&mut TestRunner::deterministic()).unwrap().current();
    for (i, change) in changes.iter().enumerate() {
        write(&world.pool, change).await;
        // A change is told after its commit, never before; which one of those, nobody says.
        for (which, by_other) in told.iter().skip(i).step_by(changes.len()) {
            let site = if *by_other { &other } else { &world.site };
            site.live.publish_of(departure("Q1200"), vec![changes[which % (i + 1)]]);
        }
    }
    let truth: SeatPicture = world.postgres.touched(departure("Q1200")).await.unwrap().into();
    assert_eq!(truth, SeatPicture::from(changes), "Postgres has what was written");
    until(&mut here, &mut seen_here, |p| *p == truth).await;
    until(&mut there, &mut seen_there, |p| *p == truth).await;
}
