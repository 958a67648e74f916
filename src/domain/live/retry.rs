use std::time::Duration;

/// The longest pause before the first try. It doubles with every try up to [`LONGEST`].
const FIRST: Duration = Duration::from_millis(800);
const LONGEST: Duration = Duration::from_secs(30);
const DOUBLINGS: u32 = 6;

/// A channel on which nothing was heard for so long is dead, whatever the system says of it: heartbeats come every six
/// seconds at most.
pub const SILENCE: Duration = Duration::from_secs(12);

/// When a browser that has lost its channel tries again.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Retry {
    tries: u32,
}

impl Retry {
    /// How long to wait before the next try. `chance`, from 0 to 1, decides three quarters of it, so that a restarted server
    /// is not met by everyone at once.
    pub fn pause(&mut self, chance: f64) -> Duration {
        let most = (FIRST * 2_u32.pow(self.tries)).min(LONGEST);
        self.tries = (self.tries + 1).min(DOUBLINGS);
        most.mul_f64(0.25 + 0.75 * chance.clamp(0.0, 1.0))
    }

    /// Something was heard: the next loss is a new one.
    pub fn heard(&mut self) {
        self.tries = 0;
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::{LONGEST, Retry};

    #[test]
    fn pauses_double_up_to_half_a_minute() {
        let mut retry = Retry::default();
        let pauses: Vec<_> = (0..9).map(|_| retry.pause(1.0).as_millis()).collect();
        assert_eq!(pauses, [800, 1600, 3200, 6400, 12_800, 25_600, 30_000, 30_000, 30_000]);
        retry.heard();
        assert_eq!(retry.pause(1.0), Duration::from_millis(800));
    }

    #[test]
    fn chance_spreads_tries_and_hurries_nobody_beyond_a_quarter() {
        for (chance, pause_ms) in [(-1.0, 200), (0.0, 200), (0.5, 500), (1.0, 800), (9.0, 800)] {
            assert_eq!(Retry::default().pause(chance).as_millis(), pause_ms);
        }
        let mut retry = Retry::default();
        assert!((0..1000).map(|_| retry.pause(0.0)).max() == Some(LONGEST / 4));
    }
}
