//! The live seat channel: what servers and browsers tell each other about the seats of one departure.
//!
//! A [`SeatPicture`] holds the seats ever touched. Because a seat's version only grows, changes may come in any order, twice
//! or not at all: what is newer counts, and a [`Digest`] tells whether something was lost. Frames name no owners.

mod change;
mod frame;
mod picture;
mod retry;
mod wire;

pub use change::{SeatChange, SeatLook};
pub use frame::{Ask, Frame, FrameError};
pub use picture::{Digest, SeatPicture};
pub use retry::{Retry, SILENCE};
