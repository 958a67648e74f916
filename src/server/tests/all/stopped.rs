//! A Postgres and a Redis of a test's own, which it can stop in the middle of everything: they keep their connections
//! and say nothing.

use std::{
    env, fs,
    os::unix::{fs::chown, process::CommandExt as _},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::Duration,
};

use sqlx::{Connection as _, PgConnection, postgres::PgConnectOptions};
use tokio::{net::UnixStream, time::timeout};
use uuid::Uuid;

const STARTUP: Duration = Duration::from_mins(1);

/// A program with its data in a folder, both gone when it is dropped.
struct Own {
    program: Child,
    folder: PathBuf,
    /// The signal at which it ends at once.
    farewell: &'static str,
}

pub struct OwnPostgres(Own);
pub struct OwnRedis(Own);

/// Stopped until it is dropped.
pub struct Stopped {
    pids: Vec<String>,
}

impl OwnPostgres {
    pub async fn start() -> Self {
        let folder = folder("postgres");
        let (bin, data) = (postgres_bin(), folder.join("data"));
        let mut initdb = as_postgres(&bin.join("initdb"), &folder);
        let made =
            initdb.args(["-U", "skyconnect", "-A", "trust", "-E", "UTF8", "--no-sync", "-D"]).arg(&data);
        assert!(made.stdout(Stdio::null()).status().unwrap().success(), "initdb failed");
        let program = as_postgres(&bin.join("postgres"), &folder)
            .arg("-D")
            .arg(&data)
            .args(["-c", "listen_addresses=", "-c", "fsync=off", "-c", "max_connections=200", "-k"])
            .arg(&folder)
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        // Postgres takes this for "end at once", and so do its children.
        let own = Self(Own { program, folder, farewell: "-QUIT" });
        timeout(STARTUP, async {
            while PgConnection::connect_with(&own.options()).await.is_err() {
                tokio::task::yield_now().await;
            }
        })
        .await
        .expect("Postgres does not start");
        own
    }

    pub fn options(&self) -> PgConnectOptions {
        PgConnectOptions::new_without_pgpass()
            .socket(&self.0.folder)
            .username("skyconnect")
            .database("postgres")
    }

    /// Stops it and everyone who serves a connection, at whatever they are doing.
    pub fn stop(&self) -> Stopped {
        let parent = self.0.program.id().to_string();
        signal("-STOP", std::slice::from_ref(&parent));
        // Whoever is started by now is listed; nobody new can be.
        let listed = fs::read_to_string(format!("/proc/{parent}/task/{parent}/children")).unwrap();
        let children: Vec<String> = listed.split_whitespace().map(str::to_owned).collect();
        signal("-STOP", &children);
        Stopped { pids: [children, vec![parent]].concat() }
    }
}

impl OwnRedis {
    pub async fn start() -> Self {
        let folder = folder("redis");
        let program = Command::new("redis-server")
            .args(["--port", "0", "--save", "", "--appendonly", "no", "--unixsocket"])
            .arg(folder.join("socket"))
            .current_dir(&folder)
            .stdout(Stdio::null())
            .spawn()
            .expect("redis-server is installed");
        // Redis leaves other signals as it finds them, and whoever starts it in the background may ignore those.
        let own = Self(Own { program, folder, farewell: "-TERM" });
        timeout(STARTUP, async {
            while UnixStream::connect(own.0.folder.join("socket")).await.is_err() {
                tokio::task::yield_now().await;
            }
        })
        .await
        .expect("Redis does not start");
        own
    }

    pub fn url(&self) -> String {
        format!("redis+unix://{}", self.0.folder.join("socket").display())
    }

    pub fn stop(&self) -> Stopped {
        let pids = vec![self.0.program.id().to_string()];
        signal("-STOP", &pids);
        Stopped { pids }
    }
}

impl Drop for Stopped {
    fn drop(&mut self) {
        signal("-CONT", &self.pids);
    }
}

impl Drop for Own {
    fn drop(&mut self) {
        signal(self.farewell, &[self.program.id().to_string()]);
        _ = self.program.wait();
        _ = fs::remove_dir_all(&self.folder);
    }
}

fn signal(name: &str, pids: &[String]) {
    // Some of Postgres's helpers may have ended by themselves.
    _ = Command::new("kill").arg(name).args(pids).stderr(Stdio::null()).status();
}

fn folder(name: &str) -> PathBuf {
    let folder = env::temp_dir().join(format!("skyconnect-{name}-{}", Uuid::new_v4().simple()));
    fs::create_dir(&folder).unwrap();
    folder
}

/// Postgres refuses to run as root, so there it runs as the user that Debian makes for it.
fn as_postgres(program: &Path, folder: &Path) -> Command {
    let mut command = Command::new(program);
    command.current_dir(folder);
    if fs::metadata("/proc/self").is_ok_and(|me| std::os::unix::fs::MetadataExt::uid(&me) == 0) {
        let users = fs::read_to_string("/etc/passwd").unwrap();
        let user = users.lines().find_map(|line| line.strip_prefix("postgres:")).expect("a user postgres");
        let mut ids = user.split(':').skip(1).map_while(|id| id.parse::<u32>().ok());
        let (uid, gid) = (ids.next().unwrap(), ids.next().unwrap());
        chown(folder, Some(uid), Some(gid)).unwrap();
        command.uid(uid).gid(gid);
    }
    command
}

/// Where its programs are: beside `pg_config`, or where Debian keeps them.
fn postgres_bin() -> PathBuf {
    let versions = fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let debian =
        versions.map(|version| version.path().join("bin")).filter(|bin| bin.join("initdb").exists()).max();
    debian.unwrap_or_else(|| {
        let told = Command::new("pg_config").arg("--bindir").output().expect("Postgres is installed");
        PathBuf::from(String::from_utf8(told.stdout).unwrap().trim())
    })
}
