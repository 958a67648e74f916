//! Bookings as tests need them: authorised and ticketed, captured, with a refund on its way.

use app::{
    answers::Settled,
    ports::{Checkout as _, Visitor},
};
use domain::{cancelling::CouponKey, pnr::Pnr};
use payments::Intent;
use server::{
    jobs::{handle_events, run_errand},
    postgres::PaymentRow,
};
use uuid::Uuid;

use crate::world::{World, visitor};

pub const GOOD_CARD: &str = "4242424242424242";
/// Disputed once it is captured.
pub const DISPUTED_CARD: &str = "4000000000000259";
/// Its refunds are pending until the bank says more.
pub const PENDING_REFUNDS_CARD: &str = "4000000000007726";

pub struct Booked {
    pub visitor: Visitor,
    pub booking: Uuid,
    pub intent: String,
    pub pnr: Pnr,
    pub total_minor: i64,
}

/// One traveller on two legs, ticketed; its errands wait.
pub async fn booked(world: &World, card: &str) -> Booked {
    let visitor = visitor();
    let hold = world.choose(visitor, &["Q1100", "Q1200"], 1).await.unwrap();
    world.name(visitor, hold, &["Müller"]).await;
    world.pick(visitor, hold, "Q1200", 0, "30A", 0).await.ok();
    world.site.paying.start(visitor.into(), hold).await.unwrap();
    let payment = world.postgres.payment_of(visitor.0, hold).await.unwrap().unwrap();
    let intent = payment.intent.clone().unwrap();
    assert_eq!(world.sandbox.pay_by_card(&intent, card).unwrap(), "requires_capture");
    let Settled::Ticketed { pnr } = world.site.paying.settle(visitor, hold).await.unwrap() else {
        panic!("not ticketed")
    };
    Booked { visitor, booking: payment.booking, intent, pnr, total_minor: payment.total.minor }
}

/// Ticketed, captured and told.
pub async fn captured(world: &World, card: &str) -> Booked {
    let booked = booked(world, card).await;
    run_errands(world).await;
    booked
}

pub async fn run_errands(world: &World) {
    while run_errand(&world.site).await.unwrap() {}
}

pub async fn ledgers_add_up(world: &World) {
    let sql = "select count(*) from (
        select from ledger group by booking_id, currency having sum(amount_minor) <> 0) b";
    assert_eq!(world.count(sql).await, 0, "bookings whose ledger does not add up");
}

impl Booked {
    pub async fn payment(&self, world: &World) -> PaymentRow {
        world.postgres.payment(self.booking).await.unwrap().unwrap()
    }

    pub async fn at_stripe(&self, world: &World) -> Intent {
        world.stripe().retrieve(&self.intent).await.unwrap()
    }

    /// The balance of an account of this booking.
    pub async fn balance(&self, world: &World, account: &str) -> i64 {
        sqlx::query_scalar(
            "select coalesce(sum(amount_minor), 0)::bigint from ledger where booking_id = $1 and account = $2",
        )
        .bind(self.booking)
        .bind(account)
        .fetch_one(&world.pool)
        .await
        .unwrap()
    }

    /// Gives every coupon back, by the fare's rules.
    pub async fn cancel(&self, world: &World) {
        let trips = &world.site.ports.trips;
        let trip = trips.trip(self.visitor, self.pnr).await.unwrap();
        let coupons: Vec<CouponKey> = trip
            .travellers
            .iter()
            .flat_map(|t| {
                t.coupons.iter().map(|c| CouponKey { ticket: t.ticket, leg: u8::try_from(c.leg).unwrap() })
            })
            .collect();
        let quote = trips.quote_cancellation(self.visitor.into(), self.pnr, &coupons).await.unwrap();
        trips.confirm_cancellation(self.visitor.into(), quote).await.unwrap();
    }

    /// The one refund of its one cancellation.
    pub async fn refund(&self, world: &World) -> Uuid {
        sqlx::query_scalar("select id from refunds where booking_id = $1")
            .bind(self.booking)
            .fetch_one(&world.pool)
            .await
            .unwrap()
    }

    /// Queues a refund with its ledger lines, of any amount, without giving coupons back.
    pub async fn give_back(&self, world: &World, amount_minor: i64) -> Uuid {
        let refund = Uuid::new_v4();
        for sql in [
            "insert into refunds (id, booking_id, amount_minor, currency) values ($1, $2, $3, 'USD')",
            "insert into outbox (booking_id, kind, step, subject, call_key)
            select $2, 'money', 'refund', $1::text, gen_random_uuid()::text where $3 > 0",
            "insert into ledger (booking_id, step, account, amount_minor, currency)
            values ($2, 'cancelled:' || $1, 'tickets', $3, 'USD'), ($2, 'cancelled:' || $1, 'refund_queued', -$3, 'USD')",
        ] {
            sqlx::query(sql)
                .bind(refund)
                .bind(self.booking)
                .bind(amount_minor)
                .execute(&world.pool)
                .await
                .unwrap();
        }
        refund
    }

    /// A webhook of that kind about this payment comes in and is acted on.
    pub async fn webhook(&self, world: &World, id: &str, kind: &str) {
        world.postgres.keep_event(id, kind, Some(&self.intent), None).await.unwrap();
        handle_events(&world.site).await.unwrap();
    }
}
