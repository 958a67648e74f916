//! All that is left of one booking in the end, as lines that can be compared with another's.

use domain::hold::HoldId;
use sqlx::PgPool;

use crate::{ground::Ground, invariants::AuditError};

/// By the id of a hold; legs and letters of the alphabet stand for what differs from one booking to the next.
const QUESTIONS: &[(&str, &str)] = &[
    ("hold", "select h.state from holds h where h.id = $1"),
    (
        "booking",
        "select concat_ws(' ', b.state, case when b.pnr is null then 'without' else 'with' end, 'locator')
        from bookings b where b.hold_id = $1",
    ),
    (
        "payment",
        "select concat_ws(' ', p.state, p.amount_minor, p.currency, p.card)
        from payments p join bookings b on b.id = p.booking_id where b.hold_id = $1",
    ),
    (
        "ticket",
        "select concat_ws(' ', t.ordinal, t.kind, t.value_minor)
        from tickets t join bookings b on b.id = t.booking_id where b.hold_id = $1",
    ),
    (
        "coupon",
        "select concat_ws(' ', t.ordinal, c.leg, c.seat, c.state)
        from coupons c join tickets t on t.number = c.ticket join bookings b on b.id = t.booking_id where b.hold_id = $1",
    ),
    (
        "seat",
        "select concat_ws(' ', l.leg, s.seat, s.state, 'at version', s.version, s.hold_id = $1, s.traveller)
        from hold_legs l join seats s on s.departure = l.departure where l.hold_id = $1",
    ),
    (
        "cabin",
        "select concat_ws(' ', l.leg, c.cabin, c.taken, 'of', c.places)
        from hold_legs l join departure_cabins c on c.departure = l.departure where l.hold_id = $1",
    ),
    (
        "class",
        "select concat_ws(' ', l.leg, c.class, c.taken, 'of', c.authorised)
        from hold_legs l join departure_classes c on c.departure = l.departure where l.hold_id = $1",
    ),
    (
        "ledger",
        "select concat_ws(' ', split_part(l.step, ':', 1), l.account, l.amount_minor, l.currency)
        from ledger l join bookings b on b.id = l.booking_id where b.hold_id = $1",
    ),
    (
        "outbox",
        "select concat_ws(' ', o.kind, o.step, o.state)
        from outbox o join bookings b on b.id = o.booking_id where b.hold_id = $1",
    ),
    (
        "cancellation",
        "select concat_ws(' ', c.state, c.refund_minor, c.fee_minor)
        from cancellations c join bookings b on b.id = c.booking_id where b.hold_id = $1 and c.state <> 'quoted'",
    ),
    (
        "refund",
        "select concat_ws(' ', r.state, r.amount_minor)
        from refunds r join bookings b on b.id = r.booking_id where b.hold_id = $1",
    ),
    (
        "visitor",
        "select concat_ws(' ', v.places, 'places') from visitors v join holds h on h.visitor = v.id where h.id = $1",
    ),
    (
        "case",
        "select concat_ws(' ', c.kind, c.state)
        from cases c join bookings b on b.id = c.booking_id where b.hold_id = $1",
    ),
];

/// What Postgres and Stripe have of a booking, sorted.
///
/// # Errors
/// Postgres does not answer.
pub async fn of(ground: &Ground, pool: &PgPool, hold: HoldId) -> Result<Vec<String>, AuditError> {
    let mut lines = Vec::new();
    for (what, sql) in QUESTIONS {
        let found: Vec<String> = sqlx::query_scalar(*sql).bind(hold.0).fetch_all(pool).await?;
        lines.extend(found.into_iter().map(|line| format!("{what}: {line}")));
    }
    let booking: Option<String> = sqlx::query_scalar("select id::text from bookings where hold_id = $1")
        .bind(hold.0)
        .fetch_optional(pool)
        .await?;
    for intent in ground.world.stripe.statement().intents {
        if intent.booking.is_some() && intent.booking == booking {
            lines.push(format!(
                "stripe: {} of {} {}, {} captured, {} refunded",
                intent.status,
                intent.amount_minor,
                intent.currency,
                intent.captured_minor,
                intent.refunded_minor
            ));
        }
    }
    lines.sort();
    Ok(lines)
}

/// What one has and the other has not, each with its sign.
pub fn difference(expected: &[String], found: &[String]) -> Vec<String> {
    let mut left = found.to_vec();
    let mut lines = Vec::new();
    for line in expected {
        match left.iter().position(|other| other == line) {
            Some(place) => {
                left.remove(place);
            }
            None => lines.push(format!("- {line}")),
        }
    }
    lines.extend(left.into_iter().map(|line| format!("+ {line}")));
    lines
}

#[cfg(test)]
mod tests {
    use super::difference;

    #[test]
    fn what_is_there_twice_differs_from_what_is_there_once() {
        let lines = |text: &str| text.split(' ').map(str::to_owned).collect::<Vec<_>>();
        assert!(difference(&lines("a b b"), &lines("a b b")).is_empty());
        assert_eq!(difference(&lines("a b"), &lines("a b b")), ["+ b"]);
        assert_eq!(difference(&lines("a c"), &lines("a b")), ["- c", "+ b"]);
    }
}
