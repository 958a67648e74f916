use domain::money::Money;
use jiff::{Timestamp, civil::Date};
use uuid::Uuid;

/// Our name of an order at a supplier, made and stored before anything is asked there: the key of each change, and what
/// the order is found by when its answer was lost.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct OrderName(pub Uuid);

impl OrderName {
    /// The key of one kind of change of this order, the same whenever it is asked for.
    pub fn key(&self, change: &str) -> String {
        format!("{}-{change}", self.0)
    }
}

/// Who travels, in the order of the offer's travellers, and how they are reached.
#[derive(Clone)]
pub struct Buyer {
    pub passengers: Vec<Passenger>,
    pub email: String,
    pub phone: String,
}

#[derive(Clone)]
pub struct Passenger {
    pub given_name: String,
    pub surname: String,
    pub birth_date: Date,
}

// Names belong into no log.
impl std::fmt::Debug for Buyer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Buyer of {}", self.passengers.len())
    }
}

impl std::fmt::Debug for Passenger {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Passenger")
    }
}

/// An order as the supplier has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Order {
    /// The supplier's id of it.
    pub id: String,
    /// What travellers give at the airline's counter.
    pub locator: String,
    pub total: Money,
    pub state: OrderState,
}

/// What a supplier gives back for an order that is cancelled.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CancelQuote {
    /// The supplier's id of it.
    pub id: String,
    pub refund: Money,
    /// Until when it keeps to that, if it says so.
    pub expires_at: Option<Timestamp>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OrderState {
    /// Not paid; it lapses then.
    Held {
        until: Option<Timestamp>,
    },
    /// Paid and ticketed.
    Confirmed,
    Cancelled,
}

impl OrderState {
    pub fn is_held(self) -> bool {
        matches!(self, Self::Held { .. })
    }
}
