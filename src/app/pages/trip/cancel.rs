use domain::{
    cancelling::CouponKey,
    coupon::CouponState,
    money::{Currency, Money},
    selling::SellingMode,
};
use leptos::{prelude::*, server_fn::ServerFn};
use leptos_meta::{Meta, Title};
use stylers_macro::style_sheet;

use super::{
    Closed,
    calls::{QuoteCancellation, read_trip},
    reference_in_address,
};
use crate::{
    answers::{TripLeg, TripTraveller, TripView},
    components::posted_error::PostedError,
    text::{clock_of, medium_date},
};

/// Whom and which flights to cancel; everything that can be cancelled is chosen at first. What comes back is told next.
#[component]
pub fn CancelPage() -> impl IntoView {
    let pnr = reference_in_address();
    let trip = Resource::new(move || pnr.get(), read_trip);
    view! {
        <Meta name="robots" content="noindex" />
        <div class="page narrow">
            <Transition fallback=|| view! { <p class="muted" role="status">"Opening your trip…"</p> }>
                {move || Suspend::new(async move {
                    match trip.await {
                        Ok(trip) => view! { <Choose trip /> }.into_any(),
                        Err(error) => view! { <Closed error pnr=pnr.get() /> }.into_any(),
                    }
                })}
            </Transition>
        </div>
    }
}

#[component]
fn Choose(trip: TripView) -> impl IntoView {
    let class = style_sheet!("style/cancel.css");
    let back = format!("/trips/{}", trip.pnr);
    if !trip.may_cancel() {
        return view! { class = class,
            <Title text="Nothing to cancel, SkyConnect" />
            <h1>"There is nothing to cancel"</h1>
            <p class="lead">"Every flight of this trip is cancelled already, or has left."</p>
            <p><a class="button go" href=back>"Show my trip"</a></p>
        }
        .into_any();
    }
    let flights = trip
        .legs
        .iter()
        .enumerate()
        .map(|(index, leg)| view! { <Flight leg=leg.clone() index travellers=trip.travellers.clone() currency=trip.total.currency /> })
        .collect_view();
    view! { class = class,
        <Title text=format!("Cancel trip {}", trip.pnr) />
        <h1>"What do you want to cancel?"</h1>
        <p class="lead">
            "Leave out whoever still flies. On the next page you see what comes back, and nothing is cancelled before you confirm it there."
        </p>
        <PostedError<QuoteCancellation> />
        <form class="flights" method="post" action=QuoteCancellation::url()>
            <input type="hidden" name="pnr" value=trip.pnr.to_string() />
            {flights}
            <p class="onwards">
                <a class="button" href=back>"Keep everything"</a>
                <button class="button go" type="submit">"See what comes back"</button>
            </p>
        </form>
    }
    .into_any()
}

/// One flight with a box for each of its travellers.
#[component]
fn Flight(
    leg: TripLeg,
    /// Of the leg, in order of travel.
    index: usize,
    travellers: Vec<TripTraveller>,
    currency: Currency,
) -> impl IntoView {
    let class = style_sheet!("style/cancel.css");
    let departure = leg.departure;
    let route = format!("{} to {}", leg.origin_name, leg.destination_name);
    let when = format!(
        "{}, {}, {}",
        departure.id.flight.spaced(),
        medium_date(departure.departs.date()),
        clock_of(departure.departs)
    );
    let people = travellers
        .into_iter()
        .filter_map(|traveller| {
            let coupon = traveller.coupons.into_iter().find(|coupon| coupon.leg == index)?;
            let key = CouponKey { ticket: traveller.ticket, leg: u8::try_from(index).ok()? };
            let name = format!("{} {}", traveller.given_name, traveller.surname);
            let seat = match (coupon.state, coupon.seat) {
                (CouponState::Cancelled, _) => "cancelled already".to_owned(),
                (CouponState::Flown, _) => "flown".to_owned(),
                (CouponState::Open, _) if !coupon.may_cancel => "has left".to_owned(),
                (CouponState::Open, Some(seat)) => format!("seat {seat}"),
                (CouponState::Open, None) if !traveller.kind.takes_seat() => "on a lap".to_owned(),
                (CouponState::Open, None) if leg.mode == SellingMode::Open => "sit where you like".to_owned(),
                (CouponState::Open, None) => "seat at check-in".to_owned(),
            };
            let paid = Money::new(coupon.value.total_minor(), currency);
            Some(view! { class = class,
                <label class="person" class:out=!coupon.may_cancel>
                    <input
                        class="box"
                        type="checkbox"
                        name="coupons[]"
                        value=key.to_string()
                        checked=coupon.may_cancel
                        disabled=!coupon.may_cancel
                    />
                    <span class="name">{name} <span class="muted small seat">{seat}</span></span>
                    <span class="paid"><span class="unseen">"paid "</span>{paid.to_string()}</span>
                </label>
            })
        })
        .collect_view();
    view! { class = class,
        <fieldset class="card flight">
            <legend class="route">{route} <span class="muted small when">{when}</span></legend>
            <div class="people">{people}</div>
        </fieldset>
    }
}
