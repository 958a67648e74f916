//! Dates, times and durations as people read them; the same on the server and in the browser.

use jiff::civil::{Date, DateTime, Time};

/// "Tuesday 22 December 2026".
pub fn long_date(date: Date) -> String {
    date.strftime("%A %-d %B %Y").to_string()
}

/// "Tue 22 Dec 2026".
pub fn medium_date(date: Date) -> String {
    date.strftime("%a %-d %b %Y").to_string()
}

/// "22 Dec".
pub fn short_date(date: Date) -> String {
    date.strftime("%-d %b").to_string()
}

/// "December 2026".
pub fn month(date: Date) -> String {
    date.strftime("%B %Y").to_string()
}

/// "Tue 22".
pub fn day_of_week(date: Date) -> String {
    date.strftime("%a %-d").to_string()
}

/// "08:15".
pub fn clock(time: Time) -> String {
    time.strftime("%H:%M").to_string()
}

/// "08:15", of a local date and time.
pub fn clock_of(at: DateTime) -> String {
    clock(at.time())
}

/// "7 h 58 min", "55 min", "1 h 05 min", "2 h".
pub fn duration(minutes: i32) -> String {
    match (minutes / 60, minutes % 60) {
        (0, min) => format!("{min} min"),
        (hours, 0) => format!("{hours} h"),
        (hours, min) => format!("{hours} h {min:02} min"),
    }
}

/// The mark behind an arrival on another local date: "+1", "−1"; none on the same one.
pub fn day_mark(days: i32) -> Option<String> {
    match days {
        0 => None,
        1.. => Some(format!("+{days}")),
        // A minus sign, as wide as the plus.
        _ => Some(format!("−{}", days.unsigned_abs())),
    }
}

/// That mark in words, for those who hear the page: "next day", "2 days later", "the day before".
pub fn day_words(days: i32) -> Option<String> {
    match days {
        0 => None,
        1 => Some("next day".into()),
        -1 => Some("the day before".into()),
        2.. => Some(format!("{days} days later")),
        _ => Some(format!("{} days before", days.unsigned_abs())),
    }
}

/// "a", "a and b", "a, b and c".
pub fn listed(items: &[impl AsRef<str>]) -> String {
    match items.split_last() {
        None => String::new(),
        Some((last, [])) => last.as_ref().to_owned(),
        Some((last, others)) => {
            let others: Vec<&str> = others.iter().map(AsRef::as_ref).collect();
            format!("{} and {}", others.join(", "), last.as_ref())
        }
    }
}

/// "1 stop", "2 stops".
pub fn counted(count: usize, one: &str, many: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { many })
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn a_date_names_its_weekday_and_month() {
        let day = date(2026, 12, 22);
        assert_eq!(long_date(day), "Tuesday 22 December 2026");
        assert_eq!(medium_date(day), "Tue 22 Dec 2026");
        assert_eq!(short_date(day), "22 Dec");
        assert_eq!(day_of_week(day), "Tue 22");
    }

    #[test]
    fn times_and_durations_keep_their_width() {
        assert_eq!(clock_of(date(2026, 1, 1).at(8, 5, 0, 0)), "08:05");
        assert_eq!(duration(55), "55 min");
        assert_eq!(duration(120), "2 h");
        assert_eq!(duration(65), "1 h 05 min");
        assert_eq!(duration(478), "7 h 58 min");
    }

    #[test]
    fn another_arrival_date_is_marked_with_its_sign() {
        assert_eq!(day_mark(0), None);
        assert_eq!(day_mark(1).as_deref(), Some("+1"));
        assert_eq!(day_mark(-1).as_deref(), Some("−1"));
        assert_eq!(day_words(-1).as_deref(), Some("the day before"));
        assert_eq!(day_words(2).as_deref(), Some("2 days later"));
    }

    #[test]
    fn a_list_ends_in_and() {
        let items = |n: usize| &["a", "b", "c"][..n];
        assert_eq!(listed(items(1)), "a");
        assert_eq!(listed(items(2)), "a and b");
        assert_eq!(listed(items(3)), "a, b and c");
    }
}
