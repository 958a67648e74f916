use jiff::civil::Date;
use leptos::prelude::*;
use leptos_meta::{Meta, Title};
use leptos_router::hooks::use_query_map;
use stylers_macro::style_sheet;

use crate::call;
use crate::{
    AppError,
    answers::{Checked, DayPrice, MonthPrices, SearchRequest},
    components::promotion_said::PromotionSaid,
    search_url::SearchUrl,
    text,
};

const WEEKDAYS: [(&str, &str); 7] = [
    ("Mon", "Monday"),
    ("Tue", "Tuesday"),
    ("Wed", "Wednesday"),
    ("Thu", "Thursday"),
    ("Fri", "Friday"),
    ("Sat", "Saturday"),
    ("Sun", "Sunday"),
];

/// What the cheapest way to fly the first bound costs on each day of a month; each day leads to its search.
#[component]
pub fn CalendarPage() -> impl IntoView {
    let query = use_query_map();
    let search = Memo::new(move |_| {
        // The month is of the first flight, whatever was chosen already.
        let mut search = SearchUrl::read(&query.read());
        search.request.chosen.clear();
        search
    });
    let prices = Resource::new(move || search.get(), |search| read_month(search.request));
    view! {
        <Meta name="description" content="What flying costs on each day of a month, taxes included." />
        <div class="page">
            <Transition fallback=|| view! { <p class="muted" role="status">"Looking at the whole month…"</p> }>
                {move || {
                    let search = search.get();
                    Suspend::new(async move {
                        match prices.await {
                            Ok(prices) => view! { <Calendar prices search /> }.into_any(),
                            Err(error) => view! { <Refused error search /> }.into_any(),
                        }
                    })
                }}
            </Transition>
        </div>
    }
}

#[component]
fn Calendar(prices: MonthPrices, search: SearchUrl) -> impl IntoView {
    let class = style_sheet!("style/calendar.css");
    let MonthPrices { query, origin_name, destination_name, days, sold, promotion, checked } = prices;
    let title = format!("{origin_name} to {destination_name}");
    let shown = query.bounds()[0].date;
    let month = text::month(shown);
    let prices = || days.iter().filter_map(|day| day.cheapest).map(|price| price.minor);
    // Where all days cost the same, none of them stands out.
    let lowest = prices().min().filter(|lowest| prices().any(|price| price > *lowest));
    let blanks = days.first().map_or(0, |day| day.date.weekday().to_monday_zero_offset());
    let cells = days
        .into_iter()
        .map(|day| {
            let is_shown = day.date == shown;
            let is_lowest = lowest.is_some() && day.cheapest.map(|price| price.minor) == lowest;
            view! { class = class, <li>{cell(day, is_shown, is_lowest, &search)}</li> }
        })
        .collect_view();
    let whose = match query.bounds().len() {
        1 => format!("for {}", query.party.describe()),
        _ if query.is_return() => format!("for {}, the outbound alone", query.party.describe()),
        _ => format!("for {}, the first flight alone", query.party.describe()),
    };
    view! { class = class,
        <Title text=format!("{title}, {month}") />
        <h1>{title}</h1>
        <p class="muted">{format!("The lowest price of each day {whose}, taxes included.")}</p>
        {promotion.map(|note| view! { <PromotionSaid note /> })}
        <section class="card month" aria-labelledby="month">
            <div class="head">
                {neighbour(shown.first_of_month().yesterday().ok(), sold, "← ", "", &search)}
                <h2 id="month">{month}</h2>
                {neighbour(shown.last_of_month().tomorrow().ok(), sold, "", " →", &search)}
            </div>
            {(checked == Checked::Paused)
                .then(|| {
                    view! {
                        <p class="note stop" role="status">
                            "Booking is paused: we cannot see right now which places are left. Prices are the timetable's."
                        </p>
                    }
                })}
            <ol class="week" aria-hidden="true">
                {WEEKDAYS.map(|(short, _)| view! { class = class, <li>{short}</li> }).collect_view()}
            </ol>
            <ol class="days">
                {(0..blanks).map(|_| view! { <li aria-hidden="true"></li> }).collect_view()} {cells}
            </ol>
        </section>
        <p><a href=search.href()>"Back to the flights"</a></p>
    }
}

/// One day: a link where somebody flies there.
fn cell(day: DayPrice, is_shown: bool, is_lowest: bool, search: &SearchUrl) -> AnyView {
    let class = style_sheet!("style/calendar.css");
    let DayPrice { date, cheapest } = day;
    let number = date.day();
    let weekday = WEEKDAYS[usize::try_from(date.weekday().to_monday_zero_offset()).unwrap_or_default()].1;
    let Some(price) = cheapest else {
        let words = format!("{weekday}: no flights");
        return view! { class = class,
            <span class="day none"><span class="number">{number}</span><span class="unseen">{words}</span></span>
        }
        .into_any();
    };
    let href = search.href_with(|s| s.fly_on(0, date));
    view! { class = class,
        <a class="day link" class:lowest=is_lowest href=href aria-current=is_shown.then_some("date")>
            <span class="number">{number}</span>
            <span class="unseen">{weekday}</span>
            <span class="price">{price.short()}</span>
            {is_lowest.then(|| view! { <span class="unseen">"the lowest of the month"</span> })}
        </a>
    }
    .into_any()
}

/// Another month, as far as flights are sold in it.
fn neighbour(
    day: Option<Date>,
    sold: (Date, Date),
    before: &'static str,
    after: &'static str,
    search: &SearchUrl,
) -> AnyView {
    let reachable = day.filter(|day| day.last_of_month() >= sold.0 && day.first_of_month() <= sold.1);
    let Some(day) = reachable else { return view! { <span></span> }.into_any() };
    // A day that is sold: the month's first, or today.
    let day = day.first_of_month().max(sold.0);
    let mut search = search.clone();
    // Who stays a week stays a week in another month too.
    let shift = search.request.depart.parse::<Date>().and_then(|old| old.until(day)).unwrap_or_default();
    for later in search.days().skip(1) {
        if let Ok(date) = later.parse::<Date>() {
            *later = date.saturating_add(shift).min(sold.1).to_string();
        }
    }
    search.fly_on(0, day);
    view! { <a class="button slim" href=search.month_href()>{format!("{before}{}{after}", text::month(day))}</a> }
        .into_any()
}

#[component]
fn Refused(error: AppError, search: SearchUrl) -> impl IntoView {
    view! {
        <Title text="Prices of a month, SkyConnect" />
        <h1>"Let us look again"</h1>
        <p class="note stop" role="alert">{error.to_string()}</p>
        <p><a class="button slim" href=search.href()>"Change the search"</a></p>
    }
}

#[server(endpoint = "read_month")]
pub async fn read_month(request: SearchRequest) -> Result<MonthPrices, AppError> {
    call::ports()?.search.month(request).await.map_err(call::refuse)
}
