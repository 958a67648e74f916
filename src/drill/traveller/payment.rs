use std::time::Duration;

use domain::money::Money;
use tokio::time::{Instant, sleep, sleep_until};

use super::{Claim, GaveUp, TRIES, Traveller};
use crate::{
    answer::{CardForm, PayStep, Settled},
    card,
    clock::Moment,
    history::May,
    tally::count,
    web::Answer,
};

/// How long a traveller asks for the tickets before leaving it to the mail.
const WAITS_FOR_TICKETS: Duration = Duration::from_secs(25);
/// How long before and after the end of a hold its last moment is.
const LAST_MOMENT_MS: u64 = 600;

/// A payment that has been started.
struct Started {
    form: CardForm,
    /// What the page around it says.
    total: Money,
    /// When the hold ends.
    ends: Instant,
}

impl Traveller {
    /// Starts to pay, pays, and waits for the tickets. Returns the record locator.
    pub(super) async fn pay(&mut self, claim: &mut Claim) -> Result<String, GaveUp> {
        let Started { form, total, ends } = self.start_to_pay(claim).await?;
        if form.total != total {
            let hold = claim.hold;
            self.ground
                .trouble
                .note(format!("hold {hold} was shown at {total}, and {} is charged", form.total));
        }
        claim.to_pay = total;
        if self.chance(3) {
            // Second thoughts while the card form is open: what may be authorised meanwhile is given back.
            self.give_up(claim).await?;
        }
        if self.chance(8) {
            self.use_card(claim, &form, card::DECLINED).await;
            let (settled, call) = self.insist(|| self.settle(claim)).await?;
            match settled {
                Settled::Failed {} => return self.let_go(claim, call.answered),
                Settled::Ticketed { pnr } => {
                    self.trouble(claim, &format!("was ticketed as {pnr}, and its card declined"));
                }
                Settled::Open {} | Settled::Declined {} | Settled::Late => {}
            }
        }
        if self.chance(self.ground.temper.last_moment) {
            return self.pay_in_the_last_moment(claim, &form, ends).await;
        }
        if self.chance(self.ground.temper.second_thoughts) {
            return self.pay_and_give_up(claim, &form).await;
        }
        let number = if self.chance(8) { card::ASKING } else { card::GOOD };
        self.use_card(claim, &form, number).await;
        if self.chance(4) {
            // Closes the browser: the webhook or the poller makes out the tickets.
            return Err(GaveUp);
        }
        self.wait_for_tickets(claim).await
    }

    /// Comes so late that the hold may be over before the bank agrees: by being slow, or in the bank's own app, or with
    /// second thoughts.
    async fn pay_in_the_last_moment(
        &mut self,
        claim: &Claim,
        form: &CardForm,
        ends: Instant,
    ) -> Result<String, GaveUp> {
        let pays_at = ends + Duration::from_millis(self.rng.u64(..=2 * LAST_MOMENT_MS));
        let pays_at = pays_at - Duration::from_millis(LAST_MOMENT_MS);
        match self.rng.u32(..3) {
            0 => {
                sleep_until(pays_at).await;
                self.use_card(claim, form, card::GOOD).await;
                self.wait_for_tickets(claim).await
            }
            1 => {
                self.ground.history.may(claim.hold, May::Book, self.ground.world.clock.now());
                let is_asked = card::type_in(&self.ground.world, form, card::ASKING).await;
                sleep_until(pays_at).await;
                // The page asks how it stands, and whatever it says the bank's app still wants to know.
                let waited = self.wait_for_tickets_until(claim, pays_at).await;
                if is_asked {
                    card::approve(&self.ground.world, form).await;
                }
                match waited {
                    Ok(pnr) => Ok(pnr),
                    Err(GaveUp) => self.wait_for_tickets(claim).await,
                }
            }
            _ => {
                sleep_until(pays_at).await;
                self.pay_and_give_up(claim, form).await
            }
        }
    }

    /// Second thoughts while the card is under way. They may come too late.
    async fn pay_and_give_up(&mut self, claim: &Claim, form: &CardForm) -> Result<String, GaveUp> {
        let most_ms = if self.rng.bool() { 20 } else { 300 };
        let hesitates = Duration::from_millis(self.rng.u64(..=most_ms));
        let gives_up = async {
            sleep(hesitates).await;
            self.release(claim).await;
        };
        tokio::join!(self.use_card(claim, form, card::GOOD), gives_up);
        self.wait_for_tickets(claim).await
    }

    async fn start_to_pay(&mut self, claim: &Claim) -> Result<Started, GaveUp> {
        let id = claim.hold.to_string();
        let now = self.ground.world.clock.now();
        for may in [May::Assign, May::Reserve] {
            self.ground.history.may(claim.hold, may, now);
        }
        let reviewed = self.review(claim).await?;
        let key = self.new_key();
        let clicks_twice = self.chance(5);
        let total_minor = reviewed.minor.to_string();
        let asked = [("hold", id.as_str()), ("total_minor", total_minor.as_str())];
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
                    if hold.total != reviewed {
                        let total = hold.total;
                        self.trouble(
                            claim,
                            &format!("was looked over at {reviewed}, and is paid at {total}"),
                        );
                    }
                    let ends = Instant::now() + Duration::from_millis(hold.expires_in_ms);
                    match card {
                        Ok(form) => return Ok(Started { form, total: hold.total, ends }),
                        Err(_) => self.unclear(attempt).await,
                    }
                }
                Answer::Done(PayStep::Review { .. } | PayStep::Late) | Answer::Unclear => {
                    self.unclear(attempt).await;
                }
                Answer::Done(PayStep::Ticketed { pnr }) => {
                    self.trouble(claim, &format!("was ticketed as {pnr}, and nobody has paid"));
                    return Err(GaveUp);
                }
                Answer::Refused(refusal) => {
                    self.refused(claim.hold, &refusal, call.answered);
                    return Err(GaveUp);
                }
            }
        }
        Err(GaveUp)
    }

    /// Looks the whole trip over: what it costs with its seats.
    async fn review(&mut self, claim: &Claim) -> Result<Money, GaveUp> {
        let id = claim.hold.to_string();
        let asked = [("id", id.as_str())];
        let (step, call) = self.insist(|| self.browser.call::<PayStep>("payment_page", &asked)).await?;
        let PayStep::Review { hold } = step else { return Err(GaveUp) };
        self.saw_hold(claim, &hold, call.invoked, call.answered);
        Ok(hold.total)
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
        self.wait_for_tickets_until(claim, Instant::now() + WAITS_FOR_TICKETS).await
    }

    /// Asks how it stands at least once.
    async fn wait_for_tickets_until(&mut self, claim: &Claim, until: Instant) -> Result<String, GaveUp> {
        loop {
            let call = self.settle(claim).await;
            match call.answer {
                Answer::Done(Settled::Ticketed { pnr }) => {
                    count(&self.ground.tally.bookings);
                    self.ground.recovery.booked(call.server, call.invoked, call.answered);
                    return Ok(pnr);
                }
                Answer::Done(Settled::Failed {}) => return self.let_go(claim, call.answered),
                Answer::Done(_) => sleep(Duration::from_millis(400)).await,
                Answer::Refused(refusal) => {
                    self.refused(claim.hold, &refusal, call.answered);
                    return Err(GaveUp);
                }
                Answer::Unclear => self.unclear(1).await,
            }
            if Instant::now() >= until {
                return Err(GaveUp);
            }
        }
    }

    /// Goes, and remembers the promise that nothing was charged.
    fn let_go<T>(&self, claim: &Claim, told_at: Moment) -> Result<T, GaveUp> {
        count(&self.ground.tally.uncharged);
        self.ground.history.may(claim.hold, May::BeUncharged, told_at);
        Err(GaveUp)
    }

    fn trouble(&self, claim: &Claim, what: &str) {
        self.ground.trouble.note(format!("hold {} {what}", claim.hold));
    }
}
