//! How long a page is wrong: cut off and brought back, its server killed, Redis stopped and started.

use std::{
    env,
    path::PathBuf,
    process::Command,
    rc::Rc,
    time::{Duration, Instant},
};

use app::answers::Picked;
use domain::{
    departure::DepartureId,
    live::{SeatChange, SeatPicture},
    seat::SeatState,
};
use server::postgres::Postgres;
use tokio::time::{sleep, timeout};

use super::{cable::Cable, page::Page};
use crate::{
    Fault,
    actor::{Actor as _, Mover},
    client::Connection,
    fleet::Server,
    stage::Stage,
};

/// Who is cut off at once.
const PAGES: u32 = 50;
/// Those who pick while it happens.
const MOVERS: usize = 8;
const CUT: Duration = Duration::from_secs(3);
const PATIENCE: Duration = Duration::from_secs(30);

/// The slowest page of each trial.
#[derive(Debug)]
pub struct Mended {
    brought_back: Duration,
    server_killed: Duration,
    redis_stopped: Duration,
    redis_restarted: Duration,
}

impl Mended {
    pub fn print(&self) {
        println!("\n{PAGES} pages, the slowest one                                                   aim");
        println!(
            "  right again after the network is back    {:>9.0} ms         1000 ms",
            ms(self.brought_back)
        );
        println!(
            "  right again after the server is killed   {:>9.0} ms         1000 ms",
            ms(self.server_killed)
        );
        println!(
            "  a taken seat shown free, Redis frozen    {:>9.0} ms         5000 ms",
            ms(self.redis_stopped)
        );
        println!(
            "  a taken seat shown free, Redis restarted {:>9.0} ms         5000 ms",
            ms(self.redis_restarted)
        );
    }
}

fn ms(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1000.0
}

pub async fn run(stage: &mut Stage, quick: bool, ports: [u16; 2]) -> Result<Mended, Fault> {
    let rounds = if quick { 1 } else { 3 };
    let postgres = Postgres::connect(&env::var("DATABASE_URL")?).await?;
    let mut first = Server::ours(ports[0]).await?;
    let second = Server::ours(ports[1]).await?;
    let on = stage.departures(1)?;
    let mut trial = Trial {
        departure: on[0],
        movers: stage.movers(MOVERS, &on, &second.address).await?,
        addresses: [first.address.clone(), second.address.clone()],
        postgres,
        picks: Vec::new(),
    };
    let mut brought_back = Duration::ZERO;
    for _ in 0..rounds {
        brought_back = brought_back.max(trial.cut_off().await?);
    }
    let redis_stopped = trial.without_redis(Redis::freeze, Redis::thaw).await?;
    let redis_restarted = trial.without_redis(Redis::end, Redis::start).await?;
    let server_killed = trial.killed(&mut first).await?;
    Ok(Mended { brought_back, server_killed, redis_stopped, redis_restarted })
}

struct Trial {
    departure: DepartureId,
    movers: Vec<Mover>,
    addresses: [String; 2],
    postgres: Postgres,
    /// Seats that were taken, with the moment in which that was answered.
    picks: Vec<(SeatChange, Instant)>,
}

impl Trial {
    async fn truth(&self) -> Result<SeatPicture, Fault> {
        Ok(self.postgres.touched(self.departure).await?.into())
    }

    /// Pages at these addresses, all of which see what is.
    async fn pages(&self, addresses: &[String]) -> Result<Vec<Rc<Page>>, Fault> {
        let page = |from| Page::open(self.departure, addresses.to_vec(), from);
        let pages: Vec<_> = (0..PAGES).map(page).collect();
        self.slowest(&pages, Instant::now()).await?;
        Ok(pages)
    }

    /// From then until every page shows what is now.
    async fn slowest(&self, pages: &[Rc<Page>], since: Instant) -> Result<Duration, Fault> {
        let truth = self.truth().await?;
        let all = async {
            for page in pages {
                page.until(|picture| *picture == truth).await;
            }
        };
        timeout(PATIENCE, all).await.map_err(|_| "a page never came to be right")?;
        let shown = pages.iter().filter_map(|page| page.news.borrow().last().map(|(_, at)| *at)).max();
        Ok(shown.map_or(Duration::ZERO, |at| at.saturating_duration_since(since)))
    }

    /// Everyone moves once, half of them at each of these servers.
    async fn moves(&mut self, addresses: [usize; 2]) -> Result<(), Fault> {
        for (number, mover) in self.movers.iter_mut().enumerate() {
            let address = &self.addresses[addresses[number % 2]];
            let request = mover.next().ok_or("a mover has nowhere to go")?;
            let answer = Connection::open(address).await?.ask(&request).await?;
            let at = Instant::now();
            mover.learn(&answer);
            let picked: Picked = serde_json::from_slice(&answer.body)
                .map_err(|_| format!("a pick failed: {}", String::from_utf8_lossy(&answer.body)))?;
            let taken = picked.changes.into_iter().filter(|change| change.state == SeatState::Held);
            self.picks.extend(taken.map(|change| (change, at)));
        }
        Ok(())
    }

    async fn cut_off(&mut self) -> Result<Duration, Fault> {
        let cable = Cable::lay(self.addresses[0].clone()).await?;
        let pages = self.pages(std::slice::from_ref(&cable.address)).await?;
        cable.pull();
        for page in &pages {
            page.lose_network();
        }
        self.moves([0, 1]).await?;
        sleep(CUT).await;
        let back = Instant::now();
        cable.plug();
        for page in &pages {
            page.regain_network();
        }
        self.slowest(&pages, back).await
    }

    async fn killed(&mut self, first: &mut Server) -> Result<Duration, Fault> {
        let addresses = self.addresses.clone();
        let pages = self.pages(&addresses).await?;
        let gone = Instant::now();
        first.kill()?;
        self.moves([1, 1]).await?;
        self.slowest(&pages, gone).await
    }

    /// The longest that a page at either server showed a seat as free after the pick of it was answered.
    async fn without_redis(
        &mut self,
        stop: impl Fn(&Redis) -> Result<(), Fault>,
        start: impl Fn(&Redis) -> Result<(), Fault>,
    ) -> Result<Duration, Fault> {
        let redis = Redis::of_env()?;
        let [first, second] = self.addresses.clone();
        let mut pages = self.pages(&[first]).await?;
        pages.extend(self.pages(&[second]).await?);
        self.picks.clear();
        for (secs, then) in [(1, Some(&stop as &dyn Fn(&Redis) -> _)), (7, Some(&start)), (7, None)] {
            let until = Instant::now() + Duration::from_secs(secs);
            while Instant::now() < until {
                self.moves([0, 1]).await?;
                sleep(Duration::from_millis(50)).await;
            }
            if let Some(then) = then {
                then(&redis)?;
            }
        }
        self.slowest(&pages, Instant::now()).await?;
        let mut longest = Duration::ZERO;
        for page in &pages {
            let news = page.news.borrow();
            for (taken, at) in &self.picks {
                let shown = news.iter().find(|(c, _)| c.seat == taken.seat && c.version >= taken.version);
                let (_, shown) = shown.ok_or("a page never showed a seat that was taken")?;
                longest = longest.max(shown.saturating_duration_since(*at));
            }
        }
        Ok(longest)
    }
}

/// The Redis of this run.
struct Redis {
    folder: PathBuf,
    program: String,
}

impl Redis {
    fn of_env() -> Result<Self, Fault> {
        Ok(Self { folder: env::var("REDIS_FOLDER")?.into(), program: env::var("REDIS_PROGRAM")? })
    }

    fn signal(&self, signal: &str) -> Result<(), Fault> {
        let pid = std::fs::read_to_string(self.folder.join("redis.pid"))?;
        done(Command::new("kill").arg(signal).arg(pid.trim()))
    }

    fn freeze(&self) -> Result<(), Fault> {
        self.signal("-STOP")
    }

    fn thaw(&self) -> Result<(), Fault> {
        self.signal("-CONT")
    }

    fn end(&self) -> Result<(), Fault> {
        self.signal("-TERM")
    }

    fn start(&self) -> Result<(), Fault> {
        done(Command::new(&self.program).arg(self.folder.join("redis.conf")))
    }
}

fn done(command: &mut Command) -> Result<(), Fault> {
    if command.status()?.success() { Ok(()) } else { Err(format!("failed: {command:?}").into()) }
}
