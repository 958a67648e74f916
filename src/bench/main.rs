//! `bench`: measures what `SkyConnect` does against what Postgres could do at most, in the same run on the same machine.
//! `bin/bench` starts what it needs.

mod actor;
mod client;
mod fanout;
mod fleet;
mod holds;
mod load;
mod pgbench;
mod stage;
mod ways;

use std::{env, process::ExitCode};

const HELP: &str = "\
Usage: bench holds [--quick]
       bench fanout [--quick]
       bench mending [--quick]  only how soon who was cut off is right again
       bench serve WAY          serve with another way of picking: plain, for-update, nowait, skip-locked, redis-nx
       bench bare               serve bare WebSockets, told over Redis

Set up by bin/bench: DATABASE_URL and REDIS_URL are empty ones, PROGRAM is the server's program. For fanout, REDIS_FOLDER
holds Redis' redis.conf and redis.pid, REDIS_PROGRAM is its program, SOCKETIO_MODULES and SOCKETIO_SCRIPT are what node runs.
";

/// Failures here end the run: they are told in a sentence.
type Fault = Box<dyn std::error::Error + Send + Sync>;

fn main() -> ExitCode {
    let words: Vec<String> = env::args().skip(1).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let done = match words.as_slice() {
        ["holds"] => alone(holds::run(false)),
        ["holds", "--quick"] => alone(holds::run(true)),
        ["fanout"] => alone(fanout::run(false)),
        ["fanout", "--quick"] => alone(fanout::run(true)),
        ["mending"] => alone(fanout::run_mending(false)),
        ["mending", "--quick"] => alone(fanout::run_mending(true)),
        ["bare"] => many(fanout::bare::serve()),
        ["serve", way] => many(ways::serve(way)),
        _ => {
            eprint!("{HELP}");
            return ExitCode::from(2);
        }
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(fault) => {
            eprintln!("bench: {fault}");
            ExitCode::FAILURE
        }
    }
}

/// The client has one thread, so that it takes as little as it can from what it measures.
fn alone<F: Future<Output = Result<(), Fault>>>(run: F) -> Result<(), Fault> {
    tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(run)
}

fn many<F: Future<Output = Result<(), Fault>>>(run: F) -> Result<(), Fault> {
    tokio::runtime::Builder::new_multi_thread().enable_all().build()?.block_on(run)
}
