//! Violations planted on purpose, so that the drill can show that it finds them. Only the feature `plant` builds this,
//! which the product is never built with; `SKYCONNECT_PLANT` chooses one at run time.

mod functions;

use std::{env, time::Duration};

use sqlx::{Connection as _, PgConnection};
use tokio::time::sleep;

use crate::site::Site;
use functions::Plant;

/// In the database too, but beside its functions.
const EARLY_REFUND: &str = include_str!("plants/early_refund.sql");
/// Servers that start at once plant one after the other.
const LOCK: i64 = 20_261_122;

/// Whether this one is chosen.
pub fn is_planted(name: &str) -> bool {
    env::var("SKYCONNECT_PLANT").is_ok_and(|planted| planted == name)
}

/// Plants what lives in the database, after its migrations.
///
/// # Errors
/// The database does not answer, or its functions are not what the plant was made for.
pub async fn plant(connection: &mut PgConnection) -> Result<(), sqlx::Error> {
    let mut tx = connection.begin().await?;
    sqlx::query("select pg_advisory_xact_lock($1)").bind(LOCK).execute(&mut *tx).await?;
    if let Some(plant) = functions::PLANTS.iter().find(|plant| is_planted(plant.name)) {
        tracing::error!(name = plant.name, "a violation is planted");
        into_function(&mut tx, plant).await?;
    }
    if is_planted("early-refund") {
        tracing::error!("an early refund is planted");
        sqlx::raw_sql(EARLY_REFUND).execute(&mut *tx).await?;
    }
    tx.commit().await
}

async fn into_function(tx: &mut PgConnection, plant: &Plant) -> Result<(), sqlx::Error> {
    let (definition, signature, is_there): (String, String, bool) = sqlx::query_as(
        "select pg_get_functiondef(p), p::regprocedure::text, obj_description(p, 'pg_proc') is not distinct from $2
        from (select $1::regproc::oid) as of (p)",
    )
    .bind(plant.function)
    .bind(plant.name)
    .fetch_one(&mut *tx)
    .await?;
    if is_there {
        return Ok(());
    }
    let planted = plant.put_into(&definition).map_err(sqlx::Error::Protocol)?;
    let name = plant.name;
    let sql = format!("{};\n{planted};\ncomment on function {signature} is '{name}'", plant.before);
    sqlx::raw_sql(sqlx::AssertSqlSafe(sql)).execute(&mut *tx).await?;
    Ok(())
}

/// How long acknowledged events are gathered in memory, as if to store many at once.
const GATHERS_FOR: Duration = Duration::from_secs(1);

/// Stores an event only after it was acknowledged, and forgets it where that fails.
pub fn store_later(site: &Site, id: String, kind: String, intent: Option<String>, subject: Option<String>) {
    let postgres = site.postgres.clone();
    tokio::spawn(async move {
        sleep(GATHERS_FOR).await;
        let _ = postgres.keep_event(&id, &kind, intent.as_deref(), subject.as_deref()).await;
    });
}
