//! Someone who books without haste or chance, always the same way, and asks again until there is an answer.

use std::{io, sync::Arc, time::Duration};

use domain::{departure::DepartureId, hold::HoldId};
use serde::de::DeserializeOwned;
use tokio::time::{Instant, sleep};

use crate::{
    answer::{CardForm, PayStep, Picked, Results, SeatMap, Settled, Trip},
    ground::Ground,
    timetable::Stage,
    web::{Answer, Browser, Call},
};

/// Long enough for a server to die, to be started again, and for what it had leased to come back.
const PATIENCE: Duration = Duration::from_secs(90);
const PAUSE: Duration = Duration::from_millis(100);

#[derive(Debug)]
pub struct Guest {
    pub ground: Arc<Ground>,
    pub browser: Browser,
    number: u32,
}

impl Guest {
    pub fn new(ground: Arc<Ground>, number: u32) -> Self {
        let browser = Browser::new(ground.world.web.clone(), number);
        Self { ground, browser, number }
    }

    /// Takes places for two on both legs.
    ///
    /// # Errors
    /// It is refused, or there is no answer for a long time; so with all that follow.
    pub async fn choose(&self, stage: &Stage) -> io::Result<HoldId> {
        self.take(&self.search(stage).await?).await
    }

    /// Takes the places of an offer.
    ///
    /// # Errors
    /// As above.
    pub async fn take(&self, offer: &str) -> io::Result<HoldId> {
        let fields = [("offer", offer)];
        let path = self.insist(|| self.browser.follow("choose_offer", &fields, &offer[..32])).await?;
        path.split('/').nth(2).and_then(|id| id.parse().ok()).ok_or_else(|| wrong("choosing", &path))
    }

    /// An offer for two on both legs.
    ///
    /// # Errors
    /// As above.
    pub async fn search(&self, stage: &Stage) -> io::Result<String> {
        let [from, to] = [stage.airports[0], stage.airports[2]].map(|airport| airport.to_string());
        let date = stage.date.to_string();
        let fields = [
            ("request[from]", from.as_str()),
            ("request[to]", &to),
            ("request[depart]", &date),
            ("request[adults]", "2"),
        ];
        let results: Results = self.insist(|| self.browser.call("search_flights", &fields)).await?;
        let offers = results.options.into_iter().flat_map(|way| way.prices).filter_map(|price| price.offer);
        offers.into_iter().next().ok_or_else(|| wrong("searching", "there is no offer"))
    }

    /// # Errors
    /// As above.
    pub async fn name(&self, hold: HoldId) -> io::Result<()> {
        let hold = hold.to_string();
        // Letters alone, and nobody else's.
        let surname: String =
            self.number.to_string().bytes().map(|digit| char::from(digit - b'0' + b'a')).collect();
        let surname = format!("Guest{surname}");
        let fields = [
            ("hold", hold.as_str()),
            ("travellers[0][given_name]", "Ada"),
            ("travellers[0][surname]", &surname),
            ("travellers[0][birth_date]", "1985-04-30"),
            ("travellers[1][given_name]", "Grace"),
            ("travellers[1][surname]", &surname),
            ("travellers[1][birth_date]", "1986-05-01"),
            ("contact[email]", "guest@drill.example"),
            ("contact[phone]", ""),
        ];
        let key = format!("name-{hold}");
        self.insist(|| self.browser.follow("save_travellers", &fields, &key)).await?;
        Ok(())
    }

    /// Picks a seat for one person, at the version that the map shows.
    ///
    /// # Errors
    /// As above.
    pub async fn sit(&self, hold: HoldId, departure: DepartureId, person: u8, seat: &str) -> io::Result<()> {
        let (hold, departure) = (hold.to_string(), departure.to_string());
        let (person, wanted) = (person.to_string(), format!("{seat}:0"));
        let fields = [
            ("hold", hold.as_str()),
            ("departure", &departure),
            ("leg", "0"),
            ("traveller", &person),
            ("seat", &wanted),
        ];
        let _: Picked = self.insist(|| self.browser.call("pick_seat", &fields)).await?;
        Ok(())
    }

    /// # Errors
    /// As above.
    pub async fn seat_map(&self, hold: HoldId) -> io::Result<SeatMap> {
        let hold = hold.to_string();
        let fields = [("id", hold.as_str()), ("leg", "0")];
        self.insist(|| self.browser.call("seat_map", &fields)).await
    }

    /// # Errors
    /// As above.
    pub async fn start_to_pay(&self, hold: HoldId) -> io::Result<CardForm> {
        let hold = hold.to_string();
        let fields = [("hold", hold.as_str())];
        let key = format!("start-{hold}");
        self.insist(|| self.browser.follow("start_payment", &fields, &key)).await?;
        let page = [("id", hold.as_str())];
        let until = Instant::now() + PATIENCE;
        while Instant::now() < until {
            match self.insist(|| self.browser.call("payment_page", &page)).await? {
                PayStep::Card { card: Ok(form), .. } => return Ok(form),
                PayStep::Card { .. } => sleep(PAUSE).await,
                other => return Err(wrong("starting to pay", &format!("{other:?}"))),
            }
        }
        Err(wrong("starting to pay", "there was no card form in time"))
    }

    /// Waits for the tickets.
    ///
    /// # Errors
    /// As above.
    pub async fn settle(&self, hold: HoldId) -> io::Result<String> {
        let hold = hold.to_string();
        let fields = [("hold", hold.as_str())];
        let until = Instant::now() + PATIENCE;
        while Instant::now() < until {
            match self.insist(|| self.browser.call("settle_payment", &fields)).await? {
                Settled::Ticketed { pnr } => return Ok(pnr),
                Settled::Open {} | Settled::Late => sleep(PAUSE).await,
                other => return Err(wrong("settling", &format!("{other:?}"))),
            }
        }
        Err(wrong("settling", "there were no tickets in time"))
    }

    /// # Errors
    /// As above.
    pub async fn release(&self, hold: HoldId) -> io::Result<()> {
        let hold = hold.to_string();
        let fields = [("hold", hold.as_str())];
        let key = format!("release-{hold}");
        self.insist(|| self.browser.once("release_hold", &fields, &key)).await
    }

    /// Gives the whole trip back.
    ///
    /// # Errors
    /// As above.
    pub async fn cancel(&self, pnr: &str) -> io::Result<()> {
        let quote = self.quote(pnr).await?;
        self.confirm(pnr, &quote).await
    }

    /// Asks what comes back for the whole trip, and tells what the answer is called.
    ///
    /// # Errors
    /// As above.
    pub async fn quote(&self, pnr: &str) -> io::Result<String> {
        let coupons = self.coupons(pnr).await?;
        let mut fields = vec![("pnr", pnr)];
        fields.extend(coupons.iter().map(|coupon| ("coupons[]", coupon.as_str())));
        let key = format!("quote-{pnr}");
        let path = self.insist(|| self.browser.follow("quote_cancellation", &fields, &key)).await?;
        Ok(path.rsplit('/').next().unwrap_or_default().to_owned())
    }

    /// Agrees to what was quoted.
    ///
    /// # Errors
    /// As above.
    pub async fn confirm(&self, pnr: &str, quote: &str) -> io::Result<()> {
        let fields = [("pnr", pnr), ("cancellation", quote)];
        self.insist(|| self.browser.follow("confirm_cancellation", &fields, quote)).await?;
        Ok(())
    }

    /// Each ticket's coupons, as the form of cancelling names them.
    ///
    /// # Errors
    /// As above.
    pub async fn coupons(&self, pnr: &str) -> io::Result<Vec<String>> {
        let trip = self.trip(pnr).await?;
        Ok(trip
            .travellers
            .iter()
            .flat_map(|traveller| {
                traveller.coupons.iter().map(|coupon| format!("{}-{}", traveller.ticket, coupon.leg))
            })
            .collect())
    }

    /// # Errors
    /// As above.
    pub async fn trip(&self, pnr: &str) -> io::Result<Trip> {
        let fields = [("pnr", pnr)];
        self.insist(|| self.browser.call("read_trip", &fields)).await
    }

    /// Asks until there is an answer.
    ///
    /// # Errors
    /// As above.
    pub async fn insist<T: DeserializeOwned, F: Future<Output = Call<T>>>(
        &self,
        ask: impl Fn() -> F,
    ) -> io::Result<T> {
        let until = Instant::now() + PATIENCE;
        while Instant::now() < until {
            match ask().await.answer {
                Answer::Done(value) => return Ok(value),
                Answer::Refused(refusal) => return Err(wrong(&refusal.code, &refusal.message)),
                Answer::Unclear => sleep(PAUSE).await,
            }
        }
        Err(wrong("asking", "there was no answer in time"))
    }
}

fn wrong(what: &str, why: &str) -> io::Error {
    io::Error::other(format!("{what}: {why}"))
}
