//! What travellers do: choosing, sitting down, paying.

use std::sync::atomic::Ordering;

use app::{
    answers::{Contact, HoldView, PickRequest, Picked, Settled, TravellerEntry},
    ports::{Checkout as _, HoldError, PickError, Seats as _, Visitor},
};
use domain::{
    cabin::{BookingClass, Cabin, SeatNumber},
    departure::{Departure, DepartureId},
    fare::{self, FareBrand, Quote},
    hold::HoldId,
    money::{Currency, Money},
    offer::Offer,
    pnr::Pnr,
    search::Itinerary,
    seat::SeatVersion,
    traveller::Party,
};
use jiff::{SignedDuration, Timestamp, ToSpan as _, civil::date};
use server::postgres::{Account, Claim, Once, TakeRefusal};
use uuid::Uuid;

use super::{World, departure};

impl World {
    /// A signed offer of these flights, all on the day in a month, for so many adults in economy.
    pub fn offer(&self, flights: &[&str], adults: u8) -> String {
        let mut offer = self.unsigned_offer(flights, Party::new(adults, 0, 0).unwrap());
        // No two searches of a test make the same offer.
        offer.expires_at += SignedDuration::from_secs(self.offers.fetch_add(1, Ordering::Relaxed));
        self.site.signing.offer_token(&offer)
    }

    pub fn unsigned_offer(&self, flights: &[&str], party: Party) -> Offer {
        let timetable = self.site.timetable.current();
        let ids: Vec<DepartureId> = flights.iter().map(|flight| departure(flight)).collect();
        let legs = ids.iter().map(|id| timetable.departure(id).expect("a scheduled flight")).collect();
        let bounds = [Itinerary::new(legs).unwrap()];
        let mut offer = Offer {
            bounds: vec![ids],
            cabin: Cabin::Economy,
            classes: vec![],
            brand: FareBrand::Standard,
            party,
            total: Money::new(0, Currency::Usd),
            was: None,
            closed: None,
            promotion: None,
            lost: None,
            expires_at: Timestamp::now() + SignedDuration::from_mins(30),
        };
        offer.total = self.quote(&offer, &bounds).total;
        offer
    }

    /// What an offer costs now, in its classes.
    pub fn quote(&self, offer: &Offer, bounds: &[Itinerary]) -> Quote {
        let (airports, tariff) = (self.site.timetable.airports(), self.site.timetable.tariff());
        let left = |leg: &Departure| offer.left_for_it(leg.id);
        fare::price(bounds, &offer.terms(Timestamp::now()), left, airports, tariff).unwrap()
    }

    pub async fn choose(&self, visitor: Visitor, flights: &[&str], adults: u8) -> Result<HoldId, HoldError> {
        self.site.seating.choose(visitor.into(), &self.offer(flights, adults)).await
    }

    /// The same with a class for each flight, as a word of their letters. Where the next class costs more, nobody accepts
    /// that: what had closed is the answer.
    pub async fn choose_in(
        &self,
        classes: &str,
        visitor: Visitor,
        flights: &[&str],
        adults: u8,
    ) -> Result<HoldId, HoldError> {
        let mut offer = self.unsigned_offer(flights, Party::new(adults, 0, 0).unwrap());
        offer.classes = letters(classes);
        let timetable = self.site.timetable.current();
        let legs = offer.departures().map(|id| timetable.departure(&id).unwrap()).collect();
        offer.total = self.quote(&offer, &[Itinerary::new(legs).unwrap()]).total;
        offer.expires_at += SignedDuration::from_secs(self.offers.fetch_add(1, Ordering::Relaxed));
        let chosen = self.site.seating.choose(visitor.into(), &self.site.signing.offer_token(&offer)).await;
        let Err(HoldError::PriceChanged { offer: anew, was, now, because }) = chosen else { return chosen };
        let anew_offer = self.site.signing.read_offer(&anew).unwrap();
        match anew_offer.closed {
            Some((departure, class)) => {
                Err(HoldError::ClassClosed { flight: departure.flight.spaced(), class })
            }
            None => Err(HoldError::PriceChanged { offer: anew, was, now, because }),
        }
    }

    /// Takes a place in these classes on these departures as one hold, with its legs in this order or the other way round.
    pub async fn take_in_order(
        &self,
        visitor: Visitor,
        flights: [&str; 2],
        classes: &str,
        reversed: bool,
    ) -> Result<HoldId, TakeRefusal> {
        self.take(visitor, None, &flights, classes, 1, reversed).await
    }

    /// Takes places of so many adults on these departures, on the account's count too.
    pub async fn take_for(
        &self,
        account: Account,
        visitor: Visitor,
        flights: &[&str],
        adults: u8,
    ) -> Result<HoldId, TakeRefusal> {
        self.take(visitor, Some(account), flights, "", adults, false).await
    }

    async fn take(
        &self,
        visitor: Visitor,
        account: Option<Account>,
        flights: &[&str],
        classes: &str,
        adults: u8,
        reversed: bool,
    ) -> Result<HoldId, TakeRefusal> {
        let mut offer = self.unsigned_offer(flights, Party::new(adults, 0, 0).unwrap());
        offer.classes = letters(classes);
        let timetable = self.site.timetable.current();
        let mut legs: Vec<_> = offer.departures().filter_map(|id| timetable.departure(&id)).collect();
        let bounds = [Itinerary::new(legs.clone()).unwrap()];
        let quote = self.quote(&offer, &bounds);
        if reversed {
            legs.reverse();
        }
        let id = HoldId(Uuid::new_v4());
        let (schedule, digest) = (self.site.timetable.snapshot().0, id.to_string());
        let asking = Once::new(&visitor.into(), "take", &id, None);
        let claim = Claim {
            id,
            visitor: visitor.0,
            offer: &offer,
            offer_digest: &digest,
            schedule,
            quote: &quote,
            legs: &legs,
            asking: &asking,
        };
        match account {
            Some(account) => self.postgres.take_for(account, &claim).await,
            None => self.postgres.take(&claim).await,
        }
    }

    pub async fn pick(
        &self,
        visitor: Visitor,
        hold: HoldId,
        flight: &str,
        traveller: u8,
        seat: &str,
        version: SeatVersion,
    ) -> Result<Picked, PickError> {
        let seat = SeatNumber::parse(seat).unwrap();
        let request = PickRequest { hold, departure: departure(flight), traveller, seat, version };
        self.site.seating.pick(visitor, request).await
    }

    pub async fn view(&self, visitor: Visitor, hold: HoldId) -> Result<HoldView, HoldError> {
        self.site.seating.hold(visitor, hold).await
    }

    /// Names Adas; those of each call are other people than before.
    pub async fn name(&self, visitor: Visitor, hold: HoldId, surnames: &[&str]) {
        let days = self.named.fetch_add(1, Ordering::Relaxed);
        let born = date(1985, 4, 30).saturating_sub(days.days());
        let travellers = surnames
            .iter()
            .map(|surname| TravellerEntry {
                given_name: "Ada".into(),
                surname: (*surname).into(),
                birth_date: born.to_string(),
            })
            .collect();
        let contact = Contact { email: "ada@example.com".into(), phone: String::new() };
        self.site.seating.name_travellers(visitor.into(), hold, travellers, contact).await.unwrap();
    }

    /// Pays for a hold with a good card, and gives its locator.
    pub async fn ticket(&self, visitor: Visitor, hold: HoldId) -> Pnr {
        let people = self.view(visitor, hold).await.unwrap().travellers.len();
        self.name(visitor, hold, &vec!["Moreno"; people]).await;
        self.site.paying.start(visitor.into(), hold).await.unwrap();
        let mut payment = self.postgres.payment_of(visitor.0, hold).await.unwrap().unwrap();
        if payment.intent.is_none() {
            // What Stripe did not answer in time when the payment started, its page asks again.
            self.site.paying.card(visitor, hold).await.unwrap();
            payment = self.postgres.payment_of(visitor.0, hold).await.unwrap().unwrap();
        }
        self.sandbox.pay_by_card(&payment.intent.unwrap(), "4242424242424242").unwrap();
        match self.site.paying.settle(visitor, hold).await.unwrap() {
            Settled::Ticketed { pnr } => pnr,
            other => panic!("not ticketed: {other:?}"),
        }
    }

    /// A ticketed booking of one traveller, Ada Moreno, on Q1200.
    pub async fn ticketed(&self, visitor: Visitor) -> Pnr {
        let hold = self.choose(visitor, &["Q1200"], 1).await.unwrap();
        self.ticket(visitor, hold).await
    }
}

/// `QK`: the first leg in Q, the second in K.
fn letters(word: &str) -> Vec<BookingClass> {
    word.chars().map(|letter| BookingClass::parse(&letter.to_string()).unwrap()).collect()
}
