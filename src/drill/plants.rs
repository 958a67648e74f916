//! Shows that the drill finds what it is there to find: each violation is planted in the servers, and must be seen.

use std::time::{Duration, Instant};

use crate::{
    arguments::{Arguments, Lasting},
    fault::Fault,
    ground::Temper,
    run::{self, DrillError, Findings, Settings, say},
    world::Plan,
};

/// A planted violation.
#[derive(Clone, Copy, Debug)]
struct Plant {
    /// As the server knows it.
    name: &'static str,
    what: &'static str,
    /// What must go wrong besides, so that it shows.
    faults: &'static [Fault],
    temper: Temper,
}

const PLANTS: &[Plant] = &[
    Plant {
        name: "unguarded-pick",
        what: "a pick that reads and then writes without a guard",
        faults: &[],
        temper: Temper::HASTY,
    },
    Plant { name: "half-expiry", what: "an expiry of half a hold", faults: &[], temper: Temper::HASTY },
    Plant {
        name: "blind-pick",
        what: "a pick that does not look at its hold",
        faults: &[],
        temper: Temper::HASTY,
    },
    Plant {
        name: "stale-ending",
        what: "an ending that locks and reads in one statement",
        faults: &[],
        temper: Temper::HASTY,
    },
    Plant {
        name: "early-acknowledge",
        what: "an event acknowledged before it is stored, and lost",
        faults: &[Fault::ServerKilled],
        temper: Temper::USUAL,
    },
    Plant {
        name: "early-refund",
        what: "a refund before its capture",
        faults: &[],
        temper: Temper { cancel: 100, ..Temper::USUAL },
    },
];

const LASTING: Duration = Duration::from_secs(10);
/// What is broken for good never comes to rest.
const QUIET_WITHIN: Duration = Duration::from_secs(12);

/// Runs a short drill with that violation planted.
///
/// # Errors
/// There is no such plant, or nothing could be booted.
pub async fn run(arguments: &Arguments, name: &str) -> Result<Findings, DrillError> {
    let plant = PLANTS.iter().find(|plant| plant.name == name).ok_or_else(|| {
        let names: Vec<&str> = PLANTS.iter().map(|plant| plant.name).collect();
        std::io::Error::other(format!("{name} is none of: {}", names.join(", ")))
    })?;
    say(&format!("planted: {}", plant.what));
    let mut findings = run::run(&Settings {
        plan: Plan {
            servers: 3,
            hold_secs: 4,
            payment_grace_secs: 4,
            environment: vec![("SKYCONNECT_PLANT", plant.name.to_owned())],
            ..Plan::of(arguments)
        },
        seed: arguments.seed,
        travellers: 40,
        temper: plant.temper,
        lasting: Lasting::For(LASTING),
        faults: plant.faults.to_vec(),
        spacing: Duration::from_millis(1_500),
        quiet_within: QUIET_WITHIN,
    })
    .await?;
    // So short a run proves nothing but that the plant is seen.
    findings.shortfalls.clear();
    Ok(findings)
}

/// Plants each, one after the other. One that is not found is a violation.
///
/// # Errors
/// Nothing could be booted.
pub async fn run_all(arguments: &Arguments) -> Result<Findings, DrillError> {
    let mut findings = Findings::default();
    for plant in PLANTS {
        let began = Instant::now();
        let found = run(arguments, plant.name).await?;
        findings.bookings += found.bookings;
        findings.faults += found.faults;
        let took = began.elapsed().as_secs();
        let first =
            found.violations.first().and_then(|violation| violation.lines().next()).unwrap_or_default();
        println!("plant {}: {} violations in {took} s; {first}", plant.name, found.violations.len());
        if found.violations.is_empty() {
            findings.violations.push(format!("{} was planted, and not found", plant.name));
        }
    }
    findings.done = Some(format!("{} plants", PLANTS.len()));
    Ok(findings)
}
