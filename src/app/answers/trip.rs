use domain::{
    booking::BookingState,
    cabin::{Cabin, SeatNumber},
    cancelling::CouponValue,
    coupon::CouponState,
    departure::Departure,
    fare::{FareBrand, Quote},
    money::Money,
    payment::PaymentState,
    pnr::Pnr,
    selling::SellingMode,
    ticket::TicketNumber,
    traveller::TravellerKind,
};
use serde::{Deserialize, Serialize};

use super::{CancellationView, SoldBy};

/// A booking as its travellers see it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TripView {
    pub pnr: Pnr,
    pub state: BookingState,
    pub payment: PaymentState,
    pub total: Money,
    pub quote: Quote,
    pub brand: FareBrand,
    pub cabin: Cabin,
    pub card: Option<String>,
    pub email: String,
    pub legs: Vec<TripLeg>,
    pub travellers: Vec<TripTraveller>,
    /// Confirmed ones, oldest first.
    pub cancellations: Vec<CancellationView>,
    /// Where it is not ours.
    pub sold_by: Option<SoldBy>,
}

impl TripView {
    /// Each seat that was paid for, as lines of the price.
    pub fn seat_lines(&self) -> Vec<(String, Money)> {
        let coupons = self.travellers.iter().flat_map(|traveller| &traveller.coupons);
        let line = |coupon: &TripCoupon| {
            let leg = &self.legs.get(coupon.leg)?.departure;
            let seat = coupon.seat.map(|seat| format!(" {seat}")).unwrap_or_default();
            let amount = Money::new(coupon.value.seat_minor, self.total.currency);
            Some((format!("Seat{seat}, {} to {}", leg.origin, leg.destination), amount))
        };
        coupons.filter(|coupon| coupon.value.seat_minor > 0).filter_map(line).collect()
    }

    /// Whether any of it can still be given back.
    pub fn may_cancel(&self) -> bool {
        self.travellers.iter().flat_map(|traveller| &traveller.coupons).any(|coupon| coupon.may_cancel)
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TripLeg {
    pub departure: Departure,
    pub origin_name: String,
    pub destination_name: String,
    pub aircraft_name: String,
    /// Who says which seat a traveller gets.
    pub mode: SellingMode,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TripTraveller {
    pub given_name: String,
    pub surname: String,
    pub kind: TravellerKind,
    /// One ticket a traveller, a coupon for each leg.
    pub ticket: TicketNumber,
    pub coupons: Vec<TripCoupon>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TripCoupon {
    /// Index into the trip's legs.
    pub leg: usize,
    /// None: seat at check-in, any free seat where they are not assigned, or an infant on a lap.
    pub seat: Option<SeatNumber>,
    pub state: CouponState,
    /// Whether it can be given back now.
    pub may_cancel: bool,
    pub value: CouponValue,
}
