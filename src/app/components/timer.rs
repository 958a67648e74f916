use domain::hold::{EXTENSION, EXTENSION_WINDOW, HoldId};
use leptos::{leptos_dom::helpers::set_interval_with_handle, prelude::*, server_fn::ServerFn};
use serde::{Deserialize, Serialize};
use std::time::Duration;
use stylers_macro::style_sheet;

use super::{form_key::FormKey, posting::Posting};
use crate::AppError;
#[cfg(feature = "ssr")]
use crate::answers::HoldView;

/// From here on it is the last call.
const LAST_MS: i64 = 30_000;

/// Ten more minutes for a hold: once, in its last two.
#[server(endpoint = "extend_hold")]
pub async fn extend_hold(hold: HoldId, #[server(default)] key: String) -> Result<(), AppError> {
    use crate::call::{caller, ports, refuse_change};

    let caller = caller(&key)?;
    ports()?.seats.extend(caller.clone(), hold).await.map_err(refuse_change(&caller))
}

/// What the timer begins with.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Clock {
    hold: HoldId,
    /// Milliseconds left when the server answered.
    expires_in_ms: i64,
    /// Whether the one extension has not been used.
    extension_left: bool,
    /// Whether payment has started.
    paying: bool,
    /// Why the plain form that asks for the extension came back.
    refused: Option<AppError>,
}

#[cfg(feature = "ssr")]
impl Clock {
    /// Of a hold on this page.
    pub fn of(hold: &HoldView) -> Self {
        Self {
            hold: hold.id,
            expires_in_ms: hold.expires_in_ms,
            extension_left: hold.extension_left,
            paying: false,
            refused: super::posting::came_back::<ExtendHold>(),
        }
    }

    /// Of a hold whose payment has started.
    pub fn of_payment(hold: &HoldView) -> Self {
        Self { paying: true, extension_left: false, ..Self::of(hold) }
    }
}

/// How long the places are kept: whole minutes as the server sent it, running once the page is alive.
///
/// In the last two minutes it warns, and in the last thirty seconds once more, to the eye and to who listens; it offers the one
/// extension; and at zero it says that the places are free again.
#[island]
pub fn Timer(clock: Clock) -> impl IntoView {
    let class = style_sheet!("style/timer.css");
    let Clock { hold, expires_in_ms, extension_left, paying, refused } = clock;
    let (label, money) = if paying {
        ("to pay; your seats are kept", "What your bank may still approve is not taken without a ticket.")
    } else {
        ("your places are kept", "Nothing was charged.")
    };
    let extend = Posting::new(refused);
    let extended = move || extend.is_done.get();

    let elapsed_ms = RwSignal::new(None::<i64>);
    Effect::new(move |_| {
        // What the server answered is as old as the page.
        let age_ms = page_age_ms();
        let started_ms = now_ms() - age_ms;
        elapsed_ms.set(Some(age_ms));
        let tick = move || elapsed_ms.set(Some(now_ms() - started_ms));
        if let Ok(ticking) = set_interval_with_handle(tick, Duration::from_secs(1)) {
            on_cleanup(move || ticking.clear());
        }
    });
    let left_ms = Memo::new(move |_| {
        let more_ms = if extended() { ms(EXTENSION) } else { 0 };
        (expires_in_ms + more_ms - elapsed_ms.get().unwrap_or_default()).max(0)
    });
    let over = Memo::new(move |_| left_ms.get() == 0);
    let offered = Memo::new(move |_| {
        extension_left && !extended() && !over.get() && left_ms.get() <= ms(EXTENSION_WINDOW)
    });
    let shown = move || match elapsed_ms.get() {
        Some(_) => figures(left_ms.get()),
        None => whole_minutes(left_ms.get()),
    };
    let announced = Memo::new(move |_| announcement(left_ms.get()));
    let urgent = Memo::new(move |_| last_call(left_ms.get()));
    // Only what runs may warn: a page without scripts would stand still at it.
    let warning = Memo::new(move |_| if elapsed_ms.get().is_some() { warning(left_ms.get()) } else { "" });

    view! { class = class,
        <div
            class="timer"
            class:short=move || left_ms.get() <= ms(EXTENSION_WINDOW)
            class:last=move || left_ms.get() <= LAST_MS
        >
            <Show when=move || !over.get()>
                <p class="left" role="timer">
                    <b class="time">{shown}</b>
                    " "
                    <span class="label">{label}</span>
                </p>
            </Show>
            <Show when=move || !warning.get().is_empty()>
                <p class="warning">{move || warning.get()}</p>
            </Show>
            <Show when=move || over.get()>
                <div class="over" role="alert">
                    <p><b>"Your time ran out."</b> " Your places are free again. " {money}</p>
                    <a class="button slim" href="/">"Search again"</a>
                </div>
            </Show>
            <Show when=move || offered.get()>
                <form method="post" action=ExtendHold::url() on:submit=extend.on_submit()>
                    <input type="hidden" name="hold" value=hold.to_string() />
                    <FormKey<ExtendHold> refused=extend.refused />
                    <button class="button slim" type="submit">"10 more minutes"</button>
                </form>
            </Show>
            <p class="refused" role="alert" hidden=move || extend.refused.read().is_none()>{move || extend.reason()}</p>
            <p class="unseen" aria-live="polite">{move || announced.get()}</p>
            <p class="unseen" aria-live="assertive">{move || urgent.get()}</p>
        </div>
    }
}

/// `9:14`.
fn figures(left_ms: i64) -> String {
    let left_secs = left_ms / 1000;
    format!("{}:{:02}", left_secs / 60, left_secs % 60)
}

/// To the nearest minute, since nothing moves it.
fn whole_minutes(left_ms: i64) -> String {
    match (left_ms + 30_000) / 60_000 {
        0 => "less than a minute left".into(),
        1 => "1 minute left".into(),
        minutes => format!("{minutes} minutes left"),
    }
}

/// What is read out at two minutes, when it suits.
fn announcement(left_ms: i64) -> &'static str {
    let is_time = (LAST_MS + 1..=ms(EXTENSION_WINDOW)).contains(&left_ms);
    if is_time { "2 minutes left to choose and go on to payment." } else { "" }
}

/// What is read out at thirty seconds, at once.
fn last_call(left_ms: i64) -> &'static str {
    let is_time = (1..=LAST_MS).contains(&left_ms);
    if is_time { "30 seconds left. Then your places are free for others." } else { "" }
}

/// What everyone sees from two minutes on.
fn warning(left_ms: i64) -> &'static str {
    match (announcement(left_ms), last_call(left_ms)) {
        ("", "") => "",
        (_, "") => "Less than 2 minutes left.",
        _ => "Last seconds: then your places are free for others.",
    }
}

fn ms(duration: jiff::SignedDuration) -> i64 {
    i64::try_from(duration.as_millis()).unwrap_or(i64::MAX)
}

#[expect(clippy::cast_possible_truncation, reason = "milliseconds since 1970 fit")]
fn now_ms() -> i64 {
    js_sys::Date::now() as i64
}

/// Milliseconds since this page was asked for.
#[expect(clippy::cast_possible_truncation, reason = "no page is that old")]
fn page_age_ms() -> i64 {
    window().performance().map_or(0, |clock| clock.now() as i64)
}

#[cfg(test)]
mod tests {
    use super::{announcement, figures, last_call, warning, whole_minutes};

    #[test]
    fn a_running_timer_shows_minutes_and_seconds() {
        assert_eq!(figures(554_999), "9:14");
        assert_eq!(figures(5_000), "0:05");
    }

    #[test]
    fn a_still_timer_rounds_to_the_nearest_minute() {
        assert_eq!(whole_minutes(599_900), "10 minutes left");
        assert_eq!(whole_minutes(61_000), "1 minute left");
        assert_eq!(whole_minutes(29_999), "less than a minute left");
    }

    #[test]
    fn time_is_announced_at_two_minutes_and_at_thirty_seconds_and_never_in_between() {
        assert_eq!((announcement(120_001), last_call(120_000)), ("", ""));
        assert_eq!(announcement(120_000), announcement(30_001));
        assert_eq!((announcement(29_999), announcement(0)), ("", ""));
        assert_eq!(last_call(30_000), last_call(1));
        assert!(last_call(30_000).starts_with("30 seconds left.") && last_call(0).is_empty());
        assert!(warning(120_001).is_empty() && warning(0).is_empty());
        assert_ne!(warning(30_001), warning(30_000));
    }
}
