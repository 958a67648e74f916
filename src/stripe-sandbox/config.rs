//! Flags and environment of the sandbox.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

/// What `--help` prints.
pub const HELP: &str = "\
stripe-sandbox: Stripe's API as far as SkyConnect uses it. No card is charged, no money moves.

Usage: stripe-sandbox [OPTIONS]      each option can also be set by the environment variable beside it
  --addr ADDR            address to listen on           STRIPE_SANDBOX_ADDR            [127.0.0.1:12111]
  --webhook-url URL      where events are posted        STRIPE_SANDBOX_WEBHOOK_URL     [none: no webhooks]
  --webhook-secret KEY   signs the events               STRIPE_SANDBOX_WEBHOOK_SECRET  [whsec_sandbox]
  --state FILE           keeps everything in this file  STRIPE_SANDBOX_STATE           [none: forgotten at the end]
  --refund-secs SECONDS  how long banks take to answer  STRIPE_SANDBOX_REFUND_SECS     [5]
                         a refund that is not settled at once
  --seed NUMBER          draws the faults by chance     STRIPE_SANDBOX_SEED            [0]
  --help                 this text
";

/// How a sandbox is set up.
#[derive(Clone)]
pub struct Config {
    /// `STRIPE_SANDBOX_ADDR`: where the program listens.
    pub addr: SocketAddr,
    /// `STRIPE_SANDBOX_WEBHOOK_URL`: where events are posted, over plain HTTP; none means no webhooks.
    pub webhook_url: Option<String>,
    /// `STRIPE_SANDBOX_WEBHOOK_SECRET`: the key that signs them.
    pub webhook_secret: String,
    /// Pause before the first repetition of a webhook that was not answered with a 2xx; each further one is twice as
    /// long, up to sixteen times the first.
    pub webhook_backoff: Duration,
    /// `STRIPE_SANDBOX_STATE`: a JSON file read at the start and written whole after every change, so none for a run
    /// of many thousand payments.
    pub state: Option<PathBuf>,
    /// `STRIPE_SANDBOX_REFUND_SECS`: how long banks take to answer a refund that is not settled at once.
    pub refund_secs: u32,
    /// `STRIPE_SANDBOX_SEED`: draws the faults that strike by chance.
    pub seed: u64,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            addr: SocketAddr::from(([127, 0, 0, 1], 12111)),
            webhook_url: None,
            webhook_secret: "whsec_sandbox".to_owned(),
            webhook_backoff: Duration::from_secs(1),
            state: None,
            refund_secs: 5,
            seed: 0,
        }
    }
}

impl std::fmt::Debug for Config {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Config")
            .field("addr", &self.addr)
            .field("webhook_url", &self.webhook_url)
            .field("state", &self.state)
            .field("refund_secs", &self.refund_secs)
            .field("seed", &self.seed)
            .finish_non_exhaustive()
    }
}

impl Config {
    /// Reads the environment first, then the flags, which win. `Ok(None)` means that help was asked for.
    ///
    /// # Errors
    /// A sentence naming the flag or variable that cannot be used.
    pub fn read(
        env: impl Fn(&str) -> Option<String>,
        args: impl IntoIterator<Item = String>,
    ) -> Result<Option<Self>, String> {
        let mut config = Self::default();
        for (flag, variable) in [
            ("--addr", "STRIPE_SANDBOX_ADDR"),
            ("--webhook-url", "STRIPE_SANDBOX_WEBHOOK_URL"),
            ("--webhook-secret", "STRIPE_SANDBOX_WEBHOOK_SECRET"),
            ("--state", "STRIPE_SANDBOX_STATE"),
            ("--refund-secs", "STRIPE_SANDBOX_REFUND_SECS"),
            ("--seed", "STRIPE_SANDBOX_SEED"),
        ] {
            if let Some(value) = env(variable).filter(|value| !value.is_empty()) {
                config.set(flag, value).map_err(|fault| format!("{variable}: {fault}"))?;
            }
        }
        let mut args = args.into_iter();
        while let Some(flag) = args.next() {
            if flag == "--help" || flag == "-h" {
                return Ok(None);
            }
            let value = args.next().ok_or_else(|| format!("{flag}: unknown, or its value is missing"))?;
            config.set(&flag, value).map_err(|fault| format!("{flag}: {fault}"))?;
        }
        Ok(Some(config))
    }

    fn set(&mut self, flag: &str, value: String) -> Result<(), String> {
        match flag {
            "--addr" => {
                self.addr =
                    value.parse().map_err(|_| format!("{value:?} is no address such as 127.0.0.1:12111"))?;
            }
            "--webhook-url" if value.starts_with("http://") => self.webhook_url = Some(value),
            "--webhook-url" => return Err(format!("{value:?} is no http:// address")),
            "--webhook-secret" => self.webhook_secret = value,
            "--state" => self.state = Some(PathBuf::from(value)),
            "--refund-secs" => {
                self.refund_secs = value.parse().map_err(|_| format!("{value:?} is no number of seconds"))?;
            }
            "--seed" => self.seed = value.parse().map_err(|_| format!("{value:?} is no whole number"))?,
            _ => return Err("unknown flag".to_owned()),
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(env: &[(&str, &str)], args: &[&str]) -> Result<Option<Config>, String> {
        let env: std::collections::HashMap<_, _> = env.iter().copied().collect();
        Config::read(|name| env.get(name).map(ToString::to_string), args.iter().map(ToString::to_string))
    }

    #[test]
    fn flags_win_over_the_environment() {
        let config =
            read(&[("STRIPE_SANDBOX_ADDR", "127.0.0.1:1")], &["--addr", "127.0.0.1:2"]).unwrap().unwrap();
        assert_eq!(config.addr.port(), 2);
        assert_eq!(config.webhook_secret, "whsec_sandbox");
    }

    #[test]
    fn what_cannot_be_used_is_named() {
        assert!(read(&[("STRIPE_SANDBOX_ADDR", "here")], &[]).unwrap_err().contains("STRIPE_SANDBOX_ADDR"));
        assert!(read(&[], &["--webhook-url", "ftp://x"]).unwrap_err().contains("--webhook-url"));
        assert!(read(&[], &["--refund-secs", "soon"]).unwrap_err().contains("--refund-secs"));
        assert!(read(&[], &["--seed", "-1"]).unwrap_err().contains("--seed"));
        assert!(read(&[], &["--colour", "red"]).unwrap_err().contains("--colour"));
        assert!(read(&[], &["--help"]).unwrap().is_none());
    }
}
