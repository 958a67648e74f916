//! The bank agreed after the hold's time had run out: the same seats once more, or the money is given back.

use jiff::Timestamp;
use payments::{Intent, IntentStatus};

use domain::{booking::BookingState, hold::HoldState, payment::PaymentState};

use super::{Paying, settle};
use crate::{
    postgres::{Errand, PaymentRow, StoreError, TicketOutcome},
    steps::reached,
};

impl Paying {
    /// Takes an expired hold's seats again, if all are free and still sold as they were, and tickets its booking: then
    /// the errand to void its payment is done, which `true` tells. Of two workers, where one has outlived its lease, the one
    /// begins the void or the other takes the seats, never both.
    pub async fn retake(
        &self,
        errand: &Errand,
        payment: &PaymentRow,
        intent: &Intent,
    ) -> Result<bool, StoreError> {
        if payment.supplier.is_some() {
            // Its supplier was given the order back: what was sold there cannot be had again by our books.
            return Ok(false);
        }
        let came_late = payment.booking_state == BookingState::Pending
            && payment.state == PaymentState::Open
            && payment.hold_state == HoldState::Expired;
        if !came_late || intent.status != IntentStatus::RequiresCapture {
            return Ok(false);
        }
        if settle::differs(self, payment, intent).await? {
            return Ok(false);
        }
        let Some(hold) = self.postgres.hold(payment.visitor, payment.hold).await? else { return Ok(false) };
        if let Err(error) = self.seating.timetables.renew().await {
            tracing::warn!(%error, "the timetable could not be renewed; the old one stays");
        }
        let Ok(sold) = self.seating.on_sale(&hold.offer, Timestamp::now()) else { return Ok(false) };
        if sold.quote.total != hold.quote.total || sold.legs != hold.legs {
            return Ok(false);
        }
        match self.postgres.retake(errand, settle::card(intent).as_deref(), sold.schedule).await? {
            Some(TicketOutcome::Ticketed { seats, .. }) => {
                reached("checkout.ticketed");
                tracing::info!(booking = %errand.booking, "a late authorisation got its seats again");
                self.live.publish(&seats);
                Ok(true)
            }
            _ => Ok(false),
        }
    }
}
