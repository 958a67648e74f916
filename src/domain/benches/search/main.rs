//! How fast a search is over a network of the real world's size; `bin/bench search` fetches what it reads.

mod compare;
mod figures;
mod measure;
mod network;
mod traffic;

use std::{env, path::PathBuf, process::ExitCode};

/// Failures here end the run: they are told in a sentence.
type Fault = Box<dyn std::error::Error>;

fn main() -> ExitCode {
    // Cargo adds a word of its own.
    let words: Vec<PathBuf> =
        env::args().skip(1).filter(|word| word != "--bench").map(PathBuf::from).collect();
    let [traffic, codes, answers] = words.as_slice() else {
        // `cargo test` runs it without.
        eprintln!(
            "Usage: search TRAFFIC CODES ANSWERS: FlightGear's AI/Traffic, airportsdata's airports.csv, and an empty \
             folder for what minotor reads"
        );
        return ExitCode::SUCCESS;
    };
    match measure::run(traffic, codes, answers) {
        Ok(()) => ExitCode::SUCCESS,
        Err(fault) => {
            eprintln!("bench: {fault}");
            ExitCode::FAILURE
        }
    }
}
