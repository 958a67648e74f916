use app::{
    answers::OfferView,
    ports::{HoldError, Visitor},
};
use domain::{
    cabin::{BookingClass, Cabin, ClassesLeft},
    departure::{Departure, DepartureId},
    fare::{self, FareError, Quote},
    hold::{HoldId, PLACES_PER_VISITOR, most_legs},
    money::Money,
    offer::{OFFER_TTL, Offer},
    search::Itinerary,
    selling::SellingMode,
    timetable::Timetable,
};
use jiff::Timestamp;
use sha2::{Digest as _, Sha256};
use uuid::Uuid;

use super::{Seating, Whom, assign, away, next_best};
use crate::{
    postgres::{Account, Claim, EndAs, Once, TakeRefusal},
    selling,
    steps::reached,
};

/// What an offer names, as it is sold now.
pub(crate) struct OnSale {
    /// The schedule that the legs were read from.
    pub schedule: i64,
    /// In order of travel.
    pub legs: Vec<Departure>,
    pub quote: Quote,
}

impl Seating {
    /// The offer's departures and price as of now, in its own classes or those above them: whether these are open is
    /// known when their places are taken.
    ///
    /// # Errors
    /// `NotSold` where one of them is not on sale any more, or no fare of these classes applies any more.
    pub(crate) fn on_sale(&self, offer: &Offer, now: Timestamp) -> Result<OnSale, HoldError> {
        let (schedule, timetable) = self.timetables.snapshot();
        let bounds = bounds(self, &timetable, offer, now)?;
        let quote = self
            .price(&bounds, offer, now, |leg| offer.left_for_it(leg.id))
            .map_err(|error| HoldError::NotSold(error.to_string()))?;
        let legs: Vec<Departure> = bounds.iter().flat_map(Itinerary::legs).cloned().collect();
        if legs.len() > most_legs(offer.party.seats()) {
            return Err(HoldError::NotSold(format!(
                "This trip takes more than the {PLACES_PER_VISITOR} places that one booking keeps, one for each traveller on each \
                 flight. Book it in parts, or for fewer at a time."
            )));
        }
        Ok(OnSale { schedule, legs, quote })
    }

    /// What these flights cost the offer's party in its cabin and brand, with so much left on each.
    fn price(
        &self,
        bounds: &[Itinerary],
        offer: &Offer,
        now: Timestamp,
        left: impl Fn(&Departure) -> ClassesLeft,
    ) -> Result<Quote, FareError> {
        fare::price(bounds, &offer.terms(now), left, self.timetables.airports(), self.timetables.tariff())
    }

    /// The same with what is left now, in whatever classes; none where no fare is open for everyone.
    async fn priced_now(&self, offer: &Offer, now: Timestamp) -> Result<Option<Quote>, HoldError> {
        let bounds = bounds(self, &self.timetables.snapshot().1, offer, now)?;
        let legs: Vec<&Departure> = bounds.iter().flat_map(Itinerary::legs).collect();
        let capacity = |id: DepartureId| {
            let leg = legs.iter().find(|leg| leg.id == id);
            leg.map_or(0, |leg| leg.configuration.places(offer.cabin))
        };
        let ids: Vec<DepartureId> = legs.iter().map(|leg| leg.id).collect();
        let left = self.postgres.classes_left(&ids, offer.cabin, capacity).await.map_err(away)?;
        let left_on =
            |leg: &Departure| left.get(&leg.id).copied().unwrap_or_else(|| leg.untouched(offer.cabin));
        match self.price(&bounds, offer, now, left_on) {
            Ok(quote) => Ok(Some(quote)),
            Err(FareError::NoneOpen { .. }) => Ok(None),
            Err(error) => Err(HoldError::NotSold(error.to_string())),
        }
    }

    /// What a signed offer names, to be looked over before it is chosen.
    pub(super) async fn offered(&self, token: &str) -> Result<OfferView, HoldError> {
        let offer = self.signing.read_offer(token).map_err(|_| HoldError::OfferForged)?;
        let now = Timestamp::now();
        if offer.has_expired(now) {
            return Err(HoldError::OfferExpired);
        }
        let bounds = bounds(self, &self.timetables.snapshot().1, &offer, now)?;
        let quote = self.price(&bounds, &offer, now, |leg| offer.left_for_it(leg.id)).ok();
        let next_best =
            if offer.was.is_some() { next_best::next_best(self, &offer, &bounds, now).await } else { None };
        Ok(OfferView {
            because: because(&offer),
            next_best,
            // What it costs now may be another amount already, which is asked about when it is chosen.
            quote: quote.filter(|quote| quote.total == offer.total),
            bounds,
            brand: offer.brand,
            cabin: offer.cabin,
            party: offer.party,
            was: offer.was,
            total: offer.total,
            sold_by: None,
        })
    }
}

/// From a signed offer to a hold: checked against the timetable and the price of now, then taken whole or not at all. Its
/// places count on the account too, where there is one.
pub(super) async fn choose(
    seating: &Seating,
    visitor: Visitor,
    account: Option<Account>,
    token: &str,
    asking: &Once,
) -> Result<HoldId, HoldError> {
    let offer = seating.signing.read_offer(token).map_err(|_| HoldError::OfferForged)?;
    let now = Timestamp::now();
    if offer.has_expired(now) {
        return Err(HoldError::OfferExpired);
    }
    let digest = format!("{:x}", Sha256::digest(token.as_bytes()));
    for last_try in [false, true] {
        let OnSale { schedule, legs, quote } = seating.on_sale(&offer, now)?;
        if quote.total != offer.total {
            return Err(price_changed(seating, &offer, &quote, None, now));
        }
        let claim = Claim {
            id: HoldId(Uuid::new_v4()),
            visitor: visitor.0,
            offer: &offer,
            offer_digest: &digest,
            schedule,
            quote: &quote,
            legs: &legs,
            asking,
        };
        let answer = match account {
            // Rare enough to be taken alone.
            Some(account) => seating.postgres.take_for(account, &claim).await,
            // Where its code is used up the database refuses the call as a whole: nobody else shall be in it.
            None if offer.promotion.is_some() => seating.postgres.take(&claim).await,
            None => seating.take(&claim).await,
        };
        match answer {
            Ok(hold) => {
                reached("choose.taken");
                give_best_seats(seating, visitor, hold, &legs, offer.cabin).await;
                return Ok(hold);
            }
            Err(TakeRefusal::TooManyPlaces) if last_try => return Err(HoldError::TooManyPlaces),
            Err(TakeRefusal::SoldOut(id)) if last_try => {
                // Lists that were made before it offer it still.
                seating.refusals.note(id, Timestamp::now());
                if seating.postgres.is_called_off(id).await.map_err(away)? {
                    return Err(HoldError::NotSold(format!(
                        "{} does not fly that day: the airline has called it off. Choose another way to fly.",
                        id.flight.spaced()
                    )));
                }
                let left = seating.postgres.classes_left(&[id], offer.cabin, |_| 0).await.map_err(away)?;
                let left = left.get(&id).map_or(0, ClassesLeft::places);
                return Err(HoldError::SoldOut { flight: id.flight.spaced(), left });
            }
            Err(TakeRefusal::ClassClosed(id, class)) if last_try => {
                seating.refusals.note(id, Timestamp::now());
                return Err(priced_anew(seating, &offer, id, class).await);
            }
            Err(TakeRefusal::PromotionOver) => return Err(without_code(seating, &offer, now)),
            // Holds whose time is over may be in the way: they are ended, and it is tried once more.
            Err(TakeRefusal::TooManyPlaces | TakeRefusal::SoldOut(_) | TakeRefusal::ClassClosed(..)) => {
                let ids: Vec<_> = legs.iter().map(|leg| leg.id).collect();
                for expired in seating.postgres.expired_in_the_way(visitor.0, &ids).await.map_err(away)? {
                    seating.end(expired, EndAs::Expired).await?;
                }
            }
            Err(TakeRefusal::NewSchedule) => {
                if let Err(error) = seating.timetables.renew().await {
                    tracing::error!(%error, "the new schedule cannot be read");
                    return Err(HoldError::Unavailable);
                }
            }
            Err(TakeRefusal::Answered) => return Err(HoldError::Unavailable),
            Err(TakeRefusal::NoAnswer(error)) => return Err(error),
            Err(TakeRefusal::Store(error)) => return Err(away(error)),
        }
    }
    Err(HoldError::Unavailable)
}

/// The same offer at its full price, to be accepted, since its promotion code counts no more.
fn without_code(seating: &Seating, offer: &Offer, now: Timestamp) -> HoldError {
    let lost = offer.promotion.as_ref().map(|promoted| promoted.code.clone());
    let without = Offer { promotion: None, lost, ..offer.clone() };
    match seating.on_sale(&without, now) {
        Ok(OnSale { quote, .. }) => price_changed(seating, &without, &quote, None, now),
        Err(error) => error,
    }
}

/// The same offer at the price of now, to be accepted.
fn price_changed(
    seating: &Seating,
    offer: &Offer,
    quote: &Quote,
    closed: Option<(DepartureId, BookingClass)>,
    now: Timestamp,
) -> HoldError {
    let was = offer.total;
    let changed = Offer {
        total: quote.total,
        classes: quote.classes.clone(),
        was: Some(was),
        closed,
        expires_at: now + OFFER_TTL,
        ..offer.clone()
    };
    let because = because(&changed);
    HoldError::PriceChanged { was, now: quote.total, because, offer: seating.signing.offer_token(&changed) }
}

/// "Class Q on B6 523 has closed. The next fare costs $24 more in class M.", "The code SUMMER26 does not count any more."
fn because(changed: &Offer) -> Option<String> {
    let lost = || {
        let code = changed.lost.as_ref()?;
        Some(format!("The code {code} does not count any more: it has been used up, or its time is over."))
    };
    let (Some((closed, class)), Some(was)) = (changed.closed, changed.was) else { return lost() };
    let more = Money::new(changed.total.minor - was.minor, changed.total.currency);
    let anew = changed.class_on(closed);
    if was.currency != changed.total.currency || more.minor <= 0 || anew == class {
        return None;
    }
    let all = if changed.party.people() > 1 { " for all of you" } else { "" };
    Some(format!(
        "Class {class} on {} has closed. The next fare costs {} more{all} in class {anew}.",
        closed.flight.spaced(),
        more.short()
    ))
}

/// What to say where one of the offer's departures has too few places left in its class: the price of what is left now,
/// to be accepted.
async fn priced_anew(
    seating: &Seating,
    offer: &Offer,
    closed: DepartureId,
    class: BookingClass,
) -> HoldError {
    let now = Timestamp::now();
    match seating.priced_now(offer, now).await {
        Ok(Some(quote)) if quote.total != offer.total => {
            price_changed(seating, offer, &quote, Some((closed, class)), now)
        }
        Ok(_) => HoldError::ClassClosed { flight: closed.flight.spaced(), class },
        Err(error) => error,
    }
}

/// Where travellers do not choose they are seated as soon as their places are held. If that fails now it is made up for
/// when they pay.
async fn give_best_seats(seating: &Seating, visitor: Visitor, id: HoldId, legs: &[Departure], cabin: Cabin) {
    let is_given = |leg: &Departure| seating.timetables.selling().mode(leg.id, cabin) == SellingMode::Best;
    if !legs.iter().any(is_given) {
        return;
    }
    let Ok(hold) = seating.live_hold(visitor, id).await else { return };
    for (i, _) in legs.iter().enumerate().filter(|(_, leg)| is_given(leg)) {
        if let Err(error) = assign(seating, visitor, &hold, i, Whom::TheUnseated).await {
            tracing::warn!(hold = %id, %error, "the best seats are given later");
        }
    }
}

/// The offer's departures as the timetable has them now, if they are still sold.
fn bounds(
    seating: &Seating,
    timetable: &Timetable,
    offer: &Offer,
    now: Timestamp,
) -> Result<Vec<Itinerary>, HoldError> {
    let gone = || HoldError::NotSold("One of these flights is not on sale any more. Search again.".into());
    let bounds: Vec<Itinerary> = offer
        .bounds
        .iter()
        .map(|ids| {
            let legs =
                ids.iter().map(|id| timetable.departure(id)).collect::<Option<Vec<_>>>().ok_or_else(gone)?;
            Itinerary::new(legs).map_err(|_| gone())
        })
        .collect::<Result<_, _>>()?;
    for leg in bounds.iter().flat_map(Itinerary::legs) {
        let sales = seating.timetables.selling().of(leg.id, offer.cabin);
        sales
            .check(leg.departs_at, now)
            .map_err(|why| HoldError::NotSold(selling::sentence(why, leg, seating.timetables.airports())))?;
    }
    if bounds.is_empty() { Err(gone()) } else { Ok(bounds) }
}
