use domain::{
    booking::BookingState, cabin::SeatNumber, cancelling::CouponValue, coupon::CouponState,
    departure::Departure, fare::Quote, hold::HoldId, money::Money, offer::Offer, payment::PaymentState,
    pnr::Pnr, ticket::TicketNumber, traveller::TravellerKind,
};
use sqlx::types::Json;
use uuid::Uuid;

use crate::suppliers::Offered;

use super::{CancellationRecord, Once, Postgres, StoreError, hold_view::traveller_kind, idempotency::keep};

/// A ticketed booking with all that its travellers may see.
#[derive(Debug)]
pub struct TripRecord {
    pub pnr: Pnr,
    pub state: BookingState,
    pub payment: PaymentState,
    pub card: Option<String>,
    /// Whether a partner paid for it: then who only opened it does not give it back.
    pub is_by_partner: bool,
    /// Whether it is this visitor's own.
    pub is_own: bool,
    pub email: String,
    pub offer: Offer,
    pub quote: Quote,
    /// What was paid: the fare and what the seats cost.
    pub total: Money,
    pub legs: Vec<Departure>,
    pub tickets: Vec<TicketRecord>,
    /// Confirmed ones, oldest first.
    pub cancellations: Vec<CancellationRecord>,
    /// What its supplier sold, with their reference, where it is not ours.
    pub outside: Option<(Offered, Option<String>)>,
    /// Whether that supplier is asked to cancel it at the moment.
    pub is_cancelling: bool,
}

#[derive(Debug)]
pub struct TicketRecord {
    pub number: TicketNumber,
    pub kind: TravellerKind,
    pub given_name: String,
    pub surname: String,
    /// By leg.
    pub coupons: Vec<CouponRecord>,
}

#[derive(Debug)]
pub struct CouponRecord {
    /// None: seat at check-in, or on a lap.
    pub seat: Option<SeatNumber>,
    pub state: CouponState,
    pub value: CouponValue,
    /// Whether its departure has left; one that was called off never does.
    pub has_left: bool,
}

/// What trying a surname on a PNR came to.
#[derive(Debug, PartialEq, Eq)]
pub enum Opening {
    Opened,
    /// No such PNR, or no traveller of that surname.
    Wrong,
    TooManyTries,
}

const TRIES: i64 = 10;
const TRIES_WINDOW_SECS: f64 = 600.0;
/// Tells the locks of tried locators from others; any number will do.
const TRIES_LOCK: i32 = 0x5452_4950;

impl Postgres {
    /// Lets a visitor see the trip of that PNR, if the surname (folded by the caller) is one of its travellers'.
    pub async fn open_trip(
        &self,
        visitor: Uuid,
        pnr: Pnr,
        is_traveller: impl Fn(&str) -> bool,
        asking: &Once,
    ) -> Result<Opening, StoreError> {
        let mut tx = self.pool.begin().await?;
        // Many tries at once are counted like one after the other, and those of a locator that nobody has like those of
        // any other: which of them exist is not to be learned here.
        sqlx::query!("select pg_advisory_xact_lock($1, hashtext($2))", TRIES_LOCK, pnr.as_str())
            .execute(&mut *tx)
            .await?;
        let tries = sqlx::query_scalar!(
            r#"select count(*) as "n!" from trip_tries
            where pnr = $1 and at > (select sky_now()) - make_interval(secs => $2)"#,
            pnr.as_str(),
            TRIES_WINDOW_SECS,
        )
        .fetch_one(&mut *tx)
        .await?;
        if tries >= TRIES {
            return Ok(Opening::TooManyTries);
        }
        let travellers = sqlx::query!(
            "select b.id, b.hold_id, t.surname from bookings b join tickets t on t.booking_id = b.id where b.pnr = $1",
            pnr.as_str()
        )
        .fetch_all(&mut *tx)
        .await?;
        let opening = if let Some(found) = travellers.iter().find(|found| is_traveller(&found.surname)) {
            keep(&mut tx, asking, Some(HoldId(found.hold_id)), &Ok::<_, ()>(pnr)).await?;
            sqlx::query!("insert into visitors (id) values ($1) on conflict do nothing", visitor)
                .execute(&mut *tx)
                .await?;
            sqlx::query!(
                "insert into trip_grants (visitor, booking_id) values ($1, $2) on conflict do nothing",
                visitor,
                found.id
            )
            .execute(&mut *tx)
            .await?;
            Opening::Opened
        } else {
            sqlx::query!("insert into trip_tries (pnr) values ($1)", pnr.as_str()).execute(&mut *tx).await?;
            Opening::Wrong
        };
        tx.commit().await?;
        Ok(opening)
    }

    /// Forgets wrong tries that do not count any more.
    pub async fn forget_tries(&self) -> Result<(), StoreError> {
        sqlx::query!(
            "delete from trip_tries where at <= (select sky_now()) - make_interval(secs => $1)",
            TRIES_WINDOW_SECS
        )
        .execute(&self.pool)
        .await?;
        Ok(())
    }

    /// A trip that this visitor booked or opened.
    pub async fn trip(&self, visitor: Uuid, pnr: Pnr) -> Result<Option<TripRecord>, StoreError> {
        let Some(row) = sqlx::query!(
            r#"select b.id, b.hold_id, b.state, p.state as payment, p.card, h.contact_email,
                p.amount_minor, p.token_id is not null as "is_by_partner!", b.visitor = $2 as "is_own!",
                h.offer as "offer: Json<Offer>", h.quote as "quote: Json<Quote>",
                h.outside as "outside: Json<Offered>", o.locator as "locator?",
                exists (select from cancellations c where c.booking_id = b.id and c.asked_at is not null
                    and c.state = 'quoted') as "is_cancelling!"
            from bookings b join payments p on p.booking_id = b.id join holds h on h.id = b.hold_id
            left join supplier_orders o on o.id = h.id
            where b.pnr = $1 and (b.visitor = $2 or exists (
                select from trip_grants g where g.booking_id = b.id and g.visitor = $2))"#,
            pnr.as_str(),
            visitor,
        )
        .fetch_optional(&self.pool)
        .await?
        else {
            return Ok(None);
        };
        let legs = self.legs_of(HoldId(row.hold_id)).await?;
        let tickets = self.tickets(row.id).await?;
        let cancellations = self.cancellations_of(row.id).await?;
        Ok(Some(TripRecord {
            pnr,
            state: BookingState::parse(&row.state).unwrap_or(BookingState::Failed),
            payment: PaymentState::parse(&row.payment).unwrap_or(PaymentState::Open),
            card: row.card,
            is_by_partner: row.is_by_partner,
            is_own: row.is_own,
            email: row.contact_email.unwrap_or_default(),
            offer: row.offer.0,
            total: Money::new(row.amount_minor, row.quote.0.currency),
            quote: row.quote.0,
            legs,
            tickets,
            cancellations,
            outside: row.outside.map(|outside| (outside.0, row.locator)),
            is_cancelling: row.is_cancelling,
        }))
    }

    /// A booking's tickets by ordinal, each with its coupons by leg.
    async fn tickets(&self, booking: Uuid) -> Result<Vec<TicketRecord>, StoreError> {
        let rows = sqlx::query!(
            r#"select t.number, t.kind, t.given_name, t.surname, c.seat, c.state, c.fare_minor, c.tax_minor, c.seat_minor,
                (l.sold ->> 'departs_at')::timestamptz <= sky_now() and not exists (
                    select from departures_cancelled d where d.departure = c.departure) as "has_left!"
            from tickets t join coupons c on c.ticket = t.number
            join bookings b on b.id = t.booking_id join hold_legs l on l.hold_id = b.hold_id and l.leg = c.leg
            where t.booking_id = $1 order by t.ordinal, c.leg"#,
            booking
        )
        .fetch_all(&self.pool)
        .await?;
        let mut tickets: Vec<TicketRecord> = Vec::new();
        for row in rows {
            let (Ok(number), Some(kind), Some(state)) =
                (TicketNumber::parse(&row.number), traveller_kind(&row.kind), CouponState::parse(&row.state))
            else {
                continue;
            };
            let coupon = CouponRecord {
                seat: row.seat.and_then(|seat| seat.parse().ok()),
                state,
                value: CouponValue {
                    fare_minor: row.fare_minor,
                    tax_minor: row.tax_minor,
                    seat_minor: row.seat_minor,
                },
                has_left: row.has_left,
            };
            match tickets.last_mut().filter(|ticket| ticket.number == number) {
                Some(ticket) => ticket.coupons.push(coupon),
                None => tickets.push(TicketRecord {
                    number,
                    kind,
                    given_name: row.given_name,
                    surname: row.surname,
                    coupons: vec![coupon],
                }),
            }
        }
        Ok(tickets)
    }
}
