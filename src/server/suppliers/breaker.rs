use std::{
    sync::{Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

/// Failures in a row after which a supplier is left alone.
const MOST_FAILURES: u32 = 5;
/// For how long at first; doubled with each try that fails.
const FIRST_REST: Duration = Duration::from_secs(5);
const LONGEST_REST: Duration = Duration::from_mins(2);

/// Leaves alone who fails again and again: asking would only make everybody wait. After a rest one asking is let through,
/// and its end decides.
#[derive(Debug, Default)]
pub(super) struct Breaker(Mutex<State>);

#[derive(Debug, Default)]
struct State {
    failures: u32,
    rests_until: Option<Instant>,
    rest: Duration,
    is_trying: bool,
}

impl Breaker {
    /// Whether it may be asked now. Whoever is told yes says how it ended.
    pub fn may_ask(&self, now: Instant) -> bool {
        let mut state = self.lock();
        match state.rests_until {
            None => true,
            Some(until) if now < until || state.is_trying => false,
            Some(_) => {
                state.is_trying = true;
                true
            }
        }
    }

    pub fn is_resting(&self) -> bool {
        self.lock().rests_until.is_some()
    }

    pub fn went_well(&self) {
        *self.lock() = State::default();
    }

    pub fn failed(&self, now: Instant) {
        let mut state = self.lock();
        state.failures = state.failures.saturating_add(1);
        if state.is_trying || state.failures >= MOST_FAILURES {
            state.rest = (state.rest * 2).clamp(FIRST_REST, LONGEST_REST);
            state.rests_until = Some(now + state.rest);
            state.is_trying = false;
        }
    }

    /// Whoever asked has gone before the end: the next may try.
    pub fn given_up(&self) {
        self.lock().is_trying = false;
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    use super::{Breaker, FIRST_REST, LONGEST_REST, MOST_FAILURES};

    fn broken(now: Instant) -> Breaker {
        let breaker = Breaker::default();
        (0..MOST_FAILURES).for_each(|_| breaker.failed(now));
        breaker
    }

    #[test]
    fn who_fails_in_a_row_is_left_alone_and_one_good_answer_begins_anew() {
        let (breaker, now) = (Breaker::default(), Instant::now());
        for _ in 0..3 {
            (1..MOST_FAILURES).for_each(|_| breaker.failed(now));
            assert!(breaker.may_ask(now));
            breaker.went_well();
        }
        assert!(!broken(now).may_ask(now));
    }

    #[test]
    fn after_a_rest_one_may_try() {
        let now = Instant::now();
        let breaker = broken(now);
        let later = now + FIRST_REST;
        assert!(breaker.may_ask(later));
        assert!(!breaker.may_ask(later), "one alone");
        breaker.went_well();
        assert!(breaker.may_ask(later) && breaker.may_ask(later));
    }

    #[test]
    fn each_try_that_fails_doubles_the_rest_up_to_two_minutes() {
        let mut now = Instant::now();
        let breaker = broken(now);
        let mut rest = FIRST_REST;
        for _ in 0..10 {
            assert!(!breaker.may_ask(now + rest.saturating_sub(Duration::from_millis(1))));
            now += rest;
            assert!(breaker.may_ask(now));
            breaker.failed(now);
            rest = (rest * 2).min(LONGEST_REST);
        }
    }

    #[test]
    fn who_gave_up_a_try_blocks_no_other() {
        let now = Instant::now();
        let breaker = broken(now);
        assert!(breaker.may_ask(now + FIRST_REST));
        breaker.given_up();
        assert!(breaker.may_ask(now + FIRST_REST));
    }
}
