//! What every cancellation does, whoever brings it about: coupons, counters, seats, booking, money.

use domain::{
    cancelling::{Settlement, Share},
    hold::HoldId,
};
use serde_json::json;
use uuid::Uuid;

use super::{
    StoreError,
    balances::credit,
    holds::Freed,
    ledger::{self, Account},
    outbox::{self, Letter, Step},
    purchases::Purchase,
    seats::change,
};

/// Locks a booking and its hold, in this order. What they own is read in later statements.
pub(super) async fn lock(tx: &mut super::Tx, booking: Uuid) -> Result<HoldId, StoreError> {
    let hold = sqlx::query_scalar!("select hold_id from bookings where id = $1 for no key update", booking)
        .fetch_one(&mut **tx)
        .await?;
    sqlx::query!("select id from holds where id = $1 for no key update", hold).fetch_one(&mut **tx).await?;
    Ok(HoldId(hold))
}

pub(super) async fn write_shares(
    tx: &mut super::Tx,
    cancellation: Uuid,
    settlement: &Settlement,
) -> Result<(), StoreError> {
    let shares = &settlement.shares;
    let texts = |of: fn(&Share) -> String| shares.iter().map(of).collect::<Vec<_>>();
    sqlx::query!(
        "insert into cancellation_coupons (cancellation_id, ticket, leg, refund_minor, why)
        select $1, ticket, leg, refund_minor, why
        from unnest($2::text[], $3::smallint[], $4::bigint[], $5::text[]) as share (ticket, leg, refund_minor, why)",
        cancellation,
        &texts(|share| share.key.ticket.to_string()),
        &shares.iter().map(|share| i16::from(share.key.leg)).collect::<Vec<_>>(),
        &shares.iter().map(|share| share.refund_minor).collect::<Vec<_>>(),
        &texts(|share| share.why.as_str().to_owned()),
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Quoted before, and in the same transaction where nobody is asked, so that the recorder sees the seats that it frees.
pub(super) async fn confirm(tx: &mut super::Tx, cancellation: Uuid) -> Result<(), StoreError> {
    sqlx::query!(
        "update cancellations set state = 'confirmed', confirmed_at = sky_now() where id = $1",
        cancellation
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Carries out a confirmed cancellation of a locked booking: its coupons are cancelled, their places and seats free, the
/// money is on its way back and the traveller is told. With nothing to pay back it is settled at once.
pub(super) async fn give_back(
    tx: &mut super::Tx,
    purchase: &Purchase,
    cancellation: Uuid,
) -> Result<Freed, StoreError> {
    let seats = free(tx, purchase, cancellation).await?;
    let money = sqlx::query!("select refund_minor, fee_minor from cancellations where id = $1", cancellation)
        .fetch_one(&mut **tx)
        .await?;
    let token = sqlx::query_scalar!("select token_id from payments where booking_id = $1", purchase.booking)
        .fetch_one(&mut **tx)
        .await?;
    let account = if token.is_some() { Account::Balance } else { Account::RefundQueued };
    let lines = [
        (Account::Tickets, money.refund_minor + money.fee_minor),
        (Account::Fees, -money.fee_minor),
        (account, -money.refund_minor),
    ];
    let step = format!("cancelled:{cancellation}");
    ledger::post(tx, purchase.booking, &step, &lines, &purchase.currency).await?;
    if let Some(token) = token.filter(|_| money.refund_minor > 0) {
        to_balance(tx, purchase, cancellation, token, money.refund_minor).await?;
    } else if money.refund_minor > 0 {
        let refund = Uuid::new_v4();
        sqlx::query!(
            "insert into refunds (id, booking_id, cancellation_id, amount_minor, currency) values ($1, $2, $3, $4, $5)",
            refund,
            purchase.booking,
            cancellation,
            money.refund_minor,
            purchase.currency,
        )
        .execute(&mut **tx)
        .await?;
        outbox::queue(tx, purchase.booking, Step::Refund, &refund.to_string(), &json!({})).await?;
    } else {
        settle(tx, cancellation).await?;
    }
    let letter = Step::Mail(Letter::Cancelled);
    outbox::queue(tx, purchase.booking, letter, &cancellation.to_string(), &json!({})).await?;
    Ok(seats)
}

/// What was paid from a partner's balance is there again at once.
async fn to_balance(
    tx: &mut super::Tx,
    purchase: &Purchase,
    cancellation: Uuid,
    token: Uuid,
    refund_minor: i64,
) -> Result<(), StoreError> {
    sqlx::query!(
        "update payments p set state = case when left_minor > 0 then 'part_refunded' else 'refunded' end
        from (select sum(amount_minor)::bigint as left_minor from ledger where booking_id = $1 and account = 'balance') paid
        where p.booking_id = $1 and p.state in ('captured', 'part_refunded')",
        purchase.booking
    )
    .execute(&mut **tx)
    .await?;
    settle(tx, cancellation).await?;
    let step = format!("refunded:{cancellation}");
    credit(tx, token, purchase.booking, &step, refund_minor, &purchase.currency).await
}

/// All that it promised has come back.
pub(super) async fn settle(tx: &mut super::Tx, cancellation: Uuid) -> Result<(), StoreError> {
    sqlx::query!(
        "update cancellations set state = 'settled', settled_at = sky_now() where id = $1 and state = 'confirmed'",
        cancellation
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Coupons, counters, seats and the booking's state; no money. Locks counters by departure, then seats by their keys.
pub(super) async fn free(
    tx: &mut super::Tx,
    purchase: &Purchase,
    cancellation: Uuid,
) -> Result<Freed, StoreError> {
    sqlx::query!(
        "update coupons c set state = 'cancelled' from cancellation_coupons g
        where g.cancellation_id = $1 and c.ticket = g.ticket and c.leg = g.leg",
        cancellation
    )
    .execute(&mut **tx)
    .await?;
    free_places(tx, cancellation).await?;
    let seats = free_seats(tx, purchase.hold, cancellation).await?;
    // Who flew a part of it keeps a booking of which a part is cancelled.
    sqlx::query!(
        "update bookings b set state = case when exists (
                select from tickets t join coupons c on c.ticket = t.number
                where t.booking_id = b.id and c.state <> 'cancelled') then 'part_cancelled' else 'cancelled' end
        where b.id = $1 and b.state in ('ticketed', 'part_cancelled')",
        purchase.booking
    )
    .execute(&mut **tx)
    .await?;
    Ok(seats)
}

async fn free_places(tx: &mut super::Tx, cancellation: Uuid) -> Result<(), StoreError> {
    sqlx::query!(
        "select from departure_cabins k where (k.departure, k.cabin) in (
            select c.departure, c.cabin from cancellation_coupons g
            join coupons c on c.ticket = g.ticket and c.leg = g.leg where g.cancellation_id = $1)
        order by k.departure, k.cabin for no key update",
        cancellation
    )
    .fetch_all(&mut **tx)
    .await?;
    sqlx::query!(
        "update departure_cabins k set taken = k.taken - f.places
        from (
            select c.departure, c.cabin, count(*) as places
            from cancellation_coupons g join coupons c on c.ticket = g.ticket and c.leg = g.leg
            join tickets t on t.number = c.ticket
            where g.cancellation_id = $1 and t.kind <> 'INF' group by c.departure, c.cabin) f
        where k.departure = f.departure and k.cabin = f.cabin",
        cancellation
    )
    .execute(&mut **tx)
    .await?;
    sqlx::query!(
        r#"select from departure_classes k where (k.departure, k.class) in (
            select c.departure, unnest(class_and_above(c.class)) from cancellation_coupons g
            join coupons c on c.ticket = g.ticket and c.leg = g.leg where g.cancellation_id = $1)
        order by k.departure, k.class collate "C" for no key update"#,
        cancellation
    )
    .fetch_all(&mut **tx)
    .await?;
    sqlx::query!(
        "update departure_classes k set taken = k.taken - f.places
        from (
            select c.departure, above.class, count(*) as places
            from cancellation_coupons g join coupons c on c.ticket = g.ticket and c.leg = g.leg
            join tickets t on t.number = c.ticket cross join unnest(class_and_above(c.class)) as above (class)
            where g.cancellation_id = $1 and t.kind <> 'INF' group by c.departure, above.class) f
        where k.departure = f.departure and k.class = f.class",
        cancellation
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

async fn free_seats(tx: &mut super::Tx, hold: HoldId, cancellation: Uuid) -> Result<Freed, StoreError> {
    sqlx::query!(
        "select from seats s where s.hold_id = $1 and (s.departure, s.seat) in (
            select c.departure, c.seat from cancellation_coupons g
            join coupons c on c.ticket = g.ticket and c.leg = g.leg
            where g.cancellation_id = $2 and c.seat is not null)
        order by s.departure, s.seat for no key update",
        hold.0,
        cancellation,
    )
    .fetch_all(&mut **tx)
    .await?;
    let rows = sqlx::query!(
        "update seats s set state = 'available', version = s.version + 1, hold_id = null, traveller = null
        where s.hold_id = $1 and s.state = 'booked' and (s.departure, s.seat) in (
            select c.departure, c.seat from cancellation_coupons g
            join coupons c on c.ticket = g.ticket and c.leg = g.leg
            where g.cancellation_id = $2 and c.seat is not null)
        returning s.departure, s.seat, s.state, s.version",
        hold.0,
        cancellation,
    )
    .fetch_all(&mut **tx)
    .await?;
    let mut freed: Freed = rows
        .into_iter()
        .filter_map(|r| Some((r.departure.parse().ok()?, change(&r.seat, &r.state, r.version)?)))
        .collect();
    freed.sort_unstable_by_key(|(departure, _)| *departure);
    Ok(freed)
}
