//! Everything that a drill boots, and stops again when it is dropped: Postgres, Redis, Stripe's sandbox, three servers,
//! and a proxy of ours before each.

use std::{
    io,
    net::SocketAddr,
    path::{Path, PathBuf},
    process::Stdio,
};

use jiff::{Timestamp, tz::TimeZone};
use tokio::{process::Command, try_join};

use crate::{
    arguments::Arguments,
    clock::Clock,
    port,
    postgres::Cluster,
    proxy::Proxy,
    redis::Redis,
    sales::Sales,
    server::Server,
    stripe::{self, Stripe},
    timetable::Timetable,
    web::{PUBLIC_ORIGIN, Web},
    webhooks::Webhooks,
};

/// Where the programs are and how the servers are set up.
#[derive(Clone, Debug)]
pub struct Plan {
    /// The program under test.
    pub server: PathBuf,
    /// The folder with `initdb` and `pg_ctl`.
    pub postgres: PathBuf,
    pub redis: PathBuf,
    pub servers: usize,
    pub hold_secs: u64,
    pub payment_grace_secs: u64,
    pub lease_secs: u64,
    /// Further variables of the servers.
    pub environment: Vec<(&'static str, String)>,
}

impl Plan {
    /// The programs that a person named; how the servers are set up is for the kind of run to say.
    pub fn of(arguments: &Arguments) -> Self {
        Self {
            server: arguments.server.clone(),
            postgres: arguments.postgres.clone(),
            redis: arguments.redis.clone(),
            servers: 1,
            hold_secs: 600,
            payment_grace_secs: 300,
            lease_secs: 5,
            environment: Vec::new(),
        }
    }
}

#[derive(Debug)]
pub struct World {
    // Dropped in this order: what uses something ends before it.
    pub servers: Vec<Server>,
    pub proxies: Vec<Proxy>,
    pub webhooks: Webhooks,
    pub stripe: Stripe,
    pub redis: Redis,
    pub postgres: Cluster,
    pub web: Web,
    pub sales: Sales,
    pub clock: Clock,
    pub folder: Folder,
}

impl World {
    /// Boots everything and waits until every server is ready.
    ///
    /// # Errors
    /// What could not be started, and why.
    pub async fn boot(plan: &Plan) -> io::Result<Self> {
        let folder = Folder::new()?;
        let today = Timestamp::now().to_zoned(TimeZone::UTC).date();
        let timetable = Timetable::new(today)?;
        let file = folder.path.join("drill.ssim");
        std::fs::create_dir(folder.mail())?;
        std::fs::write(&file, timetable.file()?)?;

        let (postgres, redis) = try_join!(
            Cluster::create(&plan.postgres, &folder.path),
            Redis::start(&plan.redis, &folder.path)
        )?;
        let clock = Clock::start();
        let addresses = (0..plan.servers).map(|_| port::free()).collect::<io::Result<Vec<_>>>()?;
        let web = Web::new(addresses.clone(), clock);
        let webhooks = Webhooks::start(port::free()?, web.clone()).await?;
        let stripe = Stripe::start(port::free()?, webhooks.url()).await?;
        import(&plan.server, &Cluster::url(postgres.address), &file).await?;

        let (mut proxies, mut servers) = (Vec::new(), Vec::new());
        for (number, address) in addresses.into_iter().enumerate() {
            let proxy = Proxy::start(port::free()?, postgres.address).await?;
            let environment = environment(plan, &folder, &proxy, &redis, &stripe, address);
            let log = folder.path.join(format!("server-{number}.log"));
            let server = Server::new(address, plan.server.clone(), environment, log);
            server.start(&[])?;
            proxies.push(proxy);
            servers.push(server);
        }
        for server in &servers {
            server.ready(&web).await?;
        }
        let sales = Sales::new(timetable);
        Ok(Self { servers, proxies, webhooks, stripe, redis, postgres, web, sales, clock, folder })
    }
}

fn environment(
    plan: &Plan,
    folder: &Folder,
    proxy: &Proxy,
    redis: &Redis,
    stripe: &Stripe,
    address: SocketAddr,
) -> Vec<(&'static str, String)> {
    let mut environment = vec![
        ("DATABASE_URL", Cluster::url(proxy.address)),
        ("REDIS_URL", redis.url()),
        ("SKYCONNECT_ADDR", address.to_string()),
        ("SKYCONNECT_PUBLIC_URL", PUBLIC_ORIGIN.into()),
        ("SKYCONNECT_SECRET", "a secret of this drill that nobody needs to guess".into()),
        ("SKYCONNECT_TRUSTED_PROXIES", "1".into()),
        ("SKYCONNECT_HOLD_SECS", plan.hold_secs.to_string()),
        ("SKYCONNECT_PAYMENT_GRACE_SECS", plan.payment_grace_secs.to_string()),
        ("SKYCONNECT_LEASE_SECS", plan.lease_secs.to_string()),
        ("STRIPE_SECRET_KEY", String::new()),
        ("STRIPE_API_URL", format!("http://{}/", stripe.address)),
        ("STRIPE_WEBHOOK_SECRET", stripe::WEBHOOK_SECRET.into()),
        ("SKYCONNECT_MAIL_DIR", folder.mail().display().to_string()),
        ("LEPTOS_OUTPUT_NAME", "skyconnect".into()),
        ("LEPTOS_SITE_ROOT", folder.path.join("site").display().to_string()),
        ("LEPTOS_SITE_ADDR", address.to_string()),
        ("LEPTOS_HASH_FILES", "false".into()),
        ("RUST_LOG", "warn".into()),
        ("SKYCONNECT_LOG", "text".into()),
    ];
    environment.extend(plan.environment.iter().cloned());
    environment
}

async fn import(program: &Path, database: &str, file: &Path) -> io::Result<()> {
    let done = Command::new(program)
        .arg("import")
        .arg(file)
        .env("DATABASE_URL", database)
        .stdin(Stdio::null())
        .output()
        .await?;
    if done.status.success() {
        return Ok(());
    }
    Err(io::Error::other(format!(
        "the timetable was not imported: {}",
        String::from_utf8_lossy(&done.stderr)
    )))
}

/// A folder for this run alone, gone with it unless it is kept for its logs.
#[derive(Debug)]
pub struct Folder {
    pub path: PathBuf,
    kept: std::sync::atomic::AtomicBool,
}

impl Folder {
    fn new() -> io::Result<Self> {
        use std::os::unix::fs::PermissionsExt as _;

        let path = std::env::temp_dir().join(format!("skyconnect-drill-{}", uuid::Uuid::new_v4()));
        std::fs::create_dir(&path)?;
        // Postgres' own user goes through it to its folder.
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o711))?;
        Ok(Self { path, kept: std::sync::atomic::AtomicBool::new(false) })
    }

    /// Where letters go, a file each.
    pub fn mail(&self) -> PathBuf {
        self.path.join("mail")
    }

    /// Leaves the servers' logs behind; the database is taken away all the same.
    pub fn keep_logs(&self) {
        self.kept.store(true, std::sync::atomic::Ordering::SeqCst);
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let path = if self.kept.load(std::sync::atomic::Ordering::SeqCst) {
            self.path.join("postgres")
        } else {
            self.path.clone()
        };
        let _ = std::fs::remove_dir_all(path);
    }
}
