//! A server on a database of its own, and what its users do.

mod audit;
mod timetable;
mod travellers;

use std::{collections::BTreeSet, env, fs, path::PathBuf, sync::atomic::AtomicI64};

use app::ports::Visitor;
use domain::carrier::CarrierCode;
use leptos::config::LeptosOptions;
use payments::{Stripe, StripeConfig};
use server::{
    config::{Config, MailSettings, MailWay, Secret, StripeSettings, SupplierSettings},
    live::Bounds,
    postgres::{Into, Postgres},
    site::Site,
    terms::Terms,
};
use sqlx::{PgPool, postgres::PgConnectOptions};
use stripe_sandbox::Sandbox;
use tokio::{net::TcpListener, task::JoinSet};
use uuid::Uuid;

pub use timetable::{departure, schedule, today};

pub const WEBHOOK_SECRET: &str = "whsec_test";
pub const API_TOKEN: &str = "sky_test_a token that tests know";
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

    /// The same with others who sell there too.
    pub async fn open_with_suppliers(options: PgConnectOptions, suppliers: Vec<SupplierSettings>) -> Self {
        let redis_url = env::var("REDIS_URL").expect("REDIS_URL names a Redis for tests");
        Self::open_with(options, redis_url, suppliers).await
    }

    pub async fn open_with_redis(options: PgConnectOptions, redis_url: String) -> Self {
        Self::open_with(options, redis_url, Vec::new()).await
    }

    pub async fn open_with(
        options: PgConnectOptions,
        redis_url: String,
        suppliers: Vec<SupplierSettings>,
    ) -> Self {
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
            webhooks_to_private: true,
            api_token: Some(Secret(API_TOKEN.into())),
            mail: Some(MailSettings {
                way: MailWay::Folder(letters.clone()),
                from: "SkyConnect <tickets@sky.test>".into(),
            }),
            suppliers,
            viewers: Bounds::default(),
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
        self.another_site_with(&mut JoinSet::new()).await
    }

    /// The same with its tasks, so that it answers picks.
    pub async fn another_site_with(&self, tasks: &mut JoinSet<()>) -> Site {
        self.site_with(&self.config, tasks).await
    }

    /// A second server on the same database that reaches Stripe at another address.
    pub async fn site_with_stripe_at(&self, api: String) -> Site {
        let stripe = StripeSettings { api_url: Some(api), ..self.config.stripe.clone() };
        let config = Config { stripe, ..self.config.clone() };
        self.site_with(&config, &mut JoinSet::new()).await
    }

    /// A second server on the same database with other settings, its jobs run only where a test runs them.
    pub async fn site_with(&self, config: &Config, tasks: &mut JoinSet<()>) -> Site {
        Site::open(config, options_of_pages(), self.postgres.clone(), tasks).await.unwrap()
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
}

impl Drop for World {
    fn drop(&mut self) {
        // Left behind at worst: a test must not fail over its own tidying.
        _ = fs::remove_dir_all(&self.letters);
    }
}

pub fn visitor() -> Visitor {
    Visitor(Uuid::new_v4())
}

fn options_of_pages() -> LeptosOptions {
    LeptosOptions::builder().output_name("skyconnect").build()
}
