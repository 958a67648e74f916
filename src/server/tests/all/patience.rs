//! With Postgres or Redis stopped, every request ends within its stated time, and nothing is half-done afterwards.

use std::time::{Duration, Instant};

use app::ports::{Checkout as _, Visitor};
use axum::{
    Router,
    body::Body,
    http::{Method, Request, StatusCode, header},
};
use domain::{hold::HoldId, pnr::Pnr};
use http_body_util::BodyExt as _;
use server::{patience::Asking, router::router};
use sqlx::{
    Connection as _, PgConnection,
    postgres::{PgConnectOptions, PgPoolOptions},
};
use tokio::{task::JoinSet, time::timeout};
use tower::ServiceExt as _;

use crate::{
    stopped::{OwnPostgres, OwnRedis},
    world::{ORIGIN, WEBHOOK_SECRET, World, departure, visitor},
};

const GOOD_CARD: &str = "4242424242424242";
/// What a busy machine may add to an answer that is ready.
const SLACK: Duration = Duration::from_secs(2);

/// Who is in the middle of something while the database stops.
struct People {
    ada: (Visitor, HoldId),
    /// Has paid, but the server has not heard of it.
    bob: (Visitor, HoldId),
    cy: (Visitor, Pnr),
}

impl People {
    async fn come(world: &World) -> Self {
        let (ada, bob, cy) = (visitor(), visitor(), visitor());
        let choosing = world.choose(ada, &["Q1100", "Q1200"], 2).await.unwrap();
        world.name(ada, choosing, &["Moreno", "Byron"]).await;
        let paying = world.choose(bob, &["Q1200"], 1).await.unwrap();
        world.name(bob, paying, &["Ross"]).await;
        world.site.paying.start(bob.into(), paying).await.unwrap();
        let payment = world.postgres.payment_of(bob.0, paying).await.unwrap().unwrap();
        world.sandbox.pay_by_card(&payment.intent.unwrap(), GOOD_CARD).unwrap();
        Self { ada: (ada, choosing), bob: (bob, paying), cy: (cy, world.ticketed(cy).await) }
    }

    /// Every kind of request that there is: who asks, how, and what.
    fn requests(&self, world: &World) -> Vec<(Visitor, Method, String, String)> {
        let (ada, choosing) = self.ada;
        let (bob, paying) = self.bob;
        let (cy, pnr) = self.cy;
        let day = departure("Q1200").date;
        let leg = departure("Q1200");
        let get = |who, path: String| (who, Method::GET, path, String::new());
        let post = |who, call: &str, form: String| (who, Method::POST, format!("/api/{call}"), form);
        vec![
            get(ada, "/".into()),
            get(ada, format!("/search?from=BOS&to=LAX&depart={day}")),
            get(ada, format!("/book/{choosing}/travellers")),
            get(ada, format!("/book/{choosing}/seats?leg=1")),
            get(ada, format!("/book/{choosing}/pay")),
            get(bob, format!("/book/{paying}/pay")),
            get(cy, "/trips".into()),
            get(cy, format!("/trips/{pnr}")),
            post(ada, "booking_hold", format!("id={choosing}")),
            post(ada, "seat_map", format!("id={choosing}&leg=0")),
            post(cy, "read_trip", format!("pnr={pnr}")),
            post(ada, "suggest_places", "text=Bos".into()),
            post(ada, "departures_board", String::new()),
            post(bob, "choose_offer", format!("offer={}", world.offer(&["Q1201"], 1))),
            post(
                ada,
                "save_travellers",
                format!(
                    "hold={choosing}&contact[email]=ada@example.com&contact[phone]=\
                    &travellers[0][given_name]=Ada&travellers[0][surname]=Moreno&travellers[0][birth_date]=1985-04-30\
                    &travellers[1][given_name]=Eve&travellers[1][surname]=Moreno&travellers[1][birth_date]=1985-04-30"
                ),
            ),
            post(ada, "pick_seat", format!("hold={choosing}&departure={leg}&leg=1&traveller=0&seat=30A:0")),
            post(ada, "seat_together", format!("hold={choosing}&leg=0")),
            post(ada, "extend_hold", format!("hold={choosing}")),
            post(ada, "start_payment", format!("hold={choosing}")),
            post(bob, "settle_payment", format!("hold={paying}")),
            post(ada, "release_hold", format!("hold={choosing}")),
            post(ada, "open_trip", format!("pnr={pnr}&surname=Moreno")),
            (ada, Method::POST, "/webhooks/stripe".into(), webhook()),
        ]
    }
}

fn webhook() -> String {
    let now = jiff::Timestamp::now().as_second();
    format!(
        r#"{{"id":"evt_1","object":"event","type":"payment_intent.succeeded","created":{now},"api_version":"x","livemode":false,"pending_webhooks":1,"data":{{"object":{{"id":"pi_unknown","object":"payment_intent"}}}}}}"#
    )
}

/// One answer, with how long it took.
struct Answer {
    what: String,
    asking: Asking,
    took: Duration,
    status: StatusCode,
    may_be_repeated: bool,
    body: String,
}

fn ask(
    app: Router,
    world: &World,
    (who, method, path, form): (Visitor, Method, String, String),
) -> impl Future<Output = Answer> + use<> {
    let mut request = Request::builder()
        .method(&method)
        .uri(&path)
        .header(header::ORIGIN, ORIGIN)
        .header(header::COOKIE, format!("visitor={}", world.site.signing.visitor_cookie(who.0)))
        .header(header::ACCEPT, if method == Method::GET { "text/html" } else { "application/json" });
    if path.starts_with("/webhooks") {
        let now = jiff::Timestamp::now().as_second();
        request = request
            .header("stripe-signature", stripe_sandbox::webhook::signature(WEBHOOK_SECRET, &form, now));
    } else {
        request = request.header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
    }
    let request = request.body(Body::from(form)).unwrap();
    let (asking, what) = (Asking::of(&method, request.uri().path()), format!("{method} {path}"));
    async move {
        let asked = Instant::now();
        let response = app.oneshot(request).await.unwrap();
        let status = response.status();
        let may_be_repeated = response.headers().contains_key(header::RETRY_AFTER);
        let bytes = response.into_body().collect().await.unwrap().to_bytes();
        let body = String::from_utf8_lossy(&bytes).into_owned();
        Answer { what, asking, took: asked.elapsed(), status, may_be_repeated, body }
    }
}

/// All kinds of requests at once.
fn ask_everything(world: &World, people: &People) -> JoinSet<Answer> {
    let app = router(world.site.clone());
    let mut asked = JoinSet::new();
    for request in people.requests(world) {
        asked.spawn(ask(app.clone(), world, request));
    }
    asked
}

fn check(answer: &Answer) {
    let Answer { what, asking, took, status, may_be_repeated, body } = answer;
    assert!(*took <= asking.patience() + SLACK, "{what} took {took:?}");
    if *status == StatusCode::OK && *asking == Asking::Page {
        // Told from memory.
        return;
    }
    assert_eq!(*status, StatusCode::SERVICE_UNAVAILABLE, "{what}: {body}");
    assert!(may_be_repeated, "{what} says when to ask again");
    let knows = body.contains("nothing was changed") || body.contains("Nothing was changed");
    assert!(!knows || *asking == Asking::Page, "{what} does not know that: {body}");
}

/// Waits until nobody asks Postgres anything any more.
async fn quiet(world: &World) {
    let busy = "select count(*) from pg_stat_activity
        where application_name = 'skyconnect' and state <> 'idle' and pid <> pg_backend_pid()";
    let quiet = timeout(Duration::from_secs(30), async {
        while world.count(busy).await > 0 {
            tokio::task::yield_now().await;
        }
    });
    quiet.await.expect("what was cut off ends");
}

/// The server works again at once: somebody chooses, pays and has a ticket.
async fn works(world: &World) {
    let asked = Instant::now();
    world.ticketed(visitor()).await;
    assert!(asked.elapsed() < Asking::Change.patience(), "took {:?}", asked.elapsed());
}

pub async fn own_world(postgres: &OwnPostgres) -> World {
    let mut migrating = PgConnection::connect_with(&postgres.options()).await.unwrap();
    sqlx::migrate!("../../migrations").run(&mut migrating).await.unwrap();
    migrating.close().await.unwrap();
    World::open(postgres.options()).await
}

#[tokio::test(flavor = "multi_thread")]
async fn with_postgres_stopped_every_request_ends_in_time_and_it_works_again_at_once() {
    let postgres = OwnPostgres::start().await;
    let world = own_world(&postgres).await;
    let people = People::come(&world).await;
    let stopped = postgres.stop();
    let mut asked = ask_everything(&world, &people);
    while let Some(answer) = asked.join_next().await {
        check(&answer.unwrap());
    }
    drop(stopped);
    works(&world).await;
    quiet(&world).await;
    world.audit().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn requests_in_the_middle_of_a_transaction_when_postgres_stops_are_done_whole_or_not_at_all() {
    let postgres = OwnPostgres::start().await;
    let world = own_world(&postgres).await;
    let people = People::come(&world).await;
    // Everyone who changes something waits for these rows, so that all are in the middle when Postgres stops.
    let mut in_the_way = PgConnection::connect_with(&postgres.options()).await.unwrap();
    let mut tx = in_the_way.begin().await.unwrap();
    sqlx::query("select from visitors for update").execute(&mut *tx).await.unwrap();
    sqlx::query("select from holds for update").execute(&mut *tx).await.unwrap();
    let mut asked = ask_everything(&world, &people);
    let waiting = "select count(*) from pg_stat_activity
        where application_name = 'skyconnect' and wait_event_type = 'Lock'";
    while world.count(waiting).await < 3 {
        tokio::task::yield_now().await;
    }
    let stopped = postgres.stop();
    while let Some(answer) = asked.join_next().await {
        let answer = answer.unwrap();
        // Who was done before it stopped is none of this rule.
        if answer.status.is_server_error() {
            check(&answer);
        }
        assert!(answer.took <= answer.asking.patience() + SLACK, "{} took {:?}", answer.what, answer.took);
    }
    drop(stopped);
    tx.rollback().await.unwrap();
    works(&world).await;
    quiet(&world).await;
    world.audit().await;
    // What stayed unclear is asked again, and comes to one end.
    let (bob, paying) = people.bob;
    world.site.paying.settle(bob, paying).await.unwrap();
    world.audit().await;
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_stopped_redis_slows_no_request(_: PgPoolOptions, options: PgConnectOptions) {
    let redis = OwnRedis::start().await;
    let world = World::open_with_redis(options, redis.url()).await;
    let app = router(world.site.clone());
    // The quickest of a few tries each, since what else runs on the machine slows all of them.
    let mut quickest = Vec::new();
    for is_stopped in [false, true] {
        let stopped = is_stopped.then(|| redis.stop());
        let mut took = vec![Duration::MAX; 23];
        for _ in 0..3 {
            let people = People::come(&world).await;
            for (i, request) in people.requests(&world).into_iter().enumerate() {
                let answer = ask(app.clone(), &world, request).await;
                assert!(!answer.status.is_server_error(), "{}: {}", answer.what, answer.body);
                took[i] = took[i].min(answer.took);
            }
        }
        quickest.push(took);
        drop(stopped);
    }
    for (i, (running, stopped)) in quickest[0].iter().zip(&quickest[1]).enumerate() {
        assert!(
            *stopped < *running + Duration::from_millis(250),
            "request {i}: {running:?}, stopped {stopped:?}"
        );
    }
}
