use domain::{
    cabin::SeatNumber,
    departure::Departure,
    hold::HoldId,
    money::{Currency, Money},
    pnr::Pnr,
    ticket::TicketNumber,
    traveller::TravellerKind,
};
use uuid::Uuid;

use super::{
    Postgres, StoreError,
    hold_view::traveller_kind,
    outbox::{Errand, Letter},
};
use crate::mail::{Lapse, Note};

/// A booking as its letters tell of it.
#[derive(Clone, Debug)]
pub struct LetterRecord {
    pub pnr: Option<Pnr>,
    pub email: Option<String>,
    pub total: Money,
    pub card: Option<String>,
    /// Whether whoever sold it paid from their balance: then the traveller's money is theirs to give back.
    pub is_by_partner: bool,
    /// Who else sells it, and their reference, where it is not ours.
    pub sold_by: Option<(String, String)>,
    /// In order of travel.
    pub legs: Vec<Departure>,
    pub tickets: Vec<LetterTicket>,
}

#[derive(Clone, Debug)]
pub struct LetterTicket {
    pub number: TicketNumber,
    pub kind: TravellerKind,
    pub given_name: String,
    pub surname: String,
    /// By leg; none: seat at check-in, or on a lap.
    pub seats: Vec<Option<SeatNumber>>,
}

impl Postgres {
    pub async fn letter_record(&self, booking: Uuid) -> Result<Option<LetterRecord>, StoreError> {
        let Some(row) = sqlx::query!(
            r#"select b.hold_id, b.pnr, p.amount_minor, p.currency, p.card, p.token_id is not null as "is_by_partner!",
                h.contact_email, h.supplier, o.locator as "locator?"
            from bookings b join payments p on p.booking_id = b.id join holds h on h.id = b.hold_id
            left join supplier_orders o on o.id = h.id
            where b.id = $1"#,
            booking
        )
        .fetch_optional(&self.pool)
        .await?
        else {
            return Ok(None);
        };
        let Some(currency) = Currency::parse(&row.currency) else { return Ok(None) };
        let tickets = sqlx::query!(
            r#"select t.number, t.kind, t.given_name, t.surname,
                array_agg(coalesce(c.seat, '') order by c.leg) as "seats!"
            from tickets t join coupons c on c.ticket = t.number
            where t.booking_id = $1 group by t.number order by t.ordinal"#,
            booking
        )
        .fetch_all(&self.pool)
        .await?;
        Ok(Some(LetterRecord {
            pnr: row.pnr.as_deref().and_then(|pnr| Pnr::parse(pnr).ok()),
            email: row.contact_email,
            total: Money::new(row.amount_minor, currency),
            card: row.card,
            is_by_partner: row.is_by_partner,
            sold_by: row.supplier.zip(row.locator),
            legs: self.legs_of(HoldId(row.hold_id)).await?,
            tickets: tickets
                .into_iter()
                .filter_map(|t| {
                    Some(LetterTicket {
                        number: TicketNumber::parse(&t.number).ok()?,
                        kind: traveller_kind(&t.kind)?,
                        given_name: t.given_name,
                        surname: t.surname,
                        seats: t.seats.iter().map(|seat| seat.parse().ok()).collect(),
                    })
                })
                .collect(),
        }))
    }

    /// What a letter's errand tells of; none where its subject is unknown.
    pub async fn letter_note(&self, errand: &Errand, letter: Letter) -> Result<Option<Note>, StoreError> {
        Ok(match letter {
            Letter::Tickets => Some(Note::Tickets),
            Letter::Unpaid => Some(Note::Unpaid),
            Letter::Failed => Some(Note::Failed),
            Letter::Refused => {
                self.supplier_of(errand.booking).await?.map(|supplier| Note::Refused { supplier })
            }
            Letter::OnHold | Letter::Lapsed => {
                let row = sqlx::query!(
                    r#"select b.state, to_char(o.pay_by at time zone 'utc', 'FMDD FMMonth YYYY "at" HH24:MI') as pay_by,
                        exists (select from hold_legs l join departures_cancelled d on d.departure = l.departure
                            where l.hold_id = b.hold_id) as "is_called_off!"
                    from bookings b join orders o on o.booking_id = b.id where b.id = $1"#,
                    errand.booking,
                )
                .fetch_optional(&self.pool)
                .await?;
                row.map(|row| match letter {
                    Letter::OnHold => Note::OnHold { pay_by: row.pay_by.unwrap_or_default() },
                    _ if row.state != "cancelled" => Note::Lapsed(Lapse::Unpaid),
                    _ if row.is_called_off => Note::Lapsed(Lapse::CalledOff),
                    _ => Note::Lapsed(Lapse::GivenUp),
                })
            }
            Letter::Cancelled => self.cancellation_note(errand).await?,
            Letter::Refunded => {
                let Ok(id) = errand.subject.parse::<Uuid>() else { return Ok(None) };
                let row = sqlx::query!(
                    "select amount_minor, currency from refunds where id = $1 and booking_id = $2",
                    id,
                    errand.booking,
                )
                .fetch_optional(&self.pool)
                .await?;
                row.and_then(|row| {
                    let amount = Money::new(row.amount_minor, Currency::parse(&row.currency)?);
                    Some(Note::Refunded { amount })
                })
            }
        })
    }

    async fn cancellation_note(&self, errand: &Errand) -> Result<Option<Note>, StoreError> {
        let Ok(id) = errand.subject.parse::<Uuid>() else { return Ok(None) };
        let Some(row) = sqlx::query!(
            "select reason, refund_minor, fee_minor, currency from cancellations where id = $1 and booking_id = $2",
            id,
            errand.booking,
        )
        .fetch_optional(&self.pool)
        .await?
        else {
            return Ok(None);
        };
        let coupons = sqlx::query!(
            "select ticket, leg from cancellation_coupons where cancellation_id = $1 order by leg, ticket",
            id
        )
        .fetch_all(&self.pool)
        .await?;
        let Some(currency) = Currency::parse(&row.currency) else { return Ok(None) };
        Ok(Some(Note::Cancelled {
            by_airline: row.reason == "airline",
            refund: Money::new(row.refund_minor, currency),
            fee: Money::new(row.fee_minor, currency),
            coupons: coupons
                .into_iter()
                .filter_map(|c| Some((c.ticket, usize::try_from(c.leg).ok()?)))
                .collect(),
        }))
    }
}
