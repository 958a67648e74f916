//! One search at all suppliers at once.

use std::{sync::Arc, time::Duration};

use tokio::{
    task::JoinSet,
    time::{Instant, timeout_at},
};

use super::{Offered, Supplier, SupplierName, Trip};

/// What has come by the deadline.
#[derive(Debug, Default)]
pub struct Found {
    /// By price.
    pub offers: Vec<Offered>,
    /// Who has not answered, or with nothing that can be used: the result is without them.
    pub missing: Vec<SupplierName>,
}

/// Asks all of them; whoever fails, or is too late, is missing and spoils nothing of the others.
pub async fn ask_all(suppliers: &[Arc<dyn Supplier>], trip: &Trip, patience: Duration) -> Found {
    let deadline = Instant::now() + patience;
    let mut asking = JoinSet::new();
    for supplier in suppliers {
        let (supplier, trip) = (supplier.clone(), trip.clone());
        asking.spawn(async move {
            let answer = supplier.search(&trip).await;
            (supplier.name().clone(), answer)
        });
    }
    let mut found = Found::default();
    let mut answered = Vec::new();
    while let Ok(Some(ended)) = timeout_at(deadline, asking.join_next()).await {
        match ended {
            Ok((name, Ok(offers))) => {
                answered.push(name);
                found.offers.extend(offers);
            }
            Ok((name, Err(error))) => {
                tracing::warn!(supplier = %name, %error, "a supplier is missing in a search");
            }
            // Its name is among those that have not answered.
            Err(error) => {
                tracing::error!(%error, "a supplier's answer broke the program that read it");
            }
        }
    }
    let names = suppliers.iter().map(|supplier| supplier.name());
    found.missing = names.filter(|name| !answered.contains(name)).cloned().collect();
    found.offers.sort_by(|a, b| (a.total.minor, &a.id).cmp(&(b.total.minor, &b.id)));
    found
}
