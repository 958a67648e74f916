use std::fmt::Display;

use jiff::civil::Date;

use crate::{
    airport::AirportCode,
    airports::Airports,
    cabin::BookingClass,
    carrier::CarrierCode,
    csv,
    fare::{
        Covers, FareBasis, FareBrand, FiledFare,
        rules::{Dates, Rules},
    },
    money::{Currency, Money},
    schedule::OperatingDays,
};

/// The first line of a file of fares.
///
/// `direction` is `both` or `one`, `carrier` a code or `*`, `covers` is `through`, `sector` or `either`, `amount` in the
/// currency's decimals, dates are ISO or empty, `days` the digits of the weekdays from Monday, 1, or empty for all,
/// `saturday` is `yes` or empty, percentages are of the adult's amount.
pub const HEADER: [&str; 20] = [
    "origin",
    "destination",
    "direction",
    "carrier",
    "class",
    "basis",
    "brand",
    "covers",
    "currency",
    "amount",
    "sold_from",
    "sold_until",
    "travel_from",
    "travel_until",
    "advance_days",
    "days",
    "stay_nights",
    "saturday",
    "child_percent",
    "infant_percent",
];

/// What is wrong with a file of fares, and where: lines and columns count from 1.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("fares, line {line}, column {column}: {message}")]
pub struct FaresFault {
    pub line: usize,
    pub column: usize,
    pub message: String,
}

/// Every fare of a file, and whether it is for both directions.
pub(super) fn read(text: &str, airports: &Airports) -> Result<Vec<(FiledFare, bool)>, Vec<FaresFault>> {
    let fault = |line, column, message: String| FaresFault { line, column, message };
    let records = csv::records(text)
        .map_err(|line| vec![fault(line, 1, "the quotes do not follow RFC 4180".to_owned())])?;
    let mut records = records.into_iter();
    if records.next().is_none_or(|(_, header)| header != HEADER) {
        return Err(vec![fault(1, 1, format!("the first line should be {}", HEADER.join(",")))]);
    }
    let mut fares: Vec<(FiledFare, bool)> = Vec::new();
    let mut faults = Vec::new();
    for (line, fields) in records {
        if fields.len() != HEADER.len() {
            let message = format!("there should be {} fields, not {}", HEADER.len(), fields.len());
            faults.push(fault(line, fields.len().min(HEADER.len()) + 1, message));
            continue;
        }
        let mut row = Row { line, fields: &fields, faults: Vec::new() };
        let fare = row.fare(airports);
        faults.append(&mut row.faults);
        let Some(fare) = fare else { continue };
        if fares.iter().any(|filed| is_twice(filed, &fare)) {
            faults.push(fault(
                line,
                6,
                format!("{} stands here a second time for the same dates", fare.0.basis),
            ));
        }
        fares.push(fare);
    }
    if faults.is_empty() { Ok(fares) } else { Err(faults) }
}

fn is_twice((one, one_both): &(FiledFare, bool), (other, both): &(FiledFare, bool)) -> bool {
    let same_way = (one.origin, one.destination) == (other.origin, other.destination);
    let other_way = (one.destination, one.origin) == (other.origin, other.destination);
    (one.basis, one.brand, one.carrier) == (other.basis, other.brand, other.carrier)
        && (same_way || (other_way && (*one_both || *both)))
        && one.covers.fits(other.covers)
        && one.rules.sold.overlap(&other.rules.sold)
        && one.rules.travel.overlap(&other.rules.travel)
}

struct Row<'a> {
    line: usize,
    fields: &'a [String],
    faults: Vec<FaresFault>,
}

impl Row<'_> {
    /// Reads every field, so that all faults of the line are told at once; none where there is one.
    fn fare(&mut self, airports: &Airports) -> Option<(FiledFare, bool)> {
        let origin = self.place("origin", airports);
        let destination = self.place("destination", airports);
        if let (Some(from), Some(to)) = (origin, destination)
            && airports.expand(from).iter().any(|airport| airports.expand(to).contains(airport))
        {
            self.fault("destination", format!("{to} is where it starts"));
        }
        let both_ways = self.one_of("direction", &[("both", true), ("one", false)]);
        let carrier = self.parse("carrier", |text| match text {
            "*" => Ok(None),
            code => CarrierCode::parse(code).map(Some).map_err(|error| error.to_string()),
        });
        let class = self.parse("class", |text| BookingClass::parse(text).map_err(|e| e.to_string()));
        let basis = self.parse("basis", |text| FareBasis::parse(text).map_err(|e| e.to_string()));
        if let (Some(class), Some(basis)) = (class, basis)
            && !basis.as_str().starts_with(class.letter())
        {
            self.fault("basis", format!("{basis} should begin with its class, {class}"));
        }
        let brand = self.parse("brand", |text| {
            FareBrand::parse(text).ok_or_else(|| format!("{text:?} should be basic, standard or flex"))
        });
        let covers = self.parse("covers", |text| {
            Covers::parse(text).ok_or_else(|| format!("{text:?} should be through, sector or either"))
        });
        let currency = self.parse("currency", |text| {
            Currency::parse(text).ok_or_else(|| format!("{text:?} is no currency in which fares are filed"))
        });
        let amount = currency.and_then(|currency| {
            self.parse("amount", |text| {
                Money::from_decimal(text, currency)
                    .filter(|money| (1..=MOST_MINOR).contains(&money.minor))
                    .ok_or_else(|| format!("{text:?} should be an amount above 0 in {}", currency.code()))
            })
        });
        let sold = self.dates("sold_from", "sold_until");
        let travel = self.dates("travel_from", "travel_until");
        let advance_days = self.number("advance_days", 365);
        let days = self.parse("days", days);
        let stay_nights = self.number("stay_nights", 365);
        let saturday_night = self.one_of("saturday", &[("yes", true), ("", false)]);
        let child_percent = self.number("child_percent", 100);
        let infant_percent = self.number("infant_percent", 100);
        if !self.faults.is_empty() {
            return None;
        }
        let rules = Rules {
            sold: sold?,
            travel: travel?,
            advance_days: advance_days?,
            days: days?,
            stay_nights: stay_nights?,
            saturday_night: saturday_night?,
        };
        let fare = FiledFare {
            origin: origin?,
            destination: destination?,
            carrier: carrier?,
            class: class?,
            basis: basis?,
            brand: brand?,
            covers: covers?,
            amount: amount?,
            child_percent: u8::try_from(child_percent?).ok()?,
            infant_percent: u8::try_from(infant_percent?).ok()?,
            rules,
        };
        Some((fare, both_ways?))
    }

    fn place(&mut self, column: &str, airports: &Airports) -> Option<AirportCode> {
        self.parse(column, |text| {
            let code = AirportCode::parse(text).map_err(|error| error.to_string())?;
            let is_known = !airports.expand(code).is_empty();
            is_known.then_some(code).ok_or_else(|| format!("we know no airport or city {code}"))
        })
    }

    /// An empty field is 0.
    fn number(&mut self, column: &str, most: u16) -> Option<u16> {
        self.parse(column, |text| match text {
            "" => Ok(0),
            digits => digits
                .parse()
                .ok()
                .filter(|number| *number <= most)
                .ok_or_else(|| format!("{text:?} should be a number up to {most}")),
        })
    }

    fn dates(&mut self, from: &str, until: &str) -> Option<Dates> {
        let date = |text: &str| match text {
            "" => Ok(None),
            text => text
                .parse::<Date>()
                .map(Some)
                .map_err(|_| format!("{text:?} should be a date such as 2026-12-22")),
        };
        let dates = Dates { from: self.parse(from, date)?, until: self.parse(until, date)? };
        if matches!((dates.from, dates.until), (Some(from), Some(until)) if until < from) {
            self.fault(until, "it ends before it begins");
        }
        Some(dates)
    }

    fn one_of<T: Copy>(&mut self, column: &str, known: &[(&str, T)]) -> Option<T> {
        self.parse(column, |text| {
            let found = known.iter().find(|(name, _)| *name == text).map(|(_, value)| *value);
            found.ok_or_else(|| {
                let names: Vec<String> = known.iter().map(|(name, _)| format!("{name:?}")).collect();
                format!("{text:?} should be {}", names.join(" or "))
            })
        })
    }

    fn parse<T>(&mut self, column: &str, read: impl Fn(&str) -> Result<T, String>) -> Option<T> {
        let place = HEADER.iter().position(|name| *name == column)?;
        read(self.fields[place].trim()).map_err(|message| self.fault(column, message)).ok()
    }

    fn fault(&mut self, column: &str, message: impl Display) {
        let place = HEADER.iter().position(|name| *name == column).unwrap_or_default();
        let message = format!("{column}: {message}");
        self.faults.push(FaresFault { line: self.line, column: place + 1, message });
    }
}

/// A hundred million of any minor unit: what is above is a slip of the pen, and sums stay far from what a number holds.
const MOST_MINOR: i64 = 100_000_000;

fn days(text: &str) -> Result<OperatingDays, String> {
    if text.is_empty() {
        return Ok(OperatingDays::DAILY);
    }
    let mut bits = 0_u8;
    for digit in text.bytes() {
        let bit = match digit {
            b'1'..=b'7' => 1 << (digit - b'1'),
            _ => return Err(format!("{text:?} should be digits of weekdays, Monday is 1")),
        };
        if bits & bit != 0 {
            return Err(format!("{text:?} names a weekday twice"));
        }
        bits |= bit;
    }
    Ok(OperatingDays::from_bits(bits))
}

#[cfg(test)]
mod tests {
    use super::{FaresFault, HEADER, read};
    use crate::airports::tests::few;

    const SALE: &str = "BOS,LAX,both,*,K,KSALE21,basic,either,USD,109.00,2026-11-01,,,,21,,,,75,10";

    fn faults(lines: &[&str]) -> Vec<String> {
        let text = format!("{}\n{}\n", HEADER.join(","), lines.join("\n"));
        let faults = read(&text, &few()).unwrap_err();
        faults.iter().map(FaresFault::to_string).collect()
    }

    #[test]
    fn a_file_with_faults_is_refused_whole_with_each_line_and_column() {
        let wrong = "BOS,XXX,both,*,K,QSALE,basic,either,JPY,10.50,2026-12-02,2026-12-01,,,x,18,,,175,10";
        let told = faults(&[SALE, wrong]);
        let columns: Vec<&str> = told.iter().map(|fault| fault.split(": ").nth(1).unwrap()).collect();
        assert_eq!(
            columns,
            ["destination", "basis", "amount", "sold_until", "advance_days", "days", "child_percent"],
            "{told:#?}"
        );
        assert_eq!(told[0], "fares, line 3, column 2: destination: we know no airport or city XXX");
        assert_eq!(faults(&["BOS,LAX"]), ["fares, line 2, column 3: there should be 20 fields, not 2"]);
        assert!(faults(&["\"BOS"])[0].starts_with("fares, line 2, column 1: the quotes"));
        assert!(read("origin\n", &few()).unwrap_err()[0].message.starts_with("the first line"));
    }

    #[test]
    fn the_same_fare_does_not_stand_twice_for_the_same_dates() {
        assert!(faults(&[SALE, SALE])[0].contains("a second time"));
        assert!(faults(&[SALE, &SALE.replace("BOS,LAX", "LAX,BOS")])[0].contains("a second time"));
        let ended = SALE.replace("2026-11-01,,", "2026-01-01,2026-10-31,");
        let text = format!("{}\n{SALE}\n{ended}\n", HEADER.join(","));
        assert_eq!(read(&text, &few()).unwrap().len(), 2);
    }

    #[test]
    fn a_market_leads_somewhere_else() {
        assert!(faults(&[&SALE.replace("BOS,LAX", "JFK,NYC")])[0].contains("is where it starts"));
        assert!(faults(&[&SALE.replace("109.00", "0")])[0].contains("above 0"));
    }
}
