//! The `Trips` port: bookings that are made.

use app::{
    answers::{CancellationView, SoldBy, TripCoupon, TripLeg, TripTraveller, TripView},
    ports::{Caller, CancelError, TripError, Trips, Visitor},
};
use async_trait::async_trait;
use domain::{
    airports::fold, booking::BookingState, cancelling::CouponKey, coupon::CouponState, departure::Departure,
    pnr::Pnr, selling::SellingMode,
};
use uuid::Uuid;

use crate::{
    cancelling::Cancelling,
    once::once,
    postgres::{ANSWERED, CancellationRecord, Once, Opening, Postgres, StoreError, TripRecord},
    reference,
    seating::sold_by,
    timetables::Timetables,
};

#[derive(Clone, Debug)]
pub struct TripFiles {
    postgres: Postgres,
    timetables: Timetables,
    cancelling: Cancelling,
}

impl TripFiles {
    pub fn new(postgres: Postgres, timetables: Timetables, cancelling: Cancelling) -> Self {
        Self { postgres, timetables, cancelling }
    }

    fn view(&self, trip: TripRecord) -> TripView {
        let airports = self.timetables.airports();
        let city =
            |code| airports.get(code).map_or_else(|| String::from(code), |airport| airport.city.clone());
        // What a partner sold is theirs to give back: the money goes to their balance.
        let is_theirs = trip.is_own || !trip.is_by_partner;
        // Who is asked to cancel it has yet to say yes.
        let is_theirs = is_theirs && !trip.is_cancelling;
        let outside = trip.outside;
        let aircraft = |leg: usize, departure: &Departure| match &outside {
            Some((offered, _)) => offered.aircraft(leg).unwrap_or_default().to_owned(),
            None => reference::aircraft_name(departure.aircraft),
        };
        let is_paid_for =
            is_theirs && matches!(trip.state, BookingState::Ticketed | BookingState::PartCancelled);
        TripView {
            pnr: trip.pnr,
            state: trip.state,
            payment: trip.payment,
            total: trip.total,
            quote: trip.quote,
            brand: trip.offer.brand,
            cabin: trip.offer.cabin,
            card: trip.card,
            email: trip.email,
            legs: trip
                .legs
                .into_iter()
                .enumerate()
                .map(|(leg, departure)| TripLeg {
                    origin_name: city(departure.origin),
                    destination_name: city(departure.destination),
                    aircraft_name: aircraft(leg, &departure),
                    mode: match &outside {
                        Some(_) => SellingMode::Choose,
                        None => self.timetables.selling().mode(departure.id, trip.offer.cabin),
                    },
                    departure,
                })
                .collect(),
            travellers: trip
                .tickets
                .into_iter()
                .map(|ticket| TripTraveller {
                    given_name: ticket.given_name,
                    surname: ticket.surname,
                    kind: ticket.kind,
                    ticket: ticket.number,
                    coupons: ticket
                        .coupons
                        .into_iter()
                        .enumerate()
                        .map(|(leg, coupon)| TripCoupon {
                            leg,
                            seat: coupon.seat,
                            state: coupon.state,
                            may_cancel: is_paid_for && coupon.state == CouponState::Open && !coupon.has_left,
                            value: coupon.value,
                        })
                        .collect(),
                })
                .collect(),
            cancellations: trip.cancellations.into_iter().map(cancellation_view).collect(),
            sold_by: outside.as_ref().map(|(offered, locator)| SoldBy {
                is_cancelling: trip.is_cancelling,
                ..sold_by(offered, locator.clone())
            }),
        }
    }
}

fn cancellation_view(record: CancellationRecord) -> CancellationView {
    let CancellationRecord { id, cause, state, refund, kept, quoted_for_secs, refund_state, shares } = record;
    // Rounded up: less than a minute is still a minute.
    let quoted_for_min = (quoted_for_secs > 0).then_some((quoted_for_secs + 59) / 60);
    CancellationView { id, cause, state, refund, kept, quoted_for_min, refund_state, shares }
}

#[async_trait]
impl Trips for TripFiles {
    async fn open(&self, caller: Caller, pnr: &str, surname: &str) -> Result<Pnr, TripError> {
        let asking = Once::new(&caller, "open_trip", &(pnr, surname), None);
        once(&self.postgres, &asking, self.open_once(caller.visitor, pnr, surname, &asking)).await
    }

    async fn trip(&self, visitor: Visitor, pnr: Pnr) -> Result<TripView, TripError> {
        let trip = self.postgres.trip(visitor.0, pnr).await.map_err(away)?.ok_or(TripError::NotFound)?;
        Ok(self.view(trip))
    }

    async fn quote_cancellation(
        &self,
        caller: Caller,
        pnr: Pnr,
        coupons: &[CouponKey],
    ) -> Result<Uuid, CancelError> {
        self.cancelling.quote(&caller, pnr, coupons).await
    }

    async fn cancellation(&self, visitor: Visitor, id: Uuid) -> Result<(Pnr, CancellationView), TripError> {
        let found = self.postgres.cancellation(visitor.0, id).await.map_err(away)?;
        let (pnr, record) = found.ok_or(TripError::NotFound)?;
        Ok((pnr, cancellation_view(record)))
    }

    async fn confirm_cancellation(&self, caller: Caller, id: Uuid) -> Result<Pnr, CancelError> {
        self.cancelling.confirm(&caller, id).await
    }
}

impl TripFiles {
    async fn open_once(
        &self,
        visitor: Visitor,
        pnr: &str,
        surname: &str,
        asking: &Once,
    ) -> Result<Pnr, TripError> {
        let pnr = Pnr::parse(pnr).map_err(|_| TripError::NotFound)?;
        let typed = fold(surname);
        if typed.is_empty() {
            return Err(TripError::NotFound);
        }
        // Accents and case are often left out when a name is typed.
        let is_traveller = |name: &str| fold(name) == typed;
        let opening = self.postgres.open_trip(visitor.0, pnr, is_traveller, asking).await.map_err(away)?;
        match opening {
            Opening::Opened => Ok(pnr),
            Opening::Wrong => Err(TripError::NotFound),
            Opening::TooManyTries => Err(TripError::TooManyTries),
        }
    }
}

pub(crate) fn away(error: StoreError) -> TripError {
    if error.constraint() == Some(ANSWERED) {
        // Somebody asked the same at the same time and was faster: theirs is the answer.
        return TripError::Unavailable;
    }
    tracing::error!(%error, "bookings cannot be read");
    TripError::Unavailable
}
