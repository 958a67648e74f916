//! What the environment says; read and checked once, at start.

mod suppliers;

use std::{env, fmt, net::SocketAddr, path::PathBuf, time::Duration};

pub use suppliers::SupplierSettings;

use crate::{live::Bounds, terms::Terms};

/// Every setting with its variable; `.env.sample` explains each to whoever runs the program.
#[derive(Clone, Debug)]
pub struct Config {
    /// `DATABASE_URL`
    pub database_url: String,
    /// `REDIS_URL`
    pub redis_url: String,
    /// `SKYCONNECT_ADDR`
    pub address: SocketAddr,
    /// `SKYCONNECT_PUBLIC_URL`: the origin that browsers see, without a slash at its end.
    pub public_url: String,
    /// `SKYCONNECT_TRUSTED_PROXIES`: how many proxies of ours add to X-Forwarded-For.
    pub trusted_proxies: usize,
    /// `SKYCONNECT_SECRET`: signs cookies and offers.
    pub secret: Secret,
    pub stripe: StripeSettings,
    /// `SKYCONNECT_API_TOKEN`: a token for partners' programs, with a demo balance.
    pub api_token: Option<Secret>,
    /// `SKYCONNECT_WEBHOOKS_TO_PRIVATE`: partners are also told without TLS and in private networks.
    pub webhooks_to_private: bool,
    /// None: letters wait in the outbox until mail is set up.
    pub mail: Option<MailSettings>,
    /// Who else sells flights here, in the order in which they are named.
    pub suppliers: Vec<SupplierSettings>,
    /// How many may watch seats here: `SKYCONNECT_VIEWERS`, `SKYCONNECT_VIEWERS_PER_ADDRESS`.
    pub viewers: Bounds,
    pub terms: Terms,
}

#[derive(Clone, Debug)]
pub struct StripeSettings {
    /// `STRIPE_SECRET_KEY`; without it the bundled sandbox is spoken to.
    pub secret_key: Secret,
    /// `STRIPE_PUBLISHABLE_KEY`
    pub publishable_key: String,
    /// `STRIPE_WEBHOOK_SECRET`
    pub webhook_secret: Secret,
    /// `STRIPE_API_URL`: none is Stripe's own.
    pub api_url: Option<String>,
    /// `STRIPE_JS_URL`
    pub script_url: String,
}

/// How letters leave.
#[derive(Clone, Debug)]
pub struct MailSettings {
    pub way: MailWay,
    /// `SKYCONNECT_MAIL_FROM`: the sender, as mail programs write it.
    pub from: String,
}

#[derive(Clone, Debug)]
pub enum MailWay {
    /// `SKYCONNECT_SMTP_URL`: may hold a password.
    Smtp(Secret),
    /// `SKYCONNECT_MAIL_DIR`: a file for each letter.
    Folder(PathBuf),
}

/// A value that no log may show.
#[derive(Clone)]
pub struct Secret(pub String);

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}

#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    #[error("{name} is not set: {hint}")]
    Missing { name: &'static str, hint: &'static str },
    #[error("{name} cannot be {found:?}: {hint}")]
    Wrong { name: &'static str, found: String, hint: &'static str },
    #[error("{name} is not set: the token that goes with {supplier} of SKYCONNECT_SUPPLIERS")]
    NoToken { name: String, supplier: String },
}

impl Config {
    /// # Errors
    /// The first variable that is missing or cannot be right, with what it should hold.
    pub fn from_env() -> Result<Self, ConfigError> {
        let address_text = optional("SKYCONNECT_ADDR").unwrap_or_else(|| "127.0.0.1:3000".into());
        let address: SocketAddr = address_text.parse().map_err(|_| ConfigError::Wrong {
            name: "SKYCONNECT_ADDR",
            found: address_text.clone(),
            hint: "an address and port to listen on, such as 127.0.0.1:3000",
        })?;
        let public_url = optional("SKYCONNECT_PUBLIC_URL").unwrap_or_else(|| format!("http://{address}"));
        let public_url = public_url.trim_end_matches('/').to_owned();
        if !public_url.starts_with("https://") && !public_url.starts_with("http://") {
            return Err(ConfigError::Wrong {
                name: "SKYCONNECT_PUBLIC_URL",
                found: public_url,
                hint: "an origin such as https://fly.example",
            });
        }
        let secret =
            required("SKYCONNECT_SECRET", "32 random characters or more; it signs cookies and offers")?;
        if secret.len() < 32 {
            return Err(ConfigError::Wrong {
                name: "SKYCONNECT_SECRET",
                found: "something shorter".into(),
                hint: "32 random characters or more",
            });
        }
        Ok(Self {
            database_url: required("DATABASE_URL", "a Postgres address, postgres://user@host/database")?,
            redis_url: required("REDIS_URL", "a Redis address, redis://host:port")?,
            address,
            public_url,
            trusted_proxies: trusted_proxies()?,
            secret: Secret(secret),
            stripe: StripeSettings::from_env()?,
            api_token: optional("SKYCONNECT_API_TOKEN").map(Secret),
            webhooks_to_private: optional("SKYCONNECT_WEBHOOKS_TO_PRIVATE").is_some_and(|value| value == "1"),
            mail: MailSettings::from_env()?,
            suppliers: SupplierSettings::from_env()?,
            viewers: viewers()?,
            terms: terms()?,
        })
    }

    /// Whether cookies may carry the `__Host-` prefix: browsers refuse it on plain http.
    pub fn is_https(&self) -> bool {
        self.public_url.starts_with("https://")
    }
}

impl MailSettings {
    fn from_env() -> Result<Option<Self>, ConfigError> {
        let from = optional("SKYCONNECT_MAIL_FROM");
        if let Some(url) = optional("SKYCONNECT_SMTP_URL") {
            let hint = "the sender that travellers see, such as SkyConnect <tickets@fly.example>";
            let from = from.ok_or(ConfigError::Missing { name: "SKYCONNECT_MAIL_FROM", hint })?;
            return Ok(Some(Self { way: MailWay::Smtp(Secret(url)), from }));
        }
        Ok(optional("SKYCONNECT_MAIL_DIR").map(|folder| Self {
            way: MailWay::Folder(folder.into()),
            from: from.unwrap_or_else(|| "SkyConnect <tickets@skyconnect.invalid>".into()),
        }))
    }
}

impl StripeSettings {
    /// # Errors
    /// The first variable that is missing.
    pub fn from_env() -> Result<Self, ConfigError> {
        let Some(secret_key) = optional("STRIPE_SECRET_KEY") else {
            let api = optional("STRIPE_API_URL").unwrap_or_else(|| "http://127.0.0.1:12111/".into());
            let api = format!("{}/", api.trim_end_matches('/'));
            return Ok(Self {
                secret_key: Secret("sk_test_sandbox".into()),
                publishable_key: "pk_test_sandbox".into(),
                webhook_secret: Secret(
                    optional("STRIPE_WEBHOOK_SECRET").unwrap_or_else(|| "whsec_sandbox".into()),
                ),
                script_url: optional("STRIPE_JS_URL").unwrap_or_else(|| format!("{api}v3/")),
                api_url: Some(api),
            });
        };
        Ok(Self {
            secret_key: Secret(secret_key),
            publishable_key: required(
                "STRIPE_PUBLISHABLE_KEY",
                "the key that goes with STRIPE_SECRET_KEY, pk_…",
            )?,
            webhook_secret: Secret(required(
                "STRIPE_WEBHOOK_SECRET",
                "the endpoint's signing secret, whsec_…",
            )?),
            api_url: optional("STRIPE_API_URL"),
            script_url: optional("STRIPE_JS_URL").unwrap_or_else(|| "https://js.stripe.com/v3/".into()),
        })
    }
}

fn terms() -> Result<Terms, ConfigError> {
    let usual = Terms::default();
    Ok(Terms {
        hold: secs("SKYCONNECT_HOLD_SECS", usual.hold)?,
        payment_grace: secs("SKYCONNECT_PAYMENT_GRACE_SECS", usual.payment_grace)?,
        lease: secs("SKYCONNECT_LEASE_SECS", usual.lease)?,
    })
}

fn secs(name: &'static str, usual: Duration) -> Result<Duration, ConfigError> {
    let Some(text) = optional(name) else { return Ok(usual) };
    let secs = text.parse().ok().filter(|secs| (1..=86_400).contains(secs));
    let wrong = ConfigError::Wrong { name, found: text, hint: "whole seconds, from 1 to 86400" };
    secs.map(Duration::from_secs).ok_or(wrong)
}

fn viewers() -> Result<Bounds, ConfigError> {
    let usual = Bounds::default();
    Ok(Bounds {
        per_server: count("SKYCONNECT_VIEWERS", usual.per_server)?,
        per_address: count("SKYCONNECT_VIEWERS_PER_ADDRESS", usual.per_address)?,
        ..usual
    })
}

fn count(name: &'static str, usual: usize) -> Result<usize, ConfigError> {
    let Some(text) = optional(name) else { return Ok(usual) };
    let count = text.parse().ok().filter(|count| (1..=1_000_000).contains(count));
    count.ok_or(ConfigError::Wrong { name, found: text, hint: "a number from 1 to 1000000" })
}

fn trusted_proxies() -> Result<usize, ConfigError> {
    let Some(text) = optional("SKYCONNECT_TRUSTED_PROXIES") else { return Ok(0) };
    text.parse().map_err(|_| ConfigError::Wrong {
        name: "SKYCONNECT_TRUSTED_PROXIES",
        found: text,
        hint: "a number; 0 where browsers connect directly",
    })
}

fn optional(name: &str) -> Option<String> {
    env::var(name).ok().map(|v| v.trim().to_owned()).filter(|v| !v.is_empty())
}

fn required(name: &'static str, hint: &'static str) -> Result<String, ConfigError> {
    optional(name).ok_or(ConfigError::Missing { name, hint })
}
