use leptos::prelude::*;
use stylers_macro::style_sheet;

use super::{review::conditions, trip_lines::TripLines};
use crate::{
    AppError,
    answers::{CardForm, HoldView},
    components::{
        give_up::GiveUp,
        price_card::PriceCard,
        steps::{Step, Steps},
        timer::{Clock, Timer},
        two_columns::TwoColumns,
    },
};

/// What stands in place of the card form without JavaScript.
const WITHOUT_SCRIPT: &str = "<p><b>This one page needs JavaScript.</b> Card numbers go from your browser straight to the \
    payment provider and never touch our servers. Switch JavaScript on and load the page again, or give the seats up below; \
    nothing has been charged.</p>";

/// The card form beside what it pays for. Its fields are put in by `public/pay.js`.
#[component]
pub fn Card(
    hold: HoldView,
    /// Or why the payment provider cannot be reached.
    card: Result<CardForm, AppError>,
) -> impl IntoView {
    let class = style_sheet!("style/pay_card.css");
    let id = hold.id;
    let form = match card {
        Ok(card) => view! { <CardFields card hold=id.to_string() /> }.into_any(),
        Err(error) => view! { class = class,
            <div class="note stop" role="alert">
                <p>{error.to_string()}</p>
                <p><a class="button slim" href=format!("/book/{id}/pay")>"Try again"</a></p>
            </div>
        }
        .into_any(),
    };
    let timer = view! {
        <Timer clock=Clock::of_payment(&hold) />
    };
    let main = view! { class = class,
        <section class="card desk" aria-label="Card">
            <p class="total"><span class="muted">"To pay"</span> " " <b>{hold.total.to_string()}</b></p>
            {form}
        </section>
        <TripLines hold=hold.clone() />
        {conditions(&hold)}
    };
    let seatless = hold.sold_by.is_some();
    let side = view! {
        <PriceCard seats=hold.seat_lines() quote=hold.quote total=hold.total />
        <GiveUp hold=id label="Give up and free the seats" />
    };
    view! {
        <Steps current=Step::Pay hold=id locked=true seatless />
        <h1>"Pay"</h1>
        <TwoColumns timer=timer.into_any() main=main.into_any() side=side.into_any() />
    }
}

#[component]
fn CardFields(card: CardForm, hold: String) -> impl IntoView {
    let class = style_sheet!("style/card_fields.css");
    let nonce = leptos::nonce::use_nonce();
    view! { class = class,
        <form
            id="card-form"
            class="fields"
            method="post"
            data-client-secret=card.client_secret
            data-publishable-key=card.publishable_key
            data-script-url=card.script_url
            data-hold=hold
            data-total=card.total.to_string()
        ></form>
        <noscript inner_html=WITHOUT_SCRIPT></noscript>
        <script type="module" src="/pay.js" nonce=nonce></script>
    }
}
