use std::{fmt, str::FromStr};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::CouponValue;
use crate::{
    coupon::CouponState,
    ticket::{TicketNumber, TicketNumberError},
    traveller::TravellerKind,
};

/// Names a coupon: a ticket and the index of a leg; text form `0002400000317-1`, as forms post it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct CouponKey {
    pub ticket: TicketNumber,
    /// Order of travel, from 0.
    pub leg: u8,
}

impl fmt::Display for CouponKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}", self.ticket, self.leg)
    }
}

impl FromStr for CouponKey {
    type Err = TicketNumberError;
    fn from_str(text: &str) -> Result<Self, TicketNumberError> {
        let (ticket, leg) = text.split_once('-').ok_or(TicketNumberError)?;
        Ok(Self { ticket: TicketNumber::parse(ticket)?, leg: leg.parse().map_err(|_| TicketNumberError)? })
    }
}

/// A coupon as cancelling looks at it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Coupon {
    pub key: CouponKey,
    pub kind: TravellerKind,
    pub state: CouponState,
    pub departs_at: Timestamp,
    /// Whether the airline has called the departure off.
    pub called_off: bool,
    /// Whether its traveller was still to fly a departure of the same bound that was called off, this one or another:
    /// the rest is of no use without it.
    pub is_stranded: bool,
    pub value: CouponValue,
    /// Whether the fare is given back on cancelling, by the rules that the ticket was sold with.
    pub refundable: bool,
}
