use serde::{Deserialize, Serialize};

use crate::{
    fare::{LineKind, Quote},
    money::split,
    traveller::TravellerKind,
};

/// What a coupon is worth, in the booking's minor units.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct CouponValue {
    pub fare_minor: i64,
    pub tax_minor: i64,
}

impl CouponValue {
    pub fn total_minor(self) -> i64 {
        self.fare_minor + self.tax_minor
    }
}

/// One traveller's ticket spread over its legs; the values add up to what that kind of traveller pays, to the minor unit.
///
/// The fare of a bound, and the taxes that this bound brings about, are spread evenly over its legs, and what does not
/// divide goes to the first of them. `legs` are counted for each bound. A quote that does not say which bound a line
/// belongs to is spread over all legs.
pub fn coupon_values(quote: &Quote, kind: TravellerKind, legs: &[usize]) -> Vec<CouponValue> {
    let mut values = vec![CouponValue::default(); legs.iter().sum()];
    let counts: Vec<i64> = legs.iter().map(|count| i64::try_from(*count).unwrap_or(i64::MAX)).collect();
    for line in quote.lines.iter().filter(|line| line.traveller_kind == kind) {
        let is_told = line.bounds_minor.len() == legs.len()
            && line.bounds_minor.iter().sum::<i64>() == line.amount_minor;
        let bounds_minor =
            if is_told { line.bounds_minor.clone() } else { split(line.amount_minor, &counts) };
        let of_legs =
            bounds_minor.iter().zip(legs).flat_map(|(minor, count)| split(*minor, &vec![1; *count]));
        for (value, minor) in values.iter_mut().zip(of_legs) {
            match line.kind {
                LineKind::Fare => value.fare_minor += minor,
                LineKind::Tax(_) => value.tax_minor += minor,
            }
        }
    }
    values
}
