//! The sandbox as a program of its own.

use std::process::ExitCode;

use stripe_sandbox::{Config, config};
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};
use tracing_subscriber::EnvFilter;

#[tokio::main]
async fn main() -> ExitCode {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("info"));
    tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).init();
    let config = match Config::read(|name| std::env::var(name).ok(), std::env::args().skip(1)) {
        Ok(Some(config)) => config,
        Ok(None) => {
            print!("{}", config::HELP);
            return ExitCode::SUCCESS;
        }
        Err(fault) => {
            eprintln!("stripe-sandbox: {fault}\n\n{}", config::HELP);
            return ExitCode::from(2);
        }
    };
    match serve(config).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(fault) => {
            eprintln!("stripe-sandbox: {fault}");
            ExitCode::FAILURE
        }
    }
}

async fn serve(config: Config) -> std::io::Result<()> {
    let listener = TcpListener::bind(config.addr).await?;
    tracing::info!(addr = %listener.local_addr()?, "Stripe sandbox is listening; no money moves here");
    let mut terminated = signal(SignalKind::terminate())?;
    stripe_sandbox::run(listener, config, async move {
        tokio::select! {
            _ = tokio::signal::ctrl_c() => {}
            _ = terminated.recv() => {}
        }
    })
    .await
}
