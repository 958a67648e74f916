//! `bench holds`: holding and picking over HTTP, against the ceilings of the same run.

use std::{cell::RefCell, collections::VecDeque, rc::Rc, time::Duration};

use domain::departure::DepartureId;

use crate::{
    Fault,
    actor::{Door, Errand, Mover},
    fleet::{Server, free_ports},
    load::{Tally, closed, open},
    pgbench::{Ceilings, ceilings},
    stage::Stage,
};

const CLIENTS: [usize; 4] = [1, 16, 64, 256];
/// The count that the targets are for.
const MANY: usize = 64;
/// Departures that capacity is spread over.
const MANY_FLIGHTS: usize = 200;
const WAYS: [&str; 5] = ["plain", "for-update", "nowait", "skip-locked", "redis-nx"];

struct Bench {
    stage: Stage,
    span: Duration,
    quick: bool,
    ceilings: Ceilings,
}

/// Two hundred and fifty-six travellers, on as many departures and on one.
struct Cast {
    spread: Vec<Mover>,
    hot: Vec<Mover>,
}

pub async fn run(quick: bool) -> Result<(), Fault> {
    let ports = free_ports(9);
    // The first one makes the schema; our timetable is newer than it.
    let first = Server::ours(ports[8]).await?;
    let mut stage = Stage::set().await?;
    drop(first);
    let server = Server::ours(ports[0]).await?;
    let mut cast = cast(&mut stage, &server.address).await?;
    let span = Duration::from_secs(if quick { 2 } else { 5 });
    let ceilings = ceilings(span).await?;
    let Ceilings { a_spread, a_hot, b_spread, b_hot } = ceilings;
    println!("\nceilings, pgbench, 16 clients          spread        one departure");
    println!("A  compare and set one row        {a_spread:>10.0}/s         {a_hot:>10.0}/s");
    println!("B  the whole pick in SQL          {b_spread:>10.0}/s         {b_hot:>10.0}/s");
    let mut bench = Bench { stage, span, quick, ceilings };
    let ours = [server.address.clone()];

    Bench::head("moves (two rows each)");
    let (mut spread_at_many, mut hot_at_many) = (0.0, 0.0);
    for clients in CLIENTS {
        let spread = bench.moves("spread", clients, &mut cast.spread, &ours).await?;
        let hot = bench.moves("one departure", clients, &mut cast.hot, &ours).await?;
        if clients == MANY {
            (spread_at_many, hot_at_many) = (spread.per_second(), hot.per_second());
        }
    }
    bench.door(Door::Page, "through the page's function", &mut cast.spread, &ours).await?;
    bench.a_tenth_refused(&mut cast, &ours).await?;

    Bench::head("open loop, moves at half of 64 clients' throughput");
    let calm = bench.open("spread", spread_at_many / 2.0, &mut cast.spread, &ours).await?;
    let hot = bench.open("one departure", hot_at_many / 2.0, &mut cast.hot, &ours).await?;
    let p99_ms = calm.quantile_ms(0.99).max(hot.quantile_ms(0.99));

    Bench::head("first picks (one row each)");
    bench.first_picks(&ours).await?;
    Bench::head("capacity requests (a hold of one leg for one adult)");
    bench.capacity(&ours).await?;

    Bench::head("three servers");
    let second = Server::ours(ports[1]).await?;
    let third = Server::ours(ports[2]).await?;
    let three = [server.address.clone(), second.address.clone(), third.address.clone()];
    bench.moves("spread", MANY, &mut cast.spread, &three).await?;
    bench.moves("one departure", MANY, &mut cast.hot, &three).await?;
    drop((server, second, third));

    Bench::head("other ways behind the same port, moves");
    for (way, port) in WAYS.iter().zip(&ports[3..]) {
        let other = Server::of_way(way, *port).await?;
        let there = [other.address.clone()];
        for clients in if quick { &[1, MANY][..] } else { &[1, MANY, 256] } {
            bench.moves(&format!("{way}, spread"), *clients, &mut cast.spread, &there).await?;
            bench.moves(&format!("{way}, one departure"), *clients, &mut cast.hot, &there).await?;
        }
    }
    println!(
        "\nholds: spread {:.2} of ceiling, hot {:.2} of ceiling, p99 {p99_ms:.1} ms",
        spread_at_many / a_spread,
        hot_at_many / a_hot,
    );
    Ok(())
}

async fn cast(stage: &mut Stage, address: &str) -> Result<Cast, Fault> {
    let many = stage.departures(256)?;
    let one = stage.departures(1)?;
    Ok(Cast {
        spread: stage.movers(256, &many, address).await?,
        hot: stage.movers(256, &one, address).await?,
    })
}

impl Bench {
    fn head(title: &str) {
        println!("\n{title:<38} clients   granted/s   of A   of B  p50 ms  p99 ms  p99.9  refused  failed");
    }

    fn row(&self, name: &str, clients: usize, tally: &Tally, is_hot: bool) {
        let Ceilings { a_spread, a_hot, b_spread, b_hot } = self.ceilings;
        let (a, b) = if is_hot { (a_hot, b_hot) } else { (a_spread, b_spread) };
        println!(
            "  {name:<36} {clients:>7} {:>11.0} {:>6.2} {:>6.2} {:>7.2} {:>7.2} {:>6.2} {:>8} {:>7}",
            tally.per_second(),
            tally.per_second() / a,
            tally.per_second() / b,
            tally.quantile_ms(0.5),
            tally.quantile_ms(0.99),
            tally.quantile_ms(0.999),
            tally.refused,
            tally.failed,
        );
    }

    /// So many of the cast at once; they come back with what they know.
    async fn moves(
        &self,
        name: &str,
        clients: usize,
        cast: &mut Vec<Mover>,
        addresses: &[String],
    ) -> Result<Tally, Fault> {
        let waiting = cast.split_off(clients.min(cast.len()));
        let (moved, tally) = closed(std::mem::take(cast), addresses, self.span).await?;
        *cast = moved.into_iter().chain(waiting).collect();
        self.row(name, clients, &tally, name.ends_with("one departure"));
        Ok(tally)
    }

    async fn open(
        &self,
        name: &str,
        per_second: f64,
        cast: &mut Vec<Mover>,
        addresses: &[String],
    ) -> Result<Tally, Fault> {
        let (moved, tally) = open(std::mem::take(cast), addresses, per_second, self.span * 2).await?;
        *cast = moved;
        self.row(
            &format!("{name}, {per_second:.0}/s meant"),
            cast.len(),
            &tally,
            name.ends_with("one departure"),
        );
        Ok(tally)
    }

    async fn door(
        &self,
        door: Door,
        name: &str,
        cast: &mut Vec<Mover>,
        addresses: &[String],
    ) -> Result<(), Fault> {
        for mover in cast.iter_mut() {
            mover.door = door;
        }
        self.moves(name, MANY, cast, addresses).await?;
        for mover in cast.iter_mut() {
            mover.door = Door::Lean;
        }
        Ok(())
    }

    /// Every tenth request is for a seat that somebody else keeps.
    async fn a_tenth_refused(&self, cast: &mut Cast, addresses: &[String]) -> Result<(), Fault> {
        // The last of the cast sits still meanwhile.
        let seat = cast.hot.last().map(|keeper| keeper.seats[keeper.at].0);
        cast.hot.iter_mut().for_each(|mover| mover.hopeless = seat);
        self.moves("one in ten refused, one departure", MANY, &mut cast.hot, addresses).await?;
        cast.hot.iter_mut().for_each(|mover| mover.hopeless = None);
        Ok(())
    }

    async fn first_picks(&mut self, addresses: &[String]) -> Result<(), Fault> {
        let departures = if self.quick { 16 } else { 40 };
        for clients in CLIENTS {
            if self.quick && clients != MANY {
                continue;
            }
            for is_hot in [false, true] {
                let fewer = if clients == 1 { departures / 4 } else { departures };
                let on = self.stage.departures(fewer)?;
                let picks = self.stage.first_picks(&on, &addresses[0]).await?;
                let picks = if is_hot { picks } else { interleave(picks, fewer) };
                let tally = self.errands(picks, clients, addresses).await?;
                let name = if is_hot { "one departure after the other" } else { "spread" };
                self.row(name, clients, &tally, is_hot);
            }
        }
        Ok(())
    }

    async fn capacity(&mut self, addresses: &[String]) -> Result<(), Fault> {
        for clients in CLIENTS {
            let count: usize = match (self.quick, clients) {
                (true, 1) => 500,
                (true, _) => 4_000,
                (false, 1) => 3_000,
                (false, _) => 24_000,
            };
            for is_hot in [false, true] {
                let each = self.stage.places().min(700);
                let departures =
                    self.stage.departures(if is_hot { count.div_ceil(each) } else { MANY_FLIGHTS })?;
                let on: Vec<DepartureId> = if is_hot {
                    departures
                        .iter()
                        .flat_map(|departure| std::iter::repeat_n(*departure, each))
                        .take(count)
                        .collect()
                } else {
                    departures.iter().copied().cycle().take(count).collect()
                };
                let requests = self.stage.takes(&on, 1)?.into_iter().map(|(request, _)| request).collect();
                let tally = self.errands(requests, clients, addresses).await?;
                let name = if is_hot { "one departure after the other" } else { "spread" };
                self.row(name, clients, &tally, is_hot);
            }
        }
        Ok(())
    }

    async fn errands(
        &self,
        requests: Vec<Vec<u8>>,
        clients: usize,
        addresses: &[String],
    ) -> Result<Tally, Fault> {
        let jobs = Rc::new(RefCell::new(VecDeque::from(requests)));
        let actors: Vec<Errand> = (0..clients).map(|_| Errand { jobs: Rc::clone(&jobs) }).collect();
        Ok(closed(actors, addresses, Duration::from_mins(2)).await?.1)
    }
}

/// From one departure after the other to all of them in turn.
fn interleave(picks: Vec<Vec<u8>>, departures: usize) -> Vec<Vec<u8>> {
    let each = picks.len() / departures.max(1);
    let mut lines: Vec<VecDeque<Vec<u8>>> =
        picks.chunks(each.max(1)).map(|line| line.to_vec().into()).collect();
    let mut mixed = Vec::with_capacity(picks.len());
    while mixed.len() < picks.len() {
        mixed.extend(lines.iter_mut().filter_map(VecDeque::pop_front));
    }
    mixed
}
