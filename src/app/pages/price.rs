use leptos::{prelude::*, server_fn::ServerFn};
use leptos_meta::{Meta, Title};
use leptos_router::hooks::use_query_map;
use stylers_macro::style_sheet;

use crate::call;
use crate::{
    AppError,
    answers::{NextBest, OfferView},
    components::{
        choose_brand::ChooseOffer, form_key::FormKey, posted_error::PostedError, price_card::PriceCard,
        way_to_fly::WayToFly,
    },
    text,
};

/// Asks whether a price that changed since it was shown is accepted, or one that was offered in its place. What it shows is read from the signed offer.
#[component]
pub fn PricePage() -> impl IntoView {
    let query = use_query_map();
    let offer = Memo::new(move |_| query.read().get("offer").unwrap_or_default());
    let view = Resource::new_blocking(move || offer.get(), offered);
    view! {
        <Title text="Your price · SkyConnect" />
        <Meta name="robots" content="noindex" />
        <div class="page narrow">
            <PostedError<ChooseOffer> />
            <Suspense>
                {move || Suspend::new(async move {
                    match view.await {
                        Ok(view) => view! { <Changed view offer=offer.get() /> }.into_any(),
                        Err(error) => view! {
                            <h1>"That did not work"</h1>
                            <p>{error.to_string()}</p>
                            <p><a class="button go" href="/">"Search again"</a></p>
                        }
                        .into_any(),
                    }
                })}
            </Suspense>
        </div>
    }
}

#[component]
fn Changed(
    view: OfferView,
    /// Signed, as it is chosen.
    offer: String,
) -> impl IntoView {
    let class = style_sheet!("style/price_changed.css");
    let OfferView { bounds, brand, cabin, party, was, total, because, quote, next_best, sold_by } = view;
    let has_changed = was.is_some();
    let title = if has_changed { "The price has changed" } else { "Look over your price" };
    let fare = match sold_by {
        Some(sold_by) => format!("Sold by {}", sold_by.supplier),
        None => brand.name().to_owned(),
    };
    let conditions = format!("{fare}, {}, for {}, taxes included.", cabin.name(), party.describe());
    let ways = bounds
        .into_iter()
        .map(|itinerary| {
            let day = text::long_date(itinerary.first().departs.date());
            view! { class = class,
                <li class="way">
                    <p class="small muted">{day}</p>
                    <WayToFly itinerary />
                </li>
            }
        })
        .collect_view();
    let was = was.map(|was| view! { class = class, <p>"It was " <s>{was.to_string()}</s></p> });
    view! { class = class,
        <h1>{title}</h1>
        {because.map(|because| view! { class = class, <p class="because">{because}</p> })}
        <p class="muted">"Nothing is held yet. You pay what you accept here, and not a cent more."</p>
        <section class="card changed">
            <ul class="ways">{ways}</ul>
            <div class="prices">
                {was}
                <p>{if has_changed { "It is now " } else { "It costs " }} <b class="now">{total.to_string()}</b></p>
                <p class="small muted">{conditions}</p>
            </div>
            <form method="post" action=ChooseOffer::url()>
                <FormKey<ChooseOffer> />
                <button class="button go wide" type="submit" name="offer" value=offer>
                    {format!("Accept {total}")}
                </button>
            </form>
        </section>
        {quote.map(|quote| view! { <PriceCard quote total /> })}
        {next_best.map(|other| view! { <OtherWay other /> })}
        <p><a href="/">"Search again"</a></p>
    }
}

/// A cheaper way on the same day, to be looked over in turn.
#[component]
fn OtherWay(other: NextBest) -> impl IntoView {
    let class = style_sheet!("style/price_changed.css");
    let NextBest { itinerary, total, offer } = other;
    view! { class = class,
        <section class="card changed">
            <h2>"Or fly another way that day"</h2>
            <WayToFly itinerary />
            <a class="button" href=format!("/price?offer={offer}")>{format!("Look at it, {total} in all")}</a>
        </section>
    }
}

#[server(endpoint = "read_offer")]
pub async fn offered(offer: String) -> Result<OfferView, AppError> {
    call::ports()?.seats.offered(&offer).await.map_err(call::refuse)
}
