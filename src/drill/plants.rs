//! Shows that the drill finds what it is there to find: each violation is planted in the servers, and must be seen.

use std::time::{Duration, Instant};

use crate::{
    arguments::{Arguments, Lasting},
    fault::Fault,
    ground::Temper,
    report,
    run::{self, DrillError, Findings, Settings, say},
    world::Plan,
};

/// A planted violation.
#[derive(Clone, Copy, Debug)]
struct Plant {
    /// As the server knows it.
    name: &'static str,
    what: &'static str,
    /// The rule that it breaks: any other violation may be an accident, and does not find it.
    breaks: &'static str,
    /// What must go wrong besides, so that it shows.
    faults: &'static [Fault],
    temper: Temper,
}

const PLANTS: &[Plant] = &[
    Plant {
        name: "unguarded-pick",
        what: "a pick that reads and then writes without a guard",
        breaks: report::NO_ORDER,
        faults: &[],
        temper: Temper::HASTY,
    },
    Plant {
        name: "half-expiry",
        what: "an expiry of half a hold",
        breaks: "invariant 1: a seat belongs to a live hold",
        faults: &[],
        temper: Temper { two_tabs: 0, walk_away: 60, ..Temper::HASTY },
    },
    Plant {
        name: "blind-pick",
        what: "a pick that does not look at its hold",
        breaks: "invariant 1: a seat belongs to a live hold",
        faults: &[],
        temper: Temper::HASTY,
    },
    Plant {
        name: "stale-ending",
        what: "an ending that locks and reads in one statement",
        breaks: "invariant 1: a seat belongs to a live hold",
        faults: &[],
        temper: Temper::HASTY,
    },
    Plant {
        name: "early-acknowledge",
        what: "an event acknowledged before it is stored, and lost",
        breaks: "invariant 7: every event that was acknowledged is stored",
        faults: &[Fault::ServerKilled],
        temper: Temper::USUAL,
    },
    Plant {
        name: "early-refund",
        what: "a refund before its capture",
        breaks: "staff have nothing to look at",
        faults: &[],
        temper: Temper { cancel: 100, ..Temper::USUAL },
    },
];

impl Plant {
    /// The violation that shows it.
    fn found_in<'a>(&self, findings: &'a Findings) -> Option<&'a str> {
        findings.violations.iter().map(String::as_str).find(|violation| violation.contains(self.breaks))
    }
}

const LASTING: Duration = Duration::from_secs(7);
/// What is broken for good never comes to rest.
const QUIET_WITHIN: Duration = Duration::from_secs(6);

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

/// Plants each, one after the other. One that is not found by the rule that it breaks is a violation.
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
        let shown = plant.found_in(&found).and_then(|violation| violation.lines().next());
        let told = shown.unwrap_or("not found");
        println!("plant {}: {} violations in {took} s; {told}", plant.name, found.violations.len());
        if shown.is_none() {
            findings.violations.push(format!("{} was planted, and not found", plant.name));
        }
    }
    findings.done = Some(format!("{} plants", PLANTS.len()));
    Ok(findings)
}

#[cfg(test)]
mod tests {
    use super::{Findings, PLANTS};

    #[test]
    fn a_plant_is_found_by_the_rule_that_it_breaks_and_by_no_other() {
        for plant in PLANTS {
            let told = |rule: &str| Findings {
                violations: vec![format!("{rule} (1)\n    seat 14A")],
                ..Findings::default()
            };
            assert!(plant.found_in(&told(plant.breaks)).is_some());
            assert!(plant.found_in(&told("invariant 7: live holds after 6 s of quiet")).is_none());
        }
    }
}
