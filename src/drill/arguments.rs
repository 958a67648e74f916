//! What a person types.

use std::{path::PathBuf, time::Duration};

pub const HELP: &str = "\
drill: proves a booking core under fire

Usage: drill --server PATH [OPTIONS]
  --server PATH       the program `skyconnect` that is put to the test
  --postgres DIR      the folder with initdb and pg_ctl
  --redis PATH        redis-server
  --minutes M         how long travellers book [1]
  --bookings N        book until there are so many instead, as many minutes as that takes
  --seed N            what faults strike when and whom follows from it [drawn]
  --travellers N      travellers at once [150]
  --quick             as short as can be with every fault: about 25 seconds
  --steps             kill the server after each step of checkout and of cancelling instead; it needs the feature `plant`
  --paused            stop Postgres for longer than every time-out instead, while requests of each kind are made
  --plant NAME        plant this violation, which must be found: exit 1; it needs the feature `plant`
  --plants            plant each of them, one after the other; exit 0 if each was found
  --help              this text
";

#[derive(Clone, Debug)]
pub struct Arguments {
    pub server: PathBuf,
    pub postgres: PathBuf,
    pub redis: PathBuf,
    pub lasting: Lasting,
    pub seed: u64,
    pub travellers: u32,
    pub quick: bool,
    pub mode: Mode,
}

/// What is to be shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Mode {
    /// That nothing breaks under fire.
    Fire,
    /// That every step may be the last before a crash.
    Steps,
    /// That nobody waits without bound for a Postgres that stands still.
    Paused,
    /// That a violation is found.
    Plant(String),
    /// That each of them is.
    Plants,
}

/// When travellers stop.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lasting {
    For(Duration),
    UntilBooked(u64),
    /// When every kind of fault has struck.
    EveryFault,
}

impl Arguments {
    /// `Ok(None)` means that help was asked for.
    ///
    /// # Errors
    /// A sentence naming what cannot be used.
    pub fn parse(words: impl IntoIterator<Item = String>) -> Result<Option<Self>, String> {
        let mut arguments = Self {
            server: PathBuf::new(),
            postgres: PathBuf::new(),
            redis: "redis-server".into(),
            lasting: Lasting::For(Duration::from_mins(1)),
            seed: u64::from(fastrand::u32(..)),
            travellers: 150,
            quick: false,
            mode: Mode::Fire,
        };
        let mut words = words.into_iter();
        while let Some(flag) = words.next() {
            match flag.as_str() {
                "--help" | "-h" => return Ok(None),
                "--quick" => {
                    arguments.quick = true;
                    arguments.lasting = Lasting::EveryFault;
                    arguments.travellers = 60;
                    continue;
                }
                "--steps" => {
                    arguments.mode = Mode::Steps;
                    continue;
                }
                "--paused" => {
                    arguments.mode = Mode::Paused;
                    continue;
                }
                "--plants" => {
                    arguments.mode = Mode::Plants;
                    continue;
                }
                _ => {}
            }
            let value = words.next().ok_or_else(|| format!("{flag}: unknown, or its value is missing"))?;
            let number = || value.parse::<u64>().map_err(|_| format!("{flag}: {value:?} is no number"));
            match flag.as_str() {
                "--server" => arguments.server = value.into(),
                "--postgres" => arguments.postgres = value.into(),
                "--redis" => arguments.redis = value.into(),
                "--plant" => arguments.mode = Mode::Plant(value),
                "--minutes" => {
                    let minutes: f64 =
                        value.parse().map_err(|_| format!("{flag}: {value:?} is no number"))?;
                    let lasting = Duration::try_from_secs_f64(60.0 * minutes);
                    arguments.lasting = Lasting::For(lasting.map_err(|error| format!("{flag}: {error}"))?);
                }
                "--bookings" => arguments.lasting = Lasting::UntilBooked(number()?),
                "--seed" => arguments.seed = number()?,
                "--travellers" => {
                    arguments.travellers =
                        u32::try_from(number()?).map_err(|_| format!("{flag}: {value} is too many"))?;
                }
                _ => return Err(format!("{flag}: unknown")),
            }
        }
        if arguments.server.as_os_str().is_empty() || arguments.postgres.as_os_str().is_empty() {
            return Err("--server and --postgres are needed; bin/drill finds them".into());
        }
        Ok(Some(arguments))
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::{Arguments, Lasting};

    fn parse(words: &str) -> Result<Option<Arguments>, String> {
        Arguments::parse(format!("--server s --postgres p {words}").split_whitespace().map(str::to_owned))
    }

    #[test]
    fn what_cannot_be_used_is_named() {
        assert!(parse("--seed x").unwrap_err().contains("--seed"));
        assert!(parse("--minutes").unwrap_err().contains("--minutes"));
        assert!(parse("--colour red").unwrap_err().contains("--colour"));
        assert!(Arguments::parse([]).is_err());
        assert!(parse("--help").unwrap().is_none());
    }

    #[test]
    fn a_drill_lasts_for_minutes_or_bookings() {
        let lasting = |words| parse(words).unwrap().unwrap().lasting;
        assert_eq!(lasting("--minutes 0.5"), Lasting::For(Duration::from_secs(30)));
        assert_eq!(lasting("--bookings 50000"), Lasting::UntilBooked(50_000));
    }
}
