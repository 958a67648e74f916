use std::time::{Duration, Instant};

use sqlx::{AssertSqlSafe, PgPool};
use tokio::time::sleep;

use super::{AuditError, Broken};

const LOOK_AGAIN: Duration = Duration::from_millis(200);

/// What is still under way: what it is called, where it is counted, and how a row of it is told. A row that cannot go on
/// by itself is broken, and asked for elsewhere.
const UNDER_WAY: &[(&str, &str, &str)] = &[
    ("live holds", "holds where state in ('active', 'reserved')", "format('hold %s', id)"),
    ("bookings without an end", "bookings where state = 'pending'", "format('booking %s', id)"),
    (
        "errands",
        "outbox where state = 'queued'",
        "format('outbox %s %s of booking %s, tried %s times: %s', id, step, booking_id, attempts, last_error)",
    ),
    ("events not acted on", "stripe_events where handled_at is null", "format('event %s %s', id, kind)"),
    (
        "cancellations without an end",
        "cancellations where state = 'confirmed'",
        "format('cancellation %s of booking %s', id, booking_id)",
    ),
];

/// Waits until nothing is under way. Where it gets no less for so long, what is left is broken: it was lost. Servers that
/// had more to do than they could are behind, and may take as long as they get on.
///
/// # Errors
/// Postgres does not answer.
pub async fn wait(pool: &PgPool, most: Duration) -> Result<Vec<Broken>, AuditError> {
    let counts = UNDER_WAY.iter().map(|(_, rows, _)| format!("(select count(*) from {rows})"));
    let count = format!("select {}", counts.collect::<Vec<_>>().join(" + "));
    let (mut least, mut since) = (i64::MAX, Instant::now());
    loop {
        let left: i64 = sqlx::query_scalar(AssertSqlSafe(count.as_str())).fetch_one(pool).await?;
        if left == 0 {
            return Ok(Vec::new());
        }
        if left < least {
            (least, since) = (left, Instant::now());
        }
        if since.elapsed() > most {
            return left_over(pool, most).await;
        }
        sleep(LOOK_AGAIN).await;
    }
}

async fn left_over(pool: &PgPool, most: Duration) -> Result<Vec<Broken>, AuditError> {
    let mut broken = Vec::new();
    for (what, rows, told) in UNDER_WAY {
        let found: Vec<String> =
            sqlx::query_scalar(AssertSqlSafe(format!("select {told} from {rows}"))).fetch_all(pool).await?;
        broken
            .extend(Broken::new(&format!("invariant 7: {what} after {} s of quiet", most.as_secs()), found));
    }
    Ok(broken)
}
