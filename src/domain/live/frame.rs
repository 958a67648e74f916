use super::{
    Digest, SeatChange,
    wire::{put_change, put_number, take, take_change, take_number},
};

/// What a server tells those who watch a departure. On the wire: one byte for the kind, then the content to the end of the
/// message. A kind never changes its meaning; a new form is a new kind, which older pages refuse as [`FrameError::Kind`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Frame {
    /// All touched seats.
    Snapshot(Vec<SeatChange>),
    /// Seats that changed since.
    Changes(Vec<SeatChange>),
    /// The heartbeat; whoever has another digest asks for a snapshot.
    Digest(Digest),
    /// Both at once: seats that changed since, and the digest with them. Where a lot happens this is the heartbeat, since
    /// a frame of its own would go to everybody beside every change.
    Checked(Vec<SeatChange>, Digest),
    /// Whether updates come slower than usual, because servers cannot tell one another.
    Pace { slow: bool },
}

/// What a browser tells the server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ask {
    Snapshot,
}

/// Bytes that are no frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FrameError {
    #[error("the frame ends too early")]
    Short,
    #[error("the frame goes on after its end")]
    Long,
    #[error("{0} is no kind of frame")]
    Kind(u8),
    #[error("the frame names a seat that no aircraft has")]
    Seat,
    #[error("the frame names an unknown state")]
    State,
    #[error("the frame holds a number that is too large or misspelt")]
    Number,
}

const SNAPSHOT: u8 = 1;
const CHANGES: u8 = 2;
const DIGEST: u8 = 3;
const PACE: u8 = 4;
const CHECKED: u8 = 5;
const ASK_SNAPSHOT: u8 = 1;

impl Frame {
    pub fn encode(&self) -> Vec<u8> {
        match self {
            Self::Snapshot(changes) => encode_changes(vec![SNAPSHOT], changes),
            Self::Changes(changes) => encode_changes(vec![CHANGES], changes),
            Self::Digest(digest) => encode_digest(DIGEST, *digest),
            Self::Checked(changes, digest) => encode_changes(encode_digest(CHECKED, *digest), changes),
            Self::Pace { slow } => vec![PACE, u8::from(*slow)],
        }
    }

    /// Reads one message. Any bytes may come: memory is taken only in proportion to their number.
    pub fn decode(mut bytes: &[u8]) -> Result<Self, FrameError> {
        let bytes = &mut bytes;
        let frame = match take(bytes)? {
            SNAPSHOT => Self::Snapshot(decode_changes(bytes)?),
            CHANGES => Self::Changes(decode_changes(bytes)?),
            DIGEST => Self::Digest(decode_digest(bytes)?),
            CHECKED => {
                let digest = decode_digest(bytes)?;
                Self::Checked(decode_changes(bytes)?, digest)
            }
            PACE => match take(bytes)? {
                0 => Self::Pace { slow: false },
                1 => Self::Pace { slow: true },
                _ => return Err(FrameError::Number),
            },
            kind => return Err(FrameError::Kind(kind)),
        };
        if bytes.is_empty() { Ok(frame) } else { Err(FrameError::Long) }
    }
}

impl Ask {
    pub fn encode(self) -> Vec<u8> {
        match self {
            Self::Snapshot => vec![ASK_SNAPSHOT],
        }
    }

    pub fn decode(bytes: &[u8]) -> Result<Self, FrameError> {
        match bytes {
            [] => Err(FrameError::Short),
            [ASK_SNAPSHOT] => Ok(Self::Snapshot),
            [ASK_SNAPSHOT, ..] => Err(FrameError::Long),
            [kind, ..] => Err(FrameError::Kind(*kind)),
        }
    }
}

fn encode_digest(kind: u8, digest: Digest) -> Vec<u8> {
    let mut bytes = vec![kind];
    put_number(&mut bytes, u64::from(digest.count));
    put_number(&mut bytes, digest.version_sum);
    bytes
}

fn decode_digest(bytes: &mut &[u8]) -> Result<Digest, FrameError> {
    Ok(Digest {
        count: take_number(bytes)?.try_into().map_err(|_| FrameError::Number)?,
        version_sum: take_number(bytes)?,
    })
}

/// The changes, behind what is there.
fn encode_changes(mut bytes: Vec<u8>, changes: &[SeatChange]) -> Vec<u8> {
    bytes.reserve(3 * changes.len());
    for change in changes {
        put_change(&mut bytes, *change);
    }
    bytes
}

fn decode_changes(bytes: &mut &[u8]) -> Result<Vec<SeatChange>, FrameError> {
    let mut changes = Vec::with_capacity(bytes.len() / 3);
    while !bytes.is_empty() {
        changes.push(take_change(bytes)?);
    }
    Ok(changes)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{Ask, Digest, Frame, FrameError, SeatChange};
    use crate::{cabin::SeatNumber, seat::SeatState};

    fn change() -> impl Strategy<Value = SeatChange> {
        let letter = prop::sample::select("ABCDEFGHJK".chars().collect::<Vec<_>>());
        let state = prop::sample::select(SeatState::ALL.to_vec());
        (1u8..=99, letter, state, any::<u32>()).prop_map(|(row, letter, state, version)| SeatChange {
            seat: SeatNumber::new(row, letter).unwrap(),
            state,
            version,
        })
    }

    fn digest() -> impl Strategy<Value = Digest> {
        any::<(u32, u64)>().prop_map(|(count, version_sum)| Digest { count, version_sum })
    }

    fn frame() -> impl Strategy<Value = Frame> {
        prop_oneof![
            prop::collection::vec(change(), 0..50).prop_map(Frame::Snapshot),
            prop::collection::vec(change(), 0..50).prop_map(Frame::Changes),
            digest().prop_map(Frame::Digest),
            (prop::collection::vec(change(), 0..50), digest())
                .prop_map(|(c, digest)| Frame::Checked(c, digest)),
            any::<bool>().prop_map(|slow| Frame::Pace { slow }),
        ]
    }

    /// Random bytes behind a valid kind, so that the content is reached.
    fn hostile() -> impl Strategy<Value = Vec<u8>> {
        (0u8..7, prop::collection::vec(any::<u8>(), 0..64)).prop_map(|(kind, mut bytes)| {
            bytes.insert(0, kind);
            bytes
        })
    }

    proptest! {
        #[test]
        fn a_frame_reads_as_it_was_written(frame in frame()) {
            prop_assert_eq!(Frame::decode(&frame.encode()), Ok(frame));
        }

        #[test]
        fn hostile_bytes_are_refused_or_the_one_spelling_of_a_frame(bytes in hostile()) {
            if let Ok(frame) = Frame::decode(&bytes) {
                prop_assert_eq!(frame.encode(), bytes);
            }
        }

        #[test]
        fn a_frame_cut_short_is_refused_or_shorter(frame in frame(), cut in any::<prop::sample::Index>()) {
            let bytes = frame.encode();
            let end = cut.index(bytes.len());
            prop_assert_ne!(Frame::decode(&bytes[..end]), Ok(frame));
        }
    }

    #[test]
    fn a_usual_change_takes_three_bytes() {
        let seat = SeatNumber::parse("99K").unwrap();
        let change = SeatChange { seat, state: SeatState::Blocked, version: 127 };
        assert_eq!(Frame::Changes(vec![change]).encode().len(), 1 + 3);
    }

    #[test]
    fn what_is_no_frame_says_why() {
        for (bytes, error) in [
            (&[][..], FrameError::Short),
            (&[9], FrameError::Kind(9)),
            (&[2, 0], FrameError::Short),
            (&[2, 0x03, 0xff, 1], FrameError::Seat),
            (&[2, 0xff, 0x00, 1], FrameError::State),
            (&[2, 0, 0, 0x80, 0], FrameError::Number),
            (&[2, 0, 0, 0xff, 0xff, 0xff, 0xff, 0x1f], FrameError::Number),
            (&[4, 2], FrameError::Number),
            (&[4, 1, 1], FrameError::Long),
        ] {
            assert_eq!(Frame::decode(bytes), Err(error), "{bytes:?}");
        }
    }

    #[test]
    fn a_browser_asks_for_a_snapshot_and_nothing_else() {
        assert_eq!(Ask::decode(&Ask::Snapshot.encode()), Ok(Ask::Snapshot));
        assert_eq!(Ask::decode(&[]), Err(FrameError::Short));
        assert_eq!(Ask::decode(&[2]), Err(FrameError::Kind(2)));
        assert_eq!(Ask::decode(&[1, 1]), Err(FrameError::Long));
    }
}
