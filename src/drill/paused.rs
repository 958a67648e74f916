//! Stops Postgres for longer than every time-out while requests of each kind are made: none may wait longer than it is
//! stated to, and afterwards nothing may be half done.

use std::{io, sync::Arc, time::Duration};

use domain::hold::HoldId;
use hyper::{Method, StatusCode};
use tokio::{
    task::JoinSet,
    time::{Instant, sleep, sleep_until},
};

use self::patience::Asking;
use crate::{
    arguments::Arguments,
    card,
    ground::{Ground, Temper},
    guest::Guest,
    invariants,
    run::{DrillError, Findings, open, say},
    world::{Plan, World},
};

// The one place in which the server states how long anything waits.
#[path = "../server/patience.rs"]
#[allow(dead_code)]
mod patience;

/// Each request is made so often at once, so that pools run dry.
const AT_ONCE: usize = 8;
/// What a busy machine may add to a bound.
const SLACK: Duration = Duration::from_secs(1);
const QUIET_WITHIN: Duration = Duration::from_mins(1);

/// A request that a guest makes while Postgres stands still.
#[derive(Clone, Debug)]
struct Request {
    guest: Arc<Guest>,
    method: Method,
    path: String,
    fields: Vec<(String, String)>,
}

/// # Errors
/// Something could not be booted: then nothing is proved.
pub async fn run(arguments: &Arguments) -> Result<Findings, DrillError> {
    say("booting");
    let mut ground = open(&Plan::of(arguments), Temper::USUAL).await?;
    ground.world.web.patience = Duration::from_mins(2);
    let ground = Arc::new(ground);
    // Nothing may make out tickets behind our back.
    ground.world.stripe.plant(|faults| faults.webhooks_paused = true);
    let party = Party::gather(&ground).await?;
    let requests = party.requests();
    say(&format!("postgres stands still; {} requests of {} kinds", AT_ONCE * requests.len(), requests.len()));
    let longest =
        requests.iter().map(|r| Asking::of(&r.method, &r.path).patience()).max().unwrap_or_default();
    let mut findings = Findings::default();
    let lasting = longest + 5 * SLACK;
    freeze(&ground.world, lasting, &requests, &mut findings).await?;

    say("postgres goes on; everyone asks again");
    ground.world.stripe.plant(|faults| faults.webhooks_paused = false);
    if let Err(error) = party.finish().await {
        findings.violations.push(format!("afterwards somebody could not go on: {error}"));
    }
    let pool = invariants::pool(&ground).await?;
    let mut broken = invariants::wait_until_quiet(&pool, QUIET_WITHIN).await?;
    broken.extend(invariants::audit(&ground, &pool).await?);
    findings.violations.extend(broken.iter().map(ToString::to_string));
    let requests = findings.faults;
    findings.done = Some(format!("{requests} requests while postgres stood still for {lasting:.0?}"));
    Ok(findings)
}

/// Makes every request at once while Postgres stands still, and notes those that waited too long.
async fn freeze(
    world: &World,
    lasting: Duration,
    requests: &[Request],
    findings: &mut Findings,
) -> io::Result<()> {
    world.postgres.freeze().await?;
    let thaw_at = Instant::now() + lasting;
    let mut waiting = JoinSet::new();
    for request in requests.iter().flat_map(|request| std::iter::repeat_n(request, AT_ONCE)) {
        let request = request.clone();
        waiting.spawn(async move {
            let (status, took) =
                request.guest.browser.time(&request.method, &request.path, &request.fields).await;
            (request, status, took)
        });
    }
    let mut slowest: Vec<(String, Duration, Option<StatusCode>)> = Vec::new();
    let mut left = waiting.len();
    loop {
        tokio::select! {
            () = sleep_until(thaw_at) => break,
            Some(answered) = waiting.join_next() => {
                left -= 1;
                let (request, status, took) = answered.map_err(io::Error::other)?;
                findings.faults += 1;
                let bound = Asking::of(&request.method, &request.path).patience();
                let name = format!("{} {}", request.method, request.path);
                if took > bound + SLACK {
                    findings.violations.push(format!("{name} waited {took:.1?}, and may wait {bound:?}"));
                }
                match slowest.iter_mut().find(|(other, ..)| *other == name) {
                    Some(entry) if entry.1 < took => *entry = (name, took, status),
                    Some(_) => {}
                    None => slowest.push((name, took, status)),
                }
            }
        }
    }
    world.postgres.thaw().await?;
    if left > 0 {
        findings.violations.push(format!("{left} requests were never answered while postgres stood still"));
    }
    slowest.sort();
    for (name, took, status) in slowest {
        let status = status.map_or("no answer".into(), |status| status.as_u16().to_string());
        println!("{name:<70} {:>6.2} s  {status}", took.as_secs_f64());
    }
    // What Postgres still had in its ears is done or given up by now.
    sleep(SLACK).await;
    Ok(())
}

/// Guests who have come so far that each kind of request can be made.
#[derive(Debug)]
struct Party {
    searching: (Arc<Guest>, String),
    holding: (Arc<Guest>, HoldId),
    leaving: (Arc<Guest>, HoldId),
    starting: (Arc<Guest>, HoldId),
    typing: (Arc<Guest>, HoldId),
    paid: (Arc<Guest>, HoldId),
    ticketed: (Arc<Guest>, HoldId, String),
    departure: String,
}

impl Party {
    async fn gather(ground: &Arc<Ground>) -> io::Result<Self> {
        let stage = ground.world.sales.stage(0);
        let mut invited = (1..=7).map(|number| Arc::new(Guest::new(ground.clone(), number)));
        let mut another = || invited.next().ok_or_else(|| io::Error::other("too few guests"));
        let searching = another()?;
        let offer = searching.search(&stage).await?;
        let mut parties = Vec::new();
        for _ in 0..6 {
            let guest = another()?;
            let hold = guest.choose(&stage).await?;
            guest.name(hold).await?;
            parties.push((guest, hold));
        }
        let [holding, leaving, starting, typing, paid, ticketed] =
            <[_; 6]>::try_from(parties).map_err(|_| io::Error::other("six guests hold places"))?;
        for (guest, hold) in [&typing, &paid, &ticketed] {
            let form = guest.start_to_pay(*hold).await?;
            if *hold != typing.1 {
                card::pay(&ground.world, &form, card::GOOD).await;
            }
        }
        let pnr = ticketed.0.settle(ticketed.1).await?;
        let ticketed = (ticketed.0, ticketed.1, pnr);
        let departure = stage.legs[0].to_string();
        Ok(Self {
            searching: (searching, offer),
            holding,
            leaving,
            starting,
            typing,
            paid,
            ticketed,
            departure,
        })
    }

    fn requests(&self) -> Vec<Request> {
        let post = |guest: &Arc<Guest>, call: &str, fields: &[(&str, &str)]| Request {
            guest: guest.clone(),
            method: Method::POST,
            path: format!("/api/{call}"),
            fields: fields.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect(),
        };
        let get = |guest: &Arc<Guest>, path: String| Request {
            guest: guest.clone(),
            method: Method::GET,
            path,
            fields: Vec::new(),
        };
        let (searching, offer) = &self.searching;
        let (holding, held) = (&self.holding.0, self.holding.1.to_string());
        let (ticketed, _, pnr) = &self.ticketed;
        let of = |(guest, hold): &(Arc<Guest>, HoldId)| (guest.clone(), hold.to_string());
        let (leaving, left) = of(&self.leaving);
        let (starting, started) = of(&self.starting);
        let (typing, typed) = of(&self.typing);
        let (paid, settled) = of(&self.paid);
        let pick = [
            ("hold", held.as_str()),
            ("departure", &self.departure),
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
        ]
    }

    /// Everyone goes on as if nothing had been: what was begun ends, and nothing is left lying about.
    async fn finish(&self) -> io::Result<()> {
        let stage = self.searching.0.ground.world.sales.stage(0);
        let chosen = self.searching.0.choose(&stage).await?;
        self.searching.0.release(chosen).await?;
        for (guest, hold) in [&self.holding, &self.leaving, &self.starting, &self.typing] {
            guest.release(*hold).await?;
        }
        self.paid.0.settle(self.paid.1).await?;
        self.ticketed.0.settle(self.ticketed.1).await?;
        Ok(())
    }
}
