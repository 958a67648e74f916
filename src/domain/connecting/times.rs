use crate::{airport::AirportCode, carrier::CarrierCode, code::CodeError, csv};

/// The first line of a file of exceptions.
const HEADER: [&str; 6] =
    ["airport", "arriving_carrier", "departing_carrier", "arriving", "departing", "minutes"];

/// The longest that a change can be said to take at least.
const MOST_MIN: u16 = 12 * 60;

/// How long it takes at least to change flights at an airport.
///
/// The defaults are ours, near those that airports file: 45 minutes between two flights inside one country, 90 from a
/// flight from abroad to one inside the country, since passports, baggage and security come between, and 75 otherwise.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ChangeTimes {
    exceptions: Vec<Exception>,
}

/// Whether a flight crosses a border.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Domestic,
    International,
}

/// A time that holds instead of the default, wherever all that it names is so.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Exception {
    pub airport: Option<AirportCode>,
    pub arriving_carrier: Option<CarrierCode>,
    pub departing_carrier: Option<CarrierCode>,
    pub arriving: Option<Kind>,
    pub departing: Option<Kind>,
    pub minutes: u16,
}

/// Why a file of exceptions is refused; the line counts from 1.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ChangeTimesError {
    #[error("connecting times, line {0}: the quotes do not follow RFC 4180")]
    Quotes(usize),
    #[error("connecting times: the first line should be {}", HEADER.join(","))]
    Header,
    #[error("connecting times, line {0}: there should be {count} fields", count = HEADER.len())]
    Fields(usize),
    #[error("connecting times, line {line}: {fault}")]
    Code { line: usize, fault: CodeError },
    #[error("connecting times, line {line}: {text:?} should be D or I, or empty for either")]
    Kind { line: usize, text: String },
    #[error("connecting times, line {line}: {text:?} should be minutes, up to {MOST_MIN}")]
    Minutes { line: usize, text: String },
}

impl ChangeTimes {
    /// Of the exceptions that hold, the one that names most counts, and of these the one that stands first.
    pub fn new(mut exceptions: Vec<Exception>) -> Self {
        exceptions.sort_by_key(|exception| std::cmp::Reverse(exception.named()));
        Self { exceptions }
    }

    /// Reads a file of exceptions below its header: what is left empty holds for any; `D` is a flight inside one
    /// country, `I` one across a border.
    ///
    /// # Errors
    /// The first fault with its line.
    pub fn parse(text: &str) -> Result<Self, ChangeTimesError> {
        let records = csv::records(text).map_err(ChangeTimesError::Quotes)?;
        let mut records = records.into_iter();
        if records.next().is_none_or(|(_, header)| header != HEADER) {
            return Err(ChangeTimesError::Header);
        }
        let exceptions = records.map(|(line, fields)| read(line, fields)).collect::<Result<_, _>>()?;
        Ok(Self::new(exceptions))
    }

    /// In the order in which they are to be tried.
    pub fn exceptions(&self) -> &[Exception] {
        &self.exceptions
    }

    /// The time where no exception holds, from a flight of one kind to one of another.
    pub fn usual_min(arriving: Kind, departing: Kind) -> u16 {
        match (arriving, departing) {
            (Kind::Domestic, Kind::Domestic) => 45,
            (Kind::International, Kind::Domestic) => 90,
            (_, Kind::International) => 75,
        }
    }
}

impl Exception {
    /// How much it names.
    fn named(&self) -> usize {
        let named = [
            self.airport.is_some(),
            self.arriving_carrier.is_some(),
            self.departing_carrier.is_some(),
            self.arriving.is_some(),
            self.departing.is_some(),
        ];
        named.into_iter().filter(|is_named| *is_named).count()
    }
}

fn read(line: usize, fields: Vec<String>) -> Result<Exception, ChangeTimesError> {
    let [airport, from, to, arriving, departing, minutes] =
        <[String; 6]>::try_from(fields).map_err(|_| ChangeTimesError::Fields(line))?;
    let code = |fault| ChangeTimesError::Code { line, fault };
    let carrier = |text: &str| filled(text).map(CarrierCode::parse).transpose().map_err(code);
    let kind = |text: &str| match filled(text) {
        None => Ok(None),
        Some("D") => Ok(Some(Kind::Domestic)),
        Some("I") => Ok(Some(Kind::International)),
        Some(other) => Err(ChangeTimesError::Kind { line, text: other.to_owned() }),
    };
    Ok(Exception {
        airport: filled(&airport).map(AirportCode::parse).transpose().map_err(code)?,
        arriving_carrier: carrier(&from)?,
        departing_carrier: carrier(&to)?,
        arriving: kind(&arriving)?,
        departing: kind(&departing)?,
        minutes: minutes
            .parse()
            .ok()
            .filter(|minutes| *minutes <= MOST_MIN)
            .ok_or(ChangeTimesError::Minutes { line, text: minutes })?,
    })
}

fn filled(text: &str) -> Option<&str> {
    Some(text.trim()).filter(|text| !text.is_empty())
}

#[cfg(test)]
mod tests {
    use super::{ChangeTimes, ChangeTimesError, Kind};

    fn file(line: &str) -> String {
        format!("{}\n{line}\n", super::HEADER.join(","))
    }

    #[test]
    fn the_exception_that_names_most_is_tried_first() {
        let times = ChangeTimes::parse(&file("JFK,,,,,60\n,B6,,,,50\nJFK,B6,B6,D,D,35\n,,,I,,100")).unwrap();
        let minutes: Vec<u16> = times.exceptions().iter().map(|exception| exception.minutes).collect();
        assert_eq!(minutes, [35, 60, 50, 100]);
        assert_eq!(times.exceptions()[3].arriving, Some(Kind::International));
    }

    #[test]
    fn a_fault_is_told_with_its_line() {
        let fault = |line: &str| ChangeTimes::parse(&file(line)).unwrap_err();
        assert_eq!(ChangeTimes::parse("JFK,,,,,60"), Err(ChangeTimesError::Header));
        assert_eq!(fault("JFK,60"), ChangeTimesError::Fields(2));
        assert_eq!(fault("JFK,,,X,,60"), ChangeTimesError::Kind { line: 2, text: "X".to_owned() });
        for wrong in ["", "-5", "721", "an hour"] {
            let told = ChangeTimesError::Minutes { line: 2, text: wrong.to_owned() };
            assert_eq!(fault(&format!("JFK,,,,,{wrong}")), told);
        }
        assert!(matches!(fault("JFKX,,,,,60"), ChangeTimesError::Code { line: 2, .. }));
        assert!(matches!(fault("JFK,1,,,,60"), ChangeTimesError::Code { line: 2, .. }));
        assert_eq!(fault("\"JFK"), ChangeTimesError::Quotes(2));
    }
}
