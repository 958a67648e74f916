//! Every move of every machine, as a bare statement: Postgres allows what the domain allows, and names what it refuses.

use domain::{
    booking::BookingState, coupon::CouponState, hold::HoldState, payment::PaymentState,
    refund::CancellationState, refund::DisputeState, refund::RefundState, seat::SeatState,
    supplier_order::SupplierOrderState,
};
use sqlx::{
    AssertSqlSafe,
    postgres::{PgConnectOptions, PgPoolOptions},
};

use crate::world::{World, visitor};

/// One machine's table: how a row of it gets into a state, and from there into another.
struct Machine {
    constraint: &'static str,
    /// Every pair of states, and whether the domain lets one become the other.
    pairs: Vec<(&'static str, &'static str, bool)>,
    /// Puts a row into state `$1`, as only a test does.
    put: &'static str,
    /// Moves it to state `$1`, with whatever goes with that state.
    go: &'static str,
    /// Whether staying is a move that is refused, or a replay that changes nothing.
    staying_is_refused: bool,
}

macro_rules! pairs {
    ($State:ident) => {
        $State::ALL
            .iter()
            .flat_map(|from| $State::ALL.iter().map(|to| (from.as_str(), to.as_str(), from.may_become(*to))))
            .collect()
    };
}

fn machines() -> [Machine; 9] {
    [
        Machine {
            constraint: "seat_moves",
            pairs: pairs!(SeatState),
            put: "insert into seats (departure, seat, state, version, hold_id, traveller)
                select 'X', '1A', $1, 7, case when $1 in ('available', 'blocked') then null else id end,
                    case when $1 in ('available', 'blocked') then null else 0 end from holds",
            go: "update seats set state = $1, version = version + 1,
                hold_id = case when $1 in ('available', 'blocked') then null else (select id from holds) end,
                traveller = case when $1 in ('available', 'blocked') then null else 0 end where departure = 'X'",
            // Every write of a seat raises its version, so there is none that changes nothing.
            staying_is_refused: true,
        },
        Machine {
            constraint: "hold_moves",
            pairs: pairs!(HoldState),
            put: "insert into holds (id, visitor, state, ended_at, expires_at, places, offer, quote, total_minor,
                    currency, offer_digest)
                select gen_random_uuid(), visitor, $1, case when $1 in ('active', 'reserved') then null else now() end,
                    'epoch', places, offer, quote, total_minor, currency, 'another' from holds",
            go: "update holds set state = $1,
                ended_at = case when $1 in ('active', 'reserved') then null else now() end where expires_at = 'epoch'",
            staying_is_refused: false,
        },
        Machine {
            constraint: "booking_moves",
            pairs: pairs!(BookingState),
            put: "insert into bookings (id, hold_id, visitor, state, pnr)
                select gen_random_uuid(), id, visitor, $1,
                    case when $1 in ('pending', 'confirming', 'unknown', 'failed', 'refused') then null else 'ABCDEF' end
                from holds",
            go: "update bookings set state = $1,
                pnr = case when $1 in ('pending', 'confirming', 'unknown', 'failed', 'refused') then null
                    else 'ABCDEF' end",
            staying_is_refused: false,
        },
        Machine {
            constraint: "payment_moves",
            pairs: pairs!(PaymentState),
            put: "with b as (insert into bookings (id, hold_id, visitor) select gen_random_uuid(), id, visitor from holds
                    returning id)
                insert into payments (booking_id, state, amount_minor, currency, create_key, intent_id)
                select id, $1, 1, 'USD', 'key', 'pi' from b",
            go: "update payments set state = $1",
            staying_is_refused: false,
        },
        Machine {
            constraint: "coupon_moves",
            pairs: pairs!(CouponState),
            put: "with b as (insert into bookings (id, hold_id, visitor) select gen_random_uuid(), id, visitor from holds
                    returning id),
                t as (insert into tickets (number, booking_id, ordinal, kind, given_name, surname, birth_date, value_minor)
                    select '0002400000000', id, 0, 'ADT', 'A', 'B', '2000-01-01', 1 from b returning number)
                insert into coupons (ticket, leg, departure, cabin, class, state) select number, 0, 'X', 'Y', 'Y', $1 from t",
            go: "update coupons set state = $1",
            staying_is_refused: false,
        },
        Machine {
            constraint: "cancellation_moves",
            pairs: pairs!(CancellationState),
            put: "with b as (insert into bookings (id, hold_id, visitor) select gen_random_uuid(), id, visitor from holds
                    returning id)
                insert into cancellations (id, booking_id, reason, refund_minor, fee_minor, currency, quoted_until, state,
                    confirmed_at, settled_at)
                select gen_random_uuid(), id, 'traveller', 1, 0, 'USD', now(), $1,
                    case when $1 = 'quoted' then null else now() end, case when $1 = 'settled' then now() end from b",
            go: "update cancellations set state = $1, confirmed_at = case when $1 = 'quoted' then null else now() end,
                settled_at = case when $1 = 'settled' then now() end",
            staying_is_refused: false,
        },
        Machine {
            constraint: "refund_moves",
            pairs: pairs!(RefundState),
            put: "with b as (insert into bookings (id, hold_id, visitor) select gen_random_uuid(), id, visitor from holds
                    returning id)
                insert into refunds (id, booking_id, amount_minor, currency, stripe_id, state, paid_by)
                select gen_random_uuid(), id, 1, 'USD', case when $1 in ('pending', 'succeeded') then 're' end, $1,
                    case when $1 = 'paid_otherwise' then 'transfer' end from b",
            go: "update refunds set state = $1, stripe_id = 're', paid_by = case when $1 = 'paid_otherwise' then 'transfer' end",
            staying_is_refused: false,
        },
        Machine {
            constraint: "dispute_moves",
            pairs: pairs!(DisputeState),
            put: "with b as (insert into bookings (id, hold_id, visitor) select gen_random_uuid(), id, visitor from holds
                    returning id)
                insert into disputes (id, booking_id, amount_minor, currency, state, decided_at)
                select 'du', id, 1, 'USD', $1, case when $1 <> 'open' then now() end from b",
            go: "update disputes set state = $1, decided_at = case when $1 <> 'open' then now() end",
            staying_is_refused: false,
        },
        Machine {
            constraint: "supplier_order_moves",
            pairs: pairs!(SupplierOrderState),
            put: "insert into supplier_orders (id, supplier, state, offer, total_minor, currency, order_id, locator,
                    leased_until)
                values (gen_random_uuid(), 'X', $1, '{}', 1, 'USD', 'ord', 'RZABCD', now())",
            go: "update supplier_orders set state = $1",
            staying_is_refused: false,
        },
    ]
}

#[sqlx::test(migrations = "../../migrations")]
async fn postgres_allows_and_refuses_every_move_as_the_domain_does(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let world = World::open(options).await;
    world.choose(visitor(), &["Q1200"], 1).await.unwrap();
    for machine in machines() {
        for (from, to, is_legal) in machine.pairs {
            let name = format!("{} from {from} to {to}", machine.constraint);
            let mut tx = world.pool.begin().await.unwrap();
            let put = sqlx::query(machine.put).bind(from).execute(&mut *tx).await;
            assert_eq!(put.expect(&name).rows_affected(), 1, "{name}");
            let gone = sqlx::query(machine.go).bind(to).execute(&mut *tx).await;
            if is_legal || (from == to && !machine.staying_is_refused) {
                assert_eq!(gone.expect(&name).rows_affected(), 1, "{name}");
            } else {
                let error = gone.expect_err(&name);
                let constraint = error.as_database_error().and_then(|e| e.constraint());
                assert_eq!(constraint, Some(machine.constraint), "{name}: {error}");
            }
        }
    }
    world.audit().await;
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_seats_version_rises_by_one_and_its_owner_never_changes_in_place(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let world = World::open(options).await;
    let ada = world.choose(visitor(), &["Q1200"], 1).await.unwrap();
    let bob = world.choose(visitor(), &["Q1200"], 1).await.unwrap();
    sqlx::query("insert into seats values ('X', '1A', 'held', 7, $1, 0)")
        .bind(ada.0)
        .execute(&world.pool)
        .await
        .unwrap();
    for (change, bound) in [
        ("state = 'reserved', version = version", None),
        ("state = 'reserved', version = version + 2", None),
        ("state = 'reserved', version = version - 1", None),
        ("state = 'reserved', version = version + 1, hold_id = $1", Some(bob.0)),
    ] {
        let sql = AssertSqlSafe(format!("update seats set {change} where departure = 'X'"));
        let query = sqlx::query(sql);
        let query = if let Some(hold) = bound { query.bind(hold) } else { query };
        let error = query.execute(&world.pool).await.expect_err(change);
        let constraint = error.as_database_error().and_then(|e| e.constraint());
        assert_eq!(constraint, Some("seat_moves"), "{change}: {error}");
    }
}
