//! Which fault strikes when, whom and for how long: all of it follows from the seed.

use std::time::Duration;

use fastrand::Rng;

use crate::fault::Fault;

/// Strikes of the first round are no further apart than this on the average, so that every kind has struck within a minute.
const FIRST_ROUND: Duration = Duration::from_secs(2);

/// One fault of the plan.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Strike {
    /// From the beginning of the run.
    pub at: Duration,
    pub fault: Fault,
    /// The server that it meets, where it meets one.
    pub server: Option<usize>,
    pub lasting: Duration,
}

/// Strikes without end, in order of time. Every kind comes once before any comes again; without kinds there are none.
#[derive(Debug)]
pub struct Schedule {
    rng: Rng,
    kinds: Vec<Fault>,
    deck: Vec<Fault>,
    rounds: u32,
    at: Duration,
    spacing: Duration,
    servers: usize,
}

impl Schedule {
    /// `spacing` lies between two strikes on the average, less in the first round if that is long; the first comes
    /// after one.
    pub fn new(seed: u64, spacing: Duration, servers: usize, kinds: &[Fault]) -> Self {
        Self {
            rng: Rng::with_seed(seed),
            kinds: kinds.to_vec(),
            deck: Vec::new(),
            rounds: 0,
            at: Duration::ZERO,
            spacing,
            servers,
        }
    }
}

impl Iterator for Schedule {
    type Item = Strike;

    fn next(&mut self) -> Option<Strike> {
        if self.deck.is_empty() {
            self.deck.clone_from(&self.kinds);
            self.rng.shuffle(&mut self.deck);
            self.rounds += 1;
        }
        let fault = self.deck.pop()?;
        let spacing = if self.rounds == 1 { self.spacing.min(FIRST_ROUND) } else { self.spacing };
        self.at += spacing.mul_f64(0.5 + self.rng.f64());
        let (shortest, longest) = fault.lasts_ms();
        let lasting = Duration::from_millis(self.rng.u64(shortest..=longest));
        let server = self.rng.usize(..self.servers);
        Some(Strike { at: self.at, fault, server: fault.is_of_one_server().then_some(server), lasting })
    }
}

#[cfg(test)]
mod tests {
    use std::{collections::BTreeSet, time::Duration};

    use super::{Fault, Schedule, Strike};

    fn plan(seed: u64, n: usize) -> Vec<Strike> {
        Schedule::new(seed, Duration::from_secs(5), 3, &Fault::ALL).take(n).collect()
    }

    #[test]
    fn a_seed_gives_the_same_strikes_and_another_seed_others() {
        assert_eq!(plan(7, 100), plan(7, 100));
        assert_ne!(plan(7, 100), plan(8, 100));
    }

    #[test]
    fn every_kind_strikes_once_before_any_strikes_again() {
        let kinds = Fault::ALL.len();
        let strikes = plan(1, 3 * kinds);
        for deck in strikes.chunks(kinds) {
            assert_eq!(deck.iter().map(|strike| strike.fault).collect::<BTreeSet<_>>().len(), kinds);
        }
        assert!(strikes.windows(2).all(|two| two[0].at < two[1].at));
    }

    #[test]
    fn every_kind_has_struck_within_the_first_minute_whatever_the_seed() {
        /// What stopping and starting again takes besides.
        const BESIDES: Duration = Duration::from_secs(1);
        for seed in 0..2_000 {
            let mut over = Duration::ZERO;
            for strike in plan(seed, Fault::ALL.len()) {
                over = over.max(strike.at) + strike.lasting + BESIDES;
            }
            assert!(over < Duration::from_mins(1), "seed {seed}: the last one is over after {over:?}");
        }
    }
}
