use std::time::{Duration, Instant};

use sqlx::PgPool;
use tokio::time::sleep;

use super::{AuditError, Broken};

const LOOK_AGAIN: Duration = Duration::from_millis(200);

/// What is still under way. A row that cannot go on by itself is broken, and asked for elsewhere.
const UNDER_WAY: &[(&str, &str)] = &[
    ("live holds", "select format('hold %s', id) from holds where state in ('active', 'reserved')"),
    ("bookings without an end", "select format('booking %s', id) from bookings where state = 'pending'"),
    (
        "errands",
        "select format('outbox %s %s of booking %s, tried %s times: %s', id, step, booking_id, attempts, last_error)
        from outbox where state = 'queued'",
    ),
    ("events not acted on", "select format('event %s %s', id, kind) from stripe_events where handled_at is null"),
    (
        "cancellations without an end",
        "select format('cancellation %s of booking %s', id, booking_id) from cancellations where state = 'confirmed'",
    ),
];

/// Waits until nothing is under way, at most so long. What still is then is broken: it was lost.
///
/// # Errors
/// Postgres does not answer.
pub async fn wait(pool: &PgPool, most: Duration) -> Result<Vec<Broken>, AuditError> {
    let began = Instant::now();
    loop {
        let mut broken = Vec::new();
        for (what, sql) in UNDER_WAY {
            let found: Vec<String> = sqlx::query_scalar(*sql).fetch_all(pool).await?;
            broken.extend(Broken::new(
                &format!("invariant 7: {what} after {} s of quiet", most.as_secs()),
                found,
            ));
        }
        if broken.is_empty() || began.elapsed() > most {
            return Ok(broken);
        }
        sleep(LOOK_AGAIN).await;
    }
}
