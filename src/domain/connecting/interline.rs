use std::collections::BTreeSet;

use crate::{carrier::CarrierCode, code::CodeError, csv};

/// The first line of a file of agreements.
const HEADER: [&str; 2] = ["carrier", "partner"];

/// The carriers of which two can be on one ticket. A carrier always goes with itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Interline {
    Everyone,
    /// The pairs, each in the order of their codes.
    Agreements(BTreeSet<(CarrierCode, CarrierCode)>),
}

/// Why a file of agreements is refused; the line counts from 1.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InterlineError {
    #[error("interline agreements, line {0}: the quotes do not follow RFC 4180")]
    Quotes(usize),
    #[error("interline agreements: the first line should be {}", HEADER.join(","))]
    Header,
    #[error("interline agreements, line {0}: there should be two carriers")]
    Fields(usize),
    #[error("interline agreements, line {line}: {fault}")]
    Code { line: usize, fault: CodeError },
}

impl Default for Interline {
    /// No agreement: carriers go with themselves alone.
    fn default() -> Self {
        Self::Agreements(BTreeSet::new())
    }
}

impl Interline {
    /// Reads a file with two carriers a line, below their header. Which of them stands first means nothing, nor does a
    /// pair that stands twice.
    ///
    /// # Errors
    /// The first fault with its line.
    pub fn parse(text: &str) -> Result<Self, InterlineError> {
        let records = csv::records(text).map_err(InterlineError::Quotes)?;
        let mut records = records.into_iter();
        if records.next().is_none_or(|(_, header)| header != HEADER) {
            return Err(InterlineError::Header);
        }
        let pair = |(line, fields): (usize, Vec<String>)| {
            let [one, other] = <[String; 2]>::try_from(fields).map_err(|_| InterlineError::Fields(line))?;
            let code =
                |text: &str| CarrierCode::parse(text).map_err(|fault| InterlineError::Code { line, fault });
            let (one, other) = (code(&one)?, code(&other)?);
            Ok((one.min(other), one.max(other)))
        };
        Ok(Self::Agreements(records.map(pair).collect::<Result<_, _>>()?))
    }

    pub fn joins(&self, one: CarrierCode, other: CarrierCode) -> bool {
        one == other
            || match self {
                Self::Everyone => true,
                Self::Agreements(pairs) => pairs.contains(&(one.min(other), one.max(other))),
            }
    }
}

#[cfg(test)]
mod tests {
    use super::{Interline, InterlineError};
    use crate::carrier::CarrierCode;

    fn code(text: &str) -> CarrierCode {
        CarrierCode::parse(text).unwrap()
    }

    #[test]
    fn an_agreement_holds_both_ways_and_does_not_go_on() {
        let table = Interline::parse("carrier,partner\nDL,AF\nAF,KL\n").unwrap();
        let joins = |one, other| table.joins(code(one), code(other));
        assert!(joins("DL", "AF") && joins("AF", "DL") && joins("KL", "AF") && joins("B6", "B6"));
        assert!(!joins("DL", "KL") && !joins("B6", "DL"));
        assert!(Interline::Everyone.joins(code("B6"), code("DL")));
        assert!(!Interline::default().joins(code("B6"), code("DL")));
    }

    #[test]
    fn a_fault_is_told_with_its_line() {
        assert_eq!(Interline::parse("DL,AF\n"), Err(InterlineError::Header));
        assert_eq!(Interline::parse("carrier,partner\nDL,AF,KL\n"), Err(InterlineError::Fields(2)));
        assert_eq!(Interline::parse("carrier,partner\nDL,\"AF\n"), Err(InterlineError::Quotes(2)));
        let fault = Interline::parse("carrier,partner\nDL,AF\n12,AF\n").unwrap_err().to_string();
        assert!(fault.starts_with("interline agreements, line 3: \"12\" should be"), "{fault}");
    }
}
