//! Servers, each a process of its own.

use std::{env, process::Stdio, time::Duration};

use tokio::{
    process::{Child, Command},
    time::{Instant, sleep},
};

use crate::{Fault, client::Connection};

/// A server on this machine; it ends when this is dropped.
#[derive(Debug)]
pub struct Server {
    pub address: String,
    _process: Child,
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

    async fn start(mut command: Command, port: u16) -> Result<Self, Fault> {
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
        let server = Self { address, _process: process };
        server.wait().await?;
        Ok(server)
    }

    async fn wait(&self) -> Result<(), Fault> {
        let patience = Instant::now() + Duration::from_mins(1);
        let request = b"GET /readyz HTTP/1.1\r\nHost: bench\r\n\r\n";
        while Instant::now() < patience {
            if let Ok(mut connection) = Connection::open(&self.address).await
                && connection.ask(request).await.is_ok_and(|answer| answer.status == 200)
            {
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
