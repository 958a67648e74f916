use jiff::civil::{Date, Weekday};
use serde::{Deserialize, Serialize};

use super::why::{Met, NotMet};
use crate::{departure::days_between, schedule::OperatingDays};

/// Dates, both included; an end that is not given is open.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Dates {
    pub from: Option<Date>,
    pub until: Option<Date>,
}

impl Dates {
    pub fn contains(&self, date: Date) -> bool {
        self.from.is_none_or(|from| from <= date) && self.until.is_none_or(|until| date <= until)
    }

    pub fn overlap(&self, other: &Self) -> bool {
        let ends_before =
            |one: &Self, two: &Self| matches!((one.until, two.from), (Some(a), Some(b)) if a < b);
        !ends_before(self, other) && !ends_before(other, self)
    }
}

/// What a filed fare asks of buying and of flying.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rules {
    /// When it may be bought, by the date where its flights start.
    pub sold: Dates,
    /// When its first flight may leave.
    pub travel: Dates,
    /// How many days before that it must be bought.
    pub advance_days: u16,
    /// Weekdays on which its first flight may leave.
    pub days: OperatingDays,
    /// Nights until the way back at the least; a return alone has such.
    pub stay_nights: u16,
    /// Whether one of these must be a Saturday's.
    pub saturday_night: bool,
}

impl Rules {
    /// A fare that everyone may buy for every day.
    pub const NONE: Self = Self {
        sold: Dates { from: None, until: None },
        travel: Dates { from: None, until: None },
        advance_days: 0,
        days: OperatingDays::DAILY,
        stay_nights: 0,
        saturday_night: false,
    };

    /// # Errors
    /// The first rule that is not kept.
    pub fn check(&self, occasion: &Occasion) -> Result<(), NotMet> {
        let Occasion { bought, departs, stay } = *occasion;
        if !self.sold.contains(bought) {
            return Err(NotMet::NotSold { bought, sold: self.sold });
        }
        if !self.travel.contains(departs) {
            return Err(NotMet::NotFlown { departs, travel: self.travel });
        }
        let days_ahead = days_between(bought, departs);
        if days_ahead < i32::from(self.advance_days) {
            return Err(NotMet::BoughtLate { days_ahead, asks: self.advance_days });
        }
        if !self.days.contains(departs) {
            return Err(NotMet::WrongDay { departs, days: self.days });
        }
        match stay {
            None if self.asks_for_return() => Err(NotMet::NoReturn),
            Some(stay) if stay.nights < i32::from(self.stay_nights) => {
                Err(NotMet::StaysShort { nights: stay.nights, asks: self.stay_nights })
            }
            Some(stay) if self.saturday_night && !stay.over_saturday => Err(NotMet::NoSaturdayNight),
            _ => Ok(()),
        }
    }

    /// The rules that let it apply, where [`Self::check`] finds no fault.
    pub fn met(&self, occasion: &Occasion) -> Vec<Met> {
        let mut met = Vec::new();
        if self.sold != Dates::default() {
            met.push(Met::Sold { bought: occasion.bought, sold: self.sold });
        }
        if self.travel != Dates::default() {
            met.push(Met::Flown { departs: occasion.departs, travel: self.travel });
        }
        if self.advance_days > 0 {
            let days_ahead = days_between(occasion.bought, occasion.departs);
            met.push(Met::BoughtAhead { days_ahead, asks: self.advance_days });
        }
        if self.days != OperatingDays::DAILY {
            met.push(Met::Day { departs: occasion.departs, days: self.days });
        }
        if let Some(stay) = occasion.stay.filter(|_| self.asks_for_return()) {
            met.push(Met::Stays {
                nights: stay.nights,
                asks: self.stay_nights,
                saturday: self.saturday_night,
            });
        }
        met
    }

    fn asks_for_return(&self) -> bool {
        self.stay_nights > 0 || self.saturday_night
    }
}

/// When flights that one fare covers are bought and flown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Occasion {
    /// The date on which it is bought, by the clocks where these flights start.
    pub bought: Date,
    /// The local date on which the first of them leaves.
    pub departs: Date,
    /// How long the trip stays before it goes back; none where it is no return.
    pub stay: Option<Stay>,
}

/// Between the way out and the way back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stay {
    pub nights: i32,
    pub over_saturday: bool,
}

impl Stay {
    /// From the date on which the way out leaves to that on which the way back does.
    pub fn between(out: Date, back: Date) -> Self {
        let nights = days_between(out, back);
        // Days from the way out to the first Saturday, whose night must come before the way back.
        let to_saturday = out.weekday().until(Weekday::Saturday);
        Self { nights, over_saturday: i32::from(to_saturday) < nights }
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::{Date, date};

    use super::{Dates, Occasion, Rules, Stay};
    use crate::{fare::why::NotMet, schedule::OperatingDays};

    /// A Tuesday.
    const LEAVES: Date = date(2026, 12, 22);

    fn occasion(bought: Date) -> Occasion {
        Occasion { bought, departs: LEAVES, stay: None }
    }

    #[test]
    fn a_fare_bought_exactly_so_many_days_ahead_applies_and_a_day_later_not() {
        let rules = Rules { advance_days: 14, ..Rules::NONE };
        assert_eq!(rules.check(&occasion(date(2026, 12, 8))), Ok(()));
        assert_eq!(
            rules.check(&occasion(date(2026, 12, 9))),
            Err(NotMet::BoughtLate { days_ahead: 13, asks: 14 })
        );
    }

    #[test]
    fn a_fare_applies_on_its_weekdays_alone() {
        let on = |bits| Rules { days: OperatingDays::from_bits(bits), ..Rules::NONE };
        assert_eq!(on(0b10).check(&occasion(LEAVES)), Ok(()));
        assert!(matches!(on(0b101).check(&occasion(LEAVES)), Err(NotMet::WrongDay { .. })));
    }

    #[test]
    fn sale_and_travel_dates_include_their_ends() {
        let bought = date(2026, 11, 30);
        let dates = |from, until| Dates { from: Some(from), until: Some(until) };
        let sold = |from, until| Rules { sold: dates(from, until), ..Rules::NONE }.check(&occasion(bought));
        assert_eq!(sold(bought, bought), Ok(()));
        assert!(matches!(sold(date(2026, 12, 1), date(2026, 12, 2)), Err(NotMet::NotSold { .. })));
        assert!(matches!(sold(date(2026, 11, 1), date(2026, 11, 29)), Err(NotMet::NotSold { .. })));
        let travel =
            |from, until| Rules { travel: dates(from, until), ..Rules::NONE }.check(&occasion(bought));
        assert_eq!(travel(LEAVES, LEAVES), Ok(()));
        assert!(matches!(travel(date(2026, 12, 23), date(2027, 1, 2)), Err(NotMet::NotFlown { .. })));
        assert!(matches!(travel(date(2026, 12, 1), date(2026, 12, 21)), Err(NotMet::NotFlown { .. })));
    }

    #[test]
    fn a_stay_is_counted_in_nights_and_a_saturday_night_must_lie_within() {
        let back = |back| Occasion { stay: Some(Stay::between(LEAVES, back)), ..occasion(date(2026, 11, 1)) };
        let rules = Rules { stay_nights: 3, saturday_night: true, ..Rules::NONE };
        assert_eq!(rules.check(&occasion(date(2026, 11, 1))), Err(NotMet::NoReturn));
        assert_eq!(rules.check(&back(date(2026, 12, 24))), Err(NotMet::StaysShort { nights: 2, asks: 3 }));
        assert_eq!(rules.check(&back(date(2026, 12, 26))), Err(NotMet::NoSaturdayNight));
        assert_eq!(rules.check(&back(date(2026, 12, 27))), Ok(()));
        assert!(Stay::between(date(2026, 12, 26), date(2026, 12, 27)).over_saturday, "out on a Saturday");
    }

    #[test]
    fn periods_overlap_where_they_share_a_day() {
        let day = |d| Some(date(2026, 12, d));
        let (early, late) = (Dates { from: None, until: day(10) }, Dates { from: day(11), until: None });
        assert!(!early.overlap(&late) && !late.overlap(&early));
        assert!(early.overlap(&Dates { from: day(10), until: day(10) }));
        assert!(Dates::default().overlap(&early));
    }
}
