//! The server and its database, driven by the same random sequences as the domain's machines and measured against the
//! same model.

use app::ports::{Checkout as _, HoldError, PickError, Seats as _, Visitor};
use domain::{
    booking::BookingState,
    cabin::{Cabin, Layout},
    hold::{HoldId, HoldState},
    payment::PaymentState,
    seat::SeatState,
};
use proptest::{
    strategy::Strategy as _,
    test_runner::{Config, TestRunner},
};
use proptest_state_machine::ReferenceStateMachine as _;
use server::{jobs::run_errand, postgres::EndAs};
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use tokio::runtime::Handle;

use crate::{
    model::{Act, Model, SEATS, States},
    world::{World, departure, visitor},
};

const FLIGHT: &str = "Q1300";
const GOOD_CARD: &str = "4242424242424242";
const DECLINED_CARD: &str = "4000000000000002";
const CARD_THAT_ASKS: &str = "4000002500003155";

/// A departure of which three seats are on sale, and those who want them.
struct Sale<'a> {
    world: &'a World,
    seats: Vec<String>,
    sales: Vec<(Visitor, HoldId)>,
}

impl<'a> Sale<'a> {
    async fn open(world: &'a World) -> Self {
        let timetable = world.site.timetable.current();
        let departure = timetable.departure(&departure(FLIGHT)).unwrap();
        let layout = Layout::of(&departure.aircraft, &departure.configuration);
        let all: Vec<String> = layout.seats(Cabin::Economy).map(|seat| seat.number.to_string()).collect();
        let id = departure.id.to_string();
        sqlx::raw_sql(
            "truncate visitors, departure_cabins, departure_classes, seats, stripe_events, balances, test_clock cascade",
        )
        .execute(&world.pool)
        .await
        .unwrap();
        sqlx::query(
            "with c as (insert into departure_cabins values ($1, 'Y', $2, 0)),
                k as (insert into departure_classes values ($1, 'Y', $2, 0))
            insert into seats select $1, seat, 'blocked', 1 from unnest($3::text[]) seat",
        )
        .bind(&id)
        .bind(i32::try_from(SEATS).unwrap())
        .bind(&all[SEATS..])
        .execute(&world.pool)
        .await
        .unwrap();
        Self { world, seats: all[..SEATS].to_vec(), sales: Vec::new() }
    }

    /// State, version and owner of each seat.
    async fn seats(&self) -> Vec<(SeatState, i32, Option<usize>)> {
        let mut seats = Vec::new();
        for seat in &self.seats {
            // What was taken again after its time has a new hold.
            let sql = "select s.state, s.version, coalesce(h.retake_of, h.id)
                from seats s left join holds h on h.id = s.hold_id where s.seat = $1";
            let row: Option<(String, i32, Option<uuid::Uuid>)> =
                sqlx::query_as(sql).bind(seat).fetch_optional(&self.world.pool).await.unwrap();
            let (state, version, hold) = row.unwrap_or(("available".into(), 0, None));
            let owner = hold.map(|hold| self.sales.iter().position(|(_, id)| id.0 == hold).unwrap());
            seats.push((SeatState::parse(&state).unwrap(), version, owner));
        }
        seats
    }

    async fn intent(&self, sale: usize) -> String {
        sqlx::query_scalar(
            "select p.intent_id from payments p join bookings b on b.id = p.booking_id
            join holds h on h.id = b.hold_id where $1 in (h.id, h.retake_of)",
        )
        .bind(self.sales[sale].1.0)
        .fetch_one(&self.world.pool)
        .await
        .unwrap()
    }

    async fn settle(&self, sale: usize) {
        let (visitor, hold) = self.sales[sale];
        match self.world.site.paying.settle(visitor, hold).await {
            // Nobody has started to pay.
            Ok(_) | Err(app::ports::CheckoutError::Hold(HoldError::NotFound)) => {}
            Err(error) => panic!("{error}"),
        }
    }

    async fn pick(&self, sale: usize, seat: usize) {
        let (visitor, hold) = self.sales[sale];
        let version = u32::try_from(self.seats().await[seat].1).unwrap();
        let picked = self.world.pick(visitor, hold, FLIGHT, 0, &self.seats[seat], version).await;
        assert!(!matches!(picked, Err(PickError::Hold(HoldError::Unavailable))), "{picked:?}");
    }

    async fn act(&mut self, act: &Act) {
        let world = self.world;
        match *act {
            Act::Choose => {
                let visitor = visitor();
                match world.choose(visitor, &[FLIGHT], 1).await {
                    Ok(hold) => {
                        world.name(visitor, hold, &["Moreno"]).await;
                        self.sales.push((visitor, hold));
                    }
                    Err(HoldError::SoldOut { .. }) => {}
                    Err(error) => panic!("{error}"),
                }
            }
            Act::Pick(sale, seat) => self.pick(sale, seat).await,
            Act::StartToPay(sale) => {
                let seats = self.seats().await;
                let free = seats.iter().position(|(state, ..)| *state == SeatState::Available);
                if let Some(free) = free.filter(|_| seats.iter().all(|(.., owner)| *owner != Some(sale))) {
                    self.pick(sale, free).await;
                }
                let (visitor, hold) = self.sales[sale];
                match world.site.paying.start(visitor.into(), hold).await {
                    Ok(()) | Err(app::ports::CheckoutError::Hold(HoldError::Ended(_))) => {}
                    Err(error) => panic!("{error}"),
                }
            }
            Act::DeclineCard(sale) => {
                world.sandbox.pay_by_card(&self.intent(sale).await, DECLINED_CARD).unwrap_err();
                self.settle(sale).await;
            }
            Act::AbandonAuthentication(sale) => {
                let status = world.sandbox.pay_by_card(&self.intent(sale).await, CARD_THAT_ASKS);
                assert_eq!(status.as_deref(), Ok("requires_action"));
                self.settle(sale).await;
            }
            Act::Authorise(sale) => {
                let status = world.sandbox.pay_by_card(&self.intent(sale).await, GOOD_CARD);
                assert_eq!(status.as_deref(), Ok("requires_capture"));
            }
            Act::WithdrawAuthorisation(sale) => {
                world.sandbox.expire(&self.intent(sale).await).unwrap();
            }
            Act::Settle(sale) => self.settle(sale).await,
            Act::GiveUp(sale) => {
                let (visitor, hold) = self.sales[sale];
                match world.site.seating.release(visitor.into(), hold).await {
                    Ok(()) | Err(HoldError::Ended(_)) => {}
                    Err(error) => panic!("{error}"),
                }
            }
            Act::TimePasses => world.pass(30).await,
            Act::Sweep => {
                for hold in world.postgres.expired_holds().await.unwrap() {
                    world.site.seating.end(hold, EndAs::Expired).await.unwrap();
                }
            }
            Act::RunErrands => {
                // What was put off is due at once: time itself must not pass, or holds would end.
                while world.count("select count(*) from outbox where state = 'queued'").await > 0 {
                    // In the order in which they were queued, though: it decides who gets a seat again.
                    sqlx::query("update outbox set run_at = to_timestamp(id) where state = 'queued'")
                        .execute(&world.pool)
                        .await
                        .unwrap();
                    while run_errand(&world.site).await.unwrap() {}
                }
            }
        }
    }

    async fn states(&self, sale: usize) -> States {
        let (hold, booking, payment): (String, Option<String>, Option<String>) = sqlx::query_as(
            "select h.state, b.state, p.state from holds h left join bookings b on b.hold_id = h.id
            left join payments p on p.booking_id = b.id
            where $1 in (h.id, h.retake_of) order by h.retake_of is null limit 1",
        )
        .bind(self.sales[sale].1.0)
        .fetch_one(&self.world.pool)
        .await
        .unwrap();
        States {
            hold: HoldState::parse(&hold).unwrap(),
            booking: booking.and_then(|state| BookingState::parse(&state)),
            payment: payment.and_then(|state| PaymentState::parse(&state)),
        }
    }

    async fn check(&self, model: &Model, done: &[Act]) {
        assert_eq!(self.sales.len(), model.sales.len(), "after {done:?}");
        for (i, expected) in model.sales.iter().enumerate() {
            assert_eq!(self.states(i).await, expected.states(), "visitor {i} after {done:?}");
        }
        let owners: Vec<_> = self.seats().await.into_iter().map(|(.., owner)| owner).collect();
        assert_eq!(owners, model.seats, "after {done:?}");
    }
}

// The error is proptest's own, and holds the whole sequence that failed.
#[allow(clippy::result_large_err)]
#[sqlx::test(migrations = "../../migrations")]
async fn the_server_sells_a_departure_as_the_model_says(_: PgPoolOptions, options: PgConnectOptions) {
    let world = World::open(options).await;
    let runtime = Handle::current();
    let run = move || {
        let config =
            Config { cases: 30, max_shrink_iters: 60, failure_persistence: None, ..Config::default() };
        let sequences = Model::sequential_strategy(1..25).prop_map(|(model, acts, _)| (model, acts));
        TestRunner::new(config).run(&sequences, |(mut model, acts)| {
            runtime.block_on(async {
                let mut sale = Sale::open(&world).await;
                for (i, act) in acts.iter().enumerate() {
                    sale.act(act).await;
                    model = Model::apply(model, act);
                    sale.check(&model, &acts[..=i]).await;
                }
                world.audit().await;
            });
            Ok(())
        })
    };
    // The sequences are run and shrunk outside of the runtime, which they use.
    tokio::task::spawn_blocking(run).await.unwrap().unwrap();
}
