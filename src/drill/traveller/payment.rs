use std::time::Duration;

use tokio::time::{Instant, sleep};

use super::{Claim, GaveUp, TRIES, Traveller};
use crate::{
    answer::{CardForm, PayStep, Settled},
    card,
    history::May,
    tally::count,
    web::Answer,
};

/// How long a traveller asks for the tickets before leaving it to the mail.
const WAITS_FOR_TICKETS: Duration = Duration::from_secs(25);

impl Traveller {
    /// Starts to pay, pays, and waits for the tickets. Returns the record locator.
    pub(super) async fn pay(&mut self, claim: &Claim) -> Result<String, GaveUp> {
        let form = self.start_to_pay(claim).await?;
        if form.total != claim.shown {
            let Claim { hold, shown, .. } = claim;
            self.ground
                .trouble
                .note(format!("hold {hold} was shown at {shown}, and {} is charged", form.total));
        }
        if self.chance(3) {
            // Second thoughts while the card form is open: what may be authorised meanwhile is given back.
            self.give_up(claim).await?;
        }
        if self.chance(8) {
            self.use_card(claim, &form, card::DECLINED).await;
            self.insist(|| self.settle(claim)).await?;
        }
        let number = if self.chance(8) { card::ASKING } else { card::GOOD };
        self.use_card(claim, &form, number).await;
        if self.chance(4) {
            // Closes the browser: the webhook or the poller makes out the tickets.
            return Err(GaveUp);
        }
        self.wait_for_tickets(claim).await
    }

    async fn start_to_pay(&mut self, claim: &Claim) -> Result<CardForm, GaveUp> {
        let id = claim.hold.to_string();
        let now = self.ground.world.clock.now();
        for may in [May::Assign, May::Reserve] {
            self.ground.history.may(claim.hold, may, now);
        }
        let key = self.new_key();
        let clicks_twice = self.chance(5);
        let asked = [("hold", id.as_str())];
        let start = || self.browser.follow("start_payment", &asked, &key);
        if clicks_twice {
            let _ = tokio::join!(start(), start());
        }
        for attempt in 0..TRIES {
            let call = start().await;
            match call.answer {
                Answer::Done(_) => {}
                Answer::Refused(refusal) => {
                    self.refused(claim.hold, &refusal, call.answered);
                    return Err(GaveUp);
                }
                Answer::Unclear => self.unclear(attempt).await,
            }
            let call = self.browser.call::<PayStep>("payment_page", &[("id", &id)]).await;
            match call.answer {
                Answer::Done(PayStep::Card { hold, card }) => {
                    self.saw_hold(claim, &hold, call.invoked, call.answered);
                    match card {
                        Ok(form) => return Ok(form),
                        Err(_) => self.unclear(attempt).await,
                    }
                }
                Answer::Done(PayStep::Review {} | PayStep::Late) | Answer::Unclear => {
                    self.unclear(attempt).await;
                }
                Answer::Done(PayStep::Ticketed { .. }) => return Err(GaveUp),
                Answer::Refused(refusal) => {
                    self.refused(claim.hold, &refusal, call.answered);
                    return Err(GaveUp);
                }
            }
        }
        Err(GaveUp)
    }

    /// Types the card into Stripe's form. What comes of it is asked of our server alone.
    async fn use_card(&self, claim: &Claim, form: &CardForm, number: &str) {
        self.ground.history.may(claim.hold, May::Book, self.ground.world.clock.now());
        card::pay(&self.ground.world, form, number).await;
    }

    fn settle(&self, claim: &Claim) -> impl Future<Output = crate::web::Call<Settled>> {
        let id = claim.hold.to_string();
        async move { self.browser.call("settle_payment", &[("hold", &id)]).await }
    }

    async fn wait_for_tickets(&mut self, claim: &Claim) -> Result<String, GaveUp> {
        let until = Instant::now() + WAITS_FOR_TICKETS;
        while Instant::now() < until {
            let call = self.settle(claim).await;
            match call.answer {
                Answer::Done(Settled::Ticketed { pnr }) => {
                    count(&self.ground.tally.bookings);
                    self.ground.recovery.booked(call.server, call.invoked, call.answered);
                    return Ok(pnr);
                }
                Answer::Done(Settled::Failed {}) => return Err(GaveUp),
                Answer::Done(_) => sleep(Duration::from_millis(400)).await,
                Answer::Refused(refusal) => {
                    self.refused(claim.hold, &refusal, call.answered);
                    return Err(GaveUp);
                }
                Answer::Unclear => self.unclear(1).await,
            }
        }
        Err(GaveUp)
    }
}
