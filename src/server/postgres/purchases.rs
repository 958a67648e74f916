use domain::{
    booking::BookingState,
    cancelling::{Coupon, CouponKey, CouponValue, nobody_is_left_alone},
    coupon::CouponState,
    departure::DepartureId,
    fare::BrandTerms,
    hold::HoldId,
    offer::Offer,
    pnr::Pnr,
    ticket::TicketNumber,
};
use jiff::Timestamp;
use sqlx::types::Json;
use uuid::Uuid;

use super::{StoreError, hold_view::traveller_kind};

/// A booking as cancelling looks at it: what was bought, when, by which rules, and what is left of it.
#[derive(Debug)]
pub(super) struct Purchase {
    pub booking: Uuid,
    pub hold: HoldId,
    pub pnr: Pnr,
    pub state: BookingState,
    pub currency: String,
    pub bought_at: Timestamp,
    /// By the database's clock.
    pub now: Timestamp,
    /// The departures of each bound, in order of travel.
    pub bounds: Vec<Vec<DepartureId>>,
    /// Every coupon of every ticket.
    pub coupons: Vec<Coupon>,
}

impl Purchase {
    /// Reads it; who means to write has locked the booking in a statement before.
    ///
    /// # Errors
    /// Postgres is away, or a row holds what the domain does not know: then nothing is guessed.
    pub async fn read(tx: &mut super::Tx, booking: Uuid) -> Result<Self, StoreError> {
        let row = sqlx::query!(
            r#"select b.hold_id, b.pnr, b.state, h.currency, h.offer as "offer: Json<Offer>",
                (extract(epoch from coalesce(b.ticketed_at, b.created_at)) * 1000)::bigint as "bought_at_ms!",
                (extract(epoch from sky_now()) * 1000)::bigint as "now_ms!"
            from bookings b join holds h on h.id = b.hold_id where b.id = $1"#,
            booking
        )
        .fetch_one(&mut **tx)
        .await?;
        let offer = row.offer.0;
        let coupons = sqlx::query!(
            r#"select c.ticket, c.leg, c.state, c.fare_minor, c.tax_minor, c.seat_minor, t.kind, t.terms as "terms: Json<BrandTerms>",
                (extract(epoch from (l.sold ->> 'departs_at')::timestamptz) * 1000)::bigint as "departs_at_ms!",
                exists (select from departures_cancelled d where d.departure = c.departure) as "called_off!"
            from tickets t join coupons c on c.ticket = t.number
            join hold_legs l on l.hold_id = $2 and l.leg = c.leg
            where t.booking_id = $1 order by t.ordinal, c.leg"#,
            booking,
            row.hold_id,
        )
        .fetch_all(&mut **tx)
        .await?;
        let coupons = coupons
            .into_iter()
            .map(|c| {
                let terms = c.terms.map_or_else(|| offer.brand.terms(), |terms| terms.0);
                Some(Coupon {
                    key: CouponKey {
                        ticket: TicketNumber::parse(&c.ticket).ok()?,
                        leg: u8::try_from(c.leg).ok()?,
                    },
                    kind: traveller_kind(&c.kind)?,
                    state: CouponState::parse(&c.state)?,
                    departs_at: Timestamp::from_millisecond(c.departs_at_ms).ok()?,
                    called_off: c.called_off,
                    is_stranded: false,
                    value: CouponValue {
                        fare_minor: c.fare_minor,
                        tax_minor: c.tax_minor,
                        seat_minor: c.seat_minor,
                    },
                    refundable: terms.refundable,
                })
            })
            .collect::<Option<Vec<_>>>();
        let coupons = coupons.map(|mut coupons| {
            tell_stranded(&mut coupons, &offer.bounds);
            coupons
        });
        let read = || {
            Some(Self {
                booking,
                hold: HoldId(row.hold_id),
                pnr: Pnr::parse(row.pnr.as_deref()?).ok()?,
                state: BookingState::parse(&row.state)?,
                currency: row.currency,
                bought_at: Timestamp::from_millisecond(row.bought_at_ms).ok()?,
                now: Timestamp::from_millisecond(row.now_ms).ok()?,
                bounds: offer.bounds,
                coupons: coupons?,
            })
        };
        read().ok_or_else(|| {
            StoreError(sqlx::Error::Protocol(format!("booking {booking} holds what is not understood")))
        })
    }

    /// What is of no use without that departure: of everyone who was to fly on it, the open coupons of its bound, as far
    /// as it has not left. Of everyone in the booking, where a child or an infant would else be left alone.
    pub fn stranded_by(&self, departure: DepartureId) -> Vec<CouponKey> {
        let Some(leg) = self.bounds.iter().flatten().position(|id| *id == departure) else {
            return Vec::new();
        };
        let everyone =
            || self.open().filter(|c| same_bound(&self.bounds, leg, c.key.leg.into())).map(|c| c.key);
        let flies = |key: &CouponKey| {
            self.open().any(|c| c.key.ticket == key.ticket && usize::from(c.key.leg) == leg)
        };
        let stranded: Vec<CouponKey> = everyone().filter(flies).collect();
        match nobody_is_left_alone(&self.coupons, &stranded, self.now) {
            Ok(()) => stranded,
            Err(_) => everyone().collect(),
        }
    }

    /// Coupons that may still be given back.
    fn open(&self) -> impl Iterator<Item = &Coupon> {
        let is_left = |c: &&Coupon| c.state == CouponState::Open && (c.called_off || c.departs_at > self.now);
        self.coupons.iter().filter(is_left)
    }
}

/// Marks the coupons whose traveller has an open one on the same bound of which the departure was called off.
fn tell_stranded(coupons: &mut [Coupon], bounds: &[Vec<DepartureId>]) {
    let lost: Vec<CouponKey> =
        coupons.iter().filter(|c| c.called_off && c.state == CouponState::Open).map(|c| c.key).collect();
    for coupon in coupons {
        coupon.is_stranded = lost.iter().any(|lost| {
            lost.ticket == coupon.key.ticket && same_bound(bounds, lost.leg.into(), coupon.key.leg.into())
        });
    }
}

fn same_bound(bounds: &[Vec<DepartureId>], one: usize, other: usize) -> bool {
    let bound_of = |leg: usize| {
        let ends = bounds.iter().scan(0, |end, bound| {
            *end += bound.len();
            Some(*end)
        });
        ends.take_while(|end| *end <= leg).count()
    };
    bound_of(one) == bound_of(other)
}
