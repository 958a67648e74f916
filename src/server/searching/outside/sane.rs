//! What of a supplier's answer is worth showing to anyone: its reader has left out already what cannot be read, flown or
//! bought for this trip.

use std::collections::HashSet;

use jiff::{SignedDuration, Timestamp};

use super::LEAST_TO_CHOOSE;
use crate::suppliers::{Flight, Offered};

/// Nothing sold here costs more, in minor units of any currency; sums of amounts below it are certain to be sums.
const MOST_MINOR: i64 = 1_000_000_000;
/// No flight is longer.
const LONGEST_FLIGHT: SignedDuration = SignedDuration::from_hours(24);
/// Nobody waits longer between two flights of a bound.
const LONGEST_WAIT: SignedDuration = SignedDuration::from_hours(24);
/// Two stops, as for ours.
const MOST_FLIGHTS: usize = 3;
/// The most of one answer that is remembered, cheapest first.
const MOST_OFFERS: usize = 150;

/// Those of an answer that can be shown now, each once.
pub(super) fn worth_keeping(mut offers: Vec<Offered>, now: Timestamp) -> Vec<Offered> {
    let mut seen = HashSet::new();
    offers.retain(|offer| can_be_shown(offer, now) && seen.insert(offer.id.clone()));
    offers.sort_by(|a, b| (a.total.minor, &a.id).cmp(&(b.total.minor, &b.id)));
    offers.truncate(MOST_OFFERS);
    offers
}

/// Whether it can be right and be bought still. What must be paid at once cannot be bought here: it is held until the
/// traveller's money is certain.
pub(super) fn can_be_shown(offer: &Offered, now: Timestamp) -> bool {
    offer.can_be_held
        && offer.total.minor <= MOST_MINOR
        && offer.expires_at.duration_since(now) >= LEAST_TO_CHOOSE
        && offer.bounds.iter().all(|flights| (1..=MOST_FLIGHTS).contains(&flights.len()))
        && offer.bounds.iter().flatten().all(|flight| is_flight(flight, now))
        && offer.bounds.iter().all(|flights| flights.windows(2).all(|pair| is_wait(&pair[0], &pair[1])))
}

fn is_flight(flight: &Flight, now: Timestamp) -> bool {
    let lasts = flight.arrives_at.duration_since(flight.departs_at);
    flight.departs_at > now && lasts > SignedDuration::ZERO && lasts <= LONGEST_FLIGHT
}

fn is_wait(before: &Flight, next: &Flight) -> bool {
    next.departs_at.duration_since(before.arrives_at) <= LONGEST_WAIT
}

#[cfg(test)]
pub(super) mod tests {
    use domain::{
        airport::AirportCode,
        money::{Currency, Money},
        traveller::TravellerKind,
    };
    use jiff::{Timestamp, ToSpan as _, tz::TimeZone};

    use super::{MOST_OFFERS, can_be_shown, worth_keeping};
    use crate::suppliers::{Flight, Offered, OfferedTraveller, SupplierName};

    type Change = fn(&mut Offered, Timestamp);

    fn flight(designator: &str, ends: (&str, &str), departs_at: Timestamp, hours: i64) -> Flight {
        let code = |code| AirportCode::parse(code).unwrap();
        let arrives_at = departs_at + hours.hours();
        let local = |at: Timestamp| at.to_zoned(TimeZone::UTC).datetime();
        Flight {
            designator: designator.parse().unwrap(),
            airline: None,
            origin: code(ends.0),
            destination: code(ends.1),
            departs: local(departs_at),
            arrives: local(arrives_at),
            departs_at,
            arrives_at,
            aircraft: None,
        }
    }

    /// One that is good at that time.
    pub fn offer(now: Timestamp) -> Offered {
        let first = flight("ZZ12", ("BOS", "JFK"), now + 48.hours(), 1);
        let second = flight("ZZ204", ("JFK", "LAX"), now + 51.hours(), 6);
        Offered {
            supplier: SupplierName("Duffel".into()),
            id: "off_1".into(),
            bounds: vec![vec![first, second]],
            travellers: vec![OfferedTraveller { id: "pas_1".into(), kind: TravellerKind::Adt }],
            total: Money::new(24_450, Currency::Usd),
            brand: None,
            can_be_held: true,
            expires_at: now + 1.hour(),
        }
    }

    #[test]
    fn what_is_over_endless_or_not_to_be_held_is_not_shown() {
        let now = Timestamp::from_second(1_795_000_000).unwrap();
        assert!(can_be_shown(&offer(now), now));
        let odd: [(&str, Change); 9] = [
            ("cannot be held", |o, _| o.can_be_held = false),
            ("a price beyond all", |o, _| o.total.minor = i64::MAX),
            ("about to expire", |o, now| o.expires_at = now + 59.seconds()),
            ("expired", |o, now| o.expires_at = now - 1.hour()),
            ("left already", |o, now| o.bounds[0][0].departs_at = now),
            ("arrives first", |o, now| o.bounds[0][1].arrives_at = now + 50.hours()),
            ("a flight of days", |o, now| o.bounds[0][1].arrives_at = now + 80.hours()),
            ("a wait of days", |o, now| {
                o.bounds[0][1] = flight("ZZ204", ("JFK", "LAX"), now + 90.hours(), 6);
            }),
            ("no flights", |o, _| o.bounds[0].clear()),
        ];
        for (what, change) in odd {
            let mut offer = offer(now);
            change(&mut offer, now);
            assert!(!can_be_shown(&offer, now), "{what}");
        }
        let long = flight("ZZ9", ("LAX", "SFO"), now + 60.hours(), 1);
        let mut stops = offer(now);
        stops.bounds[0].extend([long.clone(), long]);
        assert!(!can_be_shown(&stops, now), "three stops");
    }

    #[test]
    fn an_endless_answer_is_cut_at_its_cheapest() {
        let now = Timestamp::from_second(1_795_000_000).unwrap();
        let many = (0..1000).map(|n| {
            let mut offer = offer(now);
            offer.id = format!("off_{}", n % 500);
            offer.total.minor = 100_000 - n;
            offer
        });
        let kept = worth_keeping(many.collect(), now);
        assert_eq!(kept.len(), MOST_OFFERS);
        assert!(kept.is_sorted_by_key(|offer| offer.total.minor));
        assert_eq!(kept[0].total.minor, 100_000 - 499, "of each id the first that was told");
    }
}
