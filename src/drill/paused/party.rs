use std::{io, sync::Arc, time::Duration};

use domain::{departure::DepartureId, hold::HoldId};
use hyper::{Method, StatusCode};
use jiff::Timestamp;
use serde_json::json;
use stripe_sandbox::webhook;
use tokio::time::Instant;

use crate::{card, ground::Ground, guest::Guest, socket::Watch, stripe};

/// A request that is made while Postgres stands still, by a guest, by Stripe, or by somebody's seat page.
#[derive(Clone, Debug)]
pub struct Request {
    guest: Arc<Guest>,
    pub method: Method,
    pub path: String,
    body: String,
    by: By,
}

#[derive(Clone, Debug)]
enum By {
    Guest,
    /// Signed.
    Stripe(String),
    /// Watches the departure.
    Page(DepartureId),
}

impl Request {
    /// How it was answered, if it was, and after how long. A channel is answered by its first frame or its end.
    pub async fn make(&self) -> (Option<StatusCode>, Duration) {
        let browser = &self.guest.browser;
        match &self.by {
            By::Guest => browser.time(&self.method, &self.path, &self.body, None).await,
            By::Stripe(signature) => {
                browser.time(&self.method, &self.path, &self.body, Some(signature)).await
            }
            By::Page(departure) => {
                let web = &self.guest.ground.world.web;
                let began = Instant::now();
                let mut is_answered = false;
                if let Some(mut watch) = Watch::open(web, 0, *departure).await {
                    is_answered = watch.is_answered(web.patience).await;
                }
                (is_answered.then_some(StatusCode::SWITCHING_PROTOCOLS), began.elapsed())
            }
        }
    }
}

/// Guests who have come so far that each kind of request can be made.
#[derive(Debug)]
pub struct Party {
    searching: (Arc<Guest>, String),
    holding: (Arc<Guest>, HoldId),
    leaving: (Arc<Guest>, HoldId),
    starting: (Arc<Guest>, HoldId),
    typing: (Arc<Guest>, HoldId),
    paid: (Arc<Guest>, HoldId),
    /// With the locator, and the coupons as a form names them.
    ticketed: (Arc<Guest>, String, Vec<String>),
    /// With the locator, and what comes back as it was quoted.
    cancelling: (Arc<Guest>, String, String),
    /// That `paid` has authorised.
    intent: String,
    legs: [DepartureId; 2],
    /// Somebody's seat page of the first leg, so that its server knows the seats.
    _watch: Watch,
}

impl Party {
    /// # Errors
    /// Somebody could not come so far.
    pub async fn gather(ground: &Arc<Ground>) -> io::Result<Self> {
        let stage = ground.world.sales.stage(0);
        let mut invited = (1..=8).map(|number| Arc::new(Guest::new(ground.clone(), number)));
        let mut another = || invited.next().ok_or_else(|| io::Error::other("too few guests"));
        let searching = another()?;
        let offer = searching.search(&stage).await?;
        let mut parties = Vec::new();
        for _ in 0..7 {
            let guest = another()?;
            let hold = guest.choose(&stage).await?;
            guest.name(hold).await?;
            parties.push((guest, hold));
        }
        let [holding, leaving, starting, typing, paid, ticketed, cancelling] =
            <[_; 7]>::try_from(parties).map_err(|_| io::Error::other("seven guests hold places"))?;
        let mut intent = String::new();
        for (guest, hold) in [&typing, &ticketed, &cancelling, &paid] {
            let form = guest.start_to_pay(*hold).await?;
            if *hold != typing.1 {
                card::pay(&ground.world, &form, card::GOOD).await;
                intent = form.client_secret.split("_secret").next().unwrap_or_default().to_owned();
            }
        }
        let pnr = ticketed.0.settle(ticketed.1).await?;
        let coupons = ticketed.0.coupons(&pnr).await?;
        let ticketed = (ticketed.0, pnr, coupons);
        let pnr = cancelling.0.settle(cancelling.1).await?;
        let quote = cancelling.0.quote(&pnr).await?;
        let cancelling = (cancelling.0, pnr, quote);
        let watch = Watch::open(&ground.world.web, 0, stage.legs[0]).await;
        let mut watch = watch.ok_or_else(|| io::Error::other("the seats cannot be watched"))?;
        watch.is_answered(ground.world.web.patience).await;
        Ok(Self {
            searching: (searching, offer),
            holding,
            leaving,
            starting,
            typing,
            paid,
            ticketed,
            cancelling,
            intent,
            legs: stage.legs,
            _watch: watch,
        })
    }

    /// One of each kind.
    pub fn requests(&self) -> Vec<Request> {
        let post = |guest: &Arc<Guest>, call: &str, fields: &[(&str, &str)]| Request {
            guest: guest.clone(),
            method: Method::POST,
            path: format!("/api/{call}"),
            body: form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish(),
            by: By::Guest,
        };
        let get = |guest: &Arc<Guest>, path: String| Request {
            guest: guest.clone(),
            method: Method::GET,
            path,
            body: String::new(),
            by: By::Guest,
        };
        let (searching, offer) = &self.searching;
        let (holding, held) = (&self.holding.0, self.holding.1.to_string());
        let (ticketed, pnr, coupons) = &self.ticketed;
        let (cancelling, cancelled, quote) = &self.cancelling;
        let mut to_quote = vec![("pnr", pnr.as_str())];
        to_quote.extend(coupons.iter().map(|coupon| ("coupons[]", coupon.as_str())));
        let event = self.event();
        let of = |(guest, hold): &(Arc<Guest>, HoldId)| (guest.clone(), hold.to_string());
        let (leaving, left) = of(&self.leaving);
        let (starting, started) = of(&self.starting);
        let (typing, typed) = of(&self.typing);
        let (paid, settled) = of(&self.paid);
        let departure = self.legs[0].to_string();
        let watching = |departure: DepartureId| Request {
            by: By::Page(departure),
            ..get(holding, format!("/live/departures/{departure}"))
        };
        let pick = [
            ("hold", held.as_str()),
            ("departure", &departure),
            ("leg", "0"),
            ("traveller", "0"),
            ("seat", "14A:0"),
        ];
        vec![
            get(searching, "/".into()),
            get(searching, "/healthz".into()),
            get(searching, "/readyz".into()),
            get(holding, format!("/book/{held}/travellers")),
            get(holding, format!("/book/{held}/seats")),
            get(&typing, format!("/book/{typed}/pay")),
            get(ticketed, format!("/trips/{pnr}")),
            post(searching, "departures_board", &[]),
            post(searching, "choose_offer", &[("offer", offer)]),
            post(holding, "booking_hold", &[("id", &held)]),
            post(holding, "seat_map", &[("id", &held), ("leg", "0")]),
            post(holding, "pick_seat", &pick),
            post(holding, "seat_together", &[("hold", &held), ("leg", "1")]),
            post(holding, "extend_hold", &[("hold", &held)]),
            post(&leaving, "release_hold", &[("hold", &left)]),
            post(&starting, "start_payment", &[("hold", &started)]),
            post(&typing, "payment_page", &[("id", &typed)]),
            post(&paid, "settle_payment", &[("hold", &settled)]),
            post(ticketed, "read_trip", &[("pnr", pnr)]),
            post(ticketed, "open_trip", &[("pnr", pnr), ("surname", "Guest")]),
            post(ticketed, "quote_cancellation", &to_quote),
            post(cancelling, "confirm_cancellation", &[("pnr", cancelled), ("cancellation", quote)]),
            event,
            watching(self.legs[0]),
            watching(self.legs[1]),
        ]
    }

    /// What Stripe tells of the card that was authorised.
    fn event(&self) -> Request {
        let now = Timestamp::now().as_second();
        let event = json!({
            "id": "evt_told_while_postgres_stood_still", "object": "event", "created": now,
            "type": "payment_intent.amount_capturable_updated",
            "data": { "object": { "id": self.intent, "object": "payment_intent" } },
        });
        let body = event.to_string();
        let signature = webhook::signature(stripe::WEBHOOK_SECRET, &body, now);
        Request {
            guest: self.paid.0.clone(),
            method: Method::POST,
            path: "/webhooks/stripe".into(),
            body,
            by: By::Stripe(signature),
        }
    }

    /// Everyone goes on as if nothing had been: what was begun ends, and nothing is left lying about.
    ///
    /// # Errors
    /// Somebody cannot go on.
    pub async fn finish(&self) -> io::Result<()> {
        // The offer that may have been taken while nobody could say so: it is taken once.
        let (searching, offer) = &self.searching;
        let chosen = searching.take(offer).await?;
        searching.release(chosen).await?;
        for (guest, hold) in [&self.holding, &self.leaving, &self.starting, &self.typing] {
            guest.release(*hold).await?;
        }
        self.paid.0.settle(self.paid.1).await?;
        let (cancelling, pnr, quote) = &self.cancelling;
        cancelling.confirm(pnr, quote).await?;
        let (ticketed, pnr, _) = &self.ticketed;
        ticketed.trip(pnr).await?;
        Ok(())
    }
}
