use super::{Claim, GaveUp, TRIES, Traveller};
use crate::{
    ground::{GivenBack, SoldCoupon},
    history::May,
    tally::count,
    web::Answer,
};

impl Traveller {
    /// Gives some of the coupons back, or all of them: asks what comes back, and agrees.
    pub(super) async fn cancel(
        &mut self,
        claim: &Claim,
        pnr: &str,
        coupons: &[SoldCoupon],
    ) -> Result<(), GaveUp> {
        let all = self.chance(60);
        let chosen: Vec<(String, usize)> = coupons
            .iter()
            .filter(|_| all || self.rng.bool())
            .map(|coupon| (coupon.ticket.clone(), coupon.leg))
            .collect();
        let names: Vec<String> = chosen.iter().map(|(ticket, leg)| format!("{ticket}-{leg}")).collect();
        let mut fields = vec![("pnr", pnr)];
        fields.extend(names.iter().map(|coupon| ("coupons[]", coupon.as_str())));
        let key = self.new_key();
        let (path, _) = self.insist(|| self.browser.follow("quote_cancellation", &fields, &key)).await?;
        if self.chance(10) {
            // Reads what comes back, and keeps the trip.
            return Ok(());
        }
        self.confirm(claim, pnr, path, &chosen).await
    }

    /// Agrees to what was quoted; where that is not true any more, to the fresh quote that the answer leads to.
    async fn confirm(
        &mut self,
        claim: &Claim,
        pnr: &str,
        mut path: String,
        coupons: &[(String, usize)],
    ) -> Result<(), GaveUp> {
        self.ground.history.may(claim.hold, May::Unbook, self.ground.world.clock.now());
        let key = self.new_key();
        for attempt in 0..TRIES {
            let quote = path.rsplit('/').next().and_then(|end| end.split('?').next()).unwrap_or_default();
            let fields = [("pnr", pnr), ("cancellation", quote)];
            let given_back = |is_done| GivenBack {
                hold: claim.hold,
                quote: quote.to_owned(),
                coupons: coupons.to_vec(),
                is_done,
            };
            let key = format!("{key}.{quote}");
            let call = self.browser.follow("confirm_cancellation", &fields, &key).await;
            match call.answer {
                Answer::Done(to) if to.contains("/cancel/") => path = to,
                Answer::Done(_) => {
                    count(&self.ground.tally.cancellations);
                    self.ground.given_back.note(given_back(true));
                    return Ok(());
                }
                Answer::Refused(refusal) => {
                    self.ground.tally.refused(&refusal.code);
                    return Err(GaveUp);
                }
                Answer::Unclear => {
                    self.ground.given_back.note(given_back(false));
                    self.unclear(attempt).await;
                }
            }
        }
        Err(GaveUp)
    }
}
