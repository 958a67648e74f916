//! Many callers in one call: each answered as if alone, none taken along by another, nothing leaked when holds end.

mod claims;
mod endings;
mod picks;

use app::ports::Visitor;
use domain::{cabin::SeatNumber, hold::HoldId};
use server::postgres::Pick;

use crate::world::{World, departure, visitor};

fn pick(visitor: Visitor, hold: HoldId, seat: &str, version: u32) -> Pick {
    Pick {
        visitor: visitor.0,
        hold,
        departure: departure("Q1200"),
        traveller: 0,
        seat: SeatNumber::parse(seat).unwrap(),
        version,
        had: None,
    }
}

async fn hold(world: &World) -> (Visitor, HoldId) {
    let visitor = visitor();
    (visitor, world.choose(visitor, &["Q1200"], 1).await.unwrap())
}

/// A small generator: the same seed, the same claims.
struct Dice(u64);

impl Dice {
    fn throw(&mut self, sides: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % sides
    }
}
