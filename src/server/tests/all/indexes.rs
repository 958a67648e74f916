//! No query of the server reads a whole table that grows: what is quick today is quick after years of bookings.

use std::{fs, path::Path};

use serde_json::Value;
use sqlx::{
    AssertSqlSafe, Executor as _, PgPool, Row as _,
    postgres::{PgConnectOptions, PgPoolOptions},
};

/// Tables that stay as small as a timetable, or as what a person does by hand.
const SMALL: [&str; 8] = [
    "schedules",
    "schedule_legs",
    "departure_sales",
    "departures_cancelled",
    "promotions",
    "realm",
    "test_clock",
    "turns",
];

/// An import drops the counters that nobody has taken from, wherever they are.
const READ_WHOLE: [&str; 2] = ["delete from departure_classes", "delete from departure_cabins"];

/// The text of every query that the compiler has checked, with the number of its parameters.
fn queries() -> Vec<(String, usize)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../.sqlx");
    let read = |file: fs::DirEntry| {
        let query: Value = serde_json::from_slice(&fs::read(file.path()).unwrap()).unwrap();
        let text = query["query"].as_str().unwrap().to_owned();
        (text, query["describe"]["parameters"]["Left"].as_array().unwrap().len())
    };
    fs::read_dir(folder).unwrap().map(|file| read(file.unwrap())).collect()
}

/// The tables that a query reads from end to end although it need not: with `enable_seqscan` off that is where Postgres
/// has no other way.
async fn read_whole(pool: &PgPool, query: &str, parameters: usize) -> Vec<String> {
    let mut connection = pool.acquire().await.unwrap();
    let nulls = vec!["null"; parameters].join(", ");
    let arguments = if parameters == 0 { String::new() } else { format!("({nulls})") };
    connection
        .execute(AssertSqlSafe(format!(
            "set enable_seqscan = off; set plan_cache_mode = force_generic_plan; prepare asked as {query}"
        )))
        .await
        .unwrap();
    let explained = sqlx::raw_sql(AssertSqlSafe(format!("explain (format json) execute asked{arguments}")))
        .fetch_one(&mut *connection)
        .await
        .unwrap();
    connection.execute("deallocate asked").await.unwrap();
    let plan: Value = serde_json::from_str(&explained.get_unchecked::<String, _>(0)).unwrap();
    let mut tables = Vec::new();
    collect(&plan[0]["Plan"], &mut tables);
    tables
}

fn collect(node: &Value, tables: &mut Vec<String>) {
    if node["Node Type"] == "Seq Scan" {
        tables.extend(node["Relation Name"].as_str().map(str::to_owned));
    }
    for below in node["Plans"].as_array().into_iter().flatten() {
        collect(below, tables);
    }
}

#[sqlx::test(migrations = "../../migrations")]
async fn every_query_finds_its_rows_by_an_index(_: PgPoolOptions, options: PgConnectOptions) {
    let pool = PgPool::connect_with(options).await.unwrap();
    let mut slow = Vec::new();
    let queries = queries();
    assert!(queries.len() > 100, "only {} queries were found", queries.len());
    for (query, parameters) in queries {
        let first = query.split_whitespace().next().unwrap_or_default();
        if !["select", "with", "insert", "update", "delete"].contains(&first)
            || READ_WHOLE.iter().any(|known| query.starts_with(known))
        {
            continue;
        }
        for table in read_whole(&pool, &query, parameters).await {
            if !SMALL.contains(&table.as_str()) {
                slow.push(format!("{table} is read whole by: {query}"));
            }
        }
    }
    assert!(slow.is_empty(), "{}", slow.join("\n"));
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_query_without_an_index_would_be_seen(_: PgPoolOptions, options: PgConnectOptions) {
    let pool = PgPool::connect_with(options).await.unwrap();
    let query = "select id from bookings where ticketed_at > $1";
    assert_eq!(read_whole(&pool, query, 1).await, ["bookings"]);
}
