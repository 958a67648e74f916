use super::{
    CarrierSchedule, TimeMode,
    fault::Fault,
    field,
    layout::{
        CARRIER,
        carrier::{CREATED, CREATED_TIME, CREATOR, FROM, MODE, RELEASED, SEASON, STATUS, TITLE, TO},
    },
    leg::{carrier, read_period},
    record::Record,
};

impl CarrierSchedule {
    /// Reads the carrier's record; its legs are still to come.
    pub(super) fn parse(record: &Record, faults: &mut Vec<Fault>) -> Option<Self> {
        let mode = record.read(MODE, "L for local times or U for UTC", faults, |t| match t {
            "L" => Some(TimeMode::Local),
            "U" => Some(TimeMode::Utc),
            _ => None,
        });
        let airline = record.read(CARRIER, "an airline code of two letters or digits", faults, carrier);
        let period = read_period(record, FROM, TO, faults);
        let date = "a date such as 22DEC26 or blank";
        let created = record.read_optional(CREATED, date, faults, field::date);
        let released = record.read_optional(RELEASED, date, faults, field::date);
        let time = "a time such as 1345 or blank";
        let created_time = record.read_optional(CREATED_TIME, time, faults, field::time);
        Some(Self {
            carrier: airline?,
            mode: mode?,
            season: Some(record.trimmed(SEASON)).filter(|season| !season.is_empty()).map(str::to_owned),
            period: period?,
            created: created.ok()?,
            created_time: created_time.ok()?,
            title: record.trimmed(TITLE).to_owned(),
            released: released.ok()?,
            status: record.trimmed(STATUS).chars().next(),
            creator: record.trimmed(CREATOR).to_owned(),
            legs: Vec::new(),
        })
    }
}
