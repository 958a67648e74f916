//! The bank agreed after the hold's time had run out: the same seats once more, or the money is given back.

use jiff::Timestamp;
use payments::{Intent, IntentStatus};

use domain::{
    booking::BookingState,
    cabin::{Layout, SeatNumber, SeatRules, SeatedTraveller},
    departure::DepartureId,
    hold::HoldState,
    payment::PaymentState,
    seat::SeatState,
    traveller::TravellerKind,
};

use super::{Paying, settle};
use crate::{
    postgres::{Errand, HoldRecord, Laps, PaymentRow, StoreError, TicketOutcome},
    seating::with_infant,
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
        let mut laps = None;
        if hold.offer.party.infants() > 0 {
            let departures: Vec<DepartureId> = hold.legs.iter().map(|leg| leg.id).collect();
            let laps = laps.insert(self.postgres.alone_with_laps(&departures).await?);
            if !self.masks_are_left(&hold, laps).await? {
                return Ok(false);
            }
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

    /// Whether no other infant has come to where those of the hold sat.
    async fn masks_are_left(&self, hold: &HoldRecord, laps: &mut Laps) -> Result<bool, StoreError> {
        let lost = self.postgres.seats_lost(hold.id).await?;
        for leg in &hold.legs {
            let layout = Layout::of(&leg.aircraft, &leg.configuration);
            let others = laps.seats(leg.id).await?.into_iter().map(|lap| lap.seat);
            let rules = SeatRules { with_infants: others.collect(), keeps_accessible: false };
            let parent = SeatedTraveller { kind: TravellerKind::Adt, with_infant: true };
            let may_sit = |seat: &SeatNumber| {
                let seat = layout.seat(*seat);
                seat.is_some_and(|seat| {
                    rules.check(&layout, hold.offer.cabin, (seat, SeatState::Available), parent).is_ok()
                })
            };
            let ours = lost.iter().filter(|(departure, ordinal, _)| {
                *departure == leg.id && with_infant(hold.offer.party, *ordinal)
            });
            if !ours.map(|(.., seat)| seat).all(may_sit) {
                return Ok(false);
            }
        }
        Ok(true)
    }
}
