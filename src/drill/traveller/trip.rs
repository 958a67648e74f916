use super::{Claim, GaveUp, Traveller};
use crate::{
    answer::Trip,
    ground::{Sale, SoldCoupon},
    history::{Event, What},
    web::Call,
};

impl Traveller {
    /// Looks at the trip, and remembers what it showed.
    pub(super) async fn look_at(&mut self, claim: &Claim, pnr: &str) -> Result<(), GaveUp> {
        let asked = [("pnr", pnr)];
        let read = self.insist(|| self.browser.call::<Trip>("read_trip", &asked)).await;
        let coupons = match read {
            Ok((trip, call)) => self.saw_trip(claim, &trip, &call),
            Err(GaveUp) => Vec::new(),
        };
        self.ground.sold.note(Sale {
            hold: claim.hold,
            pnr: pnr.to_owned(),
            shown: claim.to_pay,
            coupons: coupons.clone(),
        });
        if !coupons.is_empty() && self.chance(self.ground.temper.cancel) {
            self.cancel(claim, pnr, &coupons).await?;
        }
        Ok(())
    }

    fn saw_trip(&self, claim: &Claim, trip: &Trip, call: &Call<()>) -> Vec<SoldCoupon> {
        if trip.total != claim.to_pay {
            let Claim { hold, to_pay, .. } = claim;
            self.ground
                .trouble
                .note(format!("hold {hold} was shown at {to_pay}, and {} were paid", trip.total));
        }
        let mut coupons = Vec::new();
        for traveller in &trip.travellers {
            for coupon in &traveller.coupons {
                let Some(leg) = trip.legs.get(coupon.leg) else { continue };
                let departure = leg.departure.id;
                if let Some(seat) = coupon.seat {
                    let what = What::Owned { hold: claim.hold, booked: true };
                    let event = Event { invoked: call.invoked, answered: call.answered, what };
                    self.ground.history.note(departure, seat, event);
                }
                coupons.push(SoldCoupon {
                    ticket: traveller.ticket.clone(),
                    leg: coupon.leg,
                    departure,
                    seat: coupon.seat,
                });
            }
        }
        coupons
    }
}
