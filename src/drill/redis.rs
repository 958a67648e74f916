//! A Redis of our own that can be frozen and flushed. It keeps nothing, since Postgres is the truth.

use std::{io, net::SocketAddr, path::Path, process::Stdio, time::Duration};

use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
    process::{Child, Command},
    time::{sleep, timeout},
};

use crate::{
    port,
    signal::{self, Signal},
};

const PATIENCE: Duration = Duration::from_secs(2);

#[derive(Debug)]
pub struct Redis {
    process: Child,
    pub address: SocketAddr,
}

impl Redis {
    /// # Errors
    /// It cannot be started or does not answer.
    pub async fn start(program: &Path, folder: &Path) -> io::Result<Self> {
        let address = port::free()?;
        let process = Command::new(program)
            .args([
                "--bind",
                "127.0.0.1",
                "--port",
                &address.port().to_string(),
                "--save",
                "",
                "--appendonly",
                "no",
            ])
            .current_dir(folder)
            .stdin(Stdio::null())
            .stdout(std::fs::File::create(folder.join("redis.log"))?)
            .stderr(Stdio::null())
            .kill_on_drop(true)
            .spawn()?;
        let redis = Self { process, address };
        for _ in 0..100 {
            if redis.ask("PING").await.is_ok() {
                return Ok(redis);
            }
            sleep(Duration::from_millis(50)).await;
        }
        Err(io::Error::other("redis does not answer"))
    }

    pub fn url(&self) -> String {
        format!("redis://{}", self.address)
    }

    /// # Errors
    /// Signals cannot be sent.
    pub async fn freeze(&self) -> io::Result<()> {
        signal::send(Signal::Stop, self.process.id().as_slice()).await
    }

    /// # Errors
    /// Signals cannot be sent.
    pub async fn thaw(&self) -> io::Result<()> {
        signal::send(Signal::Continue, self.process.id().as_slice()).await
    }

    /// Takes everything out of it, and cuts everyone's subscription with it.
    ///
    /// # Errors
    /// It does not answer.
    pub async fn flush(&self) -> io::Result<()> {
        self.ask("FLUSHALL").await?;
        self.ask("CLIENT KILL TYPE pubsub").await
    }

    async fn ask(&self, command: &str) -> io::Result<()> {
        timeout(PATIENCE, async {
            let mut socket = TcpStream::connect(self.address).await?;
            socket.write_all(format!("{command}\r\n").as_bytes()).await?;
            let mut first = [0];
            socket.read_exact(&mut first).await?;
            if first == *b"-" { Err(io::Error::other(format!("redis refused {command}"))) } else { Ok(()) }
        })
        .await?
    }
}
