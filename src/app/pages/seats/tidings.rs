use std::{collections::BTreeSet, iter, time::Duration};

use domain::{
    cabin::{Cabin, Features, Layout, SeatNumber},
    live::SeatChange,
    seat::SeatState,
};
use leptos::{leptos_dom::helpers::set_interval_with_handle, prelude::*};

use super::choosing::Choosing;

/// No more often than this somebody who listens is told what others did.
const PAUSE: Duration = Duration::from_secs(10);

/// What others took and gave back, summed up for those who hear the page, at most every ten seconds: "Two seats were taken
/// in rows 10 to 15. One window seat and three aisle seats are left there."
#[component]
pub fn Tidings(choosing: Choosing) -> impl IntoView {
    let told = RwSignal::new(String::new());
    let waiting = StoredValue::new(Vec::<SeatChange>::new());
    Effect::new(move |_| {
        let latest = choosing.latest.get();
        waiting.update_value(|waiting| waiting.extend(latest));
    });
    Effect::new(move |_| {
        let tell = move || {
            let changes = waiting.try_update_value(std::mem::take).unwrap_or_default();
            let picture = choosing.picture;
            let is_free =
                |seat| picture.with_untracked(|picture| picture.state(seat) == SeatState::Available);
            let sentence =
                choosing.layout.with_value(|layout| sum_up(layout, choosing.cabin, &changes, is_free));
            if let Some(sentence) = sentence {
                told.set(sentence);
            }
        };
        if let Ok(ticking) = set_interval_with_handle(tell, PAUSE) {
            on_cleanup(move || ticking.clear());
        }
    });
    view! { <p class="unseen" aria-live="polite">{told}</p> }
}

/// What came of many changes, and what is left where they were; none where nothing is other than before.
fn sum_up(
    layout: &Layout,
    cabin: Cabin,
    changes: &[SeatChange],
    is_free: impl Fn(SeatNumber) -> bool,
) -> Option<String> {
    // A seat that came and went counts as what it is now.
    let seats: BTreeSet<SeatNumber> = changes.iter().map(|change| change.seat).collect();
    let (first, last) = (seats.first()?.row(), seats.last()?.row());
    let rows = if first == last { format!("row {first}") } else { format!("rows {first} to {last}") };
    let back = seats.iter().filter(|seat| is_free(**seat)).count();
    let was = |n: usize, what: &str| {
        let (seats, were) = if n == 1 { ("seat", "was") } else { ("seats", "were") };
        (n > 0).then(|| format!("{} {seats} {were} {what}", in_words(n)))
    };
    let happened = [was(seats.len() - back, "taken"), was(back, "given back")];
    let happened = happened.into_iter().flatten().collect::<Vec<_>>().join(", ");
    let left = |feature: Features, name: &str| {
        let here = layout.seats(cabin).filter(|seat| (first..=last).contains(&seat.number.row()));
        let n = here.filter(|seat| seat.features.position() == feature && is_free(seat.number)).count();
        format!("{} {name} {}", in_words(n), if n == 1 { "seat" } else { "seats" })
    };
    Some(capital(&format!(
        "{happened} in {rows}. {} and {} are left there.",
        capital(&left(Features::WINDOW, "window")),
        left(Features::AISLE, "aisle"),
    )))
}

/// "two"; figures beyond ten.
fn in_words(n: usize) -> String {
    const WORDS: [&str; 11] =
        ["no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"];
    WORDS.get(n).map_or_else(|| n.to_string(), |word| (*word).to_owned())
}

fn capital(sentence: &str) -> String {
    let mut letters = sentence.chars();
    letters
        .next()
        .map_or_else(String::new, |first| iter::once(first.to_ascii_uppercase()).chain(letters).collect())
}

#[cfg(test)]
mod tests {
    use domain::{
        cabin::{Cabin, Configuration, Layout, SeatNumber},
        live::SeatChange,
        schedule::AircraftCode,
        seat::SeatState,
    };

    use super::sum_up;

    #[test]
    fn many_changes_are_told_in_two_sentences() {
        let a320 =
            Layout::of(&AircraftCode::parse("320").unwrap(), &Configuration::parse("F12Y138").unwrap());
        let seat = |text| SeatNumber::parse(text).unwrap();
        let change = |text, version| SeatChange { seat: seat(text), state: SeatState::Held, version };
        let gone: Vec<_> = ["10A", "10F", "11A", "12F", "12C"].map(seat).into();
        let told =
            |changes: &[SeatChange]| sum_up(&a320, Cabin::Economy, changes, |seat| !gone.contains(&seat));
        assert_eq!(
            told(&[change("10A", 1), change("12F", 1), change("12C", 1), change("12C", 3), change("11B", 2)])
                .unwrap(),
            "Three seats were taken, one seat was given back in rows 10 to 12. Two window seats and five aisle seats are left there."
        );
        assert_eq!(
            told(&[change("10A", 1)]).unwrap(),
            "One seat was taken in row 10. No window seats and two aisle seats are left there."
        );
        assert_eq!(told(&[]), None);
    }
}
