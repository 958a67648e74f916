use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::{Coupon, CouponKey, CouponValue, Refusal};
use crate::{coupon::CouponState, traveller::TravellerKind};

/// Who brings a cancellation about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Cause {
    Traveller,
    /// The airline does not fly.
    Airline,
    /// The payment could not be taken: nothing was paid, so nothing comes back.
    Unpaid,
}

impl Cause {
    pub const ALL: [Self; 3] = [Self::Traveller, Self::Airline, Self::Unpaid];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Traveller => "traveller",
            Self::Airline => "airline",
            Self::Unpaid => "unpaid",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|s| s.as_str() == text)
    }
}

/// Why so much comes back for a coupon.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Why {
    /// The airline does not fly: everything, taxes and all, without being asked for
    /// (14 CFR 260.6; in Europe article 8 of Regulation (EC) No 261/2004).
    CalledOff,
    /// Changed one's mind in time: see [`FreeDay`].
    FreeDay,
    /// The fare was sold as refundable.
    Refundable,
    /// The fare and what was paid for the seat are kept; the taxes of a flight that is not flown are not ours to keep.
    TaxesAlone,
    /// Nothing was paid.
    Unpaid,
    /// Whoever else sells it says so.
    Supplier,
}

impl Why {
    pub const ALL: [Self; 6] =
        [Self::CalledOff, Self::FreeDay, Self::Refundable, Self::TaxesAlone, Self::Unpaid, Self::Supplier];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::CalledOff => "called_off",
            Self::FreeDay => "free_day",
            Self::Refundable => "refundable",
            Self::TaxesAlone => "taxes_alone",
            Self::Unpaid => "unpaid",
            Self::Supplier => "supplier",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|s| s.as_str() == text)
    }
}

/// Whether everything comes back because one changed one's mind in time: up to 24 hours after buying, where one bought
/// a week (168 hours) or more before the first flight leaves.
///
/// 14 CFR 259.5(b)(4): reservations are "held at the quoted fare without payment, or cancelled without penalty, for at
/// least twenty-four hours after the reservation is made if the reservation is made one week or more prior to a flight's
/// departure". The week is counted to when one buys, not to when one cancels. We give it on every route, not on those
/// to, from and within the United States alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FreeDay {
    pub bought_at: Timestamp,
    pub first_departs_at: Timestamp,
}

impl FreeDay {
    const LASTS: SignedDuration = SignedDuration::from_hours(24);
    const AHEAD: SignedDuration = SignedDuration::from_hours(168);

    pub fn is_on(self, now: Timestamp) -> bool {
        self.first_departs_at.duration_since(self.bought_at) >= Self::AHEAD
            && now.duration_since(self.bought_at) <= Self::LASTS
    }
}

/// One coupon that is given back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Share {
    pub key: CouponKey,
    pub value: CouponValue,
    /// Of the value, what comes back.
    pub refund_minor: i64,
    pub why: Why,
}

impl Share {
    /// Of the value, what is kept.
    pub fn kept_minor(&self) -> i64 {
        self.value.total_minor() - self.refund_minor
    }
}

/// Coupons that may be given back together, with what comes back for each; in the order of their keys.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settlement {
    pub shares: Vec<Share>,
}

impl Settlement {
    pub fn refund_minor(&self) -> i64 {
        self.shares.iter().map(|share| share.refund_minor).sum()
    }

    pub fn kept_minor(&self) -> i64 {
        self.shares.iter().map(Share::kept_minor).sum()
    }

    pub fn value_minor(&self) -> i64 {
        self.shares.iter().map(|share| share.value.total_minor()).sum()
    }
}

/// What comes back for the chosen coupons of a booking, all of whose coupons are given.
///
/// # Errors
/// A traveller may not give back what was flown, has left or is cancelled already, and may not leave an infant without an
/// adult or a child alone on any leg. The airline asks nobody.
pub fn settle(
    coupons: &[Coupon],
    chosen: &[CouponKey],
    cause: Cause,
    bought_at: Timestamp,
    now: Timestamp,
) -> Result<Settlement, Refusal> {
    let mut keys = chosen.to_vec();
    keys.sort_unstable();
    keys.dedup();
    let Some(first_departs_at) =
        coupons.iter().map(|coupon| coupon.departs_at).min().filter(|_| !keys.is_empty())
    else {
        return Err(Refusal::Nothing);
    };
    let free_day = FreeDay { bought_at, first_departs_at }.is_on(now);
    let shares = keys
        .iter()
        .map(|key| {
            let coupon = coupons.iter().find(|c| c.key == *key).ok_or(Refusal::Unknown(*key))?;
            may_be_given_back(coupon, cause, now)?;
            Ok(share(coupon, cause, free_day))
        })
        .collect::<Result<_, Refusal>>()?;
    if cause == Cause::Traveller {
        nobody_is_left_alone(coupons, &keys, now)?;
    }
    Ok(Settlement { shares })
}

fn may_be_given_back(coupon: &Coupon, cause: Cause, now: Timestamp) -> Result<(), Refusal> {
    match coupon.state {
        CouponState::Cancelled => Err(Refusal::AlreadyCancelled(coupon.key)),
        CouponState::Flown => Err(Refusal::Flown(coupon.key)),
        // A flight that was called off has not left, whatever the clock says.
        CouponState::Open if cause != Cause::Unpaid && !coupon.called_off && coupon.departs_at <= now => {
            Err(Refusal::Left(coupon.key))
        }
        CouponState::Open => Ok(()),
    }
}

fn share(coupon: &Coupon, cause: Cause, free_day: bool) -> Share {
    let why = match cause {
        Cause::Unpaid => Why::Unpaid,
        Cause::Airline => Why::CalledOff,
        Cause::Traveller if coupon.called_off || coupon.is_stranded => Why::CalledOff,
        Cause::Traveller if free_day => Why::FreeDay,
        Cause::Traveller if coupon.refundable => Why::Refundable,
        Cause::Traveller => Why::TaxesAlone,
    };
    let refund_minor = match why {
        Why::CalledOff | Why::FreeDay | Why::Refundable => coupon.value.total_minor(),
        Why::TaxesAlone => coupon.value.tax_minor,
        // What others give back is theirs to say.
        Why::Unpaid | Why::Supplier => 0,
    };
    Share { key: coupon.key, value: coupon.value, refund_minor, why }
}

/// On each leg that loses somebody and has yet to leave, whoever stays has the adults that they need.
///
/// # Errors
/// [`Refusal::InfantWithoutAdult`] or [`Refusal::ChildAlone`], for the first such leg.
pub fn nobody_is_left_alone(coupons: &[Coupon], chosen: &[CouponKey], now: Timestamp) -> Result<(), Refusal> {
    let mut staying: BTreeMap<u8, [usize; 3]> = chosen.iter().map(|key| (key.leg, [0; 3])).collect();
    for coupon in coupons {
        let stays =
            coupon.state == CouponState::Open && coupon.departs_at > now && !chosen.contains(&coupon.key);
        if let Some([adults, children, infants]) = staying.get_mut(&coupon.key.leg).filter(|_| stays) {
            match coupon.kind {
                TravellerKind::Adt => *adults += 1,
                TravellerKind::Chd => *children += 1,
                TravellerKind::Inf => *infants += 1,
            }
        }
    }
    for (leg, [adults, children, infants]) in staying {
        if infants > adults {
            return Err(Refusal::InfantWithoutAdult(leg));
        }
        if children > 0 && adults == 0 {
            return Err(Refusal::ChildAlone(leg));
        }
    }
    Ok(())
}
