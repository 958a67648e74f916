//! `drill`: see `--help`.

use std::{env, process::ExitCode};

use drill::{
    arguments::{Arguments, HELP},
    run::{Findings, run},
};

/// Violations whose story is printed whole.
const STORIES: usize = 10;

#[tokio::main]
async fn main() -> ExitCode {
    let arguments = match Arguments::parse(env::args().skip(1)) {
        Ok(Some(arguments)) => arguments,
        Ok(None) => {
            print!("{HELP}");
            return ExitCode::SUCCESS;
        }
        Err(fault) => {
            eprintln!("drill: {fault}\n\n{HELP}");
            return ExitCode::FAILURE;
        }
    };
    // What was booted is stopped when the run is dropped, however it ends.
    let ended = tokio::select! {
        ended = run(&arguments) => ended,
        () = asked_to_stop() => {
            eprintln!("drill: stopped");
            return ExitCode::from(130);
        }
    };
    match ended {
        Ok(findings) => conclude(&findings),
        Err(error) => {
            eprintln!("drill: {error}");
            ExitCode::FAILURE
        }
    }
}

fn conclude(findings: &Findings) -> ExitCode {
    for violation in findings.violations.iter().take(STORIES) {
        println!("VIOLATION {violation}");
    }
    for shortfall in &findings.shortfalls {
        println!("TOO LITTLE {shortfall}");
    }
    let Findings { bookings, faults, violations, shortfalls } = findings;
    println!("drill: {bookings} bookings, {faults} faults, {} violations", violations.len());
    if violations.is_empty() && shortfalls.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

async fn asked_to_stop() {
    let interrupt = tokio::signal::ctrl_c();
    match tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()) {
        Ok(mut terminate) => {
            tokio::select! { _ = interrupt => {}, _ = terminate.recv() => {} }
        }
        Err(_) => {
            let _ = interrupt.await;
        }
    }
}
