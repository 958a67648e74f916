//! A server on a database of its own, and what its users do.

use std::{
    collections::BTreeSet,
    env, fs,
    path::PathBuf,
    sync::atomic::{AtomicI64, Ordering},
};

use app::{
    answers::{Contact, HoldView, PickRequest, Picked, Settled, TravellerEntry},
    ports::{Checkout as _, HoldError, PickError, Seats as _, Visitor},
};
use domain::{
    airport::AirportCode,
    cabin::{Cabin, Configuration, SeatNumber},
    carrier::CarrierCode,
    departure::DepartureId,
    fare::{self, FareBrand},
    hold::HoldId,
    offer::Offer,
    pnr::Pnr,
    schedule::{AircraftCode, Call, OperatingDays, Period, ScheduledLeg},
    search::Itinerary,
    seat::SeatVersion,
    traveller::Party,
};
use jiff::{
    SignedDuration, Timestamp, ToSpan,
    civil::{Date, date},
    tz::TimeZone,
};
use leptos::config::LeptosOptions;
use payments::{Stripe, StripeConfig};
use server::{
    config::{Config, MailSettings, MailWay, Secret, StripeSettings},
    postgres::{Account, Claim, Into, Once, Postgres, TakeRefusal},
    site::Site,
    terms::Terms,
};
use sqlx::{PgPool, postgres::PgConnectOptions};
use stripe_sandbox::Sandbox;
use tokio::{net::TcpListener, task::JoinSet};
use uuid::Uuid;

pub const WEBHOOK_SECRET: &str = "whsec_test";
pub const ORIGIN: &str = "http://sky.test";

/// A server with its sandbox; its jobs run only where a test runs them.
pub struct World {
    pub site: Site,
    pub sandbox: Sandbox,
    pub pool: PgPool,
    pub postgres: Postgres,
    pub config: Config,
    /// Where letters are written, a file each.
    pub letters: PathBuf,
    offers: AtomicI64,
    named: AtomicI64,
    _tasks: JoinSet<()>,
}

impl World {
    /// Opens a server on the test's own database with the test schedule.
    pub async fn open(options: PgConnectOptions) -> Self {
        let redis_url = env::var("REDIS_URL").expect("REDIS_URL names a Redis for tests");
        Self::open_with_redis(options, redis_url).await
    }

    pub async fn open_with_redis(options: PgConnectOptions, redis_url: String) -> Self {
        let pool = Postgres::pool(40).connect_with(Postgres::bounded(options)).await.unwrap();
        let postgres = Postgres::over(pool.clone());
        let legs = schedule();
        let carriers: BTreeSet<CarrierCode> = legs.iter().map(|leg| leg.flight.carrier).collect();
        postgres.import("test", &carriers, &legs, today(), Into::Whatever, |_| true).await.unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let api = format!("http://{}/", listener.local_addr().unwrap());
        let sandbox = Sandbox::new(stripe_sandbox::Config {
            webhook_secret: WEBHOOK_SECRET.into(),
            ..stripe_sandbox::Config::default()
        })
        .unwrap();
        tokio::spawn(sandbox.clone().serve(listener, std::future::pending()));
        let letters = env::temp_dir().join(format!("skyconnect-letters-{}", Uuid::new_v4()));
        let config = Config {
            database_url: String::new(),
            redis_url,
            address: "127.0.0.1:0".parse().unwrap(),
            public_url: ORIGIN.into(),
            trusted_proxies: 0,
            secret: Secret("a secret that only tests know, 32+".into()),
            stripe: StripeSettings {
                secret_key: Secret("sk_test_sandbox".into()),
                publishable_key: "pk_test_sandbox".into(),
                webhook_secret: Secret(WEBHOOK_SECRET.into()),
                script_url: format!("{api}v3/"),
                api_url: Some(api),
            },
            mail: Some(MailSettings {
                way: MailWay::Folder(letters.clone()),
                from: "SkyConnect <tickets@sky.test>".into(),
            }),
            terms: Terms::default(),
        };
        let mut tasks = JoinSet::new();
        let site = Site::open(&config, options_of_pages(), postgres.clone(), &mut tasks).await.unwrap();
        Self {
            site,
            sandbox,
            pool,
            postgres,
            config,
            letters,
            offers: AtomicI64::new(0),
            named: AtomicI64::new(0),
            _tasks: tasks,
        }
    }

    /// A second server on the same database.
    pub async fn another_site(&self) -> Site {
        Site::open(&self.config, options_of_pages(), self.postgres.clone(), &mut JoinSet::new())
            .await
            .unwrap()
    }

    /// A second server on the same database that reaches Stripe at another address.
    pub async fn site_with_stripe_at(&self, api: String) -> Site {
        let stripe = StripeSettings { api_url: Some(api), ..self.config.stripe.clone() };
        let config = Config { stripe, ..self.config.clone() };
        Site::open(&config, options_of_pages(), self.postgres.clone(), &mut JoinSet::new()).await.unwrap()
    }

    /// The account at Stripe, for whoever looks there or does something by hand.
    pub fn stripe(&self) -> Stripe {
        Stripe::new(&StripeConfig {
            secret_key: self.config.stripe.secret_key.0.clone(),
            api_url: self.config.stripe.api_url.clone(),
            webhook_secret: WEBHOOK_SECRET.into(),
        })
        .unwrap()
    }

    /// A signed offer of these flights, all on the day in a month, for so many adults in economy.
    pub fn offer(&self, flights: &[&str], adults: u8) -> String {
        let mut offer = self.unsigned_offer(flights, Party::new(adults, 0, 0).unwrap());
        // No two searches of a test make the same offer.
        offer.expires_at += SignedDuration::from_secs(self.offers.fetch_add(1, Ordering::Relaxed));
        self.site.signing.offer_token(&offer)
    }

    pub fn unsigned_offer(&self, flights: &[&str], party: Party) -> Offer {
        let timetable = self.site.timetable.current();
        let ids: Vec<DepartureId> = flights.iter().map(|flight| departure(flight)).collect();
        let legs = ids.iter().map(|id| timetable.departure(id).expect("a scheduled flight")).collect();
        let bounds = [Itinerary::new(legs).unwrap()];
        let quote =
            fare::price(&bounds, Cabin::Economy, FareBrand::Standard, party, self.site.timetable.airports())
                .unwrap();
        Offer {
            bounds: vec![ids],
            cabin: Cabin::Economy,
            brand: FareBrand::Standard,
            party,
            total: quote.total,
            was: None,
            expires_at: Timestamp::now() + SignedDuration::from_mins(30),
        }
    }

    pub async fn choose(&self, visitor: Visitor, flights: &[&str], adults: u8) -> Result<HoldId, HoldError> {
        self.site.seating.choose(visitor.into(), &self.offer(flights, adults)).await
    }

    /// Takes a place on these departures as one hold, with its legs in this order or the other way round.
    pub async fn take_in_order(&self, visitor: Visitor, flights: [&str; 2], reversed: bool) -> HoldId {
        self.take(visitor, None, &flights, 1, reversed).await.unwrap()
    }

    /// Takes places of so many adults on these departures, on the account's count too.
    pub async fn take_for(
        &self,
        account: Account,
        visitor: Visitor,
        flights: &[&str],
        adults: u8,
    ) -> Result<HoldId, TakeRefusal> {
        self.take(visitor, Some(account), flights, adults, false).await
    }

    async fn take(
        &self,
        visitor: Visitor,
        account: Option<Account>,
        flights: &[&str],
        adults: u8,
        reversed: bool,
    ) -> Result<HoldId, TakeRefusal> {
        let offer = self.unsigned_offer(flights, Party::new(adults, 0, 0).unwrap());
        let timetable = self.site.timetable.current();
        let mut legs: Vec<_> = offer.departures().filter_map(|id| timetable.departure(&id)).collect();
        let bounds = [Itinerary::new(legs.clone()).unwrap()];
        let airports = self.site.timetable.airports();
        let quote = fare::price(&bounds, offer.cabin, offer.brand, offer.party, airports).unwrap();
        if reversed {
            legs.reverse();
        }
        let id = HoldId(Uuid::new_v4());
        let (schedule, digest) = (self.site.timetable.snapshot().0, id.to_string());
        let asking = Once::new(&visitor.into(), "take", &id, None);
        let claim = Claim {
            id,
            visitor: visitor.0,
            offer: &offer,
            offer_digest: &digest,
            schedule,
            quote: &quote,
            legs: &legs,
            asking: &asking,
        };
        match account {
            Some(account) => self.postgres.take_for(account, &claim).await,
            None => self.postgres.take(&claim).await,
        }
    }

    pub async fn pick(
        &self,
        visitor: Visitor,
        hold: HoldId,
        flight: &str,
        traveller: u8,
        seat: &str,
        version: SeatVersion,
    ) -> Result<Picked, PickError> {
        let seat = SeatNumber::parse(seat).unwrap();
        let request = PickRequest { hold, departure: departure(flight), traveller, seat, version };
        self.site.seating.pick(visitor, request).await
    }

    pub async fn view(&self, visitor: Visitor, hold: HoldId) -> Result<HoldView, HoldError> {
        self.site.seating.hold(visitor, hold).await
    }

    /// Names Adas; those of each call are other people than before.
    pub async fn name(&self, visitor: Visitor, hold: HoldId, surnames: &[&str]) {
        let days = self.named.fetch_add(1, Ordering::Relaxed);
        let born = date(1985, 4, 30).saturating_sub(days.days());
        let travellers = surnames
            .iter()
            .map(|surname| TravellerEntry {
                given_name: "Ada".into(),
                surname: (*surname).into(),
                birth_date: born.to_string(),
            })
            .collect();
        let contact = Contact { email: "ada@example.com".into(), phone: String::new() };
        self.site.seating.name_travellers(visitor.into(), hold, travellers, contact).await.unwrap();
    }

    /// Pays for a hold with a good card, and gives its locator.
    pub async fn ticket(&self, visitor: Visitor, hold: HoldId) -> Pnr {
        let people = self.view(visitor, hold).await.unwrap().travellers.len();
        self.name(visitor, hold, &vec!["Moreno"; people]).await;
        self.site.paying.start(visitor.into(), hold).await.unwrap();
        let payment = self.postgres.payment_of(visitor.0, hold).await.unwrap().unwrap();
        self.sandbox.pay_by_card(&payment.intent.unwrap(), "4242424242424242").unwrap();
        match self.site.paying.settle(visitor, hold).await.unwrap() {
            Settled::Ticketed { pnr } => pnr,
            other => panic!("not ticketed: {other:?}"),
        }
    }

    /// A ticketed booking of one traveller, Ada Moreno, on Q1200.
    pub async fn ticketed(&self, visitor: Visitor) -> Pnr {
        let hold = self.choose(visitor, &["Q1200"], 1).await.unwrap();
        self.ticket(visitor, hold).await
    }

    /// Moves the database's clock; what has been moved stays so.
    pub async fn pass(&self, minutes: i32) {
        sqlx::query(
            "insert into test_clock as c (shift) values (make_interval(mins => $1))
            on conflict (only_row) do update set shift = c.shift + excluded.shift",
        )
        .bind(minutes)
        .execute(&self.pool)
        .await
        .unwrap();
    }

    pub async fn count(&self, sql: &str) -> i64 {
        sqlx::query_scalar(sqlx::AssertSqlSafe(sql.to_owned())).fetch_one(&self.pool).await.unwrap()
    }

    /// The invariants that the database can be asked for, each as a question whose answer must be nought.
    pub async fn audit(&self) {
        for (question, sql) in AUDIT {
            assert_eq!(self.count(sql).await, 0, "{question}");
        }
    }
}

impl Drop for World {
    fn drop(&mut self) {
        // Left behind at worst: a test must not fail over its own tidying.
        _ = fs::remove_dir_all(&self.letters);
    }
}

const AUDIT: [(&str, &str); 22] = [
    (
        "pending bookings of holds that are over without a void",
        "select count(*) from bookings b join holds h on h.id = b.hold_id
        where b.state = 'pending' and h.state not in ('active', 'reserved')
            and not exists (select from outbox o where o.booking_id = b.id and o.step = 'void')",
    ),
    (
        "cabin counters that differ from what live holds and valid coupons add up to",
        "select count(*) from departure_cabins k where k.taken <> (
                select coalesce(sum(l.places), 0) from hold_legs l join holds h on h.id = l.hold_id
                where l.departure = k.departure and l.cabin = k.cabin and h.state in ('active', 'reserved')) + (
                select count(*) from coupons c join tickets t on t.number = c.ticket
                where c.departure = k.departure and c.cabin = k.cabin and c.state <> 'cancelled' and t.kind <> 'INF')",
    ),
    (
        "class counters that differ from what live holds and valid coupons add up to",
        "select count(*) from departure_classes k where k.taken <> (
                select coalesce(sum(l.places), 0) from hold_legs l join holds h on h.id = l.hold_id
                where l.departure = k.departure and l.class = k.class and h.state in ('active', 'reserved')) + (
                select count(*) from coupons c join tickets t on t.number = c.ticket
                where c.departure = k.departure and c.class = k.class and c.state <> 'cancelled' and t.kind <> 'INF')",
    ),
    (
        "coupons and live holds that no counter counts",
        "select count(*) from (
            select c.departure, c.cabin from coupons c where c.state <> 'cancelled'
            union select l.departure, l.cabin from hold_legs l join holds h on h.id = l.hold_id
            where h.state in ('active', 'reserved')) taken
        where not exists (
            select from departure_cabins k where k.departure = taken.departure and k.cabin = taken.cabin)",
    ),
    (
        "places left on departures that were called off and seen to",
        "select count(*) from departure_cabins k join departures_cancelled d on d.departure = k.departure
        where d.done_at is not null and k.places <> k.taken",
    ),
    (
        "seats owned by a hold that is over, or in a state that is not their hold's",
        "select count(*) from seats s join holds h on h.id = s.hold_id
        where (s.state, h.state) not in (('held', 'active'), ('reserved', 'reserved'), ('booked', 'converted'))",
    ),
    (
        "booked seats without an open coupon",
        "select count(*) from seats s where s.state = 'booked' and not exists (
            select from coupons c join tickets t on t.number = c.ticket join bookings b on b.id = t.booking_id
            where c.departure = s.departure and c.seat = s.seat and c.state <> 'cancelled' and b.hold_id = s.hold_id)",
    ),
    (
        "open coupons whose seat is not theirs",
        "select count(*) from coupons c join tickets t on t.number = c.ticket join bookings b on b.id = t.booking_id
        where c.state = 'open' and c.seat is not null and not exists (
            select from seats s where s.departure = c.departure and s.seat = c.seat and s.state = 'booked'
                and s.hold_id = b.hold_id and s.traveller = t.ordinal)",
    ),
    (
        "travellers with more than one seat on a leg",
        "select count(*) from (select from seats where hold_id is not null
            group by hold_id, departure, traveller having count(*) > 1) t",
    ),
    (
        "visitors whose count differs from their live holds",
        "select count(*) from visitors v where v.places <> (
            select coalesce(sum(places), 0) from holds h
            where v.id in (h.visitor, h.account) and h.state in ('active', 'reserved'))",
    ),
    (
        "payments captured for bookings that were never ticketed",
        "select count(*) from payments p join bookings b on b.id = p.booking_id
        where p.state in ('captured', 'part_refunded', 'refunded') and b.pnr is null",
    ),
    (
        "ticketed bookings neither captured, nor queued to be, nor unpaid",
        "select count(*) from bookings b join payments p on p.booking_id = b.id
        where b.ticketed_at is not null
            and p.state not in ('captured', 'part_refunded', 'refunded', 'capture_failed')
            and not exists (select from outbox o where o.booking_id = b.id and o.step = 'capture' and o.state <> 'done')",
    ),
    (
        "bookings whose ledger does not add up",
        "select count(*) from (select booking_id from ledger group by booking_id, currency having sum(amount_minor) <> 0) b",
    ),
    (
        "bookings whose valid coupons are worth another sum than the ledger says",
        "select count(*) from bookings b where (
                select coalesce(sum(-l.amount_minor), 0) from ledger l
                where l.booking_id = b.id and l.account = 'tickets') <> (
                select coalesce(sum(c.fare_minor + c.tax_minor), 0) from tickets t join coupons c on c.ticket = t.number
                where t.booking_id = b.id and c.state <> 'cancelled')",
    ),
    (
        "bookings that kept another sum than their cancellations say",
        "select count(*) from bookings b join payments p on p.booking_id = b.id
        where p.state <> 'capture_failed' and (
                select coalesce(sum(-l.amount_minor), 0) from ledger l
                where l.booking_id = b.id and l.account = 'fees') <> (
                select coalesce(sum(c.fee_minor), 0) from cancellations c
                where c.booking_id = b.id and c.state <> 'quoted')",
    ),
    (
        "bookings whose refunds are another sum than the ledger says",
        "select count(*) from bookings b where (
                select coalesce(sum(-l.amount_minor), 0) from ledger l
                where l.booking_id = b.id and l.account in ('refund_queued', 'refunded')) <> (
                select coalesce(sum(r.amount_minor), 0) from refunds r
                where r.booking_id = b.id and r.state <> 'dropped')",
    ),
    (
        "bookings that owe something and are neither unpaid nor disputed",
        "select count(*) from bookings b where b.state <> 'unpaid'
            and not exists (select from payments p where p.booking_id = b.id and p.state = 'capture_failed')
            and not exists (select from cases k where k.booking_id = b.id and k.kind = 'dispute')
            and (select coalesce(sum(l.amount_minor), 0) from ledger l
                where l.booking_id = b.id and l.account = 'receivable') <> 0",
    ),
    (
        "bookings that give back more than was paid",
        "select count(*) from payments p where p.amount_minor < (
            select coalesce(sum(r.amount_minor), 0) from refunds r
            where r.booking_id = p.booking_id and r.state <> 'dropped')",
    ),
    (
        "confirmed cancellations without the refund that they promised, or without its errand",
        "select count(*) from cancellations c where c.state <> 'quoted' and c.refund_minor > 0 and not exists (
            select from refunds r join outbox o on o.step = 'refund' and o.subject = r.id::text
            where r.cancellation_id = c.id and r.amount_minor = c.refund_minor and r.currency = c.currency)",
    ),
    (
        "cancellations that do not add up to the value of their coupons",
        "select count(*) from cancellations c where c.reason <> 'unpaid' and (c.refund_minor + c.fee_minor, c.refund_minor) <> (
            select sum(k.fare_minor + k.tax_minor), sum(g.refund_minor)
            from cancellation_coupons g join coupons k on k.ticket = g.ticket and k.leg = g.leg
            where g.cancellation_id = c.id)",
    ),
    (
        "coupons that are cancelled otherwise than by one confirmed cancellation",
        "select count(*) from coupons k where (k.state = 'cancelled')::int <> (
            select count(*) from cancellation_coupons g join cancellations c on c.id = g.cancellation_id
            where g.ticket = k.ticket and g.leg = k.leg and c.state <> 'quoted')",
    ),
    (
        "bookings in a state that is not that of their coupons",
        "select count(*) from bookings b join lateral (
            select bool_or(c.state = 'cancelled') as some, bool_and(c.state = 'cancelled') as every
            from tickets t join coupons c on c.ticket = t.number where t.booking_id = b.id) k on k.some is not null
        where b.state <> 'unpaid'
            and b.state <> case when k.every then 'cancelled' when k.some then 'part_cancelled' else 'ticketed' end",
    ),
];

pub fn visitor() -> Visitor {
    Visitor(Uuid::new_v4())
}

pub fn today() -> Date {
    Timestamp::now().to_zoned(TimeZone::UTC).date()
}

/// That flight's first leg in a month.
pub fn departure(flight: &str) -> DepartureId {
    DepartureId { flight: flight.parse().unwrap(), leg: 1, date: today().checked_add(30.days()).unwrap() }
}

fn options_of_pages() -> LeptosOptions {
    LeptosOptions::builder().output_name("skyconnect").build()
}

/// BOS–JFK–LAX and back on a 777, so that two hundred holds find a place, and a small plane that sells out soon.
pub fn schedule() -> Vec<ScheduledLeg> {
    vec![
        leg("Q1100", "BOS", "07:00", "JFK", "08:20", "77W", "J42Y288"),
        leg("Q1200", "JFK", "10:00", "LAX", "13:15", "77W", "J42Y288"),
        leg("Q1201", "LAX", "08:00", "JFK", "16:20", "77W", "J42Y288"),
        leg("Q1101", "JFK", "18:00", "BOS", "19:20", "77W", "J42Y288"),
        leg("Q1300", "BOS", "06:30", "JFK", "07:50", "CR9", "F12Y64"),
    ]
}

fn leg(
    flight: &str,
    from: &str,
    off: &str,
    to: &str,
    on: &str,
    aircraft: &str,
    cabins: &str,
) -> ScheduledLeg {
    let call = |airport: &str, time: &str| Call {
        airport: AirportCode::parse(airport).unwrap(),
        time: time.parse().unwrap(),
        terminal: None,
    };
    ScheduledLeg {
        flight: flight.parse().unwrap(),
        variation: 1,
        leg: 1,
        service: 'J',
        period: Period { from: today().checked_sub(7.days()).unwrap(), to: None },
        days: OperatingDays::DAILY,
        origin: call(from, off),
        destination: call(to, on),
        departure_day: 0,
        arrival_day: 0,
        aircraft: AircraftCode::parse(aircraft).unwrap(),
        classes: "JY".into(),
        configuration: Configuration::parse(cabins).unwrap(),
        made: true,
    }
}
