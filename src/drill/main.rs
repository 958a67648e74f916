//! `drill`: see `--help`.

use std::{env, process::ExitCode};

use drill::{
    arguments::{Arguments, HELP, Mode},
    paused, plants,
    run::{self, DrillError, Findings, Settings},
    steps,
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
        ended = perform(&arguments) => ended,
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

async fn perform(arguments: &Arguments) -> Result<Findings, DrillError> {
    match &arguments.mode {
        Mode::Fire => run::run(&Settings::of(arguments)).await,
        Mode::Steps => steps::run(arguments).await,
        Mode::Paused => paused::run(arguments).await,
        Mode::Plant(name) => plants::run(arguments, name).await,
        Mode::Plants => plants::run_all(arguments).await,
    }
}

fn conclude(findings: &Findings) -> ExitCode {
    println!("{}", findings.table);
    for violation in findings.violations.iter().take(STORIES) {
        println!("VIOLATION {violation}");
    }
    for shortfall in &findings.shortfalls {
        println!("TOO LITTLE {shortfall}");
    }
    let Findings { done, bookings, faults, violations, shortfalls, .. } = findings;
    let done = done.clone().unwrap_or_else(|| format!("{bookings} bookings, {faults} faults"));
    println!("drill: {done}, {} violations", violations.len());
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
