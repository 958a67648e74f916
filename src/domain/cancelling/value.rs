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
    /// For the seat that was chosen.
    #[serde(default)]
    pub seat_minor: i64,
}

impl CouponValue {
    pub fn total_minor(self) -> i64 {
        self.fare_minor + self.tax_minor + self.seat_minor
    }
}

/// One traveller's ticket spread over its legs, without what seats cost; the values add up to what that kind of traveller pays, to the minor unit.
///
/// The fare of a bound, and the taxes that this bound brings about, are spread evenly over its legs, and what does not
/// divide goes to the first of them. All fare lines of a bound are taken together first, so that a promotion, which is one
/// below nothing, lowers each leg's value and makes none negative. `legs` are counted for each bound. A quote that does not say which bound a line
/// belongs to is spread over all legs.
pub fn coupon_values(quote: &Quote, kind: TravellerKind, legs: &[usize]) -> Vec<CouponValue> {
    let counts: Vec<i64> = legs.iter().map(|count| i64::try_from(*count).unwrap_or(i64::MAX)).collect();
    let mut fares_minor = vec![0; legs.len()];
    let mut values = vec![CouponValue::default(); legs.iter().sum()];
    for line in quote.lines.iter().filter(|line| line.traveller_kind == kind) {
        let is_told = line.bounds_minor.len() == legs.len()
            && line.bounds_minor.iter().sum::<i64>() == line.amount_minor;
        let bounds_minor =
            if is_told { line.bounds_minor.clone() } else { split(line.amount_minor, &counts) };
        match line.kind {
            LineKind::Fare => {
                fares_minor.iter_mut().zip(&bounds_minor).for_each(|(sum, minor)| *sum += minor);
            }
            LineKind::Tax(_) => {
                values
                    .iter_mut()
                    .zip(of_legs(&bounds_minor, legs))
                    .for_each(|(value, minor)| value.tax_minor += minor);
            }
        }
    }
    values.iter_mut().zip(of_legs(&fares_minor, legs)).for_each(|(value, minor)| value.fare_minor = minor);
    values
}

/// What each bound is worth, spread evenly over its legs.
fn of_legs(bounds_minor: &[i64], legs: &[usize]) -> impl Iterator<Item = i64> {
    bounds_minor.iter().zip(legs).flat_map(|(minor, count)| split(*minor, &vec![1; *count]))
}

/// Tickets of a trip that is sold at one price for everyone, by ordinal: shared evenly by those who take a seat, and over
/// the legs of each; what does not divide goes to the first.
pub fn shared_values(total_minor: i64, kinds: &[TravellerKind], legs: usize) -> Vec<Vec<CouponValue>> {
    let weights: Vec<i64> = kinds.iter().map(|kind| i64::from(kind.takes_seat())).collect();
    let of_ticket = |minor| {
        let of_leg = |fare_minor| CouponValue { fare_minor, ..CouponValue::default() };
        split(minor, &vec![1; legs]).into_iter().map(of_leg).collect()
    };
    split(total_minor, &weights).into_iter().map(of_ticket).collect()
}

#[cfg(test)]
mod tests {
    use super::shared_values;
    use crate::traveller::TravellerKind::{Adt, Chd, Inf};

    #[test]
    fn one_price_for_everyone_is_shared_to_the_minor_unit_by_who_takes_a_seat() {
        let values = shared_values(10_000, &[Adt, Adt, Chd, Inf], 2);
        let of_tickets: Vec<i64> =
            values.iter().map(|legs| legs.iter().map(|value| value.total_minor()).sum()).collect();
        assert_eq!(of_tickets, [3_334, 3_333, 3_333, 0]);
        assert_eq!(values[1][0].fare_minor, 1_667);
    }
}
