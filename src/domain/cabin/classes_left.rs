use serde::{Deserialize, Serialize};

use super::{BookingClass, Cabin, default_authorised};

/// What is left of one cabin of a departure, by class.
///
/// Classes are nested: a place sold in one counts in it and in every class above it, up to the cabin. So a class sells
/// while none of these is full.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClassesLeft {
    #[serde(rename = "c")]
    cabin: Cabin,
    /// Places left in the cabin.
    #[serde(rename = "p")]
    places: u16,
    /// Left in each class for itself, down the ladder; none in rungs that the cabin does not have.
    #[serde(rename = "l")]
    rungs: [u16; BookingClass::MOST],
}

impl ClassesLeft {
    /// With so many places left in the cabin, and in each class for itself: what it may sell less what was sold in it and
    /// below it, and nothing where that is more.
    pub fn new(cabin: Cabin, places: u16, left: impl Fn(BookingClass) -> u16) -> Self {
        let mut rungs = [0; BookingClass::MOST];
        for (rung, class) in rungs.iter_mut().zip(BookingClass::ladder(cabin)) {
            *rung = left(*class);
        }
        Self { cabin, places, rungs }
    }

    /// Of a cabin of which nothing is sold and nothing was set.
    pub fn untouched(cabin: Cabin, capacity: u16) -> Self {
        Self::new(cabin, capacity, |class| default_authorised(class, capacity))
    }

    pub fn cabin(&self) -> Cabin {
        self.cabin
    }

    /// Places left in the cabin, whatever they may be sold as.
    pub fn places(&self) -> u16 {
        self.places
    }

    /// Places that can be sold in a class: what it, each class above it and the cabin have left. None in a class of
    /// another cabin.
    pub fn left(&self, class: BookingClass) -> u16 {
        if class.cabin() != self.cabin {
            return 0;
        }
        self.rungs.iter().take(class.and_above().len()).fold(self.places, |left, rung| left.min(*rung))
    }

    pub fn open_for(&self, class: BookingClass, seats: u16) -> bool {
        self.left(class) >= seats
    }

    /// Less a sale of so many places in a class; as it was where the class is not open for them.
    #[must_use]
    pub fn sold(&self, class: BookingClass, seats: u16) -> Self {
        if !self.open_for(class, seats) {
            return *self;
        }
        let mut after = *self;
        after.places -= seats;
        after.rungs.iter_mut().take(class.and_above().len()).for_each(|rung| *rung -= seats);
        after
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{BookingClass, Cabin, ClassesLeft, default_authorised};

    fn class(letter: &str) -> BookingClass {
        BookingClass::parse(letter).unwrap()
    }

    fn lefts(of: &ClassesLeft) -> Vec<u16> {
        BookingClass::ladder(of.cabin()).iter().map(|class| of.left(*class)).collect()
    }

    #[test]
    fn a_place_sold_low_counts_in_all_above() {
        let left = ClassesLeft::untouched(Cabin::Economy, 100).sold(class("K"), 20);
        assert_eq!((left.places(), lefts(&left)), (80, vec![80, 65, 45, 25, 5]));
    }

    #[test]
    fn places_sold_at_the_top_leave_those_below_until_they_are_what_is_left() {
        let left = ClassesLeft::untouched(Cabin::Economy, 100).sold(class("Y"), 70);
        assert_eq!(lefts(&left), [30, 30, 30, 30, 25]);
        assert_eq!(lefts(&left.sold(class("Y"), 30)), [0, 0, 0, 0, 0]);
    }

    #[test]
    fn a_class_that_is_full_closes_those_below_it() {
        let left = ClassesLeft::new(Cabin::Business, 9, |c| if c == class("C") { 1 } else { 5 });
        assert_eq!(lefts(&left), [5, 1, 1]);
        assert!(left.open_for(class("D"), 1) && !left.open_for(class("D"), 2));
        assert_eq!(left.sold(class("D"), 2), left);
    }

    #[test]
    fn a_class_of_another_cabin_is_not_there() {
        let left = ClassesLeft::untouched(Cabin::Economy, 100);
        assert_eq!(left.left(class("J")), 0);
        assert!(!left.open_for(class("J"), 1));
    }

    #[test]
    fn what_is_left_travels_short() {
        let left = ClassesLeft::untouched(Cabin::Premium, 30);
        let json = serde_json::to_string(&left).unwrap();
        assert_eq!(json, r#"{"c":"premium","p":30,"l":[30,18,0,0,0]}"#);
        assert_eq!(serde_json::from_str::<ClassesLeft>(&json).unwrap(), left);
    }

    proptest! {
        /// Whatever is asked for in whatever order: what is sold in a class and those below it never exceeds what the
        /// class may sell, nothing is refused that fits, and no class has more left than one above it.
        #[test]
        fn no_class_sells_beyond_itself_and_those_above(
            cabin in prop::sample::select(&Cabin::ALL[..]), capacity in 0u16..60,
            asked in prop::collection::vec((0usize..5, 1u16..6), 0..80),
        ) {
            let ladder = BookingClass::ladder(cabin);
            let mut left = ClassesLeft::untouched(cabin, capacity);
            let mut sold = vec![0u16; ladder.len()];
            for (rung, seats) in asked {
                let class = ladder[rung % ladder.len()];
                let within = |sold: &[u16]| ladder.iter().enumerate().all(|(i, class)| {
                    sold[i..].iter().sum::<u16>() <= default_authorised(*class, capacity)
                });
                let mut with = sold.clone();
                with[class.rung()] += seats;
                prop_assert_eq!(left.open_for(class, seats), within(&with));
                if left.open_for(class, seats) {
                    left = left.sold(class, seats);
                    sold = with;
                }
                prop_assert!(lefts(&left).is_sorted_by(|above, below| above >= below));
                prop_assert_eq!(left.places(), capacity - sold.iter().sum::<u16>());
            }
        }
    }
}
