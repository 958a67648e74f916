use leptos::prelude::*;
use leptos_meta::Meta;

/// While a page waits it looks again by itself after so many seconds.
const LOOKS_EVERY: &str = "5";

/// Said while the supplier that sells the trip is asked to confirm it, until it has said yes or no.
#[component]
pub fn Confirming(
    supplier: String,
    /// It was asked and has said neither.
    unclear: bool,
) -> impl IntoView {
    let sentence = if unclear {
        format!(
            "Your bank has agreed, and {supplier} has not answered yet. We ask until it has. You are not charged twice, and \
             not at all before there are tickets. We write to you as soon as we know; you may close this page."
        )
    } else {
        format!(
            "Your bank has agreed, and we are asking {supplier}, who sells this trip, to confirm it. This takes a moment."
        )
    };
    view! {
        <Meta http_equiv="refresh" content=LOOKS_EVERY />
        <div class="narrow">
            <h1>{format!("{supplier} is confirming your trip")}</h1>
            <p role="status">{sentence}</p>
            <p><a class="button go" href="">"Look again"</a></p>
        </div>
    }
}

/// Said where a payment has come to nothing.
#[component]
pub fn Failed(message: String) -> impl IntoView {
    view! {
        <div class="narrow">
            <h1>"This booking did not come about"</h1>
            <p role="status">{message}</p>
            <p><a class="button go" href="/">"Search again"</a></p>
        </div>
    }
}
