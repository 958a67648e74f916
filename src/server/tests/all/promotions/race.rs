use std::sync::Arc;

use app::{
    answers::SearchRequest,
    ports::{Search as _, Visitor},
};
use domain::fare::FareBrand;
use jiff::ToSpan as _;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};

use super::{asks, choose, fifth_off, offer, uses};
use crate::{
    races::winners,
    world::{World, departure, visitor},
};

const CROWD: usize = 100;
const GOOD_FOR: usize = 3;
/// They fly on so many days: on one departure its counter alone would let them in one by one.
const DAYS: i64 = 10;

/// How many of a crowd that chooses at once has the price with the code.
async fn crowd(world: &Arc<World>, count: usize) -> usize {
    let mut contenders: Vec<(Visitor, String)> = Vec::new();
    for day in (0..DAYS).cycle().take(count) {
        let depart = departure("Q1200").date.saturating_add(day.days()).to_string();
        let request = SearchRequest { depart, ..asks("FIFTH") };
        let results = world.site.searching.search(request).await.unwrap();
        contenders.push((visitor(), offer(&results, FareBrand::Basic)));
    }
    winners(contenders, |(visitor, token)| {
        let world = world.clone();
        async move { choose(&world, visitor, &token).await.is_ok() }
    })
    .await
}

#[sqlx::test(migrations = "../../migrations")]
async fn of_a_crowd_as_many_use_a_code_as_may(_: PgPoolOptions, options: PgConnectOptions) {
    let world = Arc::new(World::open(options).await);
    fifth_off(&world, "FIFTH", 3).await;
    assert_eq!(crowd(&world, CROWD).await, GOOD_FOR);
    assert_eq!(uses(&world, "FIFTH").await, 3);
    world.audit().await;
}

/// Reads how often it was used, thinks, and writes one more than that.
const UNGUARDED: &str = "
    create or replace function use_promotion() returns trigger language plpgsql as $$
    declare
        was integer;
    begin
        select p.uses into was from promotions p where p.code = new.promotion;
        perform pg_sleep(0.2);
        update promotions p set uses = was + 1 where p.code = new.promotion;
        return null;
    end $$";

#[sqlx::test(migrations = "../../migrations")]
async fn the_race_for_a_code_can_be_lost_when_nothing_guards_the_write(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let world = Arc::new(World::open(options).await);
    fifth_off(&world, "FIFTH", 3).await;
    sqlx::raw_sql(UNGUARDED).execute(&world.pool).await.unwrap();
    let winners = crowd(&world, 20).await;
    assert!(winners > GOOD_FOR, "the planted race must be lost, but {winners} won");
    let miscounted = "select count(*) from promotions p where p.uses < (
        select count(*) from holds h where h.promotion = p.code)";
    assert_eq!(world.count(miscounted).await, 1);
}
