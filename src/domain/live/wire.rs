//! Numbers as bytes. Every number has one spelling only, and no bytes make reading panic.

use super::{FrameError, SeatChange};
use crate::{cabin::SeatNumber, seat::SeatState};

/// The letters of seats in order; a seat's code is ten times its row, counted from 0, plus its letter's place here.
const LETTERS: &[u8; 10] = b"ABCDEFGHJK";
/// Seat codes are below 99 × 10, which leaves the upper six bits of two bytes for the state.
const SEAT_BITS: u16 = 10;

/// Seven bits a byte, least significant first, the eighth bit saying that more follow (LEB128).
pub(super) fn put_number(bytes: &mut Vec<u8>, mut number: u64) {
    while number > 0x7f {
        bytes.push((number & 0x7f) as u8 | 0x80);
        number >>= 7;
    }
    bytes.push((number & 0x7f) as u8);
}

pub(super) fn take_number(bytes: &mut &[u8]) -> Result<u64, FrameError> {
    let mut number = 0;
    let mut shift = 0;
    loop {
        let byte = take(bytes)?;
        let part = u64::from(byte & 0x7f);
        // The tenth byte has room for one bit; a last byte of zero would be a second spelling.
        if (shift == 63 && byte > 1) || (shift > 0 && byte == 0) {
            return Err(FrameError::Number);
        }
        number |= part << shift;
        if byte & 0x80 == 0 {
            return Ok(number);
        }
        shift += 7;
    }
}

pub(super) fn take(bytes: &mut &[u8]) -> Result<u8, FrameError> {
    let (first, rest) = bytes.split_first().ok_or(FrameError::Short)?;
    *bytes = rest;
    Ok(*first)
}

/// Two bytes for seat and state, then the version: three bytes for most changes, seven at most.
pub(super) fn put_change(bytes: &mut Vec<u8>, change: SeatChange) {
    let letter = LETTERS.iter().position(|l| char::from(*l) == change.seat.letter()).unwrap_or_default();
    let seat = u16::from(change.seat.row() - 1) * 10 + u16::try_from(letter).unwrap_or_default();
    let state = SeatState::ALL.iter().position(|s| *s == change.state).unwrap_or_default();
    let code = seat | u16::try_from(state).unwrap_or_default() << SEAT_BITS;
    bytes.extend(code.to_be_bytes());
    put_number(bytes, u64::from(change.version));
}

pub(super) fn take_change(bytes: &mut &[u8]) -> Result<SeatChange, FrameError> {
    let code = u16::from_be_bytes([take(bytes)?, take(bytes)?]);
    let seat = code & ((1 << SEAT_BITS) - 1);
    let row = u8::try_from(seat / 10 + 1).map_err(|_| FrameError::Seat)?;
    let letter = char::from(LETTERS[usize::from(seat % 10)]);
    let state = *SeatState::ALL.get(usize::from(code >> SEAT_BITS)).ok_or(FrameError::State)?;
    Ok(SeatChange {
        seat: SeatNumber::new(row, letter).map_err(|_| FrameError::Seat)?,
        state,
        version: take_number(bytes)?.try_into().map_err(|_| FrameError::Number)?,
    })
}
