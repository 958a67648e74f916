use domain::{
    booking::BookingState,
    cancelling::{coupon_values, shared_values},
    departure::DepartureId,
    fare::Quote,
    hold::HoldId,
    hold::HoldState,
    live::SeatChange,
    offer::Offer,
    pnr::Pnr,
    ticket::TicketNumber,
};
use serde_json::json;
use sqlx::types::Json;
use uuid::Uuid;

use super::{
    AsStoreError, Postgres, StoreError, again_after_deadlock,
    balances::{DebitError, debit},
    hold_view::traveller_kind,
    ledger::{self, Account},
    outbox::{self, Letter, Step},
    payments::move_seats,
};

/// What became of an authorised payment.
#[derive(Debug)]
pub enum TicketOutcome {
    /// Ticketed now, or long ago; the seats that changed.
    Ticketed { pnr: Pnr, seats: Vec<(DepartureId, SeatChange)> },
    /// The hold had ended: nothing is sold, and the void is queued.
    TooLate,
    /// The booking is past being ticketed.
    Over(BookingState),
}

#[derive(Debug, thiserror::Error)]
pub(super) enum TicketError {
    #[error("what was to be taken again is gone")]
    Gone,
    #[error("the drawn locator is taken")]
    PnrTaken,
    #[error("the balance is too low")]
    BalanceTooLow,
    #[error("ticket serials are used up")]
    SerialsUsedUp,
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<sqlx::Error> for TicketError {
    fn from(error: sqlx::Error) -> Self {
        Self::Store(error.into())
    }
}

impl From<DebitError> for TicketError {
    fn from(error: DebitError) -> Self {
        match error {
            DebitError::TooLow => Self::BalanceTooLow,
            DebitError::Store(error) => Self::Store(error),
        }
    }
}

impl From<TicketError> for StoreError {
    fn from(error: TicketError) -> Self {
        match error {
            TicketError::Store(error) => error,
            error => Self(sqlx::Error::Protocol(error.to_string())),
        }
    }
}

impl AsStoreError for TicketError {
    fn as_store_error(&self) -> Option<&StoreError> {
        if let Self::Store(error) = self { Some(error) } else { None }
    }
}

/// What a booking is paid by.
#[derive(Clone, Copy, Debug)]
pub(super) enum Paid<'a> {
    /// Authorised, and captured by an errand; as people know the card.
    Card(Option<&'a str>),
    /// Taken with the ticketing itself from that token's balance.
    Balance(Uuid),
}

pub(super) const PNR_DRAWS: u32 = 8;

impl Postgres {
    /// Turns an authorised payment into tickets, in one transaction: reserved seats become booked, the hold converted,
    /// the booking ticketed; locator, ticket numbers, ledger, the queued capture and the letter are written with it. Calling it
    /// again answers the same. The caller has checked amount and currency against the intent.
    pub async fn ticket(&self, booking: Uuid, card: Option<&str>) -> Result<TicketOutcome, StoreError> {
        Ok(with_locator(|pnr| self.ticket_as(booking, card, pnr)).await?)
    }

    async fn ticket_as(
        &self,
        booking: Uuid,
        card: Option<&str>,
        pnr: Pnr,
    ) -> Result<TicketOutcome, TicketError> {
        let mut tx = self.pool.begin().await?;
        let owner = sqlx::query!("select visitor, hold_id from bookings where id = $1", booking)
            .fetch_one(&mut *tx)
            .await?;
        let hold = HoldId(owner.hold_id);
        lock_holders(&mut tx, hold).await?;
        let row = sqlx::query!("select state, pnr from bookings where id = $1 for no key update", booking)
            .fetch_one(&mut *tx)
            .await?;
        let known = row.pnr.as_deref().and_then(|pnr| Pnr::parse(pnr).ok());
        match (BookingState::parse(&row.state), known) {
            (Some(BookingState::Pending), _) => {}
            (_, Some(pnr)) => return Ok(TicketOutcome::Ticketed { pnr, seats: Vec::new() }),
            (state, None) => return Ok(TicketOutcome::Over(state.unwrap_or(BookingState::Failed))),
        }
        let claim = sqlx::query_scalar!("select state from holds where id = $1 for no key update", hold.0)
            .fetch_one(&mut *tx)
            .await?;
        if !HoldState::parse(&claim).is_some_and(HoldState::is_live) {
            outbox::queue(&mut tx, booking, Step::Void, "", &json!({})).await?;
            tx.commit().await?;
            self.wake_workers();
            return Ok(TicketOutcome::TooLate);
        }
        let outcome = ticket_hold(&mut tx, booking, hold, Paid::Card(card), pnr).await?;
        tx.commit().await?;
        self.wake_workers();
        Ok(outcome)
    }
}

/// Draws locators until one is free.
pub(super) async fn with_locator<F>(transaction: impl Fn(Pnr) -> F) -> Result<TicketOutcome, TicketError>
where
    F: Future<Output = Result<TicketOutcome, TicketError>>,
{
    for _ in 1..PNR_DRAWS {
        let pnr = draw_pnr();
        match again_after_deadlock(|| transaction(pnr)).await {
            Err(TicketError::PnrTaken) => {}
            ended => return ended,
        }
    }
    Err(TicketError::PnrTaken)
}

pub(super) fn draw_pnr() -> Pnr {
    // The low half of a random UUID is random bits but for the variant: enough for six characters.
    Pnr::draw(Uuid::new_v4().as_u64_pair().1)
}

/// Locks whoever the hold's places count on, in the order of their ids.
pub(super) async fn lock_holders(tx: &mut super::Tx, hold: HoldId) -> Result<(), StoreError> {
    sqlx::query!(
        "select v.id from visitors v join holds h on v.id in (h.visitor, h.account)
        where h.id = $1 order by v.id for no key update of v",
        hold.0
    )
    .fetch_all(&mut **tx)
    .await?;
    Ok(())
}

/// Tickets a booking whose visitor, booking and live hold are locked.
pub(super) async fn ticket_hold(
    tx: &mut super::Tx,
    booking: Uuid,
    hold: HoldId,
    paid: Paid<'_>,
    pnr: Pnr,
) -> Result<TicketOutcome, TicketError> {
    let claim = sqlx::query!(
        r#"update holds set state = 'converted', ended_at = sky_now() where id = $1
        returning visitor, places, currency, offer as "offer: Json<Offer>", quote as "quote: Json<Quote>",
            supplier is not null as "is_outside!""#,
        hold.0
    )
    .fetch_one(&mut **tx)
    .await?;
    sqlx::query!(
        "update visitors v set places = v.places - h.places from holds h
        where h.id = $1 and v.id in (h.visitor, h.account)",
        hold.0
    )
    .execute(&mut **tx)
    .await?;
    let card = if let Paid::Card(card) = paid { card } else { None };
    // The fare and what the seats cost.
    let paid_minor = sqlx::query_scalar!(
        "update payments set state = 'authorised', card = $2 where booking_id = $1 returning amount_minor",
        booking,
        card
    )
    .fetch_one(&mut **tx)
    .await?;
    let ticketed = sqlx::query!(
        "update bookings set state = 'ticketed', pnr = $2, ticketed_at = sky_now() where id = $1",
        booking,
        pnr.as_str(),
    )
    .execute(&mut **tx)
    .await
    .map_err(StoreError::from);
    match ticketed {
        Err(error) if error.constraint() == Some("booking_pnr_unique") => {
            return Err(TicketError::PnrTaken);
        }
        other => other?,
    };
    let seats = move_seats(tx, hold, "booked").await?;
    issue_tickets(tx, booking, hold, &claim.offer.0, &claim.quote.0, claim.is_outside).await?;
    let account = match paid {
        Paid::Card(_) => Account::CaptureQueued,
        Paid::Balance(_) => Account::Balance,
    };
    let lines = [(Account::Tickets, -paid_minor), (account, paid_minor)];
    ledger::post(tx, booking, "ticketed", &lines, &claim.currency).await?;
    match paid {
        Paid::Card(_) => outbox::queue(tx, booking, Step::Capture, "", &json!({})).await?,
        Paid::Balance(token) => {
            sqlx::query!("update payments set state = 'captured' where booking_id = $1", booking)
                .execute(&mut **tx)
                .await?;
            // Last, since many orders of a token wait here for each other.
            debit(tx, token, booking, paid_minor, &claim.currency).await?;
        }
    }
    outbox::queue(tx, booking, Step::Mail(Letter::Tickets), "", &json!({})).await?;
    Ok(TicketOutcome::Ticketed { pnr, seats })
}

/// A ticket for each traveller and a coupon for each leg, with its value, the seat that was picked for it and what that cost. Of what an
/// outside supplier sells only the price of all is known, and is shared.
async fn issue_tickets(
    tx: &mut super::Tx,
    booking: Uuid,
    hold: HoldId,
    offer: &Offer,
    quote: &Quote,
    is_outside: bool,
) -> Result<(), TicketError> {
    let legs_of_bounds: Vec<usize> = offer.bounds.iter().map(Vec::len).collect();
    let people = sqlx::query!(
        r#"select ordinal, kind, nextval('ticket_serials') as "serial!"
        from hold_travellers where hold_id = $1 order by ordinal"#,
        hold.0
    )
    .fetch_all(&mut **tx)
    .await?;
    let kinds = people
        .iter()
        .map(|person| {
            let unread = || sqlx::Error::Protocol(format!("{} is no kind of traveller", person.kind));
            traveller_kind(&person.kind).ok_or_else(unread)
        })
        .collect::<Result<Vec<_>, _>>()?;
    let shared =
        is_outside.then(|| shared_values(quote.total.minor, &kinds, legs_of_bounds.iter().sum::<usize>()));
    for (place, (person, kind)) in people.into_iter().zip(kinds).enumerate() {
        let number = u64::try_from(person.serial)
            .ok()
            .and_then(|serial| TicketNumber::demo(serial).ok())
            .ok_or(TicketError::SerialsUsedUp)?
            .to_string();
        let of_ticket = shared.as_ref().and_then(|shared| shared.get(place).cloned());
        let values = of_ticket.unwrap_or_else(|| coupon_values(quote, kind, &legs_of_bounds));
        let fares: Vec<i64> = values.iter().map(|value| value.fare_minor).collect();
        let taxes: Vec<i64> = values.iter().map(|value| value.tax_minor).collect();
        let value_minor: i64 = values.iter().map(|value| value.total_minor()).sum();
        sqlx::query!(
            "insert into tickets (number, booking_id, ordinal, kind, given_name, surname, birth_date, value_minor, terms)
            select $1, $2, ordinal, kind, given_name, surname, birth_date, $5 + coalesce((
                select sum(amount_minor) from seat_charges c where c.hold_id = $3 and c.traveller = $4), 0)::bigint, $6
            from hold_travellers where hold_id = $3 and ordinal = $4",
            number,
            booking,
            hold.0,
            person.ordinal,
            value_minor,
            Json(offer.brand.terms()) as _,
        )
        .execute(&mut **tx)
        .await?;
        sqlx::query!(
            "insert into coupons (ticket, leg, departure, cabin, class, seat, fare_minor, tax_minor, seat_minor)
            select $1, l.leg, l.departure, l.cabin, l.class, s.seat, v.fare_minor, v.tax_minor,
                coalesce(p.amount_minor, 0)
            from hold_legs l
            join unnest($4::bigint[], $5::bigint[]) with ordinality as v (fare_minor, tax_minor, place)
                on v.place = l.leg + 1
            left join seats s on s.hold_id = l.hold_id and s.departure = l.departure and s.traveller = $3
            left join seat_charges p
                on p.hold_id = l.hold_id and p.departure = l.departure and p.traveller = $3
            where l.hold_id = $2",
            number,
            hold.0,
            person.ordinal,
            &fares,
            &taxes,
        )
        .execute(&mut **tx)
        .await?;
    }
    Ok(())
}
