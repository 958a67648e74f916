use std::time::{Duration, Instant};

/// Times of many runs, in order.
#[derive(Debug)]
pub struct Figures(Vec<Duration>);

impl Figures {
    pub fn new(mut times: Vec<Duration>) -> Self {
        times.sort_unstable();
        Self(times)
    }

    /// The time that so many in a hundred do not exceed, in milliseconds.
    pub fn percentile_ms(&self, percent: usize) -> f64 {
        let place = (self.0.len() * percent).div_ceil(100).clamp(1, self.0.len().max(1)) - 1;
        self.0.get(place).map_or(0.0, |time| time.as_secs_f64() * 1_000.0)
    }
}

/// The shortest of so many runs: what else the machine does only ever adds.
pub fn shortest<T>(runs: usize, mut run: impl FnMut() -> T) -> Duration {
    let times = (0..runs).map(|_| {
        let began = Instant::now();
        std::hint::black_box(run());
        began.elapsed()
    });
    times.min().unwrap_or_default()
}
