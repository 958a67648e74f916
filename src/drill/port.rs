//! Ports below 32768: those from there on belong to the machine's own outgoing connections.

use std::{
    io,
    net::{Ipv4Addr, SocketAddr, TcpListener},
};

/// An address on the loopback on which nothing listens now.
///
/// # Errors
/// None was found among many tries.
pub fn free() -> io::Result<SocketAddr> {
    for _ in 0..200 {
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, fastrand::u16(20_000..32_000)));
        if TcpListener::bind(address).is_ok() {
            return Ok(address);
        }
    }
    Err(io::Error::new(io::ErrorKind::AddrInUse, "no free port from 20000 to 32000 on 127.0.0.1"))
}
