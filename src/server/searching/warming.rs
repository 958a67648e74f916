//! Makes ready what most people will ask for, while few do.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use super::{Searching, results};

/// How often it is looked at.
pub const WARM_EVERY: Duration = Duration::from_mins(1);
/// What would be past its time before the next look, with time to spare, is renewed now.
const AHEAD: SignedDuration = SignedDuration::from_secs(75);
/// Searches on this server in the last minute above which it has enough to do with those who are there.
const PEAK: u32 = 300;

impl Searching {
    /// Renews what is most asked for and soon past its time, and tells how many answers are ready then. It asks for one
    /// at a time, and for none while a traveller waits for an answer or most people are here.
    pub async fn warm(&self, now: Timestamp) -> usize {
        let is_peak = self.popular.searches() > PEAK;
        let most_asked = self.popular.most_asked(now).await;
        // A turn ends before the next look, however late a look is.
        if is_peak || most_asked.is_empty() || !self.popular.is_our_turn(WARM_EVERY * 3 / 4).await {
            return 0;
        }
        let mut ready = 0;
        for asked in most_asked {
            if self.answers.is_asking() {
                tracing::debug!(ready, "travellers wait: no more is made ready");
                break;
            }
            let Some(departures) = results::departures_around(self, &asked, now) else { continue };
            let ask = self.asking(asked, departures);
            if self.answers.renew(&self.key(&asked), now, now + AHEAD, ask).await.is_ok() {
                ready += 1;
            }
        }
        ready
    }
}
