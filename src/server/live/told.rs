use std::sync::{Arc, OnceLock};

use axum::body::Bytes;
use base64::{Engine as _, engine::general_purpose::STANDARD};
use domain::live::Frame;

/// One frame for all viewers of a departure, encoded once: as it is for sockets, and as a server-sent event for streams.
#[derive(Debug)]
pub(super) struct Told {
    frame: Bytes,
    /// Made when the first stream asks: most departures have none.
    event: OnceLock<Bytes>,
}

impl Told {
    pub fn of(frame: &Frame) -> Arc<Self> {
        Arc::new(Self { frame: frame.encode().into(), event: OnceLock::new() })
    }

    pub fn frame(&self) -> Bytes {
        self.frame.clone()
    }

    /// `data:` and the frame as base64, with the empty line that ends an event.
    pub fn event(&self) -> Bytes {
        self.event.get_or_init(|| format!("data: {}\n\n", STANDARD.encode(&self.frame)).into()).clone()
    }
}

#[cfg(test)]
mod tests {
    use domain::live::Frame;

    use super::Told;

    #[test]
    fn an_event_is_the_frame_in_base64() {
        let told = Told::of(&Frame::Pace { slow: true });
        assert_eq!(told.frame(), [4, 1][..]);
        assert_eq!(told.event(), "data: BAE=\n\n");
    }
}
