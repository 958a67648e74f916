//! One drill: boot, travel under fire, wait until it is quiet, check.

use std::{io, sync::Arc, time::Duration};

use domain::{cabin::SeatNumber, departure::DepartureId, hold::HoldId, live::SeatChange, seat::SeatState};
use sqlx::{PgPool, Row as _};
use tokio::{
    sync::watch,
    task::JoinSet,
    time::{Instant, interval, sleep, timeout},
};

use crate::{
    arguments::{Arguments, Lasting},
    checker,
    clock::Moment,
    fault::Fault,
    ground::Ground,
    history::{Event, History, What},
    invariants::{self, AuditError, Broken},
    recovery::Recovery,
    report,
    schedule::Schedule,
    striker,
    tally::{Tally, read},
    traveller::Traveller,
    world::{Plan, World},
};

const SERVERS: usize = 3;
const PROGRESS: Duration = Duration::from_secs(10);
/// Travellers end what they have begun within this time.
const GO_HOME_WITHIN: Duration = Duration::from_mins(1);
/// Then what the servers have taken upon themselves ends within this time.
const QUIET_WITHIN: Duration = Duration::from_mins(2);
const LEAST_A_MINUTE: u64 = 100;

/// How a drill ended.
#[derive(Debug, Default)]
pub struct Findings {
    pub bookings: u64,
    pub faults: u64,
    /// Each with its story.
    pub violations: Vec<String>,
    /// Why the drill proves too little, where it does.
    pub shortfalls: Vec<String>,
}

#[derive(Debug, thiserror::Error)]
pub enum DrillError {
    #[error(transparent)]
    Io(#[from] io::Error),
    #[error(transparent)]
    Audit(#[from] AuditError),
    #[error("a part of the drill ended by a fault of its own: {0}")]
    Ended(#[from] tokio::task::JoinError),
}

/// # Errors
/// Something could not be booted or ended by itself: then nothing is proved.
pub async fn run(arguments: &Arguments) -> Result<Findings, DrillError> {
    let plan = plan(arguments);
    say(&format!("booting (seed {})", arguments.seed));
    let ground = Arc::new(open(&plan).await?);
    say("travellers set out");
    let began = Instant::now();
    let mut travellers = JoinSet::new();
    let mut rng = fastrand::Rng::with_seed(arguments.seed);
    for number in 0..arguments.travellers {
        travellers.spawn(Traveller::new(ground.clone(), number, rng.u64(..)).live());
    }
    let schedule = Schedule::new(arguments.seed, spacing(arguments), SERVERS);
    let mut striking = tokio::spawn(striker::strike(ground.clone(), schedule));
    tokio::select! {
        () = lasting(&ground, arguments, began) => {}
        // It ends by itself only when something of ours broke.
        broken = &mut striking => { broken??; }
    }
    ground.open.send_replace(false);
    let lasted = began.elapsed();
    if !striking.is_finished() {
        striking.await??;
    }
    say("sales are closed; travellers go home");
    let home = timeout(GO_HOME_WITHIN, async { while travellers.join_next().await.is_some() {} }).await;
    travellers.shutdown().await;
    say("waiting until all is quiet");
    let mut findings = Findings::default();
    if home.is_err() {
        findings.violations.push("travellers were still waiting a minute after all faults had ended".into());
    }
    let pool = invariants::pool(&ground).await?;
    let mut broken = invariants::wait_until_quiet(&pool, QUIET_WITHIN).await?;
    say("checking");
    broken.extend(invariants::audit(&ground, &pool).await?);
    conclude(&ground, &pool, broken, &mut findings).await?;
    findings.bookings = read(&ground.tally.bookings);
    judge(&ground, lasted, &mut findings);
    println!("\n{}", report::table(&ground, lasted));
    if !findings.violations.is_empty() {
        ground.world.folder.keep_logs();
        println!("the servers' logs are in {}", ground.world.folder.path.display());
    }
    Ok(findings)
}

fn plan(arguments: &Arguments) -> Plan {
    Plan {
        server: arguments.server.clone(),
        postgres: arguments.postgres.clone(),
        redis: arguments.redis.clone(),
        servers: SERVERS,
        hold_secs: if arguments.quick { 6 } else { 10 },
        payment_grace_secs: if arguments.quick { 5 } else { 8 },
        lease_secs: if arguments.quick { 5 } else { 12 },
        environment: Vec::new(),
    }
}

/// Boots a world for travellers.
///
/// # Errors
/// What could not be started.
pub async fn open(plan: &Plan) -> io::Result<Ground> {
    let world = World::boot(plan).await?;
    Ok(Ground {
        history: History::default(),
        tally: Tally::default(),
        recovery: Recovery::default(),
        sold: crate::ground::Sold::default(),
        trouble: crate::ground::Trouble::default(),
        open: watch::Sender::new(true),
        hold: Duration::from_secs(plan.hold_secs),
        world,
    })
}

fn spacing(arguments: &Arguments) -> Duration {
    if arguments.quick {
        return Duration::from_millis(400);
    }
    match arguments.lasting {
        // Every kind strikes twice in a short drill, and often enough in a long one.
        Lasting::For(lasting) => (lasting / 40).clamp(Duration::from_secs(1), Duration::from_secs(5)),
        Lasting::UntilBooked(_) => Duration::from_secs(5),
    }
}

async fn lasting(ground: &Ground, arguments: &Arguments, began: Instant) {
    let mut progress = interval(PROGRESS);
    loop {
        progress.tick().await;
        let (attempts, bookings) = (read(&ground.tally.attempts), read(&ground.tally.bookings));
        let records = ground.recovery.records();
        if began.elapsed() > PROGRESS / 2 {
            let struck = records.values().filter(|record| record.struck > 0).count();
            say(&format!(
                "{:>4} s: {attempts} attempts, {bookings} bookings, {struck} of {} kinds of fault",
                began.elapsed().as_secs(),
                Fault::ALL.len()
            ));
        }
        match arguments.lasting {
            // A quick drill ends with the last kind of fault.
            Lasting::For(_) if arguments.quick => {
                while Fault::ALL.iter().any(|fault| !ground.recovery.records().contains_key(fault)) {
                    sleep(Duration::from_millis(50)).await;
                }
                return;
            }
            Lasting::For(lasting) => {
                let left = lasting.saturating_sub(began.elapsed());
                if left < PROGRESS {
                    return sleep(left).await;
                }
            }
            Lasting::UntilBooked(wanted) if bookings >= wanted => return,
            Lasting::UntilBooked(_) => {}
        }
    }
}

/// Adds what Postgres has in the end to every seat's history, checks them all, and tells each broken rule's story.
async fn conclude(
    ground: &Ground,
    pool: &PgPool,
    broken: Vec<Broken>,
    findings: &mut Findings,
) -> Result<(), DrillError> {
    read_in_the_end(ground, pool).await?;
    let (seats, holds) = (ground.history.seats(), ground.history.holds());
    let mut keys: Vec<_> = seats.keys().copied().collect();
    keys.sort_unstable();
    for key in keys {
        if let Err(violation) = checker::check(&seats[&key], &holds) {
            findings.violations.push(report::seat(&key, &violation, &holds));
        }
    }
    for rule in broken {
        let story = invariants::story(pool, &rule).await?;
        findings.violations.push(format!("{rule}\n{story}"));
    }
    Ok(())
}

async fn read_in_the_end(ground: &Ground, pool: &PgPool) -> Result<(), AuditError> {
    let invoked = ground.world.clock.now();
    let rows =
        sqlx::query("select departure, seat, state, version, hold_id from seats").fetch_all(pool).await?;
    let answered = ground.world.clock.now();
    for row in rows {
        let (departure, seat): (&str, &str) = (row.try_get(0)?, row.try_get(1)?);
        let (state, version): (&str, i32) = (row.try_get(2)?, row.try_get(3)?);
        let owner: Option<uuid::Uuid> = row.try_get(4)?;
        let parsed = (
            DepartureId::parse(departure),
            SeatNumber::parse(seat),
            SeatState::parse(state),
            u32::try_from(version),
        );
        let (Ok(departure), Ok(seat), Some(state), Ok(version)) = parsed else {
            ground.trouble.note(format!("{departure} {seat} is {state} at version {version}"));
            continue;
        };
        ground.history.read(departure, SeatChange { seat, state, version }, invoked, answered);
        if let Some(owner) = owner {
            let what = What::Owned { hold: HoldId(owner), booked: state == SeatState::Booked };
            ground.history.note(departure, seat, Event { invoked, answered: Moment::NEVER, what });
        }
    }
    Ok(())
}

fn judge(ground: &Ground, lasted: Duration, findings: &mut Findings) {
    let records = ground.recovery.records();
    for fault in Fault::ALL {
        let struck = records.get(&fault).map_or(0, |record| record.struck);
        findings.faults += struck;
        if struck == 0 {
            findings.shortfalls.push(format!("{} never struck", fault.name()));
        }
    }
    let per_minute = report::per_minute(findings.bookings, lasted);
    if per_minute < LEAST_A_MINUTE {
        findings.shortfalls.push(format!("{per_minute} bookings a minute are fewer than {LEAST_A_MINUTE}"));
    }
}

pub fn say(what: &str) {
    eprintln!("drill: {what}");
}
