mod called_off;
mod coupons;
mod once;
mod quotes;
mod seats;
mod unpaid;

use app::{
    answers::{Settled, TripView},
    ports::{Checkout as _, Trips, Visitor},
};
use domain::{cancelling::CouponKey, pnr::Pnr};

use crate::world::{World, departure, visitor};

const GOOD_CARD: &str = "4242424242424242";
const A_DAY_LATER: i32 = 25 * 60;

/// Pays for a hold whose travellers are named; payment may have started.
pub async fn pay(world: &World, ada: Visitor, hold: domain::hold::HoldId) -> Pnr {
    world.site.paying.start(ada.into(), hold).await.unwrap();
    let payment = world.postgres.payment_of(ada.0, hold).await.unwrap().unwrap();
    world.sandbox.pay_by_card(&payment.intent.unwrap(), GOOD_CARD).unwrap();
    match world.site.paying.settle(ada, hold).await.unwrap() {
        Settled::Ticketed { pnr } => pnr,
        other => panic!("not ticketed: {other:?}"),
    }
}

/// So many adults on these flights, ticketed.
async fn booked(world: &World, flights: &[&str], adults: u8) -> (Visitor, Pnr) {
    let ada = visitor();
    let hold = world.choose(ada, flights, adults).await.unwrap();
    world.name(ada, hold, &vec!["Moreno"; usize::from(adults)]).await;
    (ada, pay(world, ada, hold).await)
}

fn trips(world: &World) -> &dyn Trips {
    world.site.ports.trips.as_ref()
}

async fn trip(world: &World, ada: Visitor, pnr: Pnr) -> TripView {
    trips(world).trip(ada, pnr).await.unwrap()
}

/// The coupon of a traveller on a leg.
fn key(trip: &TripView, traveller: usize, leg: u8) -> CouponKey {
    CouponKey { ticket: trip.travellers[traveller].ticket, leg }
}

fn every_open(trip: &TripView) -> Vec<CouponKey> {
    let of = |t: &app::answers::TripTraveller| {
        let ticket = t.ticket;
        let open = t.coupons.iter().filter(|c| c.may_cancel);
        open.map(move |c| CouponKey { ticket, leg: u8::try_from(c.leg).unwrap() }).collect::<Vec<_>>()
    };
    trip.travellers.iter().flat_map(of).collect()
}

async fn taken(world: &World, flight: &str) -> i64 {
    let sql = format!("select taken::bigint from departure_cabins where departure = '{}'", departure(flight));
    world.count(&sql).await
}

/// The ledger's sum on an account, as a positive number where it is owed.
async fn owed(world: &World, account: &str) -> i64 {
    let sql =
        format!("select coalesce(sum(-amount_minor), 0)::bigint from ledger where account = '{account}'");
    world.count(&sql).await
}
