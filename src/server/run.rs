//! Serving until told to stop.

use std::{future::Future, io, net::SocketAddr};

use leptos::config::{LeptosOptions, get_configuration};
use tokio::{net::TcpListener, signal, task::JoinSet, time::timeout};

use crate::{
    config::Config,
    jobs,
    listening::attentive,
    patience,
    postgres::{Postgres, StoreError},
    router::router,
    site::{Site, SiteError},
};

#[derive(Debug, thiserror::Error)]
pub enum RunError {
    #[error("{0}\nIs the database of DATABASE_URL up?")]
    Store(#[from] StoreError),
    #[error(transparent)]
    Site(#[from] SiteError),
    #[error("SKYCONNECT_ADDR {address}: {error}")]
    Listen { address: SocketAddr, error: io::Error },
    #[error("a background job ended by a fault; the log says which")]
    JobEnded,
    #[error("the LEPTOS_ variables: {0}")]
    Leptos(String),
    #[error(transparent)]
    Io(#[from] io::Error),
}

/// Opens everything and serves until the process is asked to stop.
pub async fn run(config: Config) -> Result<(), RunError> {
    let listener = TcpListener::bind(config.address)
        .await
        .map_err(|error| RunError::Listen { address: config.address, error })?;
    let options = get_configuration(None).map_err(|e| RunError::Leptos(e.to_string()))?.leptos_options;
    let postgres = Postgres::connect(&config.database_url).await?.with_terms(config.terms);
    serve(listener, &config, options, postgres, stop_signal()).await
}

/// Serves on a listener until `stop` is done; then no new requests are taken, and those under way end.
pub async fn serve(
    listener: TcpListener,
    config: &Config,
    options: LeptosOptions,
    postgres: Postgres,
    stop: impl Future<Output = ()> + Send + 'static,
) -> Result<(), RunError> {
    let mut tasks = JoinSet::new();
    let site = Site::open(config, options, postgres.clone(), &mut tasks).await?;
    if let Some(mail) = &site.mail {
        tracing::info!(?mail, "letters");
    } else {
        tracing::warn!(
            "mail is not set up: letters wait in the outbox; set SKYCONNECT_SMTP_URL or SKYCONNECT_MAIL_DIR"
        );
    }
    jobs::start(&site, &mut tasks);
    tracing::info!(address = %listener.local_addr()?, "serving");
    let (stopping, stopped) = tokio::sync::oneshot::channel();
    let live = site.live.clone();
    let router = router(site).into_make_service_with_connect_info::<SocketAddr>();
    let listener = attentive(listener, config.viewers.frame);
    let server = axum::serve(listener, router).with_graceful_shutdown(async move {
        stop.await;
        tracing::info!("stopping: requests under way may end");
        live.close();
        let _ = stopping.send(());
    });
    let server = tokio::spawn(server.into_future());
    tokio::select! {
        _ = stopped => {}
        ended = tasks.join_next() => {
            // Without its jobs a server would keep expired seats and owe captures: better to be started anew.
            tracing::error!(?ended, "a job has ended, so the server ends too");
            tasks.shutdown().await;
            return Err(RunError::JobEnded);
        }
    }
    if timeout(patience::STOPPING, server).await.is_err() {
        tracing::warn!("some requests did not end in time");
    }
    tasks.shutdown().await;
    postgres.close().await;
    Ok(())
}

async fn stop_signal() {
    let interrupt = signal::ctrl_c();
    match signal::unix::signal(signal::unix::SignalKind::terminate()) {
        Ok(mut terminate) => {
            tokio::select! { _ = interrupt => {}, _ = terminate.recv() => {} }
        }
        Err(_) => {
            let _ = interrupt.await;
        }
    }
}
