use std::time::Duration;

use http_body_util::Full;
use hyper::{Request, header::CONTENT_TYPE};
use serde::Deserialize;
use tokio::time::{Instant, sleep};

use super::{Claim, GaveUp, TRIES, Traveller};
use crate::{
    answer::{CardForm, PayStep, Settled},
    history::May,
    tally::count,
    web::Answer,
};

const GOOD_CARD: &str = "4242424242424242";
const DECLINED_CARD: &str = "4000000000000002";
/// Wants 3-D Secure.
const ASKING_CARD: &str = "4000002500003155";
/// How long a traveller asks for the tickets before leaving it to the mail.
const WAITS_FOR_TICKETS: Duration = Duration::from_secs(25);

/// What the sandbox answers to the card form.
#[derive(Deserialize)]
struct Confirmed {
    #[serde(default)]
    status: String,
}

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
            self.use_card(claim, &form, DECLINED_CARD).await;
            self.insist(|| self.settle(claim)).await?;
        }
        let card = if self.chance(8) { ASKING_CARD } else { GOOD_CARD };
        self.use_card(claim, &form, card).await;
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
        // Few names for many travellers: who flies already is booked once more.
        let asked = [("hold", id.as_str()), ("again", "true")];
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
                    self.unclear(attempt).await
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
        let card = [
            ("payment_method_data[type]", "card"),
            ("payment_method_data[card][number]", number),
            ("payment_method_data[card][cvc]", "123"),
            ("payment_method_data[card][exp_month]", "12"),
            ("payment_method_data[card][exp_year]", "34"),
        ];
        let status = self.ask_stripe(form, "v1", "confirm", &card).await;
        if status == "requires_action" {
            self.ask_stripe(form, "sandbox", "authenticate", &[("outcome", "completed")]).await;
        }
    }

    async fn ask_stripe(&self, form: &CardForm, root: &str, what: &str, fields: &[(&str, &str)]) -> String {
        let intent = form.client_secret.split("_secret").next().unwrap_or_default();
        let body = form_urlencoded::Serializer::new(String::new())
            .append_pair("key", &form.publishable_key)
            .append_pair("client_secret", &form.client_secret)
            .extend_pairs(fields)
            .finish();
        let stripe = self.ground.world.stripe.address;
        let request = Request::post(format!("http://{stripe}/{root}/payment_intents/{intent}/{what}"))
            .header(CONTENT_TYPE, "application/x-www-form-urlencoded")
            .body(Full::from(body));
        let Ok(request) = request else { return String::new() };
        let answer = self.ground.world.web.send(request).await;
        let confirmed = answer.and_then(|(_, _, body)| serde_json::from_slice::<Confirmed>(&body).ok());
        confirmed.map(|confirmed| confirmed.status).unwrap_or_default()
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
