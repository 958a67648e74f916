use domain::{live::SeatChange, seat::SeatState};
use leptos::prelude::*;
use stylers_macro::style_sheet;

use super::choosing::{Channel, Choosing};
use crate::text::counted;

/// One line that says how fresh the map is, what changed last and how many seats are free. It changes too often to be read out:
/// who hears the page is told a summary now and then.
#[component]
pub fn Status(choosing: Choosing) -> impl IntoView {
    let class = style_sheet!("style/seat_status.css");
    let free = Memo::new(move |_| choosing.free_seats());
    let sentence =
        move || choosing.latest.with(|latest| sentence(choosing.channel.get(), latest, free.get()));
    view! { class = class,
        <p
            class="status"
            role="status"
            aria-live="off"
            class:live=move || choosing.channel.get() == Channel::Live
            class:slow=move || choosing.channel.get() == Channel::Slow
        >
            {sentence}
        </p>
    }
}

fn sentence(channel: Channel, latest: &[SeatChange], free: usize) -> String {
    let start = match channel {
        Channel::Still => "",
        Channel::Live => "Live. ",
        Channel::Slow => "Updates are slower at the moment. ",
    };
    let seats = counted(free, "seat", "seats");
    let are = if free == 1 { "is" } else { "are" };
    match latest {
        [.., change] if change.state == SeatState::Available => {
            format!("{start}{} is free again, {seats} {are} free.", change.seat)
        }
        [.., change] => format!("{start}{} was just taken, {seats} {are} free.", change.seat),
        [] => format!("{start}{seats} {are} free."),
    }
}

#[cfg(test)]
mod tests {
    use domain::{cabin::SeatNumber, live::SeatChange, seat::SeatState};

    use super::{Channel, sentence};

    #[test]
    fn the_status_says_what_changed_last() {
        let change = |state| SeatChange { seat: SeatNumber::parse("14C").unwrap(), state, version: 1 };
        assert_eq!(sentence(Channel::Still, &[], 61), "61 seats are free.");
        let taken = [change(SeatState::Held)];
        assert_eq!(sentence(Channel::Live, &taken, 61), "Live. 14C was just taken, 61 seats are free.");
        let freed = [change(SeatState::Available)];
        assert_eq!(sentence(Channel::Live, &freed, 1), "Live. 14C is free again, 1 seat is free.");
        assert_eq!(sentence(Channel::Slow, &[], 0), "Updates are slower at the moment. 0 seats are free.");
    }
}
