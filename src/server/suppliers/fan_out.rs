//! One question to all suppliers at once.

use std::{fmt::Display, sync::Arc, time::Duration};

use futures_util::{StreamExt as _, stream::FuturesUnordered};
use tokio::time::{Instant, timeout_at};

use super::{Supplier, SupplierName};

/// What has come by the deadline, in the order of the suppliers.
#[derive(Debug)]
pub struct Answers<A> {
    pub came: Vec<(SupplierName, A)>,
    /// Who has not answered, or with nothing that can be used: the result is without them.
    pub missing: Vec<SupplierName>,
}

/// Asks all of them; whoever fails, or is too late, is missing and spoils nothing of the others.
pub async fn ask_all<A, E, F>(
    suppliers: &[Arc<dyn Supplier>],
    ask: impl Fn(Arc<dyn Supplier>) -> F,
    patience: Duration,
) -> Answers<A>
where
    F: Future<Output = Result<A, E>>,
    E: Display,
{
    let deadline = Instant::now() + patience;
    let mut asking: FuturesUnordered<_> = suppliers
        .iter()
        .enumerate()
        .map(|(place, supplier)| {
            let answer = ask(supplier.clone());
            async move { (place, answer.await) }
        })
        .collect();
    let mut answers: Vec<Option<A>> = suppliers.iter().map(|_| None).collect();
    while let Ok(Some((place, ended))) = timeout_at(deadline, asking.next()).await {
        match ended {
            Ok(answer) => answers[place] = Some(answer),
            Err(error) => {
                tracing::warn!(supplier = %suppliers[place].name(), %error, "a supplier is missing in a search");
            }
        }
    }
    let mut all = Answers { came: Vec::new(), missing: Vec::new() };
    for (supplier, answer) in suppliers.iter().zip(answers) {
        match answer {
            Some(answer) => all.came.push((supplier.name().clone(), answer)),
            None => all.missing.push(supplier.name().clone()),
        }
    }
    all
}
