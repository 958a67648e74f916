use std::time::{Duration, Instant};

/// Messages that a viewer may send at once, and how soon another one is allowed. A page asks for a snapshot when a digest
/// differs, every five seconds at most, and answers pings.
const BURST: u32 = 20;
const PERIOD: Duration = Duration::from_secs(1);

/// Whether a viewer sends no more than a page of ours would.
#[derive(Debug)]
pub(super) struct Manners {
    left: u32,
    since: Instant,
}

impl Manners {
    pub fn new(now: Instant) -> Self {
        Self { left: BURST, since: now }
    }

    /// Takes one message in; false when it was one too many.
    pub fn allow(&mut self, now: Instant) -> bool {
        let periods = now.duration_since(self.since).as_secs() / PERIOD.as_secs();
        if periods > 0 {
            self.left = self.left.saturating_add(u32::try_from(periods).unwrap_or(BURST)).min(BURST);
            self.since += PERIOD * u32::try_from(periods).unwrap_or(u32::MAX);
        }
        let allowed = self.left > 0;
        self.left = self.left.saturating_sub(1);
        allowed
    }
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    use super::{BURST, Manners, PERIOD};

    #[test]
    fn one_message_a_second_is_always_well_mannered() {
        let mut now = Instant::now();
        let mut manners = Manners::new(now);
        for _ in 0..1000 {
            now += PERIOD;
            assert!(manners.allow(now));
        }
    }

    #[test]
    fn a_flood_is_noticed_and_forgiven_after_a_pause() {
        let now = Instant::now();
        let mut manners = Manners::new(now);
        assert_eq!((0..100).filter(|_| manners.allow(now)).count(), BURST as usize);
        let later = now + Duration::from_hours(24);
        assert_eq!((0..100).filter(|_| manners.allow(later)).count(), BURST as usize);
    }
}
