//! `skyconnect`: serves the site, imports and exports schedules, calls departures off, and
//! shows staff what needs them.

mod asking_supplier;
mod calling_off;
mod commands;
mod tokens;

use std::{env, fs, io::IsTerminal as _, process::ExitCode};

use server::{
    authorising, config::Config, postgres::Postgres, promoting, run, selling, timetables::Timetables,
};
use tracing_subscriber::EnvFilter;

const HELP: &str = "\
SkyConnect, an airline booking system

Usage: skyconnect [COMMAND]

Commands:
  serve         Serve the site (the default)
  import FILE   Import an SSIM chapter 7 schedule; a faulty file is refused whole
  export        Write the schedule as SSIM chapter 7 to standard output
  sales DEPARTURE CABIN [--mode choose|best|open] [--opens TIME|none] [--closes TIME|none]
                Set how a cabin of a departure is sold, and from when until when by the clocks at its airport
  class DEPARTURE CLASS AUTHORISED|default
                Set how many places of a departure may be sold in a booking class and those below it
  promotion make CODE OFF --uses NUMBER --until DATE [--from DATE] [--brands NAMES] [--travel FIRST..LAST]
                Make a promotion code that takes OFF fares: 20%, or 30.00USD for each traveller with a seat.
                NAMES are of brands, such as standard,flex; flights must leave from FIRST to LAST
  promotion list            Every promotion code with its uses
  promotion end CODE        End a code at once; who is booking with it keeps the price
  cancel-departure DEPARTURE --reason TEXT
                Call a departure such as B6523-1-2026-12-22 off: nothing is sold on it any more,
                and everyone on it is cancelled and refunded in full. Cut off, it may be run again;
                what has left is refused
  timeline BOOKING          What happened to a booking, by its locator or id
  cases                     What a person must look at: open cases and parked errands
  case close ID --note TEXT Close a case, saying what was done
  errand retry ID           Queue a parked errand again
  refund retry ID           Queue a failed refund again
  refund paid ID --by transfer|dispute --note TEXT
                Write down that a failed refund was paid another way, or by the dispute that took the money
  supplier-search FROM TO DATE
                What the suppliers that are set up offer one adult; nothing is bought
  reconcile [DAYS]          Compare ledger, bookings and Stripe, of the last 30 days if not said
  token make NAME           Make a token for a partner's program, and show its secret, this once
  token list                Every token with its balances
  token grant ID AMOUNT CURRENCY     Raise a token's balance, or lower it by a negative amount
  token limit ID AMOUNT CURRENCY     How far below nothing that balance may go
  token rate ID REQUESTS    How many requests a minute a token may make
  token revoke ID           Nothing can be done with a token any more; its orders stay
  help          Show this

It is set up by environment variables, which .env.sample explains.
";

#[tokio::main]
async fn main() -> ExitCode {
    start_log();
    let words: Vec<String> = env::args().skip(1).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let done = command(&words).await;
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("skyconnect: {message}");
            ExitCode::FAILURE
        }
    }
}

async fn command(words: &[&str]) -> Result<(), String> {
    match words {
        [] | ["serve"] => serve().await,
        ["import", file] => import(file).await,
        ["export"] => export().await,
        ["sales", departure, cabin, options @ ..] => sales(departure, cabin, options).await,
        ["class", departure, class, authorised] => self::class(departure, class, authorised).await,
        ["promotion", words @ ..] => {
            println!("{}", promoting::command(&database().await?, words).await?);
            Ok(())
        }
        ["cancel-departure", departure, "--reason", reason] => {
            calling_off::cancel_departure(database().await?, departure, reason).await
        }
        ["timeline", booking] => commands::timeline(&database().await?, booking).await,
        ["cases"] => commands::cases(&database().await?).await,
        ["case", "close", id, "--note", note] => commands::close_case(&database().await?, id, note).await,
        ["errand", "retry", id] => commands::retry_errand(&database().await?, id).await,
        ["refund", "retry", id] => commands::retry_refund(&database().await?, id).await,
        ["refund", "paid", id, "--by", way, "--note", note] => {
            commands::refund_paid(&database().await?, id, way, note).await
        }
        ["supplier-search", from, to, date] => asking_supplier::search(from, to, date).await,
        ["token", words @ ..] => tokens::command(&database().await?, words).await,
        ["reconcile"] => commands::reconcile(database().await?, "30").await,
        ["reconcile", days] => commands::reconcile(database().await?, days).await,
        ["help" | "--help" | "-h"] => {
            print!("{HELP}");
            Ok(())
        }
        _ => Err(format!("{} is no command.\n\n{HELP}", words.join(" "))),
    }
}

/// `RUST_LOG` says how much; lines are JSON unless a person watches or `SKYCONNECT_LOG=text` asks for text.
fn start_log() {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("info"));
    let log = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    let as_text = match env::var("SKYCONNECT_LOG").as_deref() {
        Ok("text") => true,
        Ok("json") => false,
        _ => std::io::stderr().is_terminal(),
    };
    if as_text { log.init() } else { log.json().init() }
}

async fn serve() -> Result<(), String> {
    let config = Config::from_env().map_err(|e| e.to_string())?;
    run::run(config).await.map_err(|e| e.to_string())
}

async fn database() -> Result<Postgres, String> {
    let url = env::var("DATABASE_URL").map_err(|_| "DATABASE_URL is not set".to_owned())?;
    Postgres::connect(&url).await.map_err(|e| e.to_string())
}

async fn import(file: &str) -> Result<(), String> {
    let bytes = fs::read(file).map_err(|e| format!("{file}: {e}"))?;
    let text = String::from_utf8(bytes).map_err(|_| format!("{file} is no text"))?;
    let timetables = Timetables::load(database().await?).await.map_err(|e| e.to_string())?;
    let report =
        timetables.import(file, &text).await.map_err(|e| format!("{file} was refused whole:\n{e}"))?;
    println!("{report}");
    Ok(())
}

async fn export() -> Result<(), String> {
    let timetables = Timetables::load(database().await?).await.map_err(|e| e.to_string())?;
    print!("{}", timetables.export().map_err(|e| e.to_string())?);
    Ok(())
}

async fn sales(departure: &str, cabin: &str, options: &[&str]) -> Result<(), String> {
    let postgres = database().await?;
    let timetables = Timetables::load(postgres.clone()).await.map_err(|e| e.to_string())?;
    println!("{}", selling::command(&timetables, &postgres, departure, cabin, options).await?);
    Ok(())
}

async fn class(departure: &str, class: &str, authorised: &str) -> Result<(), String> {
    let postgres = database().await?;
    let timetables = Timetables::load(postgres.clone()).await.map_err(|e| e.to_string())?;
    println!("{}", authorising::command(&timetables, &postgres, departure, class, authorised).await?);
    Ok(())
}
