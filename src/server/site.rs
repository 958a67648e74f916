//! Everything a request may need, put together once at start.

use std::{ops::Deref, sync::Arc};

use app::ports::{Ports, Seats};
use axum::extract::FromRef;
use leptos::config::LeptosOptions;
use payments::{Stripe, StripeConfig};
use tokio::task::JoinSet;

use crate::{
    cancelling::Cancelling,
    checkout::{Paying, StripePage},
    config::{Config, StripeSettings},
    limits::{Limits, limits},
    live::Live,
    mail::{Mail, MailSetupError},
    ordering::Ordering,
    origins::Origins,
    partner::{self, Partners, Rates},
    patience,
    postgres::{Postgres, StoreError},
    searching::Searching,
    seating::Seating,
    signing::Signing,
    suppliers::{Suppliers, desk::Desk, duffel::WrongUrl},
    timetables::{Timetables, TimetablesError},
    trips::TripFiles,
};

/// Shared by all requests: a clone costs next to nothing, which counts where every layer of the router makes some.
#[derive(Clone)]
pub struct Site(Arc<Parts>);

#[derive(Clone)]
pub struct Parts {
    pub options: LeptosOptions,
    pub postgres: Postgres,
    pub live: Live,
    pub timetable: Timetables,
    pub signing: Signing,
    /// Who else sells here.
    pub suppliers: Suppliers,
    /// Our books of what we order there.
    pub desk: Desk,
    pub searching: Searching,
    pub seating: Seating,
    pub paying: Paying,
    pub cancelling: Cancelling,
    pub ordering: Ordering,
    pub origins: Origins,
    pub limits: Limits,
    pub ports: Ports,
    pub partners: Partners,
    /// Where letters go; none: they wait in the outbox.
    pub mail: Option<Mail>,
    /// The origin that browsers see, without a slash at its end.
    pub public_url: Arc<str>,
    /// Whether browsers see us over https.
    pub https: bool,
    /// Where the card form's script comes from.
    pub stripe_origin: Arc<str>,
}

impl Deref for Site {
    type Target = Parts;
    fn deref(&self) -> &Parts {
        &self.0
    }
}

impl std::fmt::Debug for Parts {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Parts")
    }
}

impl std::fmt::Debug for Site {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Site")
    }
}

impl FromRef<Site> for LeptosOptions {
    fn from_ref(site: &Site) -> Self {
        site.options.clone()
    }
}

#[derive(Debug, thiserror::Error)]
pub enum SiteError {
    #[error(transparent)]
    Timetables(#[from] TimetablesError),
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error("REDIS_URL: {0}")]
    Redis(#[from] redis::RedisError),
    #[error(transparent)]
    Mail(#[from] MailSetupError),
    #[error(transparent)]
    Supplier(#[from] WrongUrl),
    #[error("Stripe: {0}")]
    Stripe(#[from] payments::InvalidConfig),
}

impl Site {
    /// Reads the timetable, connects to what is there, and starts the live channel's tasks.
    pub async fn open(
        config: &Config,
        options: LeptosOptions,
        postgres: Postgres,
        tasks: &mut JoinSet<()>,
    ) -> Result<Self, SiteError> {
        let timetable = Timetables::load(postgres.clone()).await?;
        timetable.begin_with_demo().await?;
        if let Some(secret) = &config.api_token {
            partner::begin_with_demo_token(&postgres, secret).await?;
        }
        let redis = redis::Client::open(config.redis_url.as_str())?;
        let realm = postgres.realm().await?;
        let live = Live::start(postgres.clone(), redis.clone(), realm, config.viewers, tasks);
        let signing = Signing::new(&config.secret);
        let suppliers = Suppliers::new(&config.suppliers, timetable.airports())?;
        let searching = Searching::new(
            timetable.clone(),
            postgres.clone(),
            signing.clone(),
            realm,
            redis.clone(),
            suppliers.clone(),
        );
        let seating = Seating::start(
            postgres.clone(),
            live.clone(),
            timetable.clone(),
            signing.clone(),
            searching.refusals().clone(),
            redis.clone(),
            tasks,
        )
        .beside(suppliers.clone());
        let stripe = stripe(&config.stripe)?;
        let page = StripePage {
            publishable_key: config.stripe.publishable_key.clone(),
            script_url: config.stripe.script_url.clone(),
        };
        let desk = Desk::new(postgres.clone(), suppliers.all().to_vec());
        let stripe = Arc::new(stripe);
        let paying = Paying::new(postgres.clone(), live.clone(), seating.clone(), stripe, desk.clone(), page);
        let cancelling = Cancelling::new(postgres.clone(), live.clone(), desk.clone());
        let ports = Ports {
            search: Arc::new(searching.clone()),
            seats: Arc::new(seating.clone()),
            checkout: Arc::new(paying.clone()),
            trips: Arc::new(TripFiles::new(postgres.clone(), timetable.clone(), cancelling.clone())),
        };
        let ordering = Ordering::new(
            postgres.clone(),
            live.clone(),
            seating.clone(),
            signing.clone(),
            ports.trips.clone(),
        );
        Ok(Self(Arc::new(Parts {
            options,
            postgres,
            live,
            timetable,
            signing,
            suppliers,
            desk,
            searching,
            seating,
            paying,
            cancelling,
            ordering,
            origins: Origins::new(&config.public_url),
            limits: limits(config.trusted_proxies),
            ports,
            partners: Partners::new(config.webhooks_to_private, Rates::new(realm, redis)),
            mail: config.mail.as_ref().map(Mail::new).transpose()?,
            public_url: config.public_url.as_str().into(),
            https: config.is_https(),
            stripe_origin: stripe_origins(&config.stripe.script_url).into(),
        })))
    }
}

impl Site {
    /// The same with another way to hold and pick seats, as a bench compares them.
    #[must_use]
    pub fn with_seats(&self, seats: Arc<dyn Seats>) -> Self {
        let ports = Ports { seats, ..self.ports.clone() };
        Self(Arc::new(Parts { ports, ..Parts::clone(self) }))
    }

    /// The same with others who sell here, as a test reaches them.
    #[must_use]
    pub fn with_suppliers(&self, suppliers: Suppliers) -> Self {
        let desk = Desk::new(self.postgres.clone(), suppliers.all().to_vec());
        let seating = self.seating.clone().beside(suppliers.clone());
        let paying = self.paying.clone().ordering_at(seating.clone(), desk.clone());
        let cancelling = Cancelling::new(self.postgres.clone(), self.live.clone(), desk.clone());
        let trips = TripFiles::new(self.postgres.clone(), self.timetable.clone(), cancelling.clone());
        let ports = Ports {
            seats: Arc::new(seating.clone()),
            checkout: Arc::new(paying.clone()),
            trips: Arc::new(trips),
            ..self.ports.clone()
        };
        Self(Arc::new(Parts { suppliers, desk, seating, paying, cancelling, ports, ..Parts::clone(self) }))
    }

    /// The same over the connections that are the jobs' own.
    #[must_use]
    pub fn for_jobs(&self) -> Self {
        let postgres = self.postgres.for_jobs();
        let seating = self.seating.clone().over(postgres.clone());
        let paying = self.paying.clone().over(postgres.clone(), seating.clone());
        let desk = Desk::new(postgres.clone(), self.suppliers.all().to_vec());
        let cancelling = Cancelling::new(postgres.clone(), self.live.clone(), desk.clone());
        let searching = self.searching.clone().over(postgres.clone());
        Self(Arc::new(Parts { postgres, desk, searching, seating, paying, cancelling, ..Parts::clone(self) }))
    }
}

/// Our account at Stripe, or at the sandbox.
///
/// # Errors
/// A key or address that cannot be right.
pub fn stripe(settings: &StripeSettings) -> Result<Stripe, payments::InvalidConfig> {
    let stripe = Stripe::new(&StripeConfig {
        secret_key: settings.secret_key.0.clone(),
        api_url: settings.api_url.clone(),
        webhook_secret: settings.webhook_secret.0.clone(),
    })?;
    Ok(stripe.with_timeout(patience::STRIPE_ATTEMPT))
}

/// Origins of the script and of what it talks to: Stripe's own, or the one that serves the script.
fn stripe_origins(script_url: &str) -> String {
    if script_url.starts_with("https://js.stripe.com/") {
        return "https://js.stripe.com https://api.stripe.com https://hooks.stripe.com".into();
    }
    let host_at = script_url.find("://").map_or(0, |i| i + 3);
    let end = script_url[host_at..].find('/').map_or(script_url.len(), |i| host_at + i);
    script_url[..end].to_owned()
}
