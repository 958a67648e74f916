use domain::hold::HoldId;
use leptos::prelude::*;
use stylers_macro::style_sheet;

/// The steps of a booking that has begun; the flights are chosen by then.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Step {
    Travellers,
    Seats,
    Pay,
}

/// Where the traveller is on the way from flights to payment; steps that are done lead back to their page.
#[component]
pub fn Steps(
    /// The step that this page is.
    current: Step,
    hold: HoldId,
    /// Whether earlier steps may still be changed.
    #[prop(optional)]
    locked: bool,
    /// Whether somebody else gives the seats, so that there is no such step.
    #[prop(optional)]
    seatless: bool,
) -> impl IntoView {
    let class = style_sheet!("style/steps.css");
    // The flights are chosen before there is a hold, and their page is not known any more.
    let step = move |number: &'static str, name: &'static str, page: &'static str, step: Step| {
        let done = step < current;
        let back = done && !locked;
        let here = (step == current).then_some("step");
        let name = if back {
            view! { class = class, <a href=format!("/book/{hold}/{page}")>{name}</a> }.into_any()
        } else {
            view! { class = class, <span>{name}</span> }.into_any()
        };
        view! { class = class,
            <li class="step" aria-current=here>
                <i class="number" aria-hidden="true">{if done { "✓" } else { number }}</i>
                {name}
            </li>
        }
    };
    view! { class = class,
        <ol class="steps" aria-label="Steps of your booking">
            <li class="step">
                <i class="number" aria-hidden="true">"✓"</i>
                <span>"Flights"</span>
            </li>
            {step("2", "Travellers", "travellers", Step::Travellers)}
            {(!seatless).then(|| step("3", "Seats", "seats", Step::Seats))}
            {step(if seatless { "3" } else { "4" }, "Pay", "pay", Step::Pay)}
        </ol>
    }
}
