//! One drill: boot, travel under fire, wait until it is quiet, check.

use std::{collections::HashSet, io, sync::Arc, time::Duration};

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
    fault::Fault,
    ground::{Ground, Temper},
    history::{Event, History, SeatKey, What},
    invariants::{self, AuditError, Broken},
    notes::Notes,
    recovery::Recovery,
    report,
    schedule::Schedule,
    striker,
    tally::{Tally, read},
    traveller::Traveller,
    viewers::Viewers,
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
    /// What was done, where it was not bookings under fire.
    pub done: Option<String>,
    /// Attempts and faults, for people.
    pub table: String,
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

/// How one run is set up.
#[derive(Clone, Debug)]
pub struct Settings {
    pub plan: Plan,
    pub seed: u64,
    pub travellers: u32,
    pub temper: Temper,
    pub lasting: Lasting,
    /// What strikes, and how far apart on the average.
    pub faults: Vec<Fault>,
    pub spacing: Duration,
    /// How long what the servers have taken upon themselves may take in the end.
    pub quiet_within: Duration,
}

impl Settings {
    /// As a person asked for.
    pub fn of(arguments: &Arguments) -> Self {
        let quick = arguments.quick;
        let spacing = match arguments.lasting {
            _ if quick => Duration::from_millis(400),
            // Every kind strikes twice in a short drill, and often enough in a long one.
            Lasting::For(lasting) => (lasting / 40).clamp(Duration::from_secs(1), Duration::from_secs(5)),
            Lasting::UntilBooked(_) | Lasting::EveryFault => Duration::from_secs(5),
        };
        Self {
            plan: Plan {
                servers: SERVERS,
                hold_secs: if quick { 6 } else { 10 },
                payment_grace_secs: if quick { 5 } else { 8 },
                lease_secs: if quick { 5 } else { 12 },
                ..Plan::of(arguments)
            },
            seed: arguments.seed,
            travellers: arguments.travellers,
            temper: Temper::USUAL,
            lasting: arguments.lasting,
            faults: Fault::ALL.to_vec(),
            spacing,
            quiet_within: QUIET_WITHIN,
        }
    }
}

/// # Errors
/// Something could not be booted or ended by itself: then nothing is proved.
pub async fn run(settings: &Settings) -> Result<Findings, DrillError> {
    say(&format!("booting (seed {})", settings.seed));
    let ground = Arc::new(open(&settings.plan, settings.temper).await?);
    say("travellers set out");
    let began = Instant::now();
    let mut travellers = JoinSet::new();
    let mut rng = fastrand::Rng::with_seed(settings.seed);
    let viewers = Viewers::open(ground.clone());
    for number in 0..settings.travellers {
        travellers.spawn(Traveller::new(ground.clone(), number, rng.u64(..)).live());
    }
    let schedule = Schedule::new(settings.seed, settings.spacing, settings.plan.servers, &settings.faults);
    let mut striking = tokio::spawn(striker::strike(ground.clone(), schedule));
    tokio::select! {
        () = lasting(&ground, settings, began) => {}
        // It ends by itself only when something of ours broke, or when nothing is to strike.
        ended = &mut striking => {
            ended??;
            lasting(&ground, settings, began).await;
        }
    }
    ground.open.send_replace(false);
    let lasted = began.elapsed();
    if !striking.is_finished() {
        striking.await??;
    }
    say("sales are closed; travellers go home");
    let home = timeout(GO_HOME_WITHIN, async {
        while let Some(ended) = travellers.join_next().await {
            // One that broke down has seen less than it should have.
            ended?;
        }
        Ok::<_, DrillError>(())
    })
    .await;
    travellers.shutdown().await;
    say("waiting until all is quiet");
    let mut findings = Findings::default();
    if let Ok(ended) = home {
        ended?;
    } else {
        findings.violations.push("travellers were still waiting a minute after all faults had ended".into());
    }
    let pool = invariants::pool(&ground).await?;
    let mut broken = invariants::wait_until_quiet(&pool, settings.quiet_within).await?;
    say("checking");
    read_in_the_end(&ground, &pool).await?;
    broken.extend(invariants::audit(&ground, &pool).await?);
    broken.extend(Broken::new(
        "invariant 7: who watched a departure all the time sees every seat as it is",
        viewers.compare(&pool).await?,
    ));
    conclude(&ground, &pool, broken, &mut findings).await?;
    findings.bookings = read(&ground.tally.bookings);
    let acknowledged = ground.world.webhooks.acknowledged().len();
    let seen = [
        ("seats picked", read(&ground.tally.taken_seats)),
        ("seats lost to someone faster", read(&ground.tally.lost_seats)),
        ("holds given up", read(&ground.tally.given_up)),
        ("cancellations", read(&ground.tally.cancellations)),
        ("calls without an answer", read(&ground.tally.unclear)),
        ("events acknowledged", u64::try_from(acknowledged).unwrap_or(u64::MAX)),
        ("changes seen by viewers", viewers.changes()),
        ("answers asked for twice", ground.world.web.twice.compared()),
    ];
    let missing = seen.iter().filter(|(_, count)| *count == 0);
    findings.shortfalls.extend(missing.map(|(what, _)| format!("there were no {what}")));
    judge(&ground, settings, lasted, &mut findings);
    findings.table = report::table(&ground, &seen, lasted);
    if !findings.violations.is_empty() {
        ground.world.folder.keep_logs();
        say(&format!("the servers' logs are in {}", ground.world.folder.path.display()));
    }
    Ok(findings)
}

/// Boots a world for travellers.
///
/// # Errors
/// What could not be started.
pub async fn open(plan: &Plan, temper: Temper) -> io::Result<Ground> {
    let world = World::boot(plan).await?;
    Ok(Ground {
        history: History::default(),
        tally: Tally::default(),
        recovery: Recovery::default(),
        sold: Notes::default(),
        complete: Notes::default(),
        given_back: Notes::default(),
        trouble: world.web.trouble.clone(),
        open: watch::Sender::new(true),
        hold: Duration::from_secs(plan.hold_secs),
        temper,
        world,
    })
}

async fn lasting(ground: &Ground, settings: &Settings, began: Instant) {
    let mut progress = interval(PROGRESS);
    progress.tick().await;
    let over = async {
        match settings.lasting {
            Lasting::For(lasting) => sleep(lasting.saturating_sub(began.elapsed())).await,
            Lasting::UntilBooked(wanted) => {
                until(|| read(&ground.tally.bookings) >= wanted).await;
            }
            Lasting::EveryFault => {
                until(|| settings.faults.iter().all(|fault| ground.recovery.records().contains_key(fault)))
                    .await;
            }
        }
    };
    tokio::pin!(over);
    loop {
        tokio::select! {
            () = &mut over => return,
            _ = progress.tick() => {}
        }
        let records = ground.recovery.records();
        say(&format!(
            "{:>4} s: {} attempts, {} bookings, {} faults of {} kinds",
            began.elapsed().as_secs(),
            read(&ground.tally.attempts),
            read(&ground.tally.bookings),
            records.values().map(|record| record.struck).sum::<u64>(),
            records.values().filter(|record| record.struck > 0).count(),
        ));
    }
}

async fn until(done: impl Fn() -> bool) {
    while !done() {
        sleep(Duration::from_millis(50)).await;
    }
}

/// Checks every seat's history, and tells each broken rule's story.
async fn conclude(
    ground: &Ground,
    pool: &PgPool,
    broken: Vec<Broken>,
    findings: &mut Findings,
) -> Result<(), DrillError> {
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

/// Adds what Postgres has in the end to every seat's history.
async fn read_in_the_end(ground: &Ground, pool: &PgPool) -> Result<(), AuditError> {
    let invoked = ground.world.clock.now();
    let rows = sqlx::query(
        "select s.departure, s.seat, s.state, s.version, coalesce(h.retake_of, s.hold_id)
        from seats s left join holds h on h.id = s.hold_id",
    )
    .fetch_all(pool)
    .await?;
    let answered = ground.world.clock.now();
    let mut untouched: HashSet<SeatKey> = ground.history.seats().into_keys().collect();
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
        untouched.remove(&(departure, seat));
        ground.history.read(departure, SeatChange { seat, state, version }, invoked, answered);
        if let Some(owner) = owner {
            let what = What::Owned { hold: HoldId(owner), booked: state == SeatState::Booked };
            ground.history.note(departure, seat, Event { invoked, answered, what });
        }
    }
    for (departure, seat) in untouched {
        let change = SeatChange { seat, state: SeatState::Available, version: 0 };
        ground.history.read(departure, change, invoked, answered);
    }
    Ok(())
}

fn judge(ground: &Ground, settings: &Settings, lasted: Duration, findings: &mut Findings) {
    let records = ground.recovery.records();
    for fault in &settings.faults {
        let struck = records.get(fault).map_or(0, |record| record.struck);
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
