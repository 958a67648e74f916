mod listed;
mod stage;

use domain::search::Sort;
use leptos::prelude::*;
use leptos_meta::{Meta, Title};
use leptos_router::hooks::use_query_map;
use stylers_macro::style_sheet;

use crate::call;
use crate::{
    AppError,
    answers::{Beside, Checked, ItineraryCard, OutsideResults, SearchRequest, SearchResults},
    components::{
        choose_brand::ChooseOffer,
        day_strip::DayStrip,
        posted_error::PostedError,
        promotion_said::PromotionSaid,
        search_form::{SaleDays, SearchForm, bookable_days},
        way_to_fly::WayToFly,
    },
    filters::Filters,
    search_url::SearchUrl,
    text,
};
use listed::{Listed, Others, Ours};
use stage::Stage;

/// What others sell, once it is there.
type Outside = Resource<Result<OutsideResults, AppError>>;

/// The ways to fly, to compare. Of a trip of several bounds one after the other is chosen here, under the same search.
#[component]
pub fn ResultsPage() -> impl IntoView {
    let query = use_query_map();
    let search = Memo::new(move |_| SearchUrl::read(&query.read()));
    // The page begins with these; what others sell follows when it comes.
    let days = Resource::new_blocking(|| (), |()| bookable_days());
    let results = Resource::new_blocking(move || search.get(), found);
    let outside: Outside = Resource::new(move || search.get(), |search| search_outside(search.request));
    view! {
        // By then the head of the document has been sent, unless it is told here.
        <Title text=move || results.with_untracked(|results| title(results.as_ref())) />
        <Meta
            name="description"
            content="Ways to fly with all their prices, taxes included, and why each costs what it does."
        />
        <div class="page">
            <PostedError<ChooseOffer> />
            <Transition fallback=|| view! { <p class="muted" role="status">"Searching…"</p> }>
                {move || {
                    let search = search.get();
                    Suspend::new(async move {
                        let days = days.await.ok();
                        match results.await {
                            Ok(results) => view! { <Results results search days outside /> }.into_any(),
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
fn Results(
    results: SearchResults,
    search: SearchUrl,
    days: Option<SaleDays>,
    outside: Outside,
) -> impl IntoView {
    let class = style_sheet!("style/results.css");
    let document_title = title(Some(&Ok(results.clone())));
    let more_follow = results.more_follow();
    let SearchResults {
        query,
        origin_name,
        destination_name,
        date,
        chosen,
        options,
        days: strip,
        promotion,
        beside,
        took_ms,
        checked,
    } = results;
    let stage = Stage::new(&query, chosen.len());
    let title = format!("{origin_name} to {destination_name}");
    let before = chosen
        .into_iter()
        .enumerate()
        .map(|(place, card)| {
            let change = search.href_with(|s| s.request.chosen.truncate(place));
            view! { <Chosen card name=stage.name_of(place) change /> }
        })
        .collect_view();
    let stage_ahead = more_follow.then_some(stage);
    let ours = Ours { options, search: search.clone(), stage_ahead, took_ms, checked };
    view! { class = class,
        <Title text=document_title />
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
        {promotion.map(|note| view! { <PromotionSaid note /> })}
        <DayStrip days=strip shown=date search=search.clone() />
        <div id="ways" tabindex="-1">
            <Lists ours beside outside />
        </div>
    }
}

/// The list; while others are being asked, ours alone, and when they have answered, all of it in its place.
#[component]
fn Lists(ours: Ours, beside: Beside, outside: Outside) -> impl IntoView {
    let class = style_sheet!("style/results.css");
    let names = match beside {
        Beside::Nobody => {
            return view! { <Listed ours others=Others::Known(OutsideResults::default()) /> }.into_any();
        }
        // Nothing is shown twice, since it does not have to be waited for.
        Beside::AtOnce => Vec::new(),
        Beside::Asked(names) => names,
    };
    let before = (!names.is_empty()).then(|| {
        let others = Others::Asked(names.clone());
        view! { class = class, <div class="ours"><Listed ours=ours.clone() others /></div> }
    });
    let all = move || {
        let (ours, names) = (ours.clone(), names.clone());
        Suspend::new(async move {
            let told = outside.await.unwrap_or_else(|_| nobody_answered(names));
            view! { class = class, <div class="all"><Listed ours others=Others::Known(told) /></div> }
        })
    };
    view! { class = class,
        <div class="lists">
            {before}
            <Transition fallback=|| ()>{all}</Transition>
        </div>
    }
    .into_any()
}

fn nobody_answered(mut names: Vec<String>) -> OutsideResults {
    if names.is_empty() {
        names.push("Another seller".into());
    }
    OutsideResults { missing: names, ..OutsideResults::default() }
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

/// "Boston to Los Angeles, 22 Dec".
fn title(results: Option<&Result<SearchResults, AppError>>) -> String {
    match results {
        Some(Ok(found)) => {
            let date = text::short_date(found.date);
            format!("{} to {}, {date}", found.origin_name, found.destination_name)
        }
        Some(Err(_)) => "Search again, SkyConnect".into(),
        None => "Search, SkyConnect".into(),
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

/// The list of that page, so that who changes it stays where they are.
fn to_list(href: String) -> String {
    href + "#ways"
}

fn sorts(search: &SearchUrl) -> impl IntoView + use<> {
    let links: Vec<_> = Sort::ALL
        .into_iter()
        .map(|sort| {
            let current = (search.request.sort == sort.as_str()).then_some("true");
            let href = to_list(search.href_with(|s| sort.as_str().clone_into(&mut s.request.sort)));
            view! { <a href=href aria-current=current>{sort_name(sort)}</a> }
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
        let href = to_list(search.href_with(|s| s.filters.most_stops = most_stops));
        view! { <a href=href aria-current=current>{name}</a> }
    };
    (link(None, "All"), link(Some(1), "1 stop at most"), link(Some(0), "Direct only"))
}

async fn found(search: SearchUrl) -> Result<SearchResults, AppError> {
    match search.fault() {
        Some(fault) => Err(call::refuse(fault)),
        None => search_flights(search.request).await,
    }
}

#[server(endpoint = "search_flights")]
pub async fn search_flights(request: SearchRequest) -> Result<SearchResults, AppError> {
    call::ports()?.search.search_beside_others(request).await.map_err(call::refuse)
}

/// What others sell, as far as they answer in time. Whatever is wrong with the request, our own search says.
#[server(endpoint = "search_outside")]
pub async fn search_outside(request: SearchRequest) -> Result<OutsideResults, AppError> {
    Ok(call::ports()?.search.outside(request).await.unwrap_or_default())
}
