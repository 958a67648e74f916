//! Clients that work at once: in a closed loop each asks again as soon as it is answered; in an open one requests come
//! at their own times, whether or not the server keeps up.

use std::time::{Duration, Instant};

use tokio::{
    sync::mpsc,
    task::{JoinSet, LocalSet},
    time::{MissedTickBehavior, interval, sleep_until},
};

use crate::{
    Fault,
    actor::{Actor, Verdict},
    client::Connection,
};

#[derive(Clone, Debug, Default)]
pub struct Tally {
    pub granted: u64,
    pub refused: u64,
    pub failed: u64,
    pub elapsed: Duration,
    /// Of granted requests, in microseconds, sorted.
    pub latencies_us: Vec<u32>,
}

impl Tally {
    #[allow(clippy::cast_precision_loss)]
    pub fn per_second(&self) -> f64 {
        self.granted as f64 / self.elapsed.as_secs_f64().max(1e-9)
    }

    /// In milliseconds.
    #[allow(clippy::cast_precision_loss, clippy::cast_possible_truncation, clippy::cast_sign_loss)]
    pub fn quantile_ms(&self, share: f64) -> f64 {
        let place = (share * self.latencies_us.len() as f64) as usize;
        let last = self.latencies_us.len().saturating_sub(1);
        self.latencies_us.get(place.min(last)).map_or(f64::NAN, |us| f64::from(*us) / 1000.0)
    }

    fn count(&mut self, verdict: Verdict, since: Instant) {
        match verdict {
            Verdict::Granted => {
                self.granted += 1;
                self.latencies_us.push(u32::try_from(since.elapsed().as_micros()).unwrap_or(u32::MAX));
            }
            Verdict::Refused => self.refused += 1,
            Verdict::Failed => self.failed += 1,
        }
    }

    fn add(&mut self, other: Self) {
        self.granted += other.granted;
        self.refused += other.refused;
        self.failed += other.failed;
        self.latencies_us.extend(other.latencies_us);
    }
}

/// Each actor on a connection of its own, for so long or until it has nothing left to ask. Gives the actors back.
pub async fn closed<A: Actor + 'static>(
    actors: Vec<A>,
    addresses: &[String],
    span: Duration,
) -> Result<(Vec<A>, Tally), Fault> {
    let connections = connect(actors.len(), addresses).await?;
    let began = Instant::now();
    let work = actors.into_iter().zip(connections).map(|(mut actor, mut connection)| async move {
        let mut tally = Tally::default();
        while began.elapsed() < span
            && let Some(request) = actor.next()
        {
            let since = Instant::now();
            let answer = connection.ask(&request).await?;
            tally.count(actor.learn(&answer), since);
        }
        Ok::<_, Fault>((actor, tally))
    });
    gather(work, began).await
}

/// So many requests a second, spread over the actors in turn; latencies count from when a request was meant to be sent.
pub async fn open<A: Actor + 'static>(
    actors: Vec<A>,
    addresses: &[String],
    per_second: f64,
    span: Duration,
) -> Result<(Vec<A>, Tally), Fault> {
    const TICK: Duration = Duration::from_millis(1);
    let connections = connect(actors.len(), addresses).await?;
    let mut lines = Vec::new();
    let mut work = Vec::new();
    for (mut actor, mut connection) in actors.into_iter().zip(connections) {
        let (line, mut meant) = mpsc::unbounded_channel::<Instant>();
        lines.push(line);
        work.push(async move {
            let mut tally = Tally::default();
            while let Some(at) = meant.recv().await
                && let Some(request) = actor.next()
            {
                let answer = connection.ask(&request).await?;
                tally.count(actor.learn(&answer), at);
            }
            Ok::<_, Fault>((actor, tally))
        });
    }
    let began = Instant::now();
    let pace = async move {
        let mut ticks = interval(TICK);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Burst);
        let (mut sent, mut turn) = (0_u64, 0_usize);
        // A tick that comes late is no excuse: its requests were meant for the time that it stands for.
        let mut meant = began;
        while meant < began + span {
            ticks.tick().await;
            let due_at = meant;
            meant += TICK;
            #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
            let due = ((meant - began).as_secs_f64() * per_second) as u64;
            while sent < due {
                let _ = lines[turn % lines.len()].send(due_at);
                sent += 1;
                turn += 1;
            }
        }
        sleep_until((began + span).into()).await;
    };
    let local = LocalSet::new();
    let pacer = local.spawn_local(pace);
    let (actors, tally) = local.run_until(gather(work, began)).await?;
    pacer.await?;
    Ok((actors, tally))
}

async fn gather<A: 'static>(
    work: impl IntoIterator<Item = impl Future<Output = Result<(A, Tally), Fault>> + 'static>,
    began: Instant,
) -> Result<(Vec<A>, Tally), Fault> {
    let local = LocalSet::new();
    let mut tasks = JoinSet::new();
    for task in work {
        tasks.spawn_local_on(task, &local);
    }
    let (mut actors, mut sum) = (Vec::new(), Tally::default());
    local
        .run_until(async {
            while let Some(done) = tasks.join_next().await {
                let (actor, tally) = done??;
                actors.push(actor);
                sum.add(tally);
            }
            Ok::<_, Fault>(())
        })
        .await?;
    sum.elapsed = began.elapsed();
    sum.latencies_us.sort_unstable();
    Ok((actors, sum))
}

async fn connect(count: usize, addresses: &[String]) -> Result<Vec<Connection>, Fault> {
    let mut connections = Vec::with_capacity(count);
    for address in addresses.iter().cycle().take(count) {
        connections.push(Connection::open(address).await?);
    }
    Ok(connections)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::Tally;

    #[test]
    fn quantiles_are_of_what_was_granted() {
        let tally = Tally {
            granted: 1000,
            elapsed: Duration::from_secs(2),
            latencies_us: (1..=1000).map(|ms| ms * 1000).collect(),
            ..Tally::default()
        };
        assert!((tally.per_second() - 500.0).abs() < 1e-6);
        assert!((tally.quantile_ms(0.5) - 501.0).abs() < 1e-6);
        assert!((tally.quantile_ms(0.999) - 1000.0).abs() < 1e-6);
    }
}
