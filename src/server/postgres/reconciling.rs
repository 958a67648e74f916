use domain::payment::PaymentState;
use serde_json::Value;
use uuid::Uuid;

use super::{
    Postgres, StoreError,
    cases::{self, CaseKind},
};

/// A payment as our books have it, to be compared with Stripe's.
#[derive(Clone, Debug)]
pub struct PaymentBooks {
    pub booking: Uuid,
    pub intent: Option<String>,
    pub state: PaymentState,
    pub amount_minor: i64,
    pub currency: String,
    /// What Stripe has given back for us, or has taken on.
    pub refunded_minor: i64,
    /// An errand or event about it waits or was done just now: its two sides may well differ.
    pub is_moving: bool,
}

/// Something that our own books do not agree on.
#[derive(Clone, Debug)]
pub struct OwnDifference {
    pub what: String,
    pub booking: Uuid,
    pub detail: Value,
}

impl Postgres {
    /// Whether this server is to do a job now that only one needs to do. Its next turn is then so many seconds away.
    pub async fn take_turn(&self, job: &str, every_secs: f64) -> Result<bool, StoreError> {
        let taken = sqlx::query!(
            "update turns set next_at = sky_now() + make_interval(secs => $2)
            where job = $1 and next_at <= (select sky_now())",
            job,
            every_secs,
        )
        .execute(&self.pool)
        .await?;
        Ok(taken.rows_affected() == 1)
    }

    /// The payments of these intents and bookings. What changed in the last `grace_secs` is told to be moving.
    pub async fn payment_books(
        &self,
        intents: &[String],
        bookings: &[Uuid],
        grace_secs: f64,
    ) -> Result<Vec<PaymentBooks>, StoreError> {
        let rows = sqlx::query!(
            r#"select p.booking_id, p.intent_id, p.state, p.amount_minor, p.currency,
                (select coalesce(sum(r.amount_minor), 0)::bigint from refunds r
                    where r.booking_id = p.booking_id and r.state in ('pending', 'succeeded')) as "refunded!",
                -- While a supplier is asked, the bank has agreed and nothing is ticketed yet.
                (exists (select from bookings b where b.id = p.booking_id and b.state in ('confirming', 'unknown'))
                    or p.created_at > (select sky_now()) - make_interval(secs => $3)
                    or exists (select from outbox o where o.booking_id = p.booking_id and o.kind = 'money'
                        and (o.state = 'queued' or o.done_at > (select sky_now()) - make_interval(secs => $3)))
                    or exists (select from ledger l where l.booking_id = p.booking_id
                        and l.at > (select sky_now()) - make_interval(secs => $3))
                    or exists (select from stripe_events e where e.intent_id = p.intent_id
                        and e.handled_at is null and e.attempts < 12)) as "is_moving!"
            from payments p where p.intent_id = any($1) or p.booking_id = any($2)"#,
            intents,
            bookings,
            grace_secs,
        )
        .fetch_all(&self.pool)
        .await?;
        Ok(rows
            .into_iter()
            .filter_map(|row| {
                Some(PaymentBooks {
                    booking: row.booking_id,
                    intent: row.intent_id,
                    state: PaymentState::parse(&row.state)?,
                    amount_minor: row.amount_minor,
                    currency: row.currency,
                    refunded_minor: row.refunded,
                    is_moving: row.is_moving,
                })
            })
            .collect())
    }

    /// The intents of our payments that were begun in the last `secs`.
    pub async fn intents_begun(&self, secs: f64) -> Result<Vec<String>, StoreError> {
        Ok(sqlx::query_scalar!(
            r#"select intent_id as "intent!" from payments
            where intent_id is not null and created_at > (select sky_now()) - make_interval(secs => $1)"#,
            secs
        )
        .fetch_all(&self.pool)
        .await?)
    }

    /// The bookings that were begun, or that money moved for, in the last `secs`.
    pub async fn moved_bookings(&self, secs: f64) -> Result<Vec<Uuid>, StoreError> {
        Ok(sqlx::query_scalar!(
            r#"select booking_id as "booking!" from ledger where at > (select sky_now()) - make_interval(secs => $1)
            union select booking_id from payments where created_at > (select sky_now()) - make_interval(secs => $1)"#,
            secs
        )
        .fetch_all(&self.pool)
        .await?)
    }

    /// Bookings that should have been over for `secs` and are not: on a departure that was called off, never paid, or waiting
    /// for the supplier that sells them. What a bank keeps aside for such a one ends after a week.
    pub async fn left_behind(&self, secs: f64) -> Result<Vec<OwnDifference>, StoreError> {
        Ok(sqlx::query_as!(
            OwnDifference,
            r#"select distinct 'called_off_and_still_booked' as "what!", t.booking_id as "booking!",
                jsonb_build_object('departure', d.departure) as "detail!"
            from departures_cancelled d join coupons c on c.departure = d.departure and c.state = 'open'
            join tickets t on t.number = c.ticket
            where d.done_at is null and d.at < (select sky_now()) - make_interval(secs => $1)
            union all
            select 'unpaid_and_still_booked', b.id, jsonb_build_object('payment', p.state)
            from payments p join bookings b on b.id = p.booking_id
            where p.state = 'capture_failed' and b.state = 'unpaid' and exists (
                select from ledger l where l.booking_id = b.id and l.account = 'receivable'
                    and l.at < (select sky_now()) - make_interval(secs => $1))
            union all
            select case when p.created_at < (select sky_now()) - interval '6 days' then 'authorisation_runs_out'
                    else 'supplier_has_not_answered' end,
                b.id, jsonb_build_object('supplier', o.supplier, 'order', o.order_id, 'state', b.state)
            from bookings b join payments p on p.booking_id = b.id join supplier_orders o on o.id = b.hold_id
            where b.state in ('confirming', 'unknown') and b.created_at < (select sky_now()) - make_interval(secs => $1)
            union all
            select 'supplier_has_not_cancelled', c.booking_id, jsonb_build_object('cancellation', c.supplier_cancellation)
            from cancellations c
            where c.state = 'quoted' and c.asked_at < (select sky_now()) - make_interval(secs => $1)
                and c.asked_at is not null"#,
            secs
        )
        .fetch_all(&self.pool)
        .await?)
    }

    /// Where ledger, coupons, payments and refunds of these bookings do not agree. All of it is read at one moment, and
    /// each step writes all of it together: so nothing here is merely under way.
    pub async fn own_differences(&self, bookings: &[Uuid]) -> Result<Vec<OwnDifference>, StoreError> {
        Ok(sqlx::query_as!(
            OwnDifference,
            r#"with books as (
                select b.id, b.state, b.pnr, b.ticketed_at, p.state as payment, p.amount_minor, p.currency, p.token_id,
                    coalesce(sum(l.amount_minor), 0)::bigint as total,
                    coalesce(sum(-l.amount_minor) filter (where l.account = 'tickets'), 0)::bigint as tickets,
                    coalesce(sum(l.amount_minor) filter (where l.account = 'captured'), 0)::bigint as captured,
                    coalesce(sum(l.amount_minor) filter (where l.account = 'balance'), 0)::bigint as from_balance,
                    coalesce(sum(l.amount_minor) filter (where l.account = 'balance' and l.step = 'ticketed'), 0)::bigint
                        as paid_from_balance,
                    coalesce(sum(l.amount_minor) filter (where l.account = 'receivable'), 0)::bigint as receivable,
                    coalesce(sum(-l.amount_minor) filter (where l.account = 'refund_queued'), 0)::bigint as refund_queued,
                    coalesce(sum(-l.amount_minor) filter (where l.account = 'refunded'), 0)::bigint as refunded
                from unnest($1::uuid[]) as moved (id) join bookings b on b.id = moved.id join payments p on p.booking_id = b.id
                left join ledger l on l.booking_id = b.id
                group by b.id, p.booking_id)
            select 'ledger_does_not_add_up' as "what!", id as "booking!",
                jsonb_build_object('sum_minor', total, 'currency', currency) as "detail!"
            from books where total <> 0
            union all
            select 'coupons_and_ledger_differ', id, jsonb_build_object('ledger_minor', tickets, 'coupons_minor', worth)
            from books, lateral (
                select coalesce(sum(c.fare_minor + c.tax_minor + c.seat_minor) filter (where c.state <> 'cancelled'), 0)::bigint as worth,
                    coalesce(sum(c.fare_minor + c.tax_minor + c.seat_minor), 0)::bigint as sold
                from tickets t join coupons c on c.ticket = t.number where t.booking_id = books.id) coupons
            -- Coupons that were sold without values of their own tell nothing.
            where tickets <> worth and sold > 0
            union all
            select 'captured_here_is_another_amount', id,
                jsonb_build_object(
                    'ledger_minor', captured + paid_from_balance, 'payment_minor', amount_minor, 'payment', payment)
            from books where captured + paid_from_balance <> case when payment in ('captured', 'part_refunded', 'refunded') then amount_minor else 0 end
            union all
            select 'captured_without_ticket', id, jsonb_build_object('captured_minor', captured, 'booking', state)
            from books where captured + from_balance <> 0 and ticketed_at is null
            union all
            select 'ticketed_and_never_charged', id, jsonb_build_object('payment', payment, 'amount_minor', amount_minor)
            from books where ticketed_at is not null
                and payment not in ('captured', 'part_refunded', 'refunded', 'capture_failed')
                and not exists (
                    select from outbox o where o.booking_id = books.id and o.step = 'capture' and o.state <> 'done')
            union all
            select 'owes_something', id, jsonb_build_object('receivable_minor', receivable, 'booking', state)
            from books where receivable <> 0 and payment <> 'capture_failed'
                and not exists (select from cases k where k.booking_id = books.id and k.kind = 'dispute')
            union all
            select 'refunds_and_ledger_differ', id, jsonb_build_object(
                'queued_minor', refund_queued, 'refunded_minor', refunded, 'refunds_queued_minor', back.queued,
                'refunds_made_minor', back.made)
            from books, lateral (
                select coalesce(sum(r.amount_minor) filter (where r.state in ('queued', 'pending', 'failed')), 0)::bigint as queued,
                    coalesce(sum(r.amount_minor) filter (where r.state = 'succeeded'), 0)::bigint as made
                from refunds r where r.booking_id = books.id) back
            where (refund_queued, refunded) <> (back.queued, back.made)
            union all
            select 'balance_and_ledger_differ', id, jsonb_build_object(
                'ledger_minor', from_balance, 'taken_minor', taken.minor, 'token', token_id)
            from books, lateral (
                select coalesce(-sum(e.amount_minor), 0)::bigint as minor from balance_entries e
                where e.booking_id = books.id and e.token_id is not distinct from books.token_id) taken
            where from_balance <> taken.minor"#,
            bookings
        )
        .fetch_all(&self.pool)
        .await?)
    }

    /// Writes a difference down as a case. Told again it stays as it is, closed or not, unless it says something new.
    pub async fn tell_difference(
        &self,
        booking: Option<Uuid>,
        reference: &str,
        detail: &Value,
    ) -> Result<bool, StoreError> {
        let mut tx = self.pool.begin().await?;
        // A booking that only Stripe knows of has no row here.
        let known = sqlx::query_scalar!("select id from bookings where id = $1", booking)
            .fetch_optional(&mut *tx)
            .await?;
        let is_new = cases::tell(&mut tx, known, CaseKind::Difference, reference, detail).await?;
        tx.commit().await?;
        Ok(is_new)
    }
}
