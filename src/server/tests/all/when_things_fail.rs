//! What still works while something is down, and how it says so: one test for each row of the table in
//! ARCHITECTURE.md. A supplier that is down is tried in `suppliers`, where suppliers are.

use app::{
    answers::Settled,
    ports::{Checkout as _, Visitor},
};
use axum::{
    Router,
    body::Body,
    http::{HeaderMap, Request, StatusCode, header},
};
use domain::{hold::HoldId, live::SeatPicture, seat::SeatState};
use futures_util::StreamExt as _;
use http_body_util::BodyExt as _;
use server::{
    config::{Config, MailSettings, MailWay, Secret},
    jobs::run_errand,
    postgres::Postgres,
    router::router,
    run::serve,
    site::Site,
};
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use stripe_sandbox::Faults;
use tokio::{
    net::TcpListener,
    sync::oneshot,
    task::{JoinHandle, JoinSet},
};
use tower::ServiceExt as _;

use crate::{
    booked::{GOOD_CARD, booked},
    live::{address, seat, until, watch},
    mail::take_letters,
    patience::own_world,
    stopped::{OwnPostgres, OwnRedis},
    world::{ORIGIN, World, departure, visitor},
};

/// How the value of a button begins by which an offer is chosen: JSON as base64.
const SIGNED_OFFER: &str = "value=\"eyJ";

struct Answer {
    status: StatusCode,
    headers: HeaderMap,
    body: String,
}

impl Answer {
    async fn of(app: &Router, request: Request<Body>) -> Self {
        let response = app.clone().oneshot(request).await.unwrap();
        let (status, headers) = (response.status(), response.headers().clone());
        let body = response.into_body().collect().await.unwrap().to_bytes();
        Self { status, headers, body: String::from_utf8_lossy(&body).into_owned() }
    }

    /// That it is to be asked again, and when.
    fn says_try_again(&self) {
        assert_eq!(self.status, StatusCode::SERVICE_UNAVAILABLE, "{}", self.body);
        assert!(self.headers.contains_key(header::RETRY_AFTER), "{}", self.body);
        assert!(self.body.contains("try again"), "{}", self.body);
    }
}

async fn get(app: &Router, path: &str) -> Answer {
    Answer::of(app, Request::get(path).header(header::ACCEPT, "text/html").body(Body::empty()).unwrap()).await
}

async fn post(app: &Router, site: &Site, who: Visitor, call: &str, form: String) -> Answer {
    let request = Request::post(format!("/api/{call}"))
        .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
        .header(header::ACCEPT, "application/json")
        .header(header::ORIGIN, ORIGIN)
        .header(header::COOKIE, format!("visitor={}", site.signing.visitor_cookie(who.0)))
        .body(Body::from(form))
        .unwrap();
    Answer::of(app, request).await
}

fn search() -> String {
    format!("/search?from=BOS&to=LAX&depart={}", departure("Q1200").date)
}

/// A hold of one place whose traveller is named.
async fn ready(world: &World, who: Visitor) -> HoldId {
    let hold = world.choose(who, &["Q1100", "Q1200"], 1).await.unwrap();
    world.name(who, hold, &["Moreno"]).await;
    hold
}

/// Pays with a good card at one of the servers.
async fn pay(world: &World, site: &Site, who: Visitor, hold: HoldId) -> Settled {
    site.paying.start(who.into(), hold).await.unwrap();
    let payment = world.postgres.payment_of(who.0, hold).await.unwrap().unwrap();
    world.sandbox.pay_by_card(&payment.intent.unwrap(), GOOD_CARD).unwrap();
    site.paying.settle(who, hold).await.unwrap()
}

/// Another server as it is deployed, jobs and all, until it is told to stop.
struct Running {
    address: String,
    stop: oneshot::Sender<()>,
    ended: JoinHandle<Result<(), server::run::RunError>>,
}

impl Running {
    /// With connections of its own, which it closes when it ends.
    async fn start(world: &World, options: PgConnectOptions) -> Self {
        let pool = Postgres::pool(20).connect_with(Postgres::bounded(options)).await.unwrap();
        let postgres = Postgres::over(pool);
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let (stop, stopped) = oneshot::channel::<()>();
        let (config, options) = (world.config.clone(), world.site.options.clone());
        let ended = tokio::spawn(async move {
            serve(listener, &config, options, postgres, async { _ = stopped.await }).await
        });
        Self { address, stop, ended }
    }
}

#[sqlx::test(migrations = "../../migrations")]
async fn without_redis_people_search_hold_and_pay_and_seats_are_told_more_slowly(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let redis = OwnRedis::start().await;
    let world = World::open_with_redis(options, redis.url()).await;
    let app = router(world.site.clone());
    let stopped = redis.stop();
    let found = get(&app, &search()).await;
    assert_eq!(found.status, StatusCode::OK);
    assert!(found.body.contains("Q1 200") && found.body.contains(SIGNED_OFFER), "it can be bought");

    let mut socket = watch(&address(&world).await, "Q1200", ORIGIN).await.unwrap();
    let ada = visitor();
    let hold = ready(&world, ada).await;
    world.pick(ada, hold, "Q1200", 0, "30A", 0).await.unwrap();
    let mut picture = SeatPicture::default();
    until(&mut socket, &mut picture, |p| p.state(seat("30A")) == SeatState::Held).await;
    while !world.site.live.is_slow() {
        // Each beat looks whether Redis is there.
        _ = socket.next().await.unwrap().unwrap();
    }
    let ready = get(&app, "/readyz").await;
    assert_eq!(ready.status, StatusCode::OK, "seats are sold");
    assert!(ready.body.contains("degraded") && ready.body.contains(r#""redis":"down""#), "{}", ready.body);
    assert!(matches!(pay(&world, &world.site, ada, hold).await, Settled::Ticketed { .. }));
    drop(stopped);
    world.audit().await;
}

#[sqlx::test(migrations = "../../migrations")]
async fn without_stripe_people_search_and_hold_and_are_told_to_pay_later(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let world = World::open(options).await;
    let app = router(world.site.clone());
    world.sandbox.set_faults(Faults { fail_before: 1_000, ..Faults::default() });
    assert_eq!(get(&app, &search()).await.status, StatusCode::OK);
    let ada = visitor();
    let hold = ready(&world, ada).await;
    let map = post(&app, &world.site, ada, "seat_map", format!("id={hold}&leg=1")).await;
    assert_eq!(map.status, StatusCode::OK, "{}", map.body);
    world.pick(ada, hold, "Q1200", 0, "30A", 0).await.unwrap();

    let told = post(&app, &world.site, ada, "start_payment", format!("hold={hold}")).await;
    told.says_try_again();
    assert!(told.body.contains("Your seats are kept"), "{}", told.body);
    assert_eq!(world.count("select count(*) from seats where state = 'reserved'").await, 2);
    assert_eq!(world.count("select count(*) from bookings where pnr is not null").await, 0);

    world.sandbox.set_faults(Faults::default());
    assert!(matches!(pay(&world, &world.site, ada, hold).await, Settled::Ticketed { .. }));
    world.audit().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn without_postgres_the_timetable_is_searched_and_every_booking_refused() {
    let postgres = OwnPostgres::start().await;
    let world = own_world(&postgres).await;
    let app = router(world.site.clone());
    let ada = visitor();
    let hold = ready(&world, ada).await;
    let offer = world.offer(&["Q1200"], 1);
    let stopped = postgres.stop();
    assert_eq!(get(&app, "/").await.status, StatusCode::OK);
    let found = get(&app, &search()).await;
    assert_eq!(found.status, StatusCode::OK);
    for told in ["Q1 200", "Booking is paused"] {
        assert!(found.body.contains(told), "{told} is not told");
    }
    assert!(!found.body.contains(SIGNED_OFFER), "nothing can be bought");
    assert_eq!(get(&app, "/readyz").await.status, StatusCode::SERVICE_UNAVAILABLE);
    let leg = departure("Q1200");
    for (call, form) in [
        ("choose_offer", format!("offer={offer}")),
        ("pick_seat", format!("hold={hold}&departure={leg}&leg=1&traveller=0&seat=30A:0")),
        ("start_payment", format!("hold={hold}")),
    ] {
        post(&app, &world.site, ada, call, form).await.says_try_again();
    }
    drop(stopped);
    assert_eq!(world.count("select count(*) from holds").await, 1, "none was guessed");
    assert!(matches!(pay(&world, &world.site, ada, hold).await, Settled::Ticketed { .. }));
    world.audit().await;
}

#[sqlx::test(migrations = "../../migrations")]
async fn without_a_mail_server_people_book_and_letters_wait_where_staff_see_them(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let world = World::open(options).await;
    // An address at which nobody listens.
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let at = listener.local_addr().unwrap();
    drop(listener);
    let way = MailWay::Smtp(Secret(format!("smtp://{at}")));
    let mail = Some(MailSettings { way, from: "Sky <tickets@sky.test>".into() });
    let site = world.site_with(&Config { mail, ..world.config.clone() }, &mut JoinSet::new()).await;
    let booked = booked(&world, GOOD_CARD).await;
    for _ in 0..4 {
        while run_errand(&site).await.unwrap() {}
        world.pass(60).await;
    }
    let charged = world.stripe().retrieve(&booked.intent).await.unwrap();
    assert_eq!(charged.amount_received_minor, booked.total_minor, "money does not wait for letters");
    let waiting = world.postgres.struggling_errands().await.unwrap();
    assert_eq!(waiting.iter().map(|errand| errand.step.as_str()).collect::<Vec<_>>(), ["tickets"]);
    assert!(waiting[0].last_error.is_some(), "staff see why");

    let kept = take_letters(TcpListener::bind(at).await.unwrap(), "250 ok");
    while run_errand(&site).await.unwrap() {}
    assert!(kept.lock().await.contains(&format!("{}", booked.pnr)), "the letter has left");
    assert!(world.postgres.struggling_errands().await.unwrap().is_empty());
    world.audit().await;
}

#[sqlx::test(migrations = "../../migrations")]
async fn without_one_of_two_servers_people_go_on_at_the_other(_: PgPoolOptions, options: PgConnectOptions) {
    let world = World::open(options.clone()).await;
    let other = Running::start(&world, options).await;
    let ada = visitor();
    let hold = ready(&world, ada).await;
    world.pick(ada, hold, "Q1200", 0, "30A", 0).await.unwrap();
    let mut socket = watch(&other.address, "Q1200", ORIGIN).await.unwrap();
    let mut picture = SeatPicture::default();
    until(&mut socket, &mut picture, |p| p.state(seat("30A")) == SeatState::Held).await;

    other.stop.send(()).unwrap();
    other.ended.await.unwrap().unwrap();
    drop(socket);
    // Changed while nobody told the viewer.
    world.pick(ada, hold, "Q1200", 0, "30B", 0).await.unwrap();
    let mut socket = watch(&address(&world).await, "Q1200", ORIGIN).await.unwrap();
    until(&mut socket, &mut picture, |p| p.state(seat("30B")) == SeatState::Held).await;
    assert_eq!(picture.state(seat("30A")), SeatState::Available, "the same picture goes on");
    let Settled::Ticketed { .. } = pay(&world, &world.site, ada, hold).await else { panic!("not ticketed") };
    until(&mut socket, &mut picture, |p| p.state(seat("30B")) == SeatState::Booked).await;
    world.audit().await;
}
