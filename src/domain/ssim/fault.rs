use std::fmt;

/// What is wrong at one place of a file, for the person who mends it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Fault {
    /// From 1.
    pub line: usize,
    /// The position in the record, from 1.
    pub column: usize,
    pub message: String,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}, column {}: {}", self.line, self.column, self.message)
    }
}

impl std::error::Error for Fault {}

/// The faults that one reading reports at most.
pub(super) const FAULTS: usize = 200;

/// Sorts by place; beyond [`FAULTS`], one more tells how many were left out.
pub(super) fn bounded(mut faults: Vec<Fault>) -> Vec<Fault> {
    faults.sort();
    faults.dedup();
    let more = faults.len().saturating_sub(FAULTS);
    if more > 0 {
        faults.truncate(FAULTS + 1);
        faults[FAULTS].message = match more {
            1 => "one more fault is not listed".to_owned(),
            _ => format!("from here on {more} more faults are not listed"),
        };
    }
    faults
}
