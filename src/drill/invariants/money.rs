use std::collections::HashMap;

use sqlx::{PgPool, Row as _};
use stripe_sandbox::IntentLine;

use super::{AuditError, Broken};
use crate::ground::Ground;

/// Our record of a payment.
struct Payment {
    booking: String,
    booking_state: String,
    state: String,
    amount_minor: i64,
    currency: String,
    refunded_minor: i64,
}

/// Compares Stripe's own books with ours, both ways.
pub(super) async fn compare(ground: &Ground, pool: &PgPool) -> Result<Vec<Broken>, AuditError> {
    let intents = ground.world.stripe.statement().intents;
    let payments = payments(pool).await?;
    let mut broken = Vec::new();
    broken.extend(Broken::new(
        "invariant 3: every amount that Stripe captured belongs to one booking that was ticketed at that amount",
        intents.iter().filter_map(|intent| captured_for_nothing(intent, &payments)).collect(),
    ));
    broken.extend(Broken::new(
        "invariant 3: every payment that we call captured is, at Stripe",
        captured_by_us_alone(&intents, &payments),
    ));
    broken.extend(Broken::new(
        "invariant 3: nothing is kept aside on anyone's card when all is done",
        intents
            .iter()
            .filter(|intent| intent.status == "requires_capture")
            .map(|intent| format!("{} of booking {}", intent.id, intent.booking.as_deref().unwrap_or("-")))
            .collect(),
    ));
    broken.extend(Broken::new(
        "invariant 6: what Stripe gave back is what our books say",
        given_back_otherwise(&intents, &payments),
    ));
    broken.extend(Broken::new(
        "invariant 7: every event that was acknowledged is stored",
        lost_events(ground, pool).await?,
    ));
    Ok(broken)
}

async fn payments(pool: &PgPool) -> Result<HashMap<String, Payment>, AuditError> {
    let rows = sqlx::query(
        "select p.intent_id, p.booking_id::text as booking, b.state as booking_state, p.state, p.amount_minor,
            p.currency, (select coalesce(sum(r.amount_minor), 0)::bigint from refunds r
                where r.booking_id = p.booking_id and r.state in ('pending', 'succeeded')) as refunded_minor
        from payments p join bookings b on b.id = p.booking_id where p.intent_id is not null",
    )
    .fetch_all(pool)
    .await?;
    let mut payments = HashMap::new();
    for row in rows {
        let payment = Payment {
            booking: row.try_get("booking")?,
            booking_state: row.try_get("booking_state")?,
            state: row.try_get("state")?,
            amount_minor: row.try_get("amount_minor")?,
            currency: row.try_get("currency")?,
            refunded_minor: row.try_get("refunded_minor")?,
        };
        payments.insert(row.try_get("intent_id")?, payment);
    }
    Ok(payments)
}

fn is_captured(state: &str) -> bool {
    matches!(state, "captured" | "part_refunded" | "refunded")
}

fn captured_for_nothing(intent: &IntentLine, payments: &HashMap<String, Payment>) -> Option<String> {
    if intent.captured_minor == 0 {
        return None;
    }
    let Some(payment) = payments.get(&intent.id) else {
        return Some(format!("{}: {} captured, and no payment of ours", intent.id, intent.captured_minor));
    };
    let is_same = payment.amount_minor == intent.captured_minor
        && payment.currency.eq_ignore_ascii_case(&intent.currency)
        && is_captured(&payment.state)
        && intent.booking.as_ref() == Some(&payment.booking);
    (!is_same).then(|| {
        format!(
            "{}: {} captured, and booking {} is {}, its payment of {} {}",
            intent.id,
            intent.captured_minor,
            payment.booking,
            payment.booking_state,
            payment.amount_minor,
            payment.state
        )
    })
}

fn captured_by_us_alone(intents: &[IntentLine], payments: &HashMap<String, Payment>) -> Vec<String> {
    let at_stripe: HashMap<&str, i64> =
        intents.iter().map(|intent| (intent.id.as_str(), intent.captured_minor)).collect();
    payments
        .iter()
        .filter(|(id, payment)| {
            is_captured(&payment.state) && at_stripe.get(id.as_str()) != Some(&payment.amount_minor)
        })
        .map(|(id, payment)| format!("booking {}: {id}", payment.booking))
        .collect()
}

fn given_back_otherwise(intents: &[IntentLine], payments: &HashMap<String, Payment>) -> Vec<String> {
    intents
        .iter()
        .filter_map(|intent| {
            let given = intent.refunded_minor;
            let (booked, booking) = payments
                .get(&intent.id)
                .map_or((0, "-"), |payment| (payment.refunded_minor, payment.booking.as_str()));
            (given != booked || given > intent.captured_minor).then(|| {
                let captured = intent.captured_minor;
                format!("booking {booking}: {given} given back by Stripe, {booked} by us, of {captured}")
            })
        })
        .collect()
}

async fn lost_events(ground: &Ground, pool: &PgPool) -> Result<Vec<String>, AuditError> {
    // First what was acknowledged: an event that arrives between the two looks is no lost one.
    let acknowledged = ground.world.webhooks.acknowledged();
    let stored: Vec<String> = sqlx::query_scalar("select id from stripe_events").fetch_all(pool).await?;
    let stored: std::collections::HashSet<String> = stored.into_iter().collect();
    Ok(acknowledged.into_keys().filter(|id| !stored.contains(id)).collect())
}
