use std::time::Duration;

use crate::patience;

/// How many may watch seats on one server, and how long one is waited for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bounds {
    /// Windows of one visitor.
    pub per_visitor: usize,
    /// Viewers behind one address, or one IPv6 network: an office or a school has one for all. `SKYCONNECT_VIEWERS_PER_ADDRESS`.
    pub per_address: usize,
    /// In all: each takes a file descriptor and some ten kilobytes. `SKYCONNECT_VIEWERS`.
    pub per_server: usize,
    /// For a viewer to take what was sent; who takes nothing for so long is cut off.
    pub frame: Duration,
    /// A socket is asked for a sign of life as often as this; one that gave none by the next time is cut off.
    pub ping: Duration,
}

impl Default for Bounds {
    fn default() -> Self {
        Self {
            per_visitor: 20,
            per_address: 500,
            per_server: 10_000,
            frame: patience::FRAME,
            ping: patience::PING,
        }
    }
}
