use domain::{
    cancelling::{Cause, Share},
    money::Money,
    refund::{CancellationState, RefundState},
};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// Coupons given back, or about to be, with what comes back for each.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CancellationView {
    pub id: Uuid,
    pub cause: Cause,
    pub state: CancellationState,
    pub refund: Money,
    pub kept: Money,
    /// Minutes left in which a quote may be confirmed; none once it is over.
    pub quoted_for_min: Option<i64>,
    /// None where nothing comes back, or nothing is cancelled yet.
    pub refund_state: Option<RefundState>,
    /// In order of travellers and legs.
    pub shares: Vec<Share>,
}
