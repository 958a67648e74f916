//! A simulated traveller: books on the few flights on sale, again and again, as hastily and forgetfully as people are.

mod booking;
mod cancel;
mod payment;
mod seats;
mod trip;

use std::{future::Future, sync::Arc, time::Duration};

use domain::{hold::HoldId, money::Money};
use fastrand::Rng;
use tokio::time::sleep;

use crate::{
    answer::{Hold, Refusal},
    clock::Moment,
    ground::Ground,
    history::{Event, May, What},
    tally::count,
    web::{Answer, Browser, Call},
};

/// How often a call without an answer is repeated.
const TRIES: u32 = 8;

#[derive(Debug)]
pub struct Traveller {
    ground: Arc<Ground>,
    browser: Browser,
    rng: Rng,
    /// Tells their mail address from the others': who shares one starts to pay one after the other.
    number: u32,
}

/// The hold that a traveller is about to buy.
#[derive(Clone, Debug)]
struct Claim {
    hold: HoldId,
    /// The price of the offer that was chosen.
    shown: Money,
    /// What the card form said, seats included; the same until there is one.
    to_pay: Money,
    people: usize,
    legs: usize,
}

/// A booking that came to nothing, which is no fault: sold out, too late, given up.
#[derive(Debug)]
struct GaveUp;

impl Traveller {
    pub fn new(ground: Arc<Ground>, number: u32, seed: u64) -> Self {
        let browser = Browser::new(ground.world.web.clone(), number);
        Self { ground, browser, rng: Rng::with_seed(seed), number }
    }

    /// Books until sales close.
    pub async fn live(mut self) {
        // Not all at the same moment.
        self.think(1_500).await;
        while *self.ground.open.borrow() {
            count(&self.ground.tally.attempts);
            let _ = self.book().await;
            self.think(150).await;
        }
    }

    async fn book(&mut self) -> Result<(), GaveUp> {
        let mut claim = self.choose().await?;
        self.name_everyone(&claim).await?;
        for leg in 0..claim.legs {
            self.choose_seats(&claim, leg).await?;
        }
        if self.chance(self.ground.temper.give_up) {
            return self.give_up(&claim).await;
        }
        if self.chance(self.ground.temper.walk_away) {
            return Err(GaveUp);
        }
        let pnr = self.pay(&mut claim).await?;
        self.look_at(&claim, &pnr).await
    }

    async fn think(&mut self, most_ms: u64) {
        sleep(Duration::from_millis(self.rng.u64(..=most_ms))).await;
    }

    /// Names one asking, which may be repeated.
    fn new_key(&mut self) -> String {
        format!("{:032x}", self.rng.u128(..))
    }

    fn chance(&mut self, percent: u32) -> bool {
        self.rng.u32(..100) < percent
    }

    /// Asks until there is an answer, as a person does who loads a page again.
    async fn insist<T, F: Future<Output = Call<T>>>(
        &self,
        ask: impl Fn() -> F,
    ) -> Result<(T, Call<()>), GaveUp> {
        for attempt in 0..TRIES {
            let Call { invoked, answered, server, answer } = ask().await;
            match answer {
                Answer::Done(value) => {
                    return Ok((value, Call { invoked, answered, server, answer: Answer::Done(()) }));
                }
                Answer::Refused(refusal) => {
                    self.ground.tally.refused(&refusal.code);
                    return Err(GaveUp);
                }
                Answer::Unclear => self.unclear(attempt).await,
            }
        }
        Err(GaveUp)
    }

    async fn unclear(&self, attempt: u32) {
        count(&self.ground.tally.unclear);
        sleep(Duration::from_millis(150 << attempt.min(4))).await;
    }

    /// Remembers why a hold did not do something; one that is over does nothing any more.
    fn refused(&self, hold: HoldId, refusal: &Refusal, at: Moment) {
        self.ground.tally.refused(&refusal.code);
        if ["hold_ended", "already_booked"].contains(&refusal.code.as_str()) {
            self.ground.history.may(hold, May::BeOver, at);
        }
        if refusal.code == "already_booked" {
            self.ground.complete.note(hold);
        }
    }

    /// Remembers whose seats a page showed, and compares its price with the one that was chosen.
    fn saw_hold(&self, claim: &Claim, view: &Hold, invoked: Moment, answered: Moment) {
        if view.total.minor != claim.shown.minor + view.seats_minor() {
            let Claim { hold, shown, .. } = claim;
            let (total, seats_minor) = (view.total, view.seats_minor());
            self.ground.trouble.note(format!(
                "hold {hold} was shown at {shown}, and its page says {total}, {seats_minor} of it for seats"
            ));
        }
        for leg in &view.legs {
            for seat in leg.seats.iter().flatten() {
                let what = What::Owned { hold: claim.hold, booked: false };
                self.ground.history.note(leg.departure.id, *seat, Event { invoked, answered, what });
            }
        }
    }

    async fn give_up(&mut self, claim: &Claim) -> Result<(), GaveUp> {
        self.release(claim).await;
        Err(GaveUp)
    }

    /// Gives the seats back; without an answer it may have happened.
    async fn release(&self, claim: &Claim) {
        let (id, key) = (claim.hold.to_string(), uuid::Uuid::new_v4().to_string());
        self.ground.history.may(claim.hold, May::Free, self.ground.world.clock.now());
        for attempt in 0..TRIES {
            let call: Call<()> = self.browser.once("release_hold", &[("hold", &id)], &key).await;
            match call.answer {
                Answer::Done(()) => {
                    count(&self.ground.tally.given_up);
                    return self.ground.history.may(claim.hold, May::BeGivenUp, call.answered);
                }
                Answer::Refused(refusal) => return self.refused(claim.hold, &refusal, call.answered),
                Answer::Unclear => self.unclear(attempt).await,
            }
        }
    }
}
