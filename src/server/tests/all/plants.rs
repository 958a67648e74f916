//! The violations that the drill plants go into the functions of the database as the migrations leave them.

use sqlx::{
    PgPool,
    postgres::{PgConnectOptions, PgPoolOptions},
};

// Only the feature `plant` builds it into the program.
#[path = "../../plants/functions.rs"]
mod functions;

async fn definition(pool: &PgPool, function: &str) -> String {
    let asked = sqlx::query_scalar("select pg_get_functiondef($1::regproc)").bind(function);
    asked.fetch_one(pool).await.unwrap()
}

#[sqlx::test(migrations = "../../migrations")]
async fn every_violation_can_be_planted_into_the_function_as_it_is(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let pool = PgPool::connect_with(options).await.unwrap();
    for plant in functions::PLANTS {
        let sound = definition(&pool, plant.function).await;
        let planted = plant.put_into(&sound).unwrap();
        let mut tx = pool.begin().await.unwrap();
        sqlx::raw_sql(plant.before).execute(&mut *tx).await.unwrap();
        sqlx::raw_sql(sqlx::AssertSqlSafe(planted.clone())).execute(&mut *tx).await.unwrap();
        tx.rollback().await.unwrap();
        assert!(
            plant.put_into(&planted).is_err(),
            "{}: what is planted is told from what is not",
            plant.name
        );
    }
}
