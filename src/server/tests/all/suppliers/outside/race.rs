//! Site A sells the last seats of site B's flight while B does, over a line that loses every second answer.

use std::sync::{Arc, atomic::AtomicU64};

use app::ports::{Checkout as _, Seats as _, Visitor};
use async_trait::async_trait;
use domain::hold::HoldId;
use server::{
    jobs::run_next,
    postgres::Kind,
    suppliers::{
        Buyer, CancelQuote, Offered, Order, OrderName, OrderState, Supplier, SupplierError, SupplierName,
        Suppliers, Trip,
    },
};
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use tokio::task::JoinSet;

use super::{GOOD_CARD, Two, start_patiently, supplier};
use crate::{
    suppliers::{line::Fault, sales::random},
    world::visitor,
};

/// The small plane of theirs, in economy.
const PLACES: usize = 64;
const LEFT: usize = 6;
const OF_OURS: usize = 14;
const OF_THEIRS: usize = 3;

impl Two {
    /// They sell all but the last places.
    async fn nearly_sold_out(&self) {
        let mut left = PLACES - LEFT;
        while left > 0 {
            let adults = u8::try_from(left.min(9)).unwrap();
            let someone = visitor();
            let hold = self.theirs.choose(someone, &["Q1300"], adults).await.unwrap();
            self.theirs.ticket(someone, hold).await;
            left -= usize::from(adults);
        }
    }

    /// Travellers of ours and of theirs want the last places at once, with faults on the line while orders are made, and
    /// others while they are confirmed; afterwards the line is good, and all comes to rest.
    async fn race(
        &self,
        ordering: impl FnMut() -> Fault + Send + 'static,
        confirming: impl FnMut() -> Fault + Send + 'static,
    ) {
        let mut ready: Vec<(Visitor, HoldId)> = Vec::new();
        for _ in 0..OF_OURS {
            let traveller = visitor();
            let hold = self.choose(traveller, &["Q1300"], 1).await.unwrap();
            self.ours.name(traveller, hold, &["Moreno"]).await;
            ready.push((traveller, hold));
        }
        self.line.choose(ordering);
        let mut selling = JoinSet::new();
        for (traveller, hold) in ready {
            let (site, sandbox, postgres) =
                (self.site.clone(), self.ours.sandbox.clone(), self.ours.postgres.clone());
            selling.spawn(async move {
                if start_patiently(&site, traveller, hold).await.is_err() {
                    return;
                }
                let payment = postgres.payment_of(traveller.0, hold).await.unwrap().unwrap();
                sandbox.pay_by_card(&payment.intent.unwrap(), GOOD_CARD).unwrap();
                site.paying.settle(traveller, hold).await.unwrap();
            });
        }
        for _ in 0..OF_THEIRS {
            let (traveller, offer) = (visitor(), self.theirs.offer(&["Q1300"], 1));
            let theirs = self.theirs.site.clone();
            // Some are too late.
            selling.spawn(async move { _ = theirs.seating.choose(traveller.into(), &offer).await });
        }
        selling.join_all().await;
        self.line.choose(confirming);
        let mut workers = JoinSet::new();
        for _ in 0..4 {
            let site = self.site.clone();
            workers.spawn(async move { while run_next(&site, Kind::Partner).await.unwrap() {} });
        }
        workers.join_all().await;
        self.line.quiet().await;
        self.line.next([]);
        self.come_to_rest().await;
    }
}

fn drawn(seed: u64) -> impl FnMut() -> Fault + Send + 'static {
    let state = AtomicU64::new(seed);
    move || {
        let drawn = usize::try_from(random(&state) % 14).unwrap();
        Fault::ALL.get(drawn).copied().unwrap_or(Fault::None)
    }
}

#[sqlx::test(migrations = "../../migrations")]
async fn of_the_last_seats_at_another_seller_none_is_sold_twice_and_no_booking_is_lost(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let two = Two::open(options).await;
    two.nearly_sold_out().await;
    two.race(drawn(5), drawn(6)).await;
    assert_eq!(two.differences().await, Vec::<String>::new());
    let sold = two.here("ticketed").await.len();
    assert!((1..=LEFT).contains(&sold), "{sold} sold of {LEFT}");
    let over = format!("select count(*) from departure_cabins where taken > places or taken > {PLACES}");
    assert_eq!(two.theirs.count(&over).await, 0);
    assert_eq!(
        two.ours.count("select count(*) from bookings where state in ('confirming', 'unknown')").await,
        0
    );
    two.ours.audit().await;
    two.theirs.audit().await;
}

/// Takes an answer that was lost for a no, and does not look.
struct Forgetful(Arc<dyn Supplier>);

#[async_trait]
impl Supplier for Forgetful {
    fn name(&self) -> &SupplierName {
        self.0.name()
    }
    async fn search(&self, trip: &Trip) -> Result<Vec<Offered>, SupplierError> {
        self.0.search(trip).await
    }
    async fn reprice(&self, offer: &str) -> Result<Offered, SupplierError> {
        self.0.reprice(offer).await
    }
    async fn hold(&self, offer: &Offered, buyer: &Buyer, name: &OrderName) -> Result<Order, SupplierError> {
        self.0.hold(offer, buyer, name).await
    }
    async fn confirm(&self, order: &Order, name: &OrderName) -> Result<(), SupplierError> {
        self.0.confirm(order, name).await.map_err(|_| SupplierError::Refused {
            code: "no_answer".into(),
            message: "It did not answer, so it will not have done it.".into(),
        })
    }
    async fn status(&self, id: &str) -> Result<Order, SupplierError> {
        let total = super::dollars(1);
        Ok(Order { id: id.into(), locator: String::new(), total, state: OrderState::Held { until: None } })
    }
    async fn find(&self, name: &OrderName) -> Result<Option<Order>, SupplierError> {
        self.0.find(name).await
    }
    async fn cancel(&self, _: &str, _: &OrderName) -> Result<(), SupplierError> {
        Ok(())
    }
    async fn quote_cancel(&self, id: &str) -> Result<CancelQuote, SupplierError> {
        self.0.quote_cancel(id).await
    }
    async fn cancel_quoted(&self, quote: &str, key: &str) -> Result<(), SupplierError> {
        self.0.cancel_quoted(quote, key).await
    }
}

#[sqlx::test(migrations = "../../migrations")]
async fn who_takes_a_lost_answer_for_a_no_loses_bookings_and_is_found_out(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let mut two = Two::open(options).await;
    two.nearly_sold_out().await;
    let forgetful: Arc<dyn Supplier> = Arc::new(Forgetful(supplier(two.line.url.clone())));
    two.site = two.site.with_suppliers(Suppliers::of(vec![forgetful]));
    two.race(|| Fault::None, || Fault::CutAfter).await;
    let wrong = two.differences().await;
    assert!(wrong.iter().any(|what| what.starts_with("ticketed here")), "{wrong:?}");
}
