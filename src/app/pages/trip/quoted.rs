use domain::{
    cancelling::Share,
    money::{Currency, Money},
    refund::CancellationState,
};
use leptos::{prelude::*, server_fn::ServerFn};
use leptos_meta::{Meta, Title};
use leptos_router::hooks::{use_params_map, use_query_map};
use stylers_macro::style_sheet;

use super::{
    Closed,
    calls::{ConfirmCancellation, QuoteCancellation, read_cancellation},
    reference_in_address,
    words::{because, card_of},
};
use crate::{
    answers::{CancellationView, TripView},
    components::posted_error::PostedError,
    text::{counted, medium_date},
};

/// What comes back for the chosen flights, line by line, what is kept and why; confirmed here and nowhere else.
#[component]
pub fn QuotedPage() -> impl IntoView {
    let params = use_params_map();
    let pnr = reference_in_address();
    let id = Memo::new(move |_| params.read().get("id").unwrap_or_default());
    let cancellation = Resource::new(move || id.get(), read_cancellation);
    view! {
        <Meta name="robots" content="noindex" />
        <div class="page narrow">
            <Transition fallback=|| view! { <p class="muted" role="status">"Adding up what comes back…"</p> }>
                {move || Suspend::new(async move {
                    match cancellation.await {
                        Ok((trip, cancellation)) => view! { <Quoted trip cancellation /> }.into_any(),
                        Err(error) => view! { <Closed error pnr=pnr.get() /> }.into_any(),
                    }
                })}
            </Transition>
        </div>
    }
}

#[component]
fn Quoted(trip: TripView, cancellation: CancellationView) -> impl IntoView {
    let class = style_sheet!("style/quoted.css");
    let back = format!("/trips/{}", trip.pnr);
    let again = format!("{back}/cancel");
    if cancellation.state != CancellationState::Quoted {
        return view! { class = class,
            <Title text="Cancelled, SkyConnect" />
            <h1>"This is cancelled"</h1>
            <p class="lead">"You find what is left, and where the money is, on the page of your trip."</p>
            <p><a class="button go" href=back>"Show my trip"</a></p>
        }
        .into_any();
    }
    let query = use_query_map();
    let changed = move || {
        query.read().get_str("changed").is_some().then(|| {
            view! {
                <p class="note" role="alert">
                    "What comes back has changed since you looked, and nothing was cancelled. These are the amounts now."
                </p>
            }
        })
    };
    let flights = (0..trip.legs.len())
        .map(|leg| view! { <Flight trip=trip.clone() cancellation=cancellation.clone() leg /> })
        .collect_view();
    let with_seats = cancellation.shares.iter().any(|share| share.value.seat_minor > 0);
    let mut whys: Vec<_> = cancellation.shares.iter().map(|share| share.why).collect();
    whys.dedup();
    whys.sort_by_key(|why| why.as_str());
    whys.dedup();
    let whys =
        whys.into_iter().map(|why| view! { <p>{because(why, trip.brand, with_seats)}</p> }).collect_view();
    let when = (cancellation.refund.minor > 0).then(|| {
        view! {
            <p>
                {format!("We send {} back to {} as soon as you confirm. Banks usually show it within 5 to 10 business days.", cancellation.refund, card_of(&trip))}
            </p>
        }
    });
    let kept = (cancellation.kept.minor > 0).then(|| {
        view! { class = class, <dt>"Kept"</dt> <dd>{cancellation.kept.to_string()}</dd> }
    });
    let paid = Money::new(cancellation.refund.minor + cancellation.kept.minor, cancellation.refund.currency);
    view! { class = class,
        <Title text=format!("Cancel trip {}", trip.pnr) />
        <h1>"What comes back"</h1>
        {changed}
        <PostedError<ConfirmCancellation> />
        <section class="card whole" aria-label="All together">
            <dl class="sums">
                <dt>"Paid for these flights"</dt>
                <dd>{paid.to_string()}</dd>
                {kept}
                <dt class="total back">"Comes back"</dt>
                <dd class="total back">{cancellation.refund.to_string()}</dd>
            </dl>
            <div class="why">{whys} {when}</div>
        </section>
        {flights}
        <Decide trip=trip.clone() cancellation again />
    }
    .into_any()
}

/// The two ways on from a quote; one that is over is asked for again.
#[component]
fn Decide(
    trip: TripView,
    cancellation: CancellationView,
    /// Where flights are chosen anew.
    again: String,
) -> impl IntoView {
    let class = style_sheet!("style/quoted.css");
    let keep = format!("/trips/{}", trip.pnr);
    let pnr = trip.pnr.to_string();
    let Some(minutes) = cancellation.quoted_for_min else {
        let chosen = cancellation
            .shares
            .iter()
            .map(|share| view! { <input type="hidden" name="coupons[]" value=share.key.to_string() /> })
            .collect_view();
        return view! { class = class,
            <p class="note old">"These amounts are more than half an hour old. See whether they are still right."</p>
            <form class="onwards" method="post" action=QuoteCancellation::url()>
                <input type="hidden" name="pnr" value=pnr />
                {chosen}
                <a class="button" href=keep>"Keep my flights"</a>
                <button class="button go" type="submit">"Add it up again"</button>
            </form>
        }
        .into_any();
    };
    let label = if cancellation.refund.minor > 0 {
        format!("Cancel and get {} back", cancellation.refund)
    } else {
        "Cancel, with nothing back".to_owned()
    };
    let lasts = format!(
        "These amounts are good for {}.",
        counted(usize::try_from(minutes).unwrap_or_default(), "minute", "minutes")
    );
    view! { class = class,
        <form class="onwards" method="post" action=ConfirmCancellation::url()>
            <input type="hidden" name="pnr" value=pnr />
            <input type="hidden" name="cancellation" value=cancellation.id.to_string() />
            <a class="button" href=keep>"Keep my flights"</a>
            <button class="button final" type="submit">{label}</button>
        </form>
        <p class="muted small after">
            "Once confirmed, the seats are free for others at once, and it cannot be undone. "
            {lasts} " " <a href=again>"Choose other flights"</a>
        </p>
    }
    .into_any()
}

/// What comes back for one flight, traveller by traveller; nothing where none of it is given back.
#[component]
fn Flight(trip: TripView, cancellation: CancellationView, leg: usize) -> impl IntoView {
    let class = style_sheet!("style/quoted.css");
    let departure = &trip.legs[leg].departure;
    let route = format!("{} to {}", trip.legs[leg].origin_name, trip.legs[leg].destination_name);
    let when = format!("{}, {}", departure.id.flight.spaced(), medium_date(departure.departs.date()));
    let currency = cancellation.refund.currency;
    let rows: Vec<_> = cancellation
        .shares
        .iter()
        .filter(|share| usize::from(share.key.leg) == leg)
        .filter_map(|share| {
            let person = trip.travellers.iter().find(|traveller| traveller.ticket == share.key.ticket)?;
            let name = format!("{} {}", person.given_name, person.surname);
            let back = Money::new(share.refund_minor, currency);
            Some(view! { class = class,
                <li class="person">
                    <span class="name">{name}</span>
                    <b class="amount"><span class="unseen">"comes back: "</span>{back.to_string()}</b>
                    <span class="muted small parts">{parts(share, currency)}</span>
                </li>
            })
        })
        .collect();
    (!rows.is_empty()).then(|| {
        view! { class = class,
            <section class="card flight">
                <h2 class="route">{route} <span class="muted small when">{when}</span></h2>
                <ul>{rows}</ul>
            </section>
        }
    })
}

/// "fare $170.00 kept, seat $39.00 kept, taxes and fees $29.63 back".
fn parts(share: &Share, currency: Currency) -> String {
    let fare = Money::new(share.value.fare_minor, currency);
    let taxes = Money::new(share.value.tax_minor, currency);
    let word = |is_back| if is_back { "back" } else { "kept" };
    let (fare_back, taxes_back) = (share.kept_minor() == 0, share.refund_minor >= share.value.tax_minor);
    let seat = match share.value.seat_minor {
        0 => String::new(),
        minor => format!(", seat {} {}", Money::new(minor, currency), word(fare_back)),
    };
    format!("fare {fare} {}{seat}, taxes and fees {taxes} {}", word(fare_back), word(taxes_back))
}
