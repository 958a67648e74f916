//! What a traveller chooses from a list of results, with the price that was shown.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::{
    cabin::{BookingClass, Cabin, ClassesLeft},
    departure::DepartureId,
    fare::FareBrand,
    money::Money,
    promotion::{Promoted, PromotionCode},
    traveller::Party,
};

/// How long a price that was shown can be chosen.
pub const OFFER_TTL: SignedDuration = SignedDuration::from_mins(30);

/// Departures at a price, for so long; travels as a signed token, hence the short names on the wire.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Offer {
    /// One to six, in order of travel; the departures of each in order.
    #[serde(rename = "b")]
    pub bounds: Vec<Vec<DepartureId>>,
    #[serde(rename = "c")]
    pub cabin: Cabin,
    /// The class that each departure is sold in, in order of travel; none stands for the cabin's top class on all.
    #[serde(rename = "k", default, skip_serializing_if = "Vec::is_empty")]
    pub classes: Vec<BookingClass>,
    #[serde(rename = "f")]
    pub brand: FareBrand,
    #[serde(rename = "p")]
    pub party: Party,
    /// For everyone, taxes included.
    #[serde(rename = "t")]
    pub total: Money,
    /// The price that was shown first, where it has changed and this one is to be accepted.
    #[serde(rename = "w", default, skip_serializing_if = "Option::is_none")]
    pub was: Option<Money>,
    /// A class that had closed when this price was made anew, with the departure on which it had.
    #[serde(rename = "x", default, skip_serializing_if = "Option::is_none")]
    pub closed: Option<(DepartureId, BookingClass)>,
    /// The promotion code that its price counts on.
    #[serde(rename = "o", default, skip_serializing_if = "Option::is_none")]
    pub promotion: Option<Promoted>,
    /// The code that the price shown first counted on, where it counts no more.
    #[serde(rename = "l", default, skip_serializing_if = "Option::is_none")]
    pub lost: Option<PromotionCode>,
    /// To the second; a fraction does not survive the wire.
    #[serde(rename = "e", with = "jiff::fmt::serde::timestamp::second::required")]
    pub expires_at: Timestamp,
}

impl Offer {
    /// An offer can be chosen until just before it expires.
    pub fn has_expired(&self, now: Timestamp) -> bool {
        self.expires_at <= now
    }

    /// All departures, in order of travel.
    pub fn departures(&self) -> impl Iterator<Item = DepartureId> {
        self.bounds.iter().flatten().copied()
    }

    /// The class of the departure at that place in the order of travel.
    pub fn class(&self, leg: usize) -> BookingClass {
        self.classes.get(leg).copied().unwrap_or_else(|| BookingClass::top(self.cabin))
    }

    /// What it may take of a departure: its class there and those above it, as if there were places without end.
    pub fn left_for_it(&self, departure: DepartureId) -> ClassesLeft {
        let lowest = self.class_on(departure).rung();
        ClassesLeft::new(self.cabin, u16::MAX, |class| if class.rung() <= lowest { u16::MAX } else { 0 })
    }

    /// As which it is priced when it is bought then.
    #[cfg(feature = "zones")]
    pub fn terms(&self, bought_at: Timestamp) -> crate::fare::Terms {
        let Self { cabin, brand, party, .. } = *self;
        let discount = self.promotion.as_ref().map(|promoted| promoted.discount);
        crate::fare::Terms { cabin, brand, party, bought_at, discount }
    }

    /// The class that one of its departures is sold in.
    pub fn class_on(&self, departure: DepartureId) -> BookingClass {
        let leg = self.departures().position(|id| id == departure);
        leg.map_or_else(|| BookingClass::top(self.cabin), |leg| self.class(leg))
    }
}

/// What an outside supplier offers, at the price that was shown; its flights are asked of the supplier again when it is
/// chosen, so that the signed token stays short.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OutsideOffer {
    /// As travellers and our books name it.
    #[serde(rename = "s")]
    pub supplier: String,
    /// The supplier's id of the offer.
    #[serde(rename = "i")]
    pub id: String,
    #[serde(rename = "p")]
    pub party: Party,
    #[serde(rename = "c")]
    pub cabin: Cabin,
    /// For everyone, taxes included.
    #[serde(rename = "t")]
    pub total: Money,
    /// The price that was shown first, where it has changed and this one is to be accepted.
    #[serde(rename = "w", default, skip_serializing_if = "Option::is_none")]
    pub was: Option<Money>,
    /// To the second; a fraction does not survive the wire.
    #[serde(rename = "e", with = "jiff::fmt::serde::timestamp::second::required")]
    pub expires_at: Timestamp,
}

impl OutsideOffer {
    /// Until when an offer may be chosen that its supplier keeps until then: no longer than one of our own.
    pub fn expiry(suppliers: Timestamp, now: Timestamp) -> Timestamp {
        suppliers.min(now + OFFER_TTL)
    }

    /// An offer can be chosen until just before it expires.
    pub fn has_expired(&self, now: Timestamp) -> bool {
        self.expires_at <= now
    }
}

#[cfg(test)]
mod tests {
    use jiff::{Timestamp, ToSpan};

    use super::{Offer, OutsideOffer};
    use crate::{
        cabin::{BookingClass, Cabin},
        fare::FareBrand,
        money::{Currency, Money},
        traveller::Party,
    };

    fn offer() -> Offer {
        Offer {
            bounds: vec![
                vec!["B6417-1-2026-12-22".parse().unwrap(), "B6523-1-2026-12-22".parse().unwrap()],
                vec!["B6524-1-2026-12-29".parse().unwrap()],
            ],
            cabin: Cabin::Economy,
            classes: vec![],
            brand: FareBrand::Basic,
            party: Party::new(2, 0, 0).unwrap(),
            total: Money::new(48_800, Currency::Usd),
            was: None,
            closed: None,
            promotion: None,
            lost: None,
            expires_at: Timestamp::from_second(1_795_356_000).unwrap(),
        }
    }

    #[test]
    fn an_offer_travels_short() {
        let json = serde_json::to_string(&offer()).unwrap();
        assert_eq!(serde_json::from_str::<Offer>(&json).unwrap(), offer());
        assert!(json.len() < 220, "{json}");
    }

    #[test]
    fn an_offer_without_classes_is_sold_in_the_top_one_and_others_keep_theirs() {
        let class = |letter| BookingClass::parse(letter).unwrap();
        let old = offer();
        assert!(!serde_json::to_string(&old).unwrap().contains("\"k\""));
        assert_eq!([0, 1, 2].map(|leg| old.class(leg)), [class("Y"); 3]);
        let low = Offer { classes: vec![class("Q"), class("K"), class("Q")], ..offer() };
        let back: Offer = serde_json::from_str(&serde_json::to_string(&low).unwrap()).unwrap();
        assert_eq!([0, 1, 2].map(|leg| back.class(leg)), [class("Q"), class("K"), class("Q")]);
        assert_eq!(back.class_on(back.bounds[0][1]), class("K"));
    }

    #[test]
    fn an_offer_expires_at_its_second() {
        let offer = offer();
        assert!(!offer.has_expired(offer.expires_at - 1.second()));
        assert!(offer.has_expired(offer.expires_at));
        assert_eq!(offer.departures().count(), 3);
    }

    #[test]
    fn an_outside_offer_can_be_chosen_no_longer_than_its_supplier_or_we_keep_it() {
        let now = Timestamp::from_second(1_795_356_000).unwrap();
        assert_eq!(OutsideOffer::expiry(now + 5.minutes(), now), now + 5.minutes());
        assert_eq!(OutsideOffer::expiry(now + 5.hours(), now), now + 30.minutes());
        let offer = OutsideOffer {
            supplier: "Duffel".into(),
            id: "off_0000AJQ6XQ6XQ6XQ6XQ6XQ".into(),
            party: Party::new(2, 1, 0).unwrap(),
            cabin: Cabin::Economy,
            total: Money::new(48_800, Currency::Usd),
            was: Some(Money::new(48_000, Currency::Usd)),
            expires_at: now,
        };
        let json = serde_json::to_string(&offer).unwrap();
        assert_eq!(serde_json::from_str::<OutsideOffer>(&json).unwrap(), offer);
        assert!(json.len() < 200, "{json}");
        assert!(offer.has_expired(now) && !offer.has_expired(now - 1.second()));
    }
}
