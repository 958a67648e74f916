//! Signals to processes that we started, by `kill`: this crate forbids unsafe code, and `kill` is everywhere.

use std::{io, process::Stdio};

use tokio::process::Command;

#[derive(Clone, Copy, Debug)]
pub enum Signal {
    Stop,
    Continue,
}

/// Sends the signal to each of these processes; one that is gone is no error.
///
/// # Errors
/// `kill` cannot be run.
pub async fn send(signal: Signal, processes: &[u32]) -> io::Result<()> {
    if processes.is_empty() {
        return Ok(());
    }
    let name = match signal {
        Signal::Stop => "-STOP",
        Signal::Continue => "-CONT",
    };
    Command::new("kill")
        .arg(name)
        .args(processes.iter().map(ToString::to_string))
        .stderr(Stdio::null())
        .status()
        .await?;
    Ok(())
}

/// The processes that this one started and that still run.
///
/// # Errors
/// `pgrep` cannot be run.
pub async fn children(process: u32) -> io::Result<Vec<u32>> {
    let listed = Command::new("pgrep").arg("-P").arg(process.to_string()).output().await?;
    Ok(String::from_utf8_lossy(&listed.stdout).lines().filter_map(|line| line.trim().parse().ok()).collect())
}
