use std::env;

use app::{answers::Beside, ports::Search as _};
use server::site::Site;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use tokio::task::JoinSet;

use super::{one_way, seller::Seller};
use crate::{stopped::OwnRedis, world::World};

/// So many search the same at once, each at the next server; how many of them were offered the seller's flight.
async fn search_at_once(sites: &[&Site], count: usize) -> usize {
    let mut asking = JoinSet::new();
    for n in 0..count {
        let searching = sites[n % sites.len()].searching.clone();
        asking.spawn(async move {
            // As a page does.
            let (ours, others) =
                tokio::join!(searching.search_beside_others(one_way(1)), searching.outside(one_way(1)));
            assert!(!ours.unwrap().options.is_empty());
            others.unwrap().cards.len()
        });
    }
    asking.join_all().await.into_iter().sum()
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_thousand_identical_searches_at_once_cause_one_supplier_query(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let seller = Seller::open("Zigzag").await;
    let world = World::open_with_suppliers(options, vec![seller.settings()]).await;
    assert_eq!(search_at_once(&[&world.site], 1000).await, 1000);
    assert_eq!(seller.searches(), 1);
    let beside = world.site.searching.search_beside_others(one_way(1)).await.unwrap().beside;
    assert_eq!(beside, Beside::AtOnce, "what is known does not have to be waited for");
    world.site.searching.outside(one_way(2)).await.unwrap();
    assert_eq!(seller.searches(), 2, "for two it is another question");
}

#[sqlx::test(migrations = "../../migrations")]
async fn servers_that_share_a_redis_ask_a_supplier_once_together(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let seller = Seller::open("Zigzag").await;
    let world = World::open_with_suppliers(options, vec![seller.settings()]).await;
    let other = world.another_site().await;
    assert_eq!(search_at_once(&[&world.site, &other], 1000).await, 1000);
    assert_eq!(seller.searches(), 1);
}

#[sqlx::test(migrations = "../../migrations")]
async fn without_redis_each_server_asks_a_supplier_once(_: PgPoolOptions, options: PgConnectOptions) {
    let seller = Seller::open("Zigzag").await;
    let redis = OwnRedis::start().await;
    let world = World::open_with(options, redis.url(), vec![seller.settings()]).await;
    let other = world.another_site().await;
    let _stopped = redis.stop();
    assert_eq!(search_at_once(&[&world.site, &other], 200).await, 200);
    assert_eq!(seller.searches(), 2);
}

#[sqlx::test(migrations = "../../migrations")]
async fn what_failed_is_not_remembered(_: PgPoolOptions, options: PgConnectOptions) {
    let seller = Seller::open("Zigzag").await;
    let nobody = crate::suppliers::settings("Nobody", "http://127.0.0.1:9".into());
    let redis_url = env::var("REDIS_URL").unwrap();
    let world = World::open_with(options, redis_url, vec![seller.settings(), nobody]).await;
    for _ in 0..2 {
        let found = world.site.searching.outside(one_way(1)).await.unwrap();
        assert_eq!((found.cards.len(), found.missing.as_slice()), (1, ["Nobody".to_owned()].as_slice()));
    }
    assert_eq!(seller.searches(), 1, "whoever answered is not asked again for the other's sake");
}
