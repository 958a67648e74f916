//! One of the servers under test: the real program, which can be killed and started again.

use std::{
    fs::OpenOptions,
    io,
    net::SocketAddr,
    path::PathBuf,
    process::Stdio,
    sync::Mutex,
    time::{Duration, Instant},
};

use tokio::{
    process::{Child, Command},
    time::sleep,
};

use crate::web::Web;

const START_WITHIN: Duration = Duration::from_mins(1);
/// Of a log that is shown.
const LINES: usize = 20;

/// Dropping it kills its process.
#[derive(Debug)]
pub struct Server {
    pub address: SocketAddr,
    pub program: PathBuf,
    pub environment: Vec<(&'static str, String)>,
    pub log: PathBuf,
    process: Mutex<Option<Child>>,
}

impl Server {
    pub fn new(
        address: SocketAddr,
        program: PathBuf,
        environment: Vec<(&'static str, String)>,
        log: PathBuf,
    ) -> Self {
        Self { address, program, environment, log, process: Mutex::new(None) }
    }

    /// Starts the process without waiting for it; `more` is added to its environment.
    ///
    /// # Errors
    /// It cannot be started.
    pub fn start(&self, more: &[(&str, &str)]) -> io::Result<()> {
        let log = OpenOptions::new().create(true).append(true).open(&self.log)?;
        let process = Command::new(&self.program)
            .envs(self.environment.iter().map(|(name, value)| (name, value)))
            .envs(more.iter().copied())
            .stdin(Stdio::null())
            .stdout(log.try_clone()?)
            .stderr(log)
            .kill_on_drop(true)
            .spawn()?;
        *self.process.lock().unwrap_or_else(std::sync::PoisonError::into_inner) = Some(process);
        Ok(())
    }

    /// Waits until it answers that it is ready.
    ///
    /// # Errors
    /// It has ended, or is not ready within a minute.
    pub async fn ready(&self, web: &Web) -> io::Result<()> {
        let began = Instant::now();
        while began.elapsed() < START_WITHIN {
            if web.is_ready(self.address).await {
                return Ok(());
            }
            if !self.runs() {
                return Err(self.said("a server has ended"));
            }
            sleep(Duration::from_millis(50)).await;
        }
        Err(self.said("a server is not ready"))
    }

    /// What is wrong with it, and the end of its log, which may be gone soon.
    fn said(&self, what: &str) -> io::Error {
        let log = std::fs::read_to_string(&self.log).unwrap_or_default();
        let lines: Vec<&str> = log.lines().collect();
        let end = &lines[lines.len().saturating_sub(LINES)..];
        io::Error::other(format!("{what}; it said last:\n{}", end.join("\n")))
    }

    /// Whether the process has not ended.
    pub fn runs(&self) -> bool {
        let mut process = self.process.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        process.as_mut().is_some_and(|process| matches!(process.try_wait(), Ok(None)))
    }

    /// `kill -9`: nothing of it ends in order.
    ///
    /// # Errors
    /// It cannot be killed.
    pub async fn kill(&self) -> io::Result<()> {
        let process = self.process.lock().unwrap_or_else(std::sync::PoisonError::into_inner).take();
        match process {
            Some(mut process) => process.kill().await,
            None => Ok(()),
        }
    }
}
