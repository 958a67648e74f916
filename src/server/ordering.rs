//! Booking for partners: an offer, people and seats in one call, paid from a token's balance at once or until a deadline.
//! What the steps do is what a traveller's clicks do; every one may be cut off and called again.

use app::{
    answers::{Contact, PickRequest, TravellerEntry},
    ports::{Caller, CancelError, HoldError, Key, PickError, Seats as _, TripError, Trips, Visitor},
};
use domain::{
    booking::BookingState,
    cabin::SeatNumber,
    cancelling::CouponKey,
    departure::DepartureId,
    hold::{HoldId, HoldState, Holder},
    money::Money,
    offer::Offer,
    pay_later,
};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use std::sync::Arc;
use uuid::Uuid;

use crate::{
    live::Live,
    once::{Refusal, once_in_steps},
    postgres::{
        Account, EndAs, Once, OrderRefusal, PlacedOrder, Postgres, SeatsGiven, StoreError, charges_of,
    },
    seating::{Seating, Whom, assign, away},
    signing::Signing,
    steps::reached,
};

#[derive(Clone)]
pub struct Ordering {
    postgres: Postgres,
    live: Live,
    seating: Seating,
    signing: Signing,
    trips: Arc<dyn Trips>,
}

impl std::fmt::Debug for Ordering {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Ordering")
    }
}

/// What a partner orders. People are in the order of the offer's party.
#[derive(Clone, Debug, Serialize)]
pub struct NewOrder {
    /// The signed offer.
    pub offer: String,
    pub travellers: Vec<TravellerEntry>,
    pub contact: Contact,
    /// Who sits where; the others get the best seats that are left.
    pub seats: Vec<(DepartureId, u8, SeatNumber)>,
    pub pays: Pays,
    /// What is kept with it as the partner wrote it.
    pub details: serde_json::Value,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub enum Pays {
    /// So much, from the balance.
    Now(Money),
    Later,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
pub enum OrderError {
    #[error(transparent)]
    Hold(#[from] HoldError),
    #[error(transparent)]
    Pick(PickError),
    #[error("no such order of this token")]
    NotFound,
    #[error("someone of them flies there already")]
    FliesAlready,
    #[error("the balance is too low")]
    BalanceTooLow,
    #[error("it costs {0}")]
    WrongAmount(Money),
    #[error("its fare is paid at once")]
    PaidAtOnce,
    #[error("the offer was ordered before, by another request")]
    OfferUsed,
    #[error("the booking is {}", .0.as_str())]
    NotNow(BookingState),
    /// The deadline has passed.
    #[error("it was to be paid before")]
    TooLate,
}

impl From<PickError> for OrderError {
    fn from(error: PickError) -> Self {
        match error {
            PickError::Hold(error) => Self::Hold(error),
            error => Self::Pick(error),
        }
    }
}

impl Refusal for OrderError {
    const KEY_REUSED: Self = Self::Hold(HoldError::KeyReused);
    const UNAVAILABLE: Self = Self::Hold(HoldError::Unavailable);

    fn is_decided(&self) -> bool {
        !matches!(self, Self::Hold(HoldError::Unavailable | HoldError::Unclear))
    }
}

impl Ordering {
    pub fn new(
        postgres: Postgres,
        live: Live,
        seating: Seating,
        signing: Signing,
        trips: Arc<dyn Trips>,
    ) -> Self {
        Self { postgres, live, seating, signing, trips }
    }

    /// Books what is ordered, and tells the booking. An offer is ordered once: the same asking again is answered with the
    /// same booking, another one is refused. Where anything is refused, nothing stays held.
    pub async fn place(&self, token: Uuid, key: Option<Key>, order: &NewOrder) -> Result<Uuid, OrderError> {
        let asking = Once::new(&Caller { visitor: Visitor(token), key }, "create_order", order, None);
        once_in_steps(&self.postgres, &asking, Box::pin(self.place_once(token, order))).await
    }

    async fn place_once(&self, token: Uuid, order: &NewOrder) -> Result<Uuid, OrderError> {
        let digest = format!("{:x}", Sha256::digest(order.offer.as_bytes()));
        // Plain data with string keys: serialising it cannot fail.
        let fingerprint = Sha256::digest(serde_json::to_vec(order).unwrap_or_default()).to_vec();
        if let Some(booking) = self.known(token, &digest, &fingerprint).await? {
            return Ok(booking);
        }
        let offer = self.signing.read_offer(&order.offer).map_err(|_| HoldError::OfferForged)?;
        let pay_within_secs = self.pay_within_secs(&offer, order)?;
        let visitor = visitor(token, &digest, &fingerprint);
        let account = Account { id: token, kind: Holder::Token };
        let hold = self.seating.choose_for(account, visitor, &order.offer).await?;
        let placed = PlacedOrder {
            token,
            visitor: visitor.0,
            hold,
            offer_digest: digest.clone(),
            fingerprint: fingerprint.clone(),
            pay_within_secs,
            amount: if let Pays::Now(amount) = order.pays { Some(amount) } else { None },
            details: order.details.clone(),
        };
        match self.book(visitor, hold, order, &placed).await {
            Ok(booking) => Ok(booking),
            // The same request, sent at the same time, was faster.
            Err(OrderError::Hold(HoldError::Locked | HoldError::Ended(HoldState::Converted))) => {
                self.known(token, &digest, &fingerprint).await?.ok_or(OrderError::UNAVAILABLE)
            }
            Err(error) => {
                if error.is_decided() {
                    // It may be gone already; if not, its time is over soon.
                    _ = self.seating.release(visitor.into(), hold).await;
                }
                Err(error)
            }
        }
    }

    async fn known(&self, token: Uuid, digest: &str, fingerprint: &[u8]) -> Result<Option<Uuid>, OrderError> {
        match self.postgres.order_of_offer(token, digest).await.map_err(away)? {
            None => Ok(None),
            Some(known) if known.fingerprint == fingerprint => Ok(Some(known.booking)),
            Some(_) => Err(OrderError::OfferUsed),
        }
    }

    /// Seconds until it must be paid; none where it is paid now, which costs the fare and the seats that are chosen.
    fn pay_within_secs(&self, offer: &Offer, order: &NewOrder) -> Result<Option<f64>, OrderError> {
        let now = Timestamp::now();
        let sold = self.seating.on_sale(offer, now)?;
        match order.pays {
            Pays::Now(amount) => {
                let seats = order.seats.iter().map(|(departure, who, seat)| ((*departure, *who), *seat));
                let charges = charges_of(offer, offer.total.currency, &sold.legs, seats, &SeatsGiven::new());
                let minor = offer.total.minor + charges.values().sum::<i64>();
                let costs = Money::new(minor, offer.total.currency);
                if amount == costs { Ok(None) } else { Err(OrderError::WrongAmount(costs)) }
            }
            Pays::Later => {
                let departs_at = sold.legs.first().map(|leg| leg.departs_at).unwrap_or_default();
                let deadline = pay_later::deadline(offer.brand, departs_at, now);
                let deadline = deadline.ok_or(OrderError::PaidAtOnce)?;
                Ok(Some(deadline.duration_since(now).as_secs_f64()))
            }
        }
    }

    async fn book(
        &self,
        visitor: Visitor,
        hold: HoldId,
        order: &NewOrder,
        placed: &PlacedOrder,
    ) -> Result<Uuid, OrderError> {
        let (travellers, contact) = (order.travellers.clone(), order.contact.clone());
        self.seating.name_travellers(visitor.into(), hold, travellers, contact).await?;
        for (departure, traveller, seat) in &order.seats {
            let touched = self.postgres.touched(*departure).await.map_err(away)?;
            let version = touched.iter().find(|known| known.seat == *seat).map_or(0, |known| known.version);
            let (departure, traveller, seat) = (*departure, *traveller, *seat);
            let request = PickRequest { hold, departure, traveller, seat, version };
            self.seating.pick(visitor, request).await?;
        }
        let record = self.seating.live_hold(visitor, hold).await?;
        if record.state == HoldState::Active {
            for leg in 0..record.legs.len() {
                assign(&self.seating, visitor, &record, leg, Whom::TheUnseated).await?;
            }
        }
        reached("checkout.seated");
        match self.postgres.place_order(placed).await {
            Ok((booking, seats)) => {
                reached("checkout.ticketed");
                self.live.publish(&seats);
                Ok(booking)
            }
            Err(OrderRefusal::Expired) => {
                self.seating.end(hold, EndAs::Expired).await?;
                Err(HoldError::Ended(HoldState::Expired).into())
            }
            Err(refusal) => Err(refused(refusal)),
        }
    }

    /// Pays for a booking that is kept until its deadline. Paying again for what is paid changes nothing.
    pub async fn pay(&self, token: Uuid, booking: Uuid, amount: Option<Money>) -> Result<(), OrderError> {
        match self.postgres.pay_order(token, booking, amount).await {
            Ok(seats) => {
                reached("checkout.ticketed");
                self.live.publish(&seats);
                Ok(())
            }
            Err(OrderRefusal::Expired) => {
                if let Some(order) = self.postgres.order(token, booking).await.map_err(away)? {
                    self.seating.end(order.hold.id, EndAs::Expired).await?;
                }
                Err(OrderError::TooLate)
            }
            Err(refusal) => Err(refused(refusal)),
        }
    }

    /// What comes back for all that is left of an order, written down to be confirmed.
    pub async fn quote_cancellation(&self, token: Uuid, booking: Uuid) -> Result<Uuid, CancelError> {
        let order = self.postgres.order(token, booking).await.map_err(unread)?.ok_or(TripError::NotFound)?;
        match (order.state, &order.trip) {
            (BookingState::AwaitingPayment, _) => {
                self.postgres.quote_giving_up(token, booking).await.map_err(not_cancelled)
            }
            (_, Some(_)) => {
                let trip = self.trips.trip(Visitor(order.visitor), order.pnr).await?;
                let left: Vec<CouponKey> = trip
                    .travellers
                    .iter()
                    .flat_map(|traveller| {
                        let left = traveller.coupons.iter().filter(|coupon| coupon.may_cancel);
                        left.filter_map(move |coupon| {
                            Some(CouponKey { ticket: traveller.ticket, leg: u8::try_from(coupon.leg).ok()? })
                        })
                    })
                    .collect();
                if left.is_empty() {
                    return Err(CancelError::NotNow(order.state));
                }
                self.trips.quote_cancellation(Visitor(order.visitor).into(), order.pnr, &left).await
            }
            (state, None) => Err(CancelError::NotNow(state)),
        }
    }

    /// Cancels as quoted; confirming again changes nothing.
    pub async fn confirm_cancellation(&self, token: Uuid, id: Uuid) -> Result<(), CancelError> {
        let row = self.postgres.order_cancellation(token, id).await.map_err(unread)?;
        let row = row.ok_or(TripError::NotFound)?;
        if row.is_unpaid {
            let freed = self.postgres.give_up(token, id).await.map_err(not_cancelled)?;
            self.live.publish(&freed);
            return Ok(());
        }
        self.trips.confirm_cancellation(Visitor(row.visitor).into(), id).await.map(|_| ())
    }
}

/// In whose name an order is held: one for each asking of a token for an offer, so that the same asking finds its own hold
/// and another one never names its travellers.
fn visitor(token: Uuid, digest: &str, fingerprint: &[u8]) -> Visitor {
    let mut name = Sha256::new();
    name.update(token.as_bytes());
    name.update(digest.as_bytes());
    name.update(fingerprint);
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&name.finalize()[..16]);
    Visitor(Uuid::from_bytes(bytes))
}

fn refused(refusal: OrderRefusal) -> OrderError {
    match refusal {
        OrderRefusal::Missing => OrderError::NotFound,
        OrderRefusal::Expired => OrderError::TooLate,
        OrderRefusal::Ended(state) => HoldError::Ended(state).into(),
        OrderRefusal::NotNow(state) => OrderError::NotNow(state),
        OrderRefusal::FliesAlready => OrderError::FliesAlready,
        OrderRefusal::BalanceTooLow => OrderError::BalanceTooLow,
        OrderRefusal::WrongAmount(total) => OrderError::WrongAmount(total),
        OrderRefusal::OfferUsed => OrderError::OfferUsed,
        OrderRefusal::PnrTaken => OrderError::UNAVAILABLE,
        OrderRefusal::Store(error) => away(error).into(),
    }
}

fn not_cancelled(refusal: OrderRefusal) -> CancelError {
    match refusal {
        OrderRefusal::NotNow(state) => CancelError::NotNow(state),
        OrderRefusal::Store(error) => unread(error).into(),
        _ => TripError::NotFound.into(),
    }
}

fn unread(error: StoreError) -> TripError {
    crate::trips::away(error)
}
