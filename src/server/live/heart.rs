/// Into so many steps a beat is divided.
pub(super) const STEPS: u16 = 250;
/// Steps for which a digest waits for a change: a second.
const WAIT: u16 = STEPS / 5;

/// When a departure's digest is told: once in a beat, at a step of its own. Where something changes all the time it goes
/// with the next change, or, if none comes after all, by itself a little later.
#[derive(Debug)]
pub(super) struct Heart {
    step: u16,
    /// Whether something changed since its step came last.
    is_busy: bool,
    /// Whether the digest goes with the next change.
    is_due: bool,
}

impl Heart {
    pub fn new(step: u16) -> Self {
        Self { step, is_busy: false, is_due: false }
    }

    /// Something is about to be told. Whether the digest is to go with it.
    pub fn changed(&mut self) -> bool {
        self.is_busy = true;
        std::mem::take(&mut self.is_due)
    }

    /// A step has come. Whether the digest is to be told by itself.
    pub fn beats(&mut self, step: u16) -> bool {
        if self.step == step && self.is_busy {
            (self.is_busy, self.is_due) = (false, true);
            return false;
        }
        let has_waited = self.is_due && (self.step + WAIT) % STEPS == step;
        self.is_due &= !has_waited;
        self.step == step || has_waited
    }
}

#[cfg(test)]
mod tests {
    use super::{Heart, STEPS, WAIT};

    /// At which steps a digest is told, by itself or with a change; changes come every so many steps until one of them.
    fn told(step: u16, every: Option<usize>, until: usize) -> Vec<(usize, bool)> {
        let mut heart = Heart::new(step);
        let mut told = Vec::new();
        for (now, step) in (0..STEPS).cycle().take(4 * usize::from(STEPS)).enumerate() {
            if heart.beats(step) {
                told.push((now, false));
            }
            if every.is_some_and(|every| now < until && now % every == 0) && heart.changed() {
                told.push((now, true));
            }
        }
        told
    }

    #[test]
    fn where_nothing_changes_each_beat_has_a_digest_of_its_own() {
        assert_eq!(told(7, None, 0), [(7, false), (257, false), (507, false), (757, false)]);
    }

    #[test]
    fn where_a_lot_changes_digests_go_with_changes() {
        assert_eq!(told(7, Some(5), 1000), [(10, true), (260, true), (510, true), (760, true)]);
    }

    #[test]
    fn a_change_that_does_not_come_is_waited_for_a_second() {
        assert_eq!(told(7, Some(5), 258), [(10, true), (307, false), (507, false), (757, false)]);
    }

    #[test]
    fn nobody_waits_longer_than_a_beat_and_a_second() {
        for step in [0, 1, 100, 199, 200, 249] {
            for (every, until) in
                [(None, 0), (Some(1), 1000), (Some(30), 700), (Some(300), 900), (Some(51), 255)]
            {
                let told = told(step, every, until);
                let times = told.iter().map(|(now, _)| *now);
                let gaps = times.clone().zip([0].into_iter().chain(times)).map(|(this, last)| this - last);
                let longest = gaps.max().unwrap();
                assert!(longest <= usize::from(STEPS + WAIT), "{longest} steps, at {step}, {every:?}");
            }
        }
    }
}
