//! The forms of single values, each with its writing.

use jiff::civil::{Date, Time};

use crate::schedule::{OperatingDays, Period};

const MONTHS: [&str; 12] =
    ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"];
/// In the place of a period's last date: until further notice.
pub(super) const OPEN_END: &str = "00XXX00";

/// `22DEC26`; the years 70 to 99 are those of the twentieth century.
pub(super) fn date(text: &str) -> Option<Date> {
    let day = number(text.get(..2)?)?;
    let month = MONTHS.iter().position(|month| Some(*month) == text.get(2..5))? + 1;
    let year = number(text.get(5..7)?)?;
    let century = if year >= 70 { 1900 } else { 2000 };
    Date::new(century + i16::try_from(year).ok()?, i8::try_from(month).ok()?, i8::try_from(day).ok()?).ok()
}

pub(super) fn write_date(date: Date) -> String {
    // Two digits tell no other years; their dates stay in a form that fits no field and is refused there.
    if !(1970..2070).contains(&date.year()) {
        return date.to_string();
    }
    let month = MONTHS[usize::from(date.month().unsigned_abs()) - 1];
    format!("{:02}{month}{:02}", date.day(), date.year() % 100)
}

pub(super) fn write_end(period: Period) -> String {
    period.to.map_or_else(|| OPEN_END.to_owned(), write_date)
}

/// Minutes since midnight; `2400` is the midnight at the day's end.
pub(super) fn minutes(text: &str) -> Option<i32> {
    let (hours, minutes) = (number(text.get(..2)?)?, number(text.get(2..4)?)?);
    let total = hours * 60 + minutes;
    (minutes < 60 && total <= 24 * 60).then_some(i32::from(total))
}

/// A time of day before `2400`.
pub(super) fn time(text: &str) -> Option<Time> {
    let minutes = minutes(text)?;
    Time::new(i8::try_from(minutes / 60).ok()?, i8::try_from(minutes % 60).ok()?, 0, 0).ok()
}

pub(super) fn write_time(time: Time) -> String {
    format!("{:02}{:02}", time.hour(), time.minute())
}

/// `-0500`: minutes that local time is ahead of UTC.
pub(super) fn offset_min(text: &str) -> Option<i32> {
    let minutes = minutes(text.get(1..)?)?;
    match text.get(..1)? {
        "+" => Some(minutes),
        "-" => Some(-minutes),
        _ => None,
    }
}

pub(super) fn write_offset(offset_min: i32) -> String {
    let (sign, size) = (if offset_min < 0 { '-' } else { '+' }, offset_min.abs());
    format!("{sign}{:02}{:02}", size / 60, size % 60)
}

/// `1 3 5  `: each weekday's digit in its own place or a blank, at least one.
pub(super) fn days(text: &str) -> Option<OperatingDays> {
    let mut bits = 0;
    for (day, found) in text.bytes().enumerate() {
        match found {
            b' ' | b'0' => {}
            _ if usize::from(found.wrapping_sub(b'1')) == day => bits |= 1 << day,
            _ => return None,
        }
    }
    (bits != 0 && text.len() == 7).then(|| OperatingDays::from_bits(bits))
}

/// A date variation: days from the flight's date, `A` or `J` for the day before.
pub(super) fn day(text: &str) -> Option<i8> {
    match *text.as_bytes() {
        [b'A' | b'J'] => Some(-1),
        [digit @ b'0'..=b'7'] => i8::try_from(digit - b'0').ok(),
        _ => None,
    }
}

/// None where a day has no sign.
pub(super) fn write_day(day: i8) -> Option<String> {
    match day {
        -1 => Some("A".to_owned()),
        0..=7 => Some(day.to_string()),
        _ => None,
    }
}

/// Digits alone, blanks before them allowed.
pub(super) fn number(text: &str) -> Option<u16> {
    let digits = text.trim_start();
    (!digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit())).then(|| digits.parse().ok())?
}

/// A serial number of up to six digits.
pub(super) fn serial(text: &str) -> Option<u32> {
    let digits = text.trim_start();
    (!digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit())).then(|| digits.parse().ok())?
}

#[cfg(test)]
mod tests {
    use jiff::civil;

    use super::{date, day, days, minutes, offset_min, write_offset};

    #[test]
    fn years_from_seventy_are_of_the_last_century() {
        assert_eq!(date("01JAN70"), Some(civil::date(1970, 1, 1)));
        assert_eq!(date("31DEC69"), Some(civil::date(2069, 12, 31)));
        assert_eq!(date("29FEB28"), Some(civil::date(2028, 2, 29)));
        for text in ["29FEB27", "00XXX00", "1JAN26 ", "01Jan26", "", "+1JAN26"] {
            assert_eq!(date(text), None, "{text}");
        }
    }

    #[test]
    fn a_day_ends_at_2400_and_no_later() {
        assert_eq!((minutes("0000"), minutes("2400")), (Some(0), Some(1440)));
        for text in ["2401", "1260", "12", "12:0", "    ", "-100"] {
            assert_eq!(minutes(text), None, "{text}");
        }
    }

    #[test]
    fn an_offset_has_its_sign() {
        assert_eq!((offset_min("-0330"), offset_min("+0545")), (Some(-210), Some(345)));
        assert_eq!((write_offset(-210), write_offset(0)), ("-0330".to_owned(), "+0000".to_owned()));
        assert_eq!(offset_min("00500"), None);
    }

    #[test]
    fn a_weekday_stands_in_its_own_place() {
        assert_eq!(days(" 2 4 67").unwrap().ssim(), " 2 4 67");
        for text in ["       ", "2      ", "12345678", "1"] {
            assert_eq!(days(text), None, "{text}");
        }
    }

    #[test]
    fn the_day_before_is_a_or_j() {
        assert_eq!((day("A"), day("J"), day("1")), (Some(-1), Some(-1), Some(1)));
        assert_eq!((day("8"), day("B"), day(" ")), (None, None, None));
    }
}
