/// What one run showed.
#[derive(Clone, Debug)]
pub struct Figures {
    name: &'static str,
    viewers: usize,
    /// From publishing to receipt; sorted.
    latencies_us: Vec<u32>,
    pub lost: u64,
    bytes_per_event: f64,
    /// Resident, of both servers.
    resident_bytes: u64,
    /// What each viewer added to it.
    pub bytes_per_viewer: f64,
    /// Cores that both servers took together.
    cores: f64,
}

// Counts and times are far below what a float holds exactly.
#[allow(clippy::cast_precision_loss, clippy::cast_possible_truncation, clippy::cast_sign_loss)]
impl Figures {
    pub fn new(name: &'static str, viewers: usize, mut latencies_us: Vec<u32>) -> Self {
        latencies_us.sort_unstable();
        Self {
            name,
            viewers,
            latencies_us,
            lost: 0,
            bytes_per_event: f64::NAN,
            resident_bytes: 0,
            bytes_per_viewer: f64::NAN,
            cores: f64::NAN,
        }
    }

    pub fn lost(self, lost: u64) -> Self {
        Self { lost, ..self }
    }

    pub fn bytes(self, bytes: u64, events: u64) -> Self {
        Self { bytes_per_event: bytes as f64 / events as f64, ..self }
    }

    pub fn memory(self, resident_bytes: u64, before: u64) -> Self {
        let bytes_per_viewer = resident_bytes.saturating_sub(before) as f64 / self.viewers as f64;
        Self { resident_bytes, bytes_per_viewer, ..self }
    }

    pub fn computing(self, cores: f64) -> Self {
        Self { cores, ..self }
    }

    pub fn quantile_ms(&self, share: f64) -> f64 {
        let place = (share * self.latencies_us.len() as f64) as usize;
        let last = self.latencies_us.len().saturating_sub(1);
        self.latencies_us.get(place.min(last)).map_or(f64::NAN, |us| f64::from(*us) / 1000.0)
    }

    pub fn p99_ms(&self) -> f64 {
        self.quantile_ms(0.99)
    }

    pub fn head(title: &str) {
        println!(
            "\n{title:<36} p50 ms   p99 ms   max ms       lost  B/event  KiB/viewer  MiB in all  cores of servers"
        );
    }

    pub fn print(&self) {
        println!(
            "  {:<32} {:>8.2} {:>8.2} {:>8.1} {:>10} {:>8.1} {:>11.1} {:>11.0} {:>17.2}",
            self.name,
            self.quantile_ms(0.5),
            self.p99_ms(),
            self.quantile_ms(1.0),
            self.lost,
            self.bytes_per_event,
            self.bytes_per_viewer / 1024.0,
            self.resident_bytes as f64 / 1024.0 / 1024.0,
            self.cores,
        );
    }
}

#[cfg(test)]
mod tests {
    use super::Figures;

    #[test]
    fn quantiles_are_of_all_receipts() {
        let figures = Figures::new("one", 10, (1..=1000).rev().map(|ms| ms * 1000).collect());
        assert!((figures.quantile_ms(0.5) - 501.0).abs() < 1e-6);
        assert!((figures.quantile_ms(1.0) - 1000.0).abs() < 1e-6);
    }
}
