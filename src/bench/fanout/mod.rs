//! `bench fanout`: how soon those who watch seats are told, beside the least that could tell them and what others use; and
//! how soon who was cut off is right again.

mod audience;
pub mod bare;
mod cable;
mod figures;
mod mending;
mod page;
mod process;
mod rival;
mod wire;

use std::{env, time::Duration};

use domain::departure::DepartureId;
use server::postgres::Postgres;
use tokio::task::LocalSet;

use crate::{
    Fault,
    fleet::{Server, free_ports},
    stage::Stage,
};
use figures::Figures;
use rival::Rival;

const CROWDS: [usize; 2] = [2_000, 10_000];
/// Viewers of each departure, where there are many.
const EACH: usize = 100;
/// Files that a server, and this client, have open besides sockets.
const OTHER_FILES: u64 = 200;

pub async fn run(quick: bool) -> Result<(), Fault> {
    LocalSet::new().run_until(measure(quick)).await
}

/// Only how soon who was cut off is right again.
pub async fn run_mending(quick: bool) -> Result<(), Fault> {
    let trial = async {
        let ports = free_ports(3);
        let first = Server::ours(ports[2]).await?;
        let mut stage = Stage::set().await?;
        drop(first);
        mending::run(&mut stage, quick, [ports[0], ports[1]]).await?.print();
        Ok(())
    };
    LocalSet::new().run_until(trial).await
}

async fn measure(quick: bool) -> Result<(), Fault> {
    let needed = CROWDS[1] as u64 + OTHER_FILES;
    if let Some(most) = process::most_files().filter(|most| *most < needed) {
        return Err(
            format!("{needed} files must be open at once, and {most} may be: raise `ulimit -n`").into()
        );
    }
    let mut ports = free_ports(100).into_iter();
    let mut two = || ports.next().zip(ports.next()).map(|(a, b)| [a, b]).ok_or("no free ports");
    // The first one makes the schema; our timetable is newer than it.
    let first = Server::ours(two()?[0]).await?;
    let mut stage = Stage::set().await?;
    drop(first);
    let realm = Postgres::connect(&env::var("DATABASE_URL")?).await?.realm().await?;
    let rivals = [Rival::Ours(realm), Rival::Bare, Rival::SocketIo];
    let (rounds, span) = if quick { (1, 5) } else { (3, 8) };
    let span = Duration::from_secs(span);

    let mut one = Vec::new();
    let mut lost = 0;
    for viewers in CROWDS {
        for each in [viewers, EACH] {
            let departures: Vec<DepartureId> = stage.departures(viewers / each)?;
            if quick && departures.len() > 1 {
                continue;
            }
            Figures::head(&format!("{viewers} viewers of {}", told(departures.len())));
            // In turn: whatever else the machine does comes and goes, and meets all of them.
            let mut shown = rivals.map(|_| Vec::new());
            for _ in 0..rounds {
                for (rival, shown) in rivals.iter().zip(&mut shown) {
                    shown.push(audience::measure(*rival, viewers, &departures, two()?, span).await?);
                }
            }
            lost += shown[0].iter().map(|figures| figures.lost).sum::<u64>();
            let figures = shown.map(middle);
            figures.iter().for_each(Figures::print);
            if departures.len() == 1 {
                one.push(figures);
            }
        }
    }

    let mended = mending::run(&mut stage, quick, two()?).await?;
    mended.print();
    let ours: Vec<f64> = one.iter().map(|figures| figures[0].p99_ms()).collect();
    // The worse of both crowds.
    let worst = |rival: usize| {
        one.iter().map(|f| f[0].p99_ms() / f[rival].p99_ms()).fold(f64::NEG_INFINITY, f64::max)
    };
    let memory = one.iter().map(|f| f[0].bytes_per_viewer / f[2].bytes_per_viewer);
    println!("memory per viewer: {:.2} of socket.io", memory.fold(f64::NEG_INFINITY, f64::max));
    println!(
        "\nfanout: 2k p99 {:.1} ms, 10k p99 {:.1} ms, lost {lost}, {:.2} of bare, {:.2} of socket.io",
        ours[0],
        ours[1],
        worst(1),
        worst(2),
    );
    Ok(())
}

/// Of several rounds the one whose p99 is in the middle.
fn middle(mut rounds: Vec<Figures>) -> Figures {
    rounds.sort_by(|a, b| a.p99_ms().total_cmp(&b.p99_ms()));
    let middle = rounds.len() / 2;
    rounds.swap_remove(middle)
}

fn told(departures: usize) -> String {
    if departures == 1 { "one departure".into() } else { format!("{departures} departures") }
}
