use std::collections::{BTreeMap, HashSet};

use app::answers::{Contact, TravellerEntry};
use domain::{
    money::{Currency, Money},
    offer::Offer,
};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{
    ordering::{NewOrder, Pays},
    partner::{error::ApiError, ids, offers},
    site::Site,
};

/// What is ordered.
#[derive(Debug, Deserialize, Serialize, ToSchema)]
pub struct NewOrderBody {
    /// `instant`: paid now; `hold`: paid later, which some clients call `pay_later`.
    #[serde(rename = "type")]
    pub kind: Option<String>,
    /// The id of one offer.
    pub selected_offers: Vec<String>,
    /// Everyone of the offer.
    pub passengers: Vec<NewPassenger>,
    /// Of an `instant` order: one, of type `balance`, over its total: the offer's, and what each service adds.
    pub payments: Option<Vec<NewPayment>>,
    /// Seats of the offer's seat maps, at what these say.
    pub services: Option<Vec<NewService>>,
    /// Kept for you: up to 50 texts.
    pub metadata: Option<BTreeMap<String, String>>,
}

#[derive(Debug, Deserialize, Serialize, ToSchema)]
pub struct NewPassenger {
    /// As the offer names them.
    pub id: String,
    pub given_name: String,
    pub family_name: String,
    #[schema(example = "1985-04-30")]
    pub born_on: String,
    /// `mr`, `ms`, `mrs`, `miss` or `dr`.
    pub title: Option<String>,
    /// `m` or `f`.
    pub gender: Option<String>,
    pub email: Option<String>,
    pub phone_number: Option<String>,
    /// Of an adult: the infant on their lap.
    pub infant_passenger_id: Option<String>,
}

#[derive(Debug, Deserialize, Serialize, ToSchema)]
pub struct NewPayment {
    /// `balance`.
    #[serde(rename = "type")]
    pub kind: String,
    #[schema(example = "378.50")]
    pub amount: Option<String>,
    pub currency: Option<String>,
}

#[derive(Debug, Deserialize, Serialize, ToSchema)]
pub struct NewService {
    pub id: String,
    pub quantity: Option<u32>,
}

/// What is kept of an order as the partner wrote it.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
pub struct Details {
    /// By ordinal.
    pub people: Vec<PersonDetails>,
    /// Ids of the seat services.
    pub services: Vec<String>,
    pub metadata: BTreeMap<String, String>,
}

#[derive(Clone, Debug, Default, Deserialize, Serialize)]
pub struct PersonDetails {
    pub title: Option<String>,
    pub gender: Option<String>,
    pub email: Option<String>,
    pub phone_number: Option<String>,
    pub infant_passenger_id: Option<String>,
}

const TITLES: [&str; 5] = ["mr", "ms", "mrs", "miss", "dr"];
const MOST_METADATA: usize = 50;
const LONGEST_METADATA: usize = 500;

/// From what came to what can be ordered, everyone in the order of the offer's party.
pub fn parse(new: NewOrderBody, site: &Site, now: Timestamp) -> Result<NewOrder, ApiError> {
    let [id] = new.selected_offers.as_slice() else {
        let message = "Select one offer.";
        return Err(ApiError::invalid("invalid_selected_offers", "/selected_offers", message));
    };
    let token = id.strip_prefix("off_").unwrap_or_default();
    // One with a promotion code was made on our own pages, for travellers there.
    let offer = site.signing.read_offer(token).ok().filter(|offer| offer.promotion.is_none());
    let offer = offer.ok_or_else(|| {
        let message = "This is no offer of ours, or was changed on the way.";
        ApiError::invalid("offer_not_found", "/selected_offers/0", message)
    })?;
    let is_instant = match new.kind.as_deref() {
        None | Some("instant") => true,
        Some("hold" | "pay_later") => false,
        Some(_) => {
            let message = "An order is of type instant or hold.";
            return Err(ApiError::invalid("invalid_order_type", "/type", message));
        }
    };
    let pays =
        if is_instant { pays_now(new.payments.as_deref(), &offer)? } else { pays_later(new.payments)? };
    let by_ordinal = in_order(&new.passengers, &offer)?;
    let seats = seats(new.services.as_deref().unwrap_or_default(), &offer, site, now)?;
    let metadata = new.metadata.unwrap_or_default();
    let fits = |text: &String| text.len() <= LONGEST_METADATA;
    if metadata.len() > MOST_METADATA || !metadata.iter().all(|(key, value)| fits(key) && fits(value)) {
        let message = "Metadata are up to 50 texts of up to 500 bytes.";
        return Err(ApiError::invalid("invalid_metadata", "/metadata", message));
    }
    let contact = contact(&by_ordinal)?;
    let details = Details {
        people: by_ordinal
            .iter()
            .map(|(_, person)| PersonDetails {
                title: person.title.clone(),
                gender: person.gender.clone(),
                email: person.email.clone(),
                phone_number: person.phone_number.clone(),
                infant_passenger_id: person.infant_passenger_id.clone(),
            })
            .collect(),
        services: new.services.unwrap_or_default().into_iter().map(|service| service.id).collect(),
        metadata,
    };
    Ok(NewOrder {
        offer: token.to_owned(),
        travellers: by_ordinal
            .iter()
            .map(|(_, person)| TravellerEntry {
                given_name: person.given_name.clone(),
                surname: person.family_name.clone(),
                birth_date: person.born_on.clone(),
            })
            .collect(),
        contact,
        seats,
        pays,
        details: serde_json::to_value(details).map_err(|_| ApiError::internal())?,
    })
}

fn pays_now(payments: Option<&[NewPayment]>, offer: &Offer) -> Result<Pays, ApiError> {
    let [payment] = payments.unwrap_or_default() else {
        let message = "An instant order has one payment, of type balance.";
        return Err(ApiError::invalid("invalid_payments", "/payments", message));
    };
    read_payment(payment, offer.total.currency, "/payments/0").map(Pays::Now)
}

fn pays_later(payments: Option<Vec<NewPayment>>) -> Result<Pays, ApiError> {
    if payments.is_some_and(|payments| !payments.is_empty()) {
        let message = "A hold order is paid later: send no payments with it.";
        return Err(ApiError::invalid("invalid_payments", "/payments", message));
    }
    Ok(Pays::Later)
}

/// An amount of the currency that is asked for, from the balance.
pub fn read_payment(
    payment: &NewPayment,
    currency: Currency,
    pointer: &str,
) -> Result<domain::money::Money, ApiError> {
    if payment.kind != "balance" {
        let message = "Payments are of type balance here.";
        return Err(ApiError::invalid("invalid_payment_type", &format!("{pointer}/type"), message));
    }
    if payment.currency.as_deref().and_then(Currency::parse) != Some(currency) {
        let message = format!("It is to be paid in {}.", currency.code());
        return Err(ApiError::invalid("invalid_currency", &format!("{pointer}/currency"), message));
    }
    let amount = payment.amount.as_deref().and_then(|text| Money::from_decimal(text, currency));
    amount.ok_or_else(|| {
        let message = "Write the amount as 378.50.";
        ApiError::invalid("invalid_amount", &format!("{pointer}/amount"), message)
    })
}

/// Everyone by ordinal, with where they stand in the request.
fn in_order<'a>(
    passengers: &'a [NewPassenger],
    offer: &Offer,
) -> Result<Vec<(usize, &'a NewPassenger)>, ApiError> {
    let people = usize::from(offer.party.people());
    let mut by_ordinal: Vec<Option<(usize, &NewPassenger)>> = vec![None; people];
    for (place, person) in passengers.iter().enumerate() {
        let ordinal = (0..offer.party.people()).find(|n| ids::passenger(offer.party, *n) == person.id);
        let slot = ordinal.and_then(|n| by_ordinal.get_mut(usize::from(n)));
        let Some(slot) = slot.filter(|slot| slot.is_none()) else {
            let pointer = format!("/passengers/{place}/id");
            let message = "The offer has no such passenger, or they stand here twice.";
            return Err(ApiError::invalid("invalid_passenger_id", &pointer, message));
        };
        let listed = |value: &Option<String>, known: &[&str]| {
            value.as_deref().is_none_or(|value| known.contains(&value))
        };
        if !listed(&person.title, &TITLES) {
            let message = "A title is mr, ms, mrs, miss or dr.";
            return Err(ApiError::invalid("invalid_title", &format!("/passengers/{place}/title"), message));
        }
        if !listed(&person.gender, &["m", "f"]) {
            let message = "A gender is m or f, as in the passport.";
            return Err(ApiError::invalid("invalid_gender", &format!("/passengers/{place}/gender"), message));
        }
        *slot = Some((place, person));
    }
    by_ordinal.into_iter().collect::<Option<Vec<_>>>().ok_or_else(|| {
        let message = format!("The offer is for {}: name everyone.", offer.party.describe());
        ApiError::invalid("missing_passengers", "/passengers", message)
    })
}

/// Who is written to: the first adult.
fn contact(by_ordinal: &[(usize, &NewPassenger)]) -> Result<Contact, ApiError> {
    let first = by_ordinal.iter().find(|(_, person)| person.email.is_some());
    let (_, person) = first.ok_or_else(|| {
        let message = "Give a mail address for at least one adult.";
        ApiError::invalid("missing_email", "/passengers/0/email", message)
    })?;
    Ok(Contact {
        email: person.email.clone().unwrap_or_default(),
        phone: person.phone_number.clone().unwrap_or_default(),
    })
}

fn seats(
    services: &[NewService],
    offer: &Offer,
    site: &Site,
    now: Timestamp,
) -> Result<Vec<(domain::departure::DepartureId, u8, domain::cabin::SeatNumber)>, ApiError> {
    if services.is_empty() {
        return Ok(Vec::new());
    }
    let sold = site.seating.on_sale(offer, now).map_err(|_| offers::no_longer_available())?;
    let mut seats = Vec::new();
    let (mut seated, mut taken) = (HashSet::new(), HashSet::new());
    for (place, service) in services.iter().enumerate() {
        let wrong = |message: &'static str| {
            ApiError::invalid("invalid_service", &format!("/services/{place}/id"), message)
        };
        let (departure, ordinal, seat) =
            ids::read_seat_service(&service.id).ok_or_else(|| wrong("The offer has no such service."))?;
        let kinds = offer.party.kinds();
        let is_of_offer = sold.legs.iter().any(|leg| leg.id == departure)
            && kinds.get(usize::from(ordinal)).is_some_and(|kind| kind.takes_seat());
        if !is_of_offer || service.quantity.is_some_and(|quantity| quantity != 1) {
            return Err(wrong("The offer has no such service, once."));
        }
        if !seated.insert((departure, ordinal)) || !taken.insert((departure, seat)) {
            return Err(wrong("One seat for one passenger on a segment."));
        }
        seats.push((departure, ordinal, seat));
    }
    Ok(seats)
}
