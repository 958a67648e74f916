use domain::{departure::DepartureId, money::Money, pnr::Pnr};
use serde::{Deserialize, Serialize};

/// What the card form needs; only the visitor of the hold ever sees the client secret.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CardForm {
    pub client_secret: String,
    pub publishable_key: String,
    /// Where stripe.js comes from: Stripe, or the bundled sandbox.
    pub script_url: String,
    pub total: Money,
    /// Cards that may still be tried.
    pub attempts_left: u8,
}

impl std::fmt::Debug for CardForm {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("CardForm").field("total", &self.total).finish_non_exhaustive()
    }
}

/// Where a payment stands once Stripe was asked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Settled {
    /// Ticketed: the traveller may go to the trip.
    Ticketed { pnr: Pnr },
    /// Not paid yet; the card form is still open.
    Open { attempts_left: u8 },
    /// The bank said no; the seats are kept.
    Declined { message: String, attempts_left: u8 },
    /// The time had run out before the bank agreed, if it did: then the same seats are taken again if they are free, else
    /// what was kept aside is given back. It is not decided yet.
    Late,
    /// The bank has agreed, and the supplier that sells the trip is asked to confirm it; `unclear`: it has not said yes or
    /// no, and is asked until it has. Nothing is charged before that.
    Confirming { supplier: String, unclear: bool },
    /// That supplier said no: nothing was taken, and what was kept aside is given back.
    Refused { message: String },
    /// The card was charged although no tickets were made out: people look into it, and nothing more is to be paid.
    LookedInto,
    /// It is over: nothing was taken, and what was kept aside is given back.
    Failed { message: String },
}

/// A traveller of a hold has a ticket, or is about to pay for one, on one of its flights already.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FliesAlready {
    pub ordinal: u8,
    pub departure: DepartureId,
    /// Where the other booking is the visitor's own, or was opened by them.
    pub pnr: Option<Pnr>,
}
