//! Stops Postgres for longer than every time-out while requests of each kind are made: none may wait longer than it is
//! stated to, and afterwards nothing may be half done.

use std::{io, sync::Arc, time::Duration};

use hyper::StatusCode;
use tokio::{
    task::JoinSet,
    time::{Instant, sleep, sleep_until},
};

use self::{
    asking::Asking,
    party::{Party, Request},
};
use crate::{
    arguments::Arguments,
    ground::Temper,
    invariants,
    run::{DrillError, Findings, open, say},
    world::{Plan, World},
};

mod party;

// The one place in which the server states how long a request may wait.
#[path = "../server/patience/asking.rs"]
mod asking;

/// Each request is made so often at once, so that pools run dry.
const AT_ONCE: usize = 8;
/// What a busy machine may add to a bound.
const SLACK: Duration = Duration::from_secs(1);
const QUIET_WITHIN: Duration = Duration::from_mins(1);

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
            let (status, took) = request.make().await;
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
                if status.is_none() {
                    findings.violations.push(format!("{name} was not answered"));
                }
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
