//! What a drill found, for people: a table, and the story of whatever broke a rule.

use std::{collections::BTreeMap, fmt::Write as _, time::Duration};

use domain::hold::HoldId;

use crate::{
    checker::Violation,
    clock::Moment,
    fault::Fault,
    ground::Ground,
    history::{Event, Permits, SeatKey, What},
    recovery::Record,
    tally::read,
};

/// How the violation of a seat's history begins, after the seat.
pub const NO_ORDER: &str = "no order explains what was seen of it";
/// Events printed of one seat.
const EVENTS: usize = 60;

/// The table of attempts, of what was `seen` besides, and of faults.
pub fn table(ground: &Ground, seen: &[(&str, u64)], lasted: Duration) -> String {
    let tally = &ground.tally;
    let mut text = String::new();
    let bookings = read(&tally.bookings);
    let per_minute = per_minute(bookings, lasted);
    let counts = [
        ("attempts", read(&tally.attempts)),
        ("bookings", bookings),
        ("bookings a minute", per_minute),
        ("payments told to be over", read(&tally.uncharged)),
    ];
    for (name, value) in counts.iter().chain(seen) {
        let _ = writeln!(text, "{name:<32}{value:>10}");
    }
    for (code, count) in tally.refusals() {
        let _ = writeln!(text, "{:<32}{count:>10}", format!("refused: {code}"));
    }
    let _ = writeln!(text, "\n{:<26}{:>8}{:>16}{:>10}", "fault", "struck", "booking again", "at most");
    let records = ground.recovery.records();
    for fault in Fault::ALL {
        let record = records.get(&fault).cloned().unwrap_or_default();
        let _ = writeln!(text, "{}", line(fault, record));
    }
    text
}

pub fn per_minute(bookings: u64, lasted: Duration) -> u64 {
    let millis = u64::try_from(lasted.as_millis()).unwrap_or(u64::MAX).max(1);
    bookings.saturating_mul(60_000) / millis
}

fn line(fault: Fault, mut record: Record) -> String {
    record.recoveries.sort_unstable();
    let seconds = |time: Option<&Duration>| time.map_or("-".into(), |t| format!("{:.2} s", t.as_secs_f64()));
    let middle = seconds(record.recoveries.get(record.recoveries.len() / 2));
    format!("{:<26}{:>8}{middle:>16}{:>10}", fault.name(), record.struck, seconds(record.recoveries.last()))
}

/// The history of a seat that no order explains.
pub fn seat(key: &SeatKey, violation: &Violation, holds: &BTreeMap<HoldId, Permits>) -> String {
    let mut text = format!("{} {}: {NO_ORDER}\n", key.0, key.1);
    let register = violation.stuck.register;
    let _ = writeln!(
        text,
        "  the best order ends at version {}, {}, {:?}, and leaves:",
        register.version,
        register.state.as_str(),
        register.owner
    );
    for event in violation.stuck.left.iter().take(8) {
        let _ = writeln!(text, "    {}", self::event(event));
    }
    let _ = writeln!(text, "  all that is known of it:");
    // The end of a long history is where it went wrong.
    for event in violation.events.iter().skip(violation.events.len().saturating_sub(EVENTS)) {
        let _ = writeln!(text, "    {}", self::event(event));
    }
    let mut named: Vec<HoldId> = violation.events.iter().filter_map(|event| hold_of(&event.what)).collect();
    named.sort_unstable();
    named.dedup();
    for hold in named.iter().take(12) {
        if let Some(permits) = holds.get(hold) {
            let _ = writeln!(text, "  hold {hold} {}", self::permits(permits));
        }
    }
    text
}

fn hold_of(what: &What) -> Option<HoldId> {
    match what {
        What::Took { hold, .. }
        | What::MayHaveTaken { hold }
        | What::Gave { hold, .. }
        | What::Refused { hold, .. }
        | What::Owned { hold, .. } => Some(*hold),
        What::Read { .. } => None,
    }
}

fn event(event: &Event) -> String {
    let what = match event.what {
        What::Took { hold, version } => format!("taken at version {version} by {hold}"),
        What::MayHaveTaken { hold } => format!("asked for by {hold}, no answer"),
        What::Gave { hold, version } => format!("given back at version {version} by {hold}"),
        What::Refused { hold, expected } => format!("refused at version {expected} to {hold}"),
        What::Owned { hold, booked } => format!("{} by {hold}", if booked { "booked" } else { "owned" }),
        What::Read { version, state } => format!("read as {} at version {version}", state.as_str()),
    };
    format!("{:>12} to {:>12}  {what}", event.invoked.to_string(), event.answered.to_string())
}

fn permits(permits: &Permits) -> String {
    let mut text = String::new();
    for (name, since) in [
        ("asked for seats", permits.assign),
        ("started to pay", permits.reserve),
        ("used a card", permits.book),
        ("may have ended", permits.free),
        ("cancelled", permits.unbook),
        ("was over", permits.over),
        ("was told to be given up", permits.given_up),
        ("was told to be uncharged", permits.uncharged),
    ] {
        if since != Moment::NEVER {
            let _ = write!(text, "{name} {since}; ");
        }
    }
    text
}
