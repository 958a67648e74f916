mod stage;

use domain::search::Sort;
use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::use_query_map;
use stylers_macro::style_sheet;

#[cfg(feature = "ssr")]
use crate::call;
use crate::{
    AppError,
    answers::{Checked, ItineraryCard, SearchRequest, SearchResults},
    components::{
        brand_table::BrandTable,
        choose_brand::ChooseOffer,
        choose_next::Onward,
        day_strip::DayStrip,
        filter_form::FilterForm,
        offer_card::OfferCard,
        posted_error::PostedError,
        search_form::{SaleDays, SearchForm, bookable_days},
        way_to_fly::WayToFly,
    },
    filters::{Choices, Filters},
    search_url::SearchUrl,
    text,
};
use stage::Stage;

/// The ways to fly, to compare. Of a trip of several bounds one after the other is chosen here, under the same search.
#[component]
pub fn ResultsPage() -> impl IntoView {
    let query = use_query_map();
    let search = Memo::new(move |_| SearchUrl::read(&query.read()));
    let days = Resource::new(|| (), |()| bookable_days());
    let results = Resource::new(move || search.get(), found);
    view! {
        <div class="page">
            <PostedError<ChooseOffer> />
            <Transition fallback=|| view! { <p class="muted" role="status">"Searching…"</p> }>
                {move || {
                    let search = search.get();
                    Suspend::new(async move {
                        let days = days.await.ok();
                        match results.await {
                            Ok(results) => view! { <Results results search days /> }.into_any(),
                            Err(error) => view! { <Refused error search days /> }.into_any(),
                        }
                    })
                }}
            </Transition>
        </div>
    }
}

/// The list with everything around it.
#[component]
fn Results(results: SearchResults, search: SearchUrl, days: Option<SaleDays>) -> impl IntoView {
    let class = style_sheet!("style/results.css");
    let more_follow = results.more_follow();
    let SearchResults {
        query,
        origin_name,
        destination_name,
        date,
        chosen,
        options,
        days: strip,
        took_ms,
        checked,
    } = results;
    let stage = Stage::new(&query, chosen.len());
    let title = format!("{origin_name} to {destination_name}");
    let all = options.len();
    let choices = Choices::of(&options);
    let shown: Vec<ItineraryCard> =
        options.into_iter().filter(|card| search.filters.shows(&card.itinerary)).collect();
    let count = format!("{}, found in {took_ms} ms", text::counted(shown.len(), "way to fly", "ways to fly"));
    let before = chosen
        .into_iter()
        .enumerate()
        .map(|(place, card)| {
            let change = search.href_with(|s| s.request.chosen.truncate(place));
            view! { <Chosen card name=stage.name_of(place) change /> }
        })
        .collect_view();
    let recommends = search.request.sort == Sort::Best.as_str();
    let list = if shown.is_empty() {
        view! { <NothingFound filtered=all search=search.clone() /> }.into_any()
    } else {
        let cards = shown.into_iter().enumerate().map(|(place, card)| {
            let onward = more_follow.then(|| Onward {
                href: search.href_with(|s| s.request.chosen.push(card.key.clone())),
                price_of: stage.price_of(),
                next: stage.next(),
            });
            view! { class = class, <li><OfferCard best=recommends && place == 0 onward card /></li> }
        });
        view! { class = class, <ol class="list">{cards.collect_view()}</ol> }.into_any()
    };
    view! { class = class,
        <Title text=format!("{title}, {}", text::short_date(date)) />
        <header class="head">
            <div>
                <h1>{title}</h1>
                <p class="muted">{stage.conditions(date, query.party)}</p>
            </div>
            <details class="change">
                <summary class="button slim">"Change search"</summary>
                <div class="card form">
                    <SearchForm search=search.clone() days />
                </div>
            </details>
        </header>
        {before}
        <DayStrip days=strip shown=date search=search.clone() />
        <div class="tools">
            <nav class="segments" aria-label="Order">{sorts(&search)}</nav>
            <nav class="segments" aria-label="Stops">{stops(&search)}</nav>
            <p class="small muted" role="status">{count}</p>
        </div>
        {(all > 1).then(|| view! { <FilterForm choices search=search.clone() /> })}
        {how_old(checked)}
        {(!more_follow && all > 0).then(|| view! { <BrandTable /> })}
        {list}
    }
}

/// A bound that is chosen already, with the way back to choose it anew.
#[component]
fn Chosen(
    card: ItineraryCard,
    /// "outbound", "flight 2".
    name: String,
    /// Where it is chosen anew, and what follows it with it.
    change: String,
) -> impl IntoView {
    let class = style_sheet!("style/chosen.css");
    let title = format!("Your {name}, {}", text::medium_date(card.itinerary.first().departs.date()));
    let heading = title.clone();
    view! { class = class,
        <section class="card chosen" aria-label=title>
            <div class="head">
                <h2 class="small">{heading}</h2>
                <a class="small" href=change>"Change"<span class="unseen">{format!(" your {name}")}</span></a>
            </div>
            <WayToFly itinerary=card.itinerary />
        </section>
    }
}

/// Why there are no results, and the form to try again.
#[component]
fn Refused(error: AppError, search: SearchUrl, days: Option<SaleDays>) -> impl IntoView {
    let class = style_sheet!("style/refused.css");
    let wrong = match &error {
        AppError::Invalid { field, .. } => field.clone(),
        _ => None,
    };
    view! { class = class,
        <Title text="Search again, SkyConnect" />
        <h1>"Let us look again"</h1>
        <p class="note stop reason" role="alert">{error.to_string()}</p>
        <section class="card form" aria-label="Search flights">
            <SearchForm search days wrong />
        </section>
    }
}

/// Said instead of an empty list, with what may help.
#[component]
fn NothingFound(
    /// Ways to fly that the filter hides.
    filtered: usize,
    search: SearchUrl,
) -> impl IntoView {
    let class = style_sheet!("style/nothing_found.css");
    let all = search.href_with(|s| s.filters = Filters::default());
    let few = match (search.filters.boxes().is_empty(), search.filters.most_stops) {
        (false, _) => "as you want it",
        (true, Some(0)) => "without a stop",
        (true, _) => "with fewer than two stops",
    };
    if filtered > 0 {
        view! { class = class,
            <p class="card nothing">
                {format!("Nobody flies there {few} on this day. ")}
                <a href=all>{format!("Show all {}", text::counted(filtered, "way", "ways"))}</a>
                ", or try another day above."
            </p>
        }
        .into_any()
    } else {
        view! { class = class,
            <p class="card nothing">
                "We find no way to fly on this day with enough places, in this cabin and with two changes at most. "
                "Try another day above, another cabin, or an airport nearby."
            </p>
        }
        .into_any()
    }
}

/// How old the prices are, where that is worth a word.
fn how_old(checked: Checked) -> Option<AnyView> {
    match checked {
        Checked::Now => None,
        Checked::Ago { secs, is_renewing } => {
            let then = if is_renewing { " We are checking them again: look once more in a moment." } else { "" };
            let words = format!(
                "Places and prices checked {} min ago. Choosing one checks it again before anything is kept.{then}",
                secs / 60
            );
            Some(view! { <p class="small muted">{words}</p> }.into_any())
        }
        Checked::Paused => Some(
            view! {
                <p class="note stop" role="status">
                    "Booking is paused: we cannot see right now which places are left. These are the flights of the timetable and what they cost. Please try again in a moment."
                </p>
            }
            .into_any(),
        ),
    }
}

fn sorts(search: &SearchUrl) -> impl IntoView + use<> {
    let links: Vec<_> = Sort::ALL
        .into_iter()
        .map(|sort| {
            let current = (search.request.sort == sort.as_str()).then_some("true");
            let href = search.href_with(|s| sort.as_str().clone_into(&mut s.request.sort));
            view! { <a href=href aria-current=current data-noscroll="true">{sort_name(sort)}</a> }
        })
        .collect();
    links
}

fn sort_name(sort: Sort) -> &'static str {
    match sort {
        Sort::Best => "Best",
        Sort::Cheapest => "Cheapest",
        Sort::Fastest => "Fastest",
        Sort::Earliest => "Earliest",
    }
}

fn stops(search: &SearchUrl) -> impl IntoView + use<> {
    let link = |most_stops: Option<u8>, name: &'static str| {
        let current = (search.filters.most_stops == most_stops).then_some("true");
        let href = search.href_with(|s| s.filters.most_stops = most_stops);
        view! { <a href=href aria-current=current data-noscroll="true">{name}</a> }
    };
    (link(None, "All"), link(Some(1), "1 stop at most"), link(Some(0), "Direct only"))
}

async fn found(search: SearchUrl) -> Result<SearchResults, AppError> {
    match search.fault() {
        #[cfg(feature = "ssr")]
        Some(fault) => Err(call::refuse(fault)),
        #[cfg(not(feature = "ssr"))]
        Some(fault) => Err(fault),
        None => search_flights(search.request).await,
    }
}

#[server(endpoint = "search_flights")]
pub async fn search_flights(request: SearchRequest) -> Result<SearchResults, AppError> {
    call::ports()?.search.search(request).await.map_err(call::refuse)
}
