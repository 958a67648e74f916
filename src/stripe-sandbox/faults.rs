//! Faults that tests plant, by [`crate::Sandbox::set_faults`] or `PUT /sandbox/faults` with the same fields as JSON.

use std::sync::atomic::{AtomicU64, Ordering};

use serde::{Deserialize, Serialize};

use crate::Sandbox;

/// Calls below are POSTs to `/v1/` with the secret key: the card form and all reading stay sound.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
// Each switch is thrown by itself; there is no state machine in them.
#[allow(clippy::struct_excessive_bools)]
pub struct Faults {
    /// So many next calls answer 500 and do nothing.
    pub fail_before: u32,
    /// So many next calls answer 500 although they did what was asked.
    pub fail_after: u32,
    /// So many next calls do what was asked, and the connection breaks before the answer.
    pub drop_answers: u32,
    /// What meets the calls that none of the counts above meets.
    pub chances: Chances,
    /// Calls do what was asked and answer only once this is false again.
    pub stalled: bool,
    /// Webhooks wait until this is false again.
    pub webhooks_paused: bool,
    /// Each webhook is sent twice.
    pub webhooks_duplicated: bool,
    /// Webhooks that have gathered go out last first. With `webhooks_paused` before, that is all of them; with
    /// `webhooks_late_ms` each waits a share of it by chance, so that they come in any order.
    pub webhooks_shuffled: bool,
    /// Each webhook waits so long before it is sent.
    pub webhooks_late_ms: u64,
}

/// How many calls of a thousand meet each fault, drawn from the seed of [`crate::Config`]. Together at most 1000.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Chances {
    pub fail_before_permille: u16,
    pub fail_after_permille: u16,
    pub drop_answers_permille: u16,
}

/// How often each fault struck since the sandbox began: `GET /sandbox/faults/struck`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Struck {
    pub fail_before: u64,
    pub fail_after: u64,
    pub drop_answers: u64,
    /// Calls whose answer was held back.
    pub stalled: u64,
    /// Webhooks that went out twice.
    pub webhooks_duplicated: u64,
    /// Webhooks that went out before an older one, or that waited a time of their own.
    pub webhooks_shuffled: u64,
    pub webhooks_late: u64,
    /// Deliveries after the first that the other side did not take.
    pub webhooks_repeated: u64,
}

/// The fault that meets one call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    None,
    FailBefore,
    FailAfter,
    DropAnswer,
}

impl Sandbox {
    /// Uses up one planted fault, or draws one by chance, and counts it.
    pub(crate) fn next_fault(&self) -> Fault {
        let mut fault = Fault::None;
        self.0.faults.send_if_modified(|faults| {
            let planted = [
                (&mut faults.fail_before, Fault::FailBefore),
                (&mut faults.fail_after, Fault::FailAfter),
                (&mut faults.drop_answers, Fault::DropAnswer),
            ];
            for (count, kind) in planted {
                if *count > 0 {
                    *count -= 1;
                    fault = kind;
                    return true;
                }
            }
            fault = faults.chances.draw(&self.0.dice);
            false
        });
        self.count(|struck| match fault {
            Fault::None => {}
            Fault::FailBefore => struck.fail_before += 1,
            Fault::FailAfter => struck.fail_after += 1,
            Fault::DropAnswer => struck.drop_answers += 1,
        });
        fault
    }
}

impl Chances {
    fn draw(&self, dice: &Dice) -> Fault {
        if *self == Self::default() {
            return Fault::None;
        }
        let mut roll = dice.below(1_000);
        for (permille, kind) in [
            (self.fail_before_permille, Fault::FailBefore),
            (self.fail_after_permille, Fault::FailAfter),
            (self.drop_answers_permille, Fault::DropAnswer),
        ] {
            match roll.checked_sub(u64::from(permille)) {
                None => return kind,
                Some(rest) => roll = rest,
            }
        }
        Fault::None
    }
}

/// Chance from a seed, as `SplitMix64` draws it (Steele, Lea and Flood, "Fast Splittable Pseudorandom Number
/// Generators"). The same seed gives the same draws; who draws which is up to the order of the calls.
#[derive(Debug)]
pub struct Dice(AtomicU64);

impl Dice {
    pub fn new(seed: u64) -> Self {
        Self(AtomicU64::new(seed))
    }

    /// A number below `end`, which is not zero.
    pub fn below(&self, end: u64) -> u64 {
        const STEP: u64 = 0x9e37_79b9_7f4a_7c15;
        let mut z = self.0.fetch_add(STEP, Ordering::Relaxed).wrapping_add(STEP);
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (z ^ (z >> 31)) % end
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_fault_strikes_as_often_as_its_chance_says() {
        let chances =
            Chances { fail_before_permille: 100, fail_after_permille: 50, drop_answers_permille: 0 };
        let dice = Dice::new(7);
        let drawn: Vec<Fault> = (0..10_000).map(|_| chances.draw(&dice)).collect();
        let count = |kind| drawn.iter().filter(|fault| **fault == kind).count();
        assert!((900..1_100).contains(&count(Fault::FailBefore)));
        assert!((420..580).contains(&count(Fault::FailAfter)));
        assert_eq!(count(Fault::DropAnswer), 0);
    }

    #[test]
    fn one_seed_gives_one_row_of_draws() {
        let row = |seed| {
            let dice = Dice::new(seed);
            [(); 8].map(|()| dice.below(1_000))
        };
        assert_eq!(row(3), row(3));
        assert_ne!(row(3), row(4));
    }
}
