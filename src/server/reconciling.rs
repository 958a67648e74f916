//! Compares ledger, bookings and Stripe. Every difference is a case for staff; nothing is mended or closed here, but
//! disputes and refunds that no webhook told of are written down.

mod catch_up;
mod compare;

use std::{collections::HashSet, fmt, sync::Arc, time::Duration};

use jiff::Timestamp;
use payments::{Intent, Stripe, StripeError};
use uuid::Uuid;

use crate::postgres::{PaymentBooks, Postgres, StoreError};
use compare::{compare, unknown};

/// What changed more recently may still be on its way to the other side.
const GRACE: Duration = Duration::from_mins(2);

/// What is seen to within seconds and is not after this long needs a person.
const LEFT_BEHIND: Duration = Duration::from_mins(10);

/// So many bookings are compared in one statement, well within its time-out.
const BOOKINGS_AT_ONCE: usize = 2_000;

#[derive(Clone)]
pub struct Reconciling {
    postgres: Postgres,
    stripe: Arc<Stripe>,
}

impl fmt::Debug for Reconciling {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Reconciling")
    }
}

/// Something that ledger, bookings and Stripe do not agree on.
#[derive(Clone, Debug, PartialEq)]
pub struct Difference {
    /// Such as `refunded_amount`.
    pub what: String,
    /// The intent's id, or the booking's where Stripe has no part in it. With `what` it names the matter for good.
    pub about: String,
    pub booking: Option<Uuid>,
    /// Amounts, states and ids of both sides.
    pub detail: serde_json::Value,
}

/// What one comparison came to.
#[derive(Clone, Debug, Default)]
pub struct Report {
    /// Payments that were compared with Stripe's.
    pub payments: usize,
    pub differences: Vec<Difference>,
    /// How many of them nobody had been told of before.
    pub new: usize,
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for Difference { what, about, booking, detail } in &self.differences {
            let booking = booking.map_or_else(|| "unknown".to_owned(), |id| id.to_string());
            writeln!(f, "{what} {about} booking {booking} {detail}")?;
        }
        let (payments, differences, new) = (self.payments, self.differences.len(), self.new);
        write!(f, "reconciled: {payments} payments, {differences} differences, {new} of them new")
    }
}

#[derive(Debug, thiserror::Error)]
pub enum ReconcileError {
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(transparent)]
    Stripe(#[from] StripeError),
}

impl Reconciling {
    pub fn new(postgres: Postgres, stripe: Arc<Stripe>) -> Self {
        Self { postgres, stripe }
    }

    /// Compares what was begun, or moved money, in the last `window`, and opens a case for each difference.
    ///
    /// # Errors
    /// Postgres or Stripe is away. What was found before that stays written down.
    pub async fn reconcile(&self, window: Duration) -> Result<Report, ReconcileError> {
        let mut report = Report::default();
        let mut missing: HashSet<String> =
            self.postgres.intents_begun(window.as_secs_f64()).await?.into_iter().collect();
        let window_secs = i64::try_from(window.as_secs()).unwrap_or(i64::MAX);
        // Payments begin a little before their intents.
        let since_unix = Timestamp::now().as_second().saturating_sub(window_secs);
        let mut after = None;
        loop {
            let page = self.stripe.intents_since(since_unix, after.as_deref()).await?;
            for intent in &page.intents {
                missing.remove(&intent.id);
            }
            self.compare_page(&page.intents, &mut report).await?;
            after = page.next;
            if after.is_none() {
                break;
            }
        }
        for id in missing {
            self.look_for(&id, &mut report).await?;
        }
        let mut own = self.postgres.left_behind(LEFT_BEHIND.as_secs_f64()).await?;
        for bookings in self.postgres.moved_bookings(window.as_secs_f64()).await?.chunks(BOOKINGS_AT_ONCE) {
            own.extend(self.postgres.own_differences(bookings).await?);
        }
        for own in own {
            let about = own.booking.to_string();
            let difference =
                Difference { what: own.what, about, booking: Some(own.booking), detail: own.detail };
            self.tell(difference, &mut report).await?;
        }
        Ok(report)
    }

    async fn compare_page(&self, intents: &[Intent], report: &mut Report) -> Result<(), ReconcileError> {
        let ids: Vec<String> = intents.iter().map(|intent| intent.id.clone()).collect();
        let bookings: Vec<Uuid> = intents.iter().filter_map(booking_of).collect();
        // Read after Stripe's page, so that what moved meanwhile is seen to be moving.
        let books = self.postgres.payment_books(&ids, &bookings, GRACE.as_secs_f64()).await?;
        for theirs in intents {
            let ours = books.iter().find(|ours| ours.intent.as_ref() == Some(&theirs.id));
            let of_booking = || books.iter().find(|ours| Some(ours.booking) == booking_of(theirs));
            match ours.or_else(of_booking) {
                Some(ours) => self.compare_one(ours, theirs, report).await?,
                None => {
                    if let Some(difference) = unknown(theirs) {
                        self.tell(difference, report).await?;
                    }
                }
            }
        }
        Ok(())
    }

    async fn compare_one(
        &self,
        ours: &PaymentBooks,
        theirs: &Intent,
        report: &mut Report,
    ) -> Result<(), ReconcileError> {
        report.payments += 1;
        if theirs.is_disputed && ours.intent.as_ref() == Some(&theirs.id) {
            for dispute in self.stripe.disputes_of(&theirs.id).await? {
                self.postgres.dispute_seen(ours.booking, &dispute).await?;
            }
        }
        if !ours.is_moving {
            for difference in compare(ours, theirs) {
                self.tell(difference, report).await?;
            }
        }
        Ok(())
    }

    /// A payment of ours that Stripe did not list.
    async fn look_for(&self, id: &str, report: &mut Report) -> Result<(), ReconcileError> {
        let books = self.postgres.payment_books(&[id.to_owned()], &[], GRACE.as_secs_f64()).await?;
        let Some(ours) = books.first() else { return Ok(()) };
        match self.stripe.retrieve(id).await {
            Ok(theirs) => self.compare_one(ours, &theirs, report).await,
            Err(StripeError::Refused { code, .. }) if code == "resource_missing" => {
                report.payments += 1;
                self.tell(compare::missing(ours, id), report).await
            }
            Err(error) => Err(error.into()),
        }
    }

    async fn tell(&self, difference: Difference, report: &mut Report) -> Result<(), ReconcileError> {
        let Difference { what, about, booking, detail } = &difference;
        if self.postgres.tell_difference(*booking, &format!("{what}:{about}"), detail).await? {
            tracing::error!(what, about, %detail, "ledger, bookings and Stripe differ");
            report.new += 1;
        }
        report.differences.push(difference);
        Ok(())
    }
}

/// The booking that an intent says it pays for.
fn booking_of(intent: &Intent) -> Option<Uuid> {
    intent.booking.as_deref().and_then(|id| id.parse().ok())
}
