//! A Postgres of our own that can be stopped, started and frozen. It waits for the disk, as one in earnest does: an
//! immediate stop must lose nothing that was committed.

use std::{
    io,
    net::SocketAddr,
    path::{Path, PathBuf},
    process::{Output, Stdio},
};

use tokio::process::Command;

use crate::{
    port,
    signal::{self, Signal},
};

const DATABASE: &str = "skyconnect";

/// A cluster in a folder of its own. Dropping it stops it.
#[derive(Debug)]
pub struct Cluster {
    programs: PathBuf,
    folder: PathBuf,
    /// Postgres refuses root; its package brought a user for it.
    as_postgres: bool,
    pub address: SocketAddr,
}

impl Cluster {
    /// A new cluster in `folder`, which must be there and reachable for the user `postgres` if we are root, and an empty
    /// database in it.
    ///
    /// # Errors
    /// What `initdb` or `pg_ctl` said.
    pub async fn create(programs: &Path, folder: &Path) -> io::Result<Self> {
        let as_postgres = is_root().await?;
        let cluster = Self {
            programs: programs.to_owned(),
            folder: folder.join("postgres"),
            as_postgres,
            address: port::free()?,
        };
        std::fs::create_dir(&cluster.folder)?;
        if as_postgres {
            let owned = Command::new("chown").arg("postgres").arg(&cluster.folder).status().await?;
            if !owned.success() {
                return Err(io::Error::other("the folder cannot be given to the user postgres"));
            }
        }
        let folder = cluster.folder.display().to_string();
        cluster
            .run(
                "initdb",
                &["-D", &folder, "-U", "skyconnect", "--auth=trust", "--encoding=UTF8", "--no-locale"],
            )
            .await?;
        cluster.start().await?;
        let address = cluster.address;
        let port = address.port().to_string();
        cluster.run("createdb", &["-h", "127.0.0.1", "-p", &port, "-U", "skyconnect", DATABASE]).await?;
        Ok(cluster)
    }

    /// Where the database is for someone who comes by this address: ours, or a proxy's.
    pub fn url(by: SocketAddr) -> String {
        format!("postgres://skyconnect@{by}/{DATABASE}?sslmode=disable")
    }

    /// # Errors
    /// What `pg_ctl` said.
    pub async fn start(&self) -> io::Result<()> {
        let options = format!(
            "-p {} -c listen_addresses=127.0.0.1 -c unix_socket_directories= -c max_connections=300 \
             -c shared_buffers=64MB -c max_wal_size=256MB -c log_min_messages=warning",
            self.address.port()
        );
        let folder = self.folder.display().to_string();
        let log = self.folder.join("server.log").display().to_string();
        self.run("pg_ctl", &["-D", &folder, "-w", "-t", "60", "-l", &log, "-o", &options, "start"]).await
    }

    /// Ends it at once, as a crash would: only what was committed is there after the next start.
    ///
    /// # Errors
    /// What `pg_ctl` said.
    pub async fn stop_immediately(&self) -> io::Result<()> {
        let folder = self.folder.display().to_string();
        self.run("pg_ctl", &["-D", &folder, "-w", "-m", "immediate", "stop"]).await
    }

    /// Stops every process of it where it stands.
    ///
    /// # Errors
    /// It does not run, or signals cannot be sent.
    pub async fn freeze(&self) -> io::Result<()> {
        let main = self.process()?;
        // The main process first, so that it starts no more.
        signal::send(Signal::Stop, &[main]).await?;
        signal::send(Signal::Stop, &signal::children(main).await?).await
    }

    /// # Errors
    /// It does not run, or signals cannot be sent.
    pub async fn thaw(&self) -> io::Result<()> {
        let main = self.process()?;
        signal::send(Signal::Continue, &signal::children(main).await?).await?;
        signal::send(Signal::Continue, &[main]).await
    }

    fn process(&self) -> io::Result<u32> {
        let file = std::fs::read_to_string(self.folder.join("postmaster.pid"))?;
        let first = file.lines().next().and_then(|line| line.trim().parse().ok());
        first.ok_or_else(|| io::Error::other("postmaster.pid names no process"))
    }

    fn command(&self, program: &str) -> Command {
        let path = self.programs.join(program);
        let mut command = if self.as_postgres {
            let mut command = Command::new("runuser");
            command.args(["-u", "postgres", "--"]).arg(path);
            command
        } else {
            Command::new(path)
        };
        // Its user may not be allowed where we are.
        command.current_dir("/").stdin(Stdio::null());
        command
    }

    async fn run(&self, program: &str, arguments: &[&str]) -> io::Result<()> {
        // Files, not pipes: the server that pg_ctl leaves behind would hold a pipe open for ever.
        let said = self.folder.with_extension("said");
        let file = std::fs::File::create(&said)?;
        let status =
            self.command(program).args(arguments).stdout(file.try_clone()?).stderr(file).status().await?;
        if status.success() {
            return Ok(());
        }
        let said = std::fs::read_to_string(said).unwrap_or_default();
        let log = std::fs::read_to_string(self.folder.join("server.log")).unwrap_or_default();
        let end: Vec<&str> = log.lines().rev().take(10).collect();
        Err(io::Error::other(format!("{program} failed:\n{said}{}", end.join("\n"))))
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        // Nobody can wait here for a future, and a frozen process ends by nothing else.
        if let Ok(main) = self.process() {
            let children = std::process::Command::new("pgrep").arg("-P").arg(main.to_string()).output();
            let children =
                children.map(|o| String::from_utf8_lossy(&o.stdout).into_owned()).unwrap_or_default();
            let mut kill = std::process::Command::new("kill");
            let _ =
                kill.arg("-CONT").arg(main.to_string()).args(children.lines()).stderr(Stdio::null()).status();
        }
        let mut stop = self.command("pg_ctl").into_std();
        stop.arg("-D").arg(&self.folder).args(["-w", "-m", "immediate", "stop"]);
        let _ = stop.stdout(Stdio::null()).stderr(Stdio::null()).status();
    }
}

async fn is_root() -> io::Result<bool> {
    let Output { stdout, .. } = Command::new("id").arg("-u").output().await?;
    Ok(stdout.trim_ascii() == b"0")
}
