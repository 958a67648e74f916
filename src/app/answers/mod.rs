//! What the ports answer and the pages show; it crosses the wire as JSON.

mod cancellation;
mod checkout;
mod hold;
mod offer;
mod outside;
mod promotion;
mod results;
mod seats;
mod trip;

pub use cancellation::CancellationView;
pub use checkout::{CardForm, FliesAlready, Settled};
pub use hold::{Contact, HeldLeg, HeldTraveller, HoldView, SeatCharge, SoldBy, TravellerEntry};
pub use offer::{NextBest, OfferView};
pub use outside::{Beside, OutsideBound, OutsideCard, OutsidePrice, OutsideResults};
pub use promotion::PromotionNote;
pub use results::{
    Board, BoardRow, BoundEntry, BrandPrice, Checked, DayPrice, ItineraryCard, LegLine, MonthPrices,
    SearchRequest, SearchResults,
};
pub use seats::{PickRequest, Picked, SeatMapView, SeatsNow};
pub use trip::{TripCoupon, TripLeg, TripTraveller, TripView};
