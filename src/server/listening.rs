//! How connections are taken.

use std::time::Duration;

use axum::serve::{ListenerExt as _, TapIo};
use tokio::net::{TcpListener, TcpStream};

/// Sends what is small at once, and closes a connection whose other end has taken nothing for as long as `patience`: a
/// reader that stands still, or is gone without a word, keeps nothing here.
pub fn attentive(
    listener: TcpListener,
    patience: Duration,
) -> TapIo<TcpListener, impl FnMut(&mut TcpStream) + Send + 'static> {
    listener.tap_io(move |connection| {
        if let Err(error) = set_up(connection, patience) {
            tracing::debug!(%error, "a connection ended before it was taken");
        }
    })
}

fn set_up(connection: &TcpStream, patience: Duration) -> std::io::Result<()> {
    connection.set_nodelay(true)?;
    // Elsewhere the system's own time-outs decide, which are longer.
    #[cfg(target_os = "linux")]
    socket2::SockRef::from(connection).set_tcp_user_timeout(Some(patience))?;
    #[cfg(not(target_os = "linux"))]
    let _ = patience;
    Ok(())
}
