//! Kills the server after each single step of checkout and of cancelling, one by one, lets the client ask again, and
//! compares what is left in the end with what is left without the kill.

use std::{
    io,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use domain::hold::HoldId;
use sqlx::PgPool;
use tokio::time::{Instant, sleep, timeout};

use crate::{
    arguments::Arguments,
    card,
    ground::{Ground, Temper},
    guest::Guest,
    invariants, outcome,
    run::{DrillError, Findings, open, say},
    world::Plan,
};

#[path = "../server/steps.rs"]
#[allow(dead_code, unexpected_cfgs)]
mod reached;

/// A killed server is started again, and what it had leased has come back, well within this time.
const QUIET_WITHIN: Duration = Duration::from_mins(1);
const LOOK_AGAIN: Duration = Duration::from_millis(10);

/// What a guest does, so that certain steps are reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Story {
    /// Books, pays and waits for the tickets.
    Buys,
    /// Pays and closes the browser: the webhook makes out the tickets.
    Leaves,
    /// Pays and gives up before the tickets are made out.
    GivesUp,
    /// Buys, and cancels everything.
    Cancels,
}

impl Story {
    const ALL: [Self; 4] = [Self::Buys, Self::Leaves, Self::GivesUp, Self::Cancels];

    /// The story that reaches a step.
    fn of(step: &str) -> Self {
        match step.split('.').next() {
            Some("webhook") => Self::Leaves,
            Some("void") => Self::GivesUp,
            Some("cancel" | "refund") => Self::Cancels,
            _ => Self::Buys,
        }
    }
}

/// # Errors
/// Something could not be booted: then nothing is proved.
pub async fn run(arguments: &Arguments) -> Result<Findings, DrillError> {
    say("booting");
    let ground = Arc::new(open(&Plan::of(arguments), Temper::USUAL).await?);
    let pool = invariants::pool(&ground).await?;
    let mut findings = Findings::default();
    let mut number = 0;
    for story in Story::ALL {
        number += 1;
        let expected = play(&ground, &pool, story, number).await?.ok_or_else(late)?;
        say(&format!("{story:?} without a kill leaves {} facts", expected.len()));
        for step in reached::STEPS.iter().filter(|step| Story::of(step) == story) {
            number += 1;
            findings.faults += 1;
            match killed_at(&ground, &pool, story, number, step).await {
                Ok(found) => {
                    let difference = outcome::difference(&expected, &found);
                    say(&format!("killed after {step}: {} differences", difference.len()));
                    if !difference.is_empty() {
                        let lines = difference.join("\n    ");
                        findings
                            .violations
                            .push(format!("killed after {step}, something else is left:\n    {lines}"));
                    }
                }
                Err(error) => {
                    say(&format!("killed after {step}: {error}"));
                    findings.violations.push(format!("killed after {step}: {error}"));
                }
            }
            findings.bookings += 1;
        }
    }
    findings.violations.extend(invariants::audit(&ground, &pool).await?.iter().map(ToString::to_string));
    findings.done = Some(format!("killed after {} steps, one by one", findings.faults));
    if !findings.violations.is_empty() {
        ground.world.folder.keep_logs();
        say(&format!("the server's log is in {}", ground.world.folder.path.display()));
    }
    Ok(findings)
}

fn late() -> DrillError {
    io::Error::other("it was not quiet in time without any kill").into()
}

/// Plays the story on a server that dies after that step, and is started again.
async fn killed_at(
    ground: &Arc<Ground>,
    pool: &PgPool,
    story: Story,
    number: u32,
    step: &str,
) -> Result<Vec<String>, DrillError> {
    let server = &ground.world.servers[0];
    server.kill().await?;
    server.start(&[("SKYCONNECT_CRASH_AT", step)])?;
    server.ready(&ground.world.web).await?;
    let has_died = Arc::new(AtomicBool::new(false));
    let reviver = tokio::spawn(revive(ground.clone(), has_died.clone()));
    let left = play(ground, pool, story, number).await;
    // All may be quiet while the server that was started again does not call itself ready yet.
    if !has_died.load(Ordering::SeqCst) {
        reviver.abort();
        left?;
        return Err(io::Error::other("the step was never reached").into());
    }
    reviver.await??;
    left?.ok_or_else(|| io::Error::other("it was not quiet in time").into())
}

/// Starts the server again once it has died, of which it tells at once.
async fn revive(ground: Arc<Ground>, has_died: Arc<AtomicBool>) -> io::Result<()> {
    let server = &ground.world.servers[0];
    while server.runs() {
        sleep(LOOK_AGAIN).await;
    }
    has_died.store(true, Ordering::SeqCst);
    server.start(&[])?;
    server.ready(&ground.world.web).await
}

/// Plays the story to its end and tells what is left of it when all is quiet; none where that is never.
async fn play(
    ground: &Arc<Ground>,
    pool: &PgPool,
    story: Story,
    number: u32,
) -> Result<Option<Vec<String>>, DrillError> {
    let guest = Guest::new(ground.clone(), number);
    let stage = ground.world.sales.stage(4 * usize::try_from(number).unwrap_or_default());
    let hold = guest.choose(&stage).await?;
    guest.name(hold).await?;
    guest.sit(hold, stage.legs[0], 0, "12A").await?;
    // Who gives up must be faster than any webhook, the one that tells of the intent included: whatever it tells, our
    // server looks how the payment stands, and makes out the tickets.
    ground.world.stripe.plant(|faults| faults.webhooks_paused = story == Story::GivesUp);
    let form = guest.start_to_pay(hold).await?;
    card::pay(&ground.world, &form, card::GOOD).await;
    match story {
        Story::Leaves => {}
        Story::GivesUp => {
            guest.release(hold).await?;
            ground.world.stripe.plant(|faults| faults.webhooks_paused = false);
        }
        Story::Buys => {
            guest.settle(hold).await?;
        }
        Story::Cancels => {
            let pnr = guest.settle(hold).await?;
            guest.cancel(&pnr).await?;
        }
    }
    let quiet = timeout(QUIET_WITHIN, quiet(pool, hold)).await;
    match quiet {
        Ok(done) => done?,
        Err(_) => return Ok(None),
    }
    Ok(Some(outcome::of(ground, pool, hold).await?))
}

/// Waits until nothing of this hold is under way any more.
async fn quiet(pool: &PgPool, hold: HoldId) -> Result<(), DrillError> {
    let began = Instant::now();
    loop {
        let busy: bool = sqlx::query_scalar(
            "select h.state in ('active', 'reserved')
                or exists (select from bookings b where b.hold_id = h.id and b.state = 'pending')
                or exists (select from outbox o join bookings b on b.id = o.booking_id
                    where b.hold_id = h.id and o.state = 'queued')
                or exists (select from cancellations c join bookings b on b.id = c.booking_id
                    where b.hold_id = h.id and c.state = 'confirmed')
                or exists (select from stripe_events where handled_at is null)
            from holds h where h.id = $1",
        )
        .bind(hold.0)
        .fetch_one(pool)
        .await
        .map_err(invariants::AuditError::from)?;
        // The webhooks of what has just been done may still be on their way.
        if !busy && began.elapsed() > Duration::from_millis(500) {
            return Ok(());
        }
        sleep(LOOK_AGAIN).await;
    }
}
