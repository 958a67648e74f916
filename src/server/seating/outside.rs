//! Choosing what an outside supplier offers. It is asked what it costs now before anything is held; and what is held here
//! takes no places of ours: the supplier's order does, once it is paid for.

use app::{
    answers::OfferView,
    ports::{HoldError, Visitor},
};
use domain::{
    hold::HoldId,
    offer::OutsideOffer,
    search::{Bound, Itinerary},
};
use jiff::Timestamp;
use sha2::{Digest as _, Sha256};
use uuid::Uuid;

use super::{Seating, away, sold_by};
use crate::{
    postgres::{Claim, EndAs, OFFER_USED, Once, TakeRefusal},
    steps::reached,
    suppliers::{Offered, Supplier, SupplierError, Trip},
};

/// What a signed offer names, to be looked over before it is chosen.
pub(super) async fn offered(seating: &Seating, token: &str) -> Result<OfferView, HoldError> {
    let offer = read(seating, token)?;
    let offered = ask(supplier(seating, &offer)?, &offer.supplier, &offer.id).await?;
    let bounds = offered.itineraries().ok_or_else(|| gone(&offer.supplier))?;
    let brand = offered.as_offer(&bounds, offer.party, offer.cabin).brand;
    Ok(OfferView {
        bounds,
        brand,
        cabin: offer.cabin,
        party: offer.party,
        was: offer.was,
        total: offer.total,
        because: None,
        quote: None,
        next_best: None,
        sold_by: Some(sold_by(&offered, None)),
    })
}

/// From a signed offer to a hold: the supplier says that it is sold still, and at the price that was shown.
pub(super) async fn choose(
    seating: &Seating,
    visitor: Visitor,
    token: &str,
    asking: &Once,
) -> Result<HoldId, HoldError> {
    let offer = read(seating, token)?;
    let supplier = supplier(seating, &offer)?;
    let mut offered = ask(supplier, &offer.supplier, &offer.id).await?;
    let digest = format!("{:x}", Sha256::digest(token.as_bytes()));
    for last_try in [false, true] {
        let bounds = check(seating, &offer, &offered)?;
        let legs: Vec<_> = bounds.iter().flat_map(Itinerary::legs).cloned().collect();
        let (kept, quote) = (offered.as_offer(&bounds, offer.party, offer.cabin), offered.quote());
        let claim = Claim {
            id: HoldId(Uuid::new_v4()),
            visitor: visitor.0,
            offer: &kept,
            offer_digest: &digest,
            schedule: 0,
            quote: &quote,
            legs: &legs,
            asking,
        };
        match seating.postgres.take_outside(&claim, &offered).await {
            Ok(hold) => {
                reached("choose.taken");
                return Ok(hold);
            }
            Err(TakeRefusal::TooManyPlaces) if last_try => return Err(HoldError::TooManyPlaces),
            // Holds whose time is over may be in the way: they are ended, and it is tried once more.
            Err(TakeRefusal::TooManyPlaces) => {
                for expired in seating.postgres.expired_in_the_way(visitor.0, &[]).await.map_err(away)? {
                    seating.end(expired, EndAs::Expired).await?;
                }
            }
            // Others saw the same list: an offer is ordered once, so the same flights are asked for anew.
            Err(TakeRefusal::Store(error)) if error.constraint() == Some(OFFER_USED) => {
                if last_try {
                    return Err(HoldError::SupplierAway(offer.supplier));
                }
                offered = another_like(supplier, &offer, &offered).await?;
            }
            Err(TakeRefusal::Store(error)) => return Err(away(error)),
            Err(TakeRefusal::NoAnswer(error)) => return Err(error),
            // The latter ones are of counters and codes, of which there are none.
            Err(
                TakeRefusal::Answered
                | TakeRefusal::PromotionOver
                | TakeRefusal::SoldOut(_)
                | TakeRefusal::ClassClosed(..)
                | TakeRefusal::NewSchedule,
            ) => {
                return Err(HoldError::Unavailable);
            }
        }
    }
    Err(HoldError::Unavailable)
}

/// Why nobody chooses seats on another's flights here.
pub(super) fn no_seats(offered: &Offered) -> HoldError {
    let message = format!("{} gives seats at check-in.", offered.supplier);
    HoldError::Invalid { field: "leg".into(), message }
}

/// The price that was shown is not the price any more: the offer at the new one, signed, to be accepted.
pub(crate) fn price_changed(seating: &Seating, offer: &OutsideOffer, offered: &Offered) -> HoldError {
    let changed = OutsideOffer {
        id: offered.id.clone(),
        total: offered.total,
        was: Some(offer.total),
        expires_at: OutsideOffer::expiry(offered.expires_at, Timestamp::now()),
        ..offer.clone()
    };
    let token = seating.signing.outside_offer_token(&changed);
    HoldError::PriceChanged { was: offer.total, now: offered.total, because: None, offer: token }
}

fn gone(supplier: &str) -> HoldError {
    HoldError::NotSold(format!("This trip has just sold out at {supplier}. Search again."))
}

fn read(seating: &Seating, token: &str) -> Result<OutsideOffer, HoldError> {
    let offer = seating.signing.read_outside_offer(token).map_err(|_| HoldError::OfferForged)?;
    if offer.has_expired(Timestamp::now()) { Err(HoldError::OfferExpired) } else { Ok(offer) }
}

fn supplier<'a>(seating: &'a Seating, offer: &OutsideOffer) -> Result<&'a dyn Supplier, HoldError> {
    let supplier = seating.suppliers.named(&offer.supplier).map(|supplier| &**supplier);
    supplier.ok_or_else(|| HoldError::NotSold(format!("{} sells nothing here any more.", offer.supplier)))
}

async fn ask(supplier: &dyn Supplier, name: &str, id: &str) -> Result<Offered, HoldError> {
    supplier.reprice(id).await.map_err(|error| refused(name, &error))
}

fn refused(name: &str, error: &SupplierError) -> HoldError {
    match error {
        SupplierError::Refused { .. } => gone(name),
        _ => HoldError::SupplierAway(name.to_owned()),
    }
}

/// Whether it is what was chosen, can be held, and costs what was shown.
fn check(seating: &Seating, offer: &OutsideOffer, offered: &Offered) -> Result<Vec<Itinerary>, HoldError> {
    let now = Timestamp::now();
    let bounds = offered.itineraries().ok_or_else(|| gone(&offer.supplier))?;
    let is_ahead = bounds.iter().all(|bound| bound.first().departs_at > now);
    if !offered.is_for(offer.party) || !is_ahead || offered.expires_at <= now {
        return Err(gone(&offer.supplier));
    }
    if offered.total != offer.total {
        return Err(price_changed(seating, offer, offered));
    }
    if !offered.can_be_held {
        return Err(HoldError::NotSold(format!(
            "{} does not keep places at this fare until you have paid, and without that we do not take your money. \
             Choose another fare or another way to fly.",
            offer.supplier
        )));
    }
    Ok(bounds)
}

/// An offer of the same flights and fare that nobody has ordered yet.
async fn another_like(
    supplier: &dyn Supplier,
    offer: &OutsideOffer,
    used: &Offered,
) -> Result<Offered, HoldError> {
    let bound = |flights: &Vec<crate::suppliers::Flight>| {
        let (first, last) = (flights.first()?, flights.last()?);
        Some(Bound { origin: first.origin, destination: last.destination, date: first.departs.date() })
    };
    let bounds = used.bounds.iter().map(bound).collect::<Option<_>>().ok_or_else(|| gone(&offer.supplier))?;
    let trip = Trip { bounds, party: offer.party, cabin: offer.cabin };
    let found = supplier.search(&trip).await.map_err(|error| refused(&offer.supplier, &error))?;
    let mut alike = found.into_iter().filter(|other| other.is_like(used)).peekable();
    if alike.peek().is_none() {
        return Err(gone(&offer.supplier));
    }
    // The same one once more: others are just ordering it.
    let new = alike.find(|other| other.id != used.id);
    new.ok_or_else(|| HoldError::SupplierAway(offer.supplier.clone()))
}
