//! What must hold when everything is quiet again: the seven invariants of the design, asked of Postgres, of Stripe's own
//! books and of what the travellers were told.

mod database;
mod ledger;
mod letters;
mod money;
mod promises;
mod quiet;
#[cfg(test)]
mod tests;

use std::{collections::BTreeSet, fmt::Write as _};

use sqlx::{PgPool, postgres::PgPoolOptions};

use crate::{ground::Ground, postgres::Cluster};

pub use quiet::wait as wait_until_quiet;

/// Offenders named for one question; the others are only counted.
const NAMED: usize = 5;

#[derive(Debug, thiserror::Error)]
pub enum AuditError {
    #[error("postgres: {0}")]
    Postgres(#[from] sqlx::Error),
    #[error("the folder of letters: {0}")]
    Letters(#[from] std::io::Error),
}

/// A rule that does not hold, with those that break it.
#[derive(Clone, Debug)]
pub struct Broken {
    pub rule: String,
    pub offenders: Vec<String>,
}

impl Broken {
    /// None where nothing breaks it.
    pub fn new(rule: &str, offenders: Vec<String>) -> Option<Self> {
        (!offenders.is_empty()).then(|| Self { rule: rule.to_owned(), offenders })
    }

    /// Everything that looks like an id in the first offenders, for the histories to print.
    pub fn ids(&self) -> BTreeSet<&str> {
        let words = self.offenders.iter().take(NAMED).flat_map(|text| text.split([' ', ',', '|', ':', ';']));
        words.filter(|word| word.len() == 36).collect()
    }
}

impl std::fmt::Display for Broken {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} ({})", self.rule, self.offenders.len())?;
        self.offenders.iter().take(NAMED).try_for_each(|offender| write!(f, "\n    {offender}"))
    }
}

/// A connection of our own, past the proxies.
///
/// # Errors
/// Postgres cannot be reached.
pub async fn pool(ground: &Ground) -> Result<PgPool, AuditError> {
    let url = Cluster::url(ground.world.postgres.address);
    Ok(PgPoolOptions::new().max_connections(2).connect(&url).await?)
}

/// Asks everything.
///
/// # Errors
/// Postgres does not answer.
pub async fn audit(ground: &Ground, pool: &PgPool) -> Result<Vec<Broken>, AuditError> {
    let mut broken = database::ask(pool).await?;
    broken.extend(money::compare(ground, pool).await?);
    broken.extend(letters::compare(ground, pool).await?);
    broken.extend(promises::compare(ground, pool).await?);
    Ok(broken)
}

/// What our own records say of whatever broke a rule.
///
/// # Errors
/// Postgres does not answer.
pub async fn story(pool: &PgPool, broken: &Broken) -> Result<String, AuditError> {
    let mut story = String::new();
    for id in broken.ids().into_iter().take(NAMED) {
        for (what, sql) in STORY {
            let rows: Vec<String> = sqlx::query_scalar(*sql).bind(id).fetch_all(pool).await?;
            for row in rows {
                let _ = writeln!(story, "    {what}: {row}");
            }
        }
    }
    Ok(story)
}

/// By the id of a hold or of a booking.
const STORY: &[(&str, &str)] = &[
    (
        "hold",
        "select to_jsonb(h)::text from (select h.id, h.visitor, h.state, h.created_at, h.expires_at, h.ended_at, h.total_minor
        from holds h left join bookings b on b.hold_id = h.id where $1 in (h.id::text, b.id::text)) h",
    ),
    ("booking", "select to_jsonb(b)::text from bookings b where $1 in (b.hold_id::text, b.id::text)"),
    (
        "payment",
        "select (to_jsonb(p) - 'client_secret')::text from payments p join bookings b on b.id = p.booking_id
        where $1 in (b.hold_id::text, b.id::text)",
    ),
    (
        "outbox",
        "select to_jsonb(o)::text from outbox o join bookings b on b.id = o.booking_id
        where $1 in (b.hold_id::text, b.id::text) order by o.id",
    ),
    (
        "ledger",
        "select to_jsonb(l)::text from ledger l join bookings b on b.id = l.booking_id
        where $1 in (b.hold_id::text, b.id::text) order by l.id",
    ),
    ("seat", "select to_jsonb(s)::text from seats s where s.hold_id::text = $1 order by s.departure, s.seat"),
    (
        "timeline",
        "select to_jsonb(t)::text from timeline t where $1 in (t.hold_id::text, t.booking_id::text) order by t.id",
    ),
];
