//! Servers, each a process of its own.

use std::{env, process::Stdio, time::Duration};

use tokio::{
    net::TcpStream,
    process::{Child, Command},
    time::{Instant, sleep},
};

use crate::{Fault, client::Connection};

/// A server on this machine; it ends when this is dropped.
#[derive(Debug)]
pub struct Server {
    pub address: String,
    process: Child,
}

impl Server {
    /// The product's own program.
    pub async fn ours(port: u16) -> Result<Self, Fault> {
        let program = env::var("PROGRAM").map_err(|_| "PROGRAM is not set")?;
        Self::start(Command::new(program), port).await
    }

    /// The same server with another way of picking behind its port.
    pub async fn of_way(way: &str, port: u16) -> Result<Self, Fault> {
        let mut command = Command::new(env::current_exe()?);
        command.args(["serve", way]);
        Self::start(command, port).await
    }

    /// Any program that listens at `SKYCONNECT_ADDR`; it is ready when it takes connections.
    pub async fn at_its_port(command: Command, port: u16) -> Result<Self, Fault> {
        let server = Self::spawn(command, port)?;
        server.wait(async |address| TcpStream::connect(address).await.is_ok()).await?;
        Ok(server)
    }

    /// None when it has ended.
    pub fn pid(&self) -> Option<u32> {
        self.process.id()
    }

    /// Ends it at once, without a word.
    pub fn kill(&mut self) -> Result<(), Fault> {
        Ok(self.process.start_kill()?)
    }

    async fn start(command: Command, port: u16) -> Result<Self, Fault> {
        let server = Self::spawn(command, port)?;
        let request = b"GET /readyz HTTP/1.1\r\nHost: bench\r\n\r\n";
        let is_ready = async |address: &str| match Connection::open(address).await {
            Ok(mut connection) => connection.ask(request).await.is_ok_and(|answer| answer.status == 200),
            Err(_) => false,
        };
        server.wait(is_ready).await?;
        Ok(server)
    }

    fn spawn(mut command: Command, port: u16) -> Result<Self, Fault> {
        let address = format!("127.0.0.1:{port}");
        let process = command
            .env("SKYCONNECT_ADDR", &address)
            .env("SKYCONNECT_TRUSTED_PROXIES", "1")
            .env("LEPTOS_SITE_ADDR", &address)
            .env("LEPTOS_OUTPUT_NAME", "skyconnect")
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .kill_on_drop(true)
            .spawn()?;
        Ok(Self { address, process })
    }

    async fn wait(&self, is_ready: impl AsyncFn(&str) -> bool) -> Result<(), Fault> {
        let patience = Instant::now() + Duration::from_mins(1);
        while Instant::now() < patience {
            if is_ready(&self.address).await {
                return Ok(());
            }
            sleep(Duration::from_millis(50)).await;
        }
        Err(format!("the server at {} did not become ready", self.address).into())
    }
}

/// So many ports that nobody listens on, below those of outgoing connections.
pub fn free_ports(count: usize) -> Vec<u16> {
    let first = 21_000 + u16::try_from(std::process::id() % 10_000).unwrap_or(0);
    (first..32_768)
        .filter(|port| std::net::TcpListener::bind(("127.0.0.1", *port)).is_ok())
        .take(count)
        .collect()
}
