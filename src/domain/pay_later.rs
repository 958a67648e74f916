//! Bookings that are made now and paid later: who may, and until when.

use jiff::{SignedDuration, Timestamp};

use crate::fare::FareBrand;

/// A booking is paid at the latest this long before the first departure.
pub const PAID_BEFORE_DEPARTURE: SignedDuration = SignedDuration::from_hours(72);
/// A deadline closer than this helps nobody: then it is paid at once.
pub const SHORTEST: SignedDuration = SignedDuration::from_hours(1);

/// Until when a booking made now must be paid; none where it must be paid at once.
///
/// Basic is paid at once, Standard within a day, Flex within three, and each of them three days before the first
/// departure.
pub fn deadline(brand: FareBrand, first_departs_at: Timestamp, now: Timestamp) -> Option<Timestamp> {
    let time_to_pay = match brand {
        FareBrand::Basic => return None,
        FareBrand::Standard => SignedDuration::from_hours(24),
        FareBrand::Flex => SignedDuration::from_hours(72),
    };
    let deadline = (now + time_to_pay).min(first_departs_at - PAID_BEFORE_DEPARTURE);
    (now + SHORTEST <= deadline).then_some(deadline)
}

#[cfg(test)]
mod tests {
    use jiff::{SignedDuration, Timestamp};

    use super::deadline;
    use crate::fare::FareBrand;

    const NOW: Timestamp = Timestamp::UNIX_EPOCH;

    fn hours(n: i64) -> Timestamp {
        NOW + SignedDuration::from_hours(n)
    }

    #[test]
    fn the_dearer_the_brand_the_later_it_is_paid() {
        let far = hours(2_000);
        assert_eq!(deadline(FareBrand::Basic, far, NOW), None);
        assert_eq!(deadline(FareBrand::Standard, far, NOW), Some(hours(24)));
        assert_eq!(deadline(FareBrand::Flex, far, NOW), Some(hours(72)));
    }

    #[test]
    fn a_booking_is_paid_three_days_before_departure() {
        assert_eq!(deadline(FareBrand::Flex, hours(100), NOW), Some(hours(28)));
        assert_eq!(deadline(FareBrand::Flex, hours(73), NOW), Some(hours(1)));
        assert_eq!(deadline(FareBrand::Flex, hours(73) - SignedDuration::from_secs(1), NOW), None);
        assert_eq!(deadline(FareBrand::Standard, hours(1), NOW), None);
    }
}
