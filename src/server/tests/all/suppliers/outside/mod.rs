//! Travellers of ours buy what another site of this kind sells, over its partner API and a line with all that lines do.

mod cancelling;
mod clearing;
mod ending;
mod prices;
mod race;
mod sale;

use std::{net::SocketAddr, sync::Arc};

use app::{
    answers::Settled,
    ports::{Checkout as _, CheckoutError, HoldError, Seats as _, Visitor},
};
use domain::{
    cabin::Cabin, hold::HoldId, money::Money, offer::OutsideOffer, payment::PaymentState, traveller::Party,
};
use jiff::{SignedDuration, Timestamp};
use payments::IntentStatus;
use server::{
    config::{Secret, SupplierSettings},
    jobs::perform,
    postgres::{Kind, PaymentRow},
    router::router,
    site::Site,
    suppliers::{Supplier, Suppliers, duffel::Duffel},
    timetables::known_airports,
};
use sqlx::{ConnectOptions as _, Executor as _, postgres::PgConnectOptions};
use tokio::net::TcpListener;

use super::line::Line;
use crate::world::{API_TOKEN, World};

pub const GOOD_CARD: &str = "4242424242424242";
const THEM: &str = "Other Sky";

/// Two sites, each with a database and a payment provider of its own, that sell flights of the same names.
pub struct Two {
    pub ours: World,
    /// Ours, reaching theirs over the line.
    pub site: Site,
    pub theirs: World,
    pub line: Line,
}

impl Two {
    pub async fn open(options: PgConnectOptions) -> Self {
        let theirs = World::open(second_database(&options).await).await;
        let ours = World::open(options).await;
        sqlx::query("update tokens set requests_per_minute = 1000000").execute(&theirs.pool).await.unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let serving = router(theirs.site.clone()).into_make_service_with_connect_info::<SocketAddr>();
        tokio::spawn(async move { axum::serve(listener, serving).await.unwrap() });
        let line = Line::to(address).await;
        let site = ours.site.with_suppliers(Suppliers::of(vec![supplier(line.url.clone())]));
        Self { ours, site, theirs, line }
    }

    /// What they offer so many adults on these flights of theirs, as our list has it.
    pub fn offer(&self, flights: &[&str], adults: u8) -> OutsideOffer {
        let party = Party::new(adults, 0, 0).unwrap();
        OutsideOffer {
            supplier: THEM.into(),
            id: format!("off_{}", self.theirs.offer(flights, adults)),
            party,
            cabin: Cabin::Economy,
            total: self.theirs.unsigned_offer(flights, party).total,
            was: None,
            expires_at: Timestamp::now() + SignedDuration::from_mins(20),
        }
    }

    pub async fn choose(&self, visitor: Visitor, flights: &[&str], adults: u8) -> Result<HoldId, HoldError> {
        let token = self.site.signing.outside_offer_token(&self.offer(flights, adults));
        self.site.seating.choose(visitor.into(), &token).await
    }

    /// Chosen, named, ordered there, with the card form open.
    pub async fn started(&self, visitor: Visitor) -> HoldId {
        let hold = self.choose(visitor, &["Q1200"], 1).await.unwrap();
        self.ours.name(visitor, hold, &["Moreno"]).await;
        self.site.paying.start(visitor.into(), hold).await.unwrap();
        hold
    }

    /// The bank keeps the amount aside, and they are about to be asked.
    pub async fn authorised(&self, visitor: Visitor) -> HoldId {
        let hold = self.started(visitor).await;
        self.pay(visitor, hold).await;
        let settled = self.site.paying.settle(visitor, hold).await.unwrap();
        assert_eq!(settled, Settled::Confirming { supplier: THEM.into(), unclear: false });
        hold
    }

    pub async fn pay(&self, visitor: Visitor, hold: HoldId) {
        let intent = self.payment(visitor, hold).await.intent.unwrap();
        assert_eq!(self.ours.sandbox.pay_by_card(&intent, GOOD_CARD).unwrap(), "requires_capture");
    }

    pub async fn payment(&self, visitor: Visitor, hold: HoldId) -> PaymentRow {
        self.ours.postgres.payment_of(visitor.0, hold).await.unwrap().unwrap()
    }

    /// Does every errand of ours that is due.
    pub async fn errands(&self) {
        for kind in [Kind::Partner, Kind::Money, Kind::Mail] {
            while let Some(errand) = self.ours.postgres.lease_errand(kind).await.unwrap() {
                perform(&self.site, &errand).await.unwrap();
            }
        }
    }

    /// What there is at theirs in that state: of orders, by our names.
    pub async fn there(&self, state: &str) -> Vec<String> {
        sqlx::query_scalar(
            "select o.details -> 'metadata' ->> 'skyconnect_order' from orders o join bookings b on b.id = o.booking_id
            where b.state = $1 order by 1",
        )
        .bind(state)
        .fetch_all(&self.theirs.pool)
        .await
        .unwrap()
    }

    /// The holds of our bookings in that state, by which orders are named.
    pub async fn here(&self, state: &str) -> Vec<String> {
        sqlx::query_scalar("select hold_id::text from bookings where state = $1 order by 1")
            .bind(state)
            .fetch_all(&self.ours.pool)
            .await
            .unwrap()
    }

    /// What is wrong between the two once all is quiet: a booking that one side lost, money without a ticket or a ticket
    /// without money, a place that is kept for nobody.
    pub async fn differences(&self) -> Vec<String> {
        let mut wrong = Vec::new();
        let (sold, paid) = (self.here("ticketed").await, self.there("ticketed").await);
        if sold != paid {
            wrong.push(format!("ticketed here {sold:?}, paid there {paid:?}"));
        }
        let kept = self.there("awaiting_payment").await;
        if !kept.is_empty() {
            wrong.push(format!("kept there for nobody: {kept:?}"));
        }
        let bookings: Vec<(uuid::Uuid, String)> =
            sqlx::query_as("select id, state from bookings").fetch_all(&self.ours.pool).await.unwrap();
        for (booking, state) in bookings {
            let Some(payment) = self.ours.postgres.payment(booking).await.unwrap() else { continue };
            let at_stripe = match &payment.intent {
                Some(intent) => Some(self.ours.stripe().retrieve(intent).await.unwrap().status),
                None => None,
            };
            let is_right = match state.as_str() {
                "ticketed" => {
                    payment.state == PaymentState::Captured && at_stripe == Some(IntentStatus::Succeeded)
                }
                "failed" | "refused" => {
                    payment.state == PaymentState::Voided
                        && matches!(at_stripe, None | Some(IntentStatus::Canceled))
                }
                _ => false,
            };
            if !is_right {
                wrong.push(format!(
                    "a booking is {state}, its money {:?}, at Stripe {at_stripe:?}",
                    payment.state
                ));
            }
        }
        wrong
    }

    /// Lets time pass and everything be done that is due, until nothing is left to do.
    pub async fn come_to_rest(&self) {
        for _ in 0..6 {
            self.ours.pass(20).await;
            for hold in self.ours.postgres.expired_holds().await.unwrap() {
                self.site.seating.end(hold, server::postgres::EndAs::Expired).await.unwrap();
            }
            self.errands().await;
            while self.site.desk.find_out().await.unwrap() > 0 {}
        }
    }
}

/// Theirs over this address, asked as often as we like, and again however often it fails.
pub fn supplier(url: String) -> Arc<dyn Supplier> {
    let asks_per_sec = 10_000.try_into().unwrap();
    let settings = SupplierSettings { name: THEM.into(), url, token: Secret(API_TOKEN.into()), asks_per_sec };
    Arc::new(Duffel::new(&settings, known_airports().unwrap()).unwrap())
}

/// A database beside the test's own, with all migrations; it goes with the test's Postgres.
async fn second_database(options: &PgConnectOptions) -> PgConnectOptions {
    let name = format!("theirs_{}", uuid::Uuid::new_v4().simple());
    let mut connection = options.clone().database("postgres").connect().await.unwrap();
    connection.execute(sqlx::AssertSqlSafe(format!("create database {name}"))).await.unwrap();
    let options = options.clone().database(&name);
    sqlx::migrate!("../../migrations").run(&mut options.connect().await.unwrap()).await.unwrap();
    options
}

/// Starts to pay as travellers do who are told to try again.
pub async fn start_patiently(site: &Site, visitor: Visitor, hold: HoldId) -> Result<(), CheckoutError> {
    for _ in 0..8 {
        match site.paying.start(visitor.into(), hold).await {
            Err(
                CheckoutError::ProviderAway
                | CheckoutError::Hold(HoldError::SupplierAway(_) | HoldError::Unavailable),
            ) => {}
            decided => return decided,
        }
    }
    Err(CheckoutError::ProviderAway)
}

pub fn dollars(minor: i64) -> Money {
    Money::new(minor, domain::money::Currency::Usd)
}
