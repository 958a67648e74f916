//! Violations planted on purpose, so that the drill can show that it finds them. Only the feature `plant` builds this,
//! which the product is never built with; `SKYCONNECT_PLANT` chooses one at run time.

use std::{env, time::Duration};

use sqlx::PgConnection;
use tokio::time::sleep;

use crate::site::Site;

/// Those that live in the database. What a constraint would stop drops that constraint too.
const IN_POSTGRES: &[(&str, &str)] = &[
    ("unguarded-pick", include_str!("plants/unguarded_pick.sql")),
    ("blind-pick", include_str!("plants/blind_pick.sql")),
    ("half-expiry", include_str!("plants/half_expiry.sql")),
    ("stale-ending", include_str!("plants/stale_ending.sql")),
    ("early-refund", include_str!("plants/early_refund.sql")),
];

/// Whether this one is chosen.
pub fn is_planted(name: &str) -> bool {
    env::var("SKYCONNECT_PLANT").is_ok_and(|planted| planted == name)
}

/// Plants what lives in the database, after its migrations.
///
/// # Errors
/// The database does not answer.
pub async fn plant(connection: &mut PgConnection) -> Result<(), sqlx::Error> {
    for (name, sql) in IN_POSTGRES {
        if is_planted(name) {
            tracing::error!(name, "a violation is planted");
            // Servers that start at once must not replace a function at the same moment.
            let alone = format!("select pg_advisory_xact_lock(20261122); {sql}");
            sqlx::raw_sql(sqlx::AssertSqlSafe(alone)).execute(&mut *connection).await?;
        }
    }
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
