use super::{CarrierSchedule, fault::Fault, layout::leg};

/// No two legs may be one departure. The lines are those of the legs, in the carriers' order.
pub(super) fn clashes(carriers: &[CarrierSchedule], lines: &[usize]) -> Vec<Fault> {
    let mut legs: Vec<_> = carriers.iter().flat_map(|schedule| &schedule.legs).zip(lines).collect();
    legs.sort_by_key(|(leg, line)| (leg.flight, leg.leg, **line));
    let mut faults = Vec::new();
    for same in legs.chunk_by(|(a, _), (b, _)| (a.flight, a.leg) == (b.flight, b.leg)) {
        for (i, (one, line)) in same.iter().enumerate() {
            let clash = same[..i].iter().find_map(|(other, at)| Some((one.clash(other)?, at)));
            if let Some((date, at)) = clash {
                let message =
                    format!("leg {} of {} departs on {date} by line {at} too", one.leg, one.flight.spaced());
                faults.push(Fault { line: **line, column: leg::FROM.0, message });
            }
        }
    }
    faults
}
