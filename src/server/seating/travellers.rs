//! Names and birth dates as typed, parsed against the party that was priced.

use app::{
    answers::{Contact, TravellerEntry},
    ports::{HoldError, Visitor},
    text::medium_date,
};
use domain::{
    hold::{HoldId, HoldState},
    traveller::TravellerKind,
};
use jiff::civil::Date;

use super::{Seating, away};
use crate::postgres::{HoldRecord, NamedTraveller, Once};

const LONGEST_NAME: usize = 60;
const LONGEST_EMAIL: usize = 254;
const LONGEST_PHONE: usize = 30;

/// Names everyone of an active hold, and whom to write to: all or nothing.
pub(super) async fn name_everyone(
    seating: &Seating,
    visitor: Visitor,
    id: HoldId,
    entries: &[TravellerEntry],
    contact: Contact,
    asking: &Once,
) -> Result<(), HoldError> {
    let hold = seating.live_hold(visitor, id).await?;
    if hold.state == HoldState::Reserved {
        return Err(HoldError::Locked);
    }
    let named = parse(&hold, entries)?;
    let contact = parse_contact(contact)?;
    let saved = seating.postgres.name_travellers(visitor.0, id, &named, &contact, asking).await;
    if saved.map_err(away)? { Ok(()) } else { Err(HoldError::Ended(HoldState::Expired)) }
}

/// # Errors
/// The first entry that cannot be right; its field is `travellers[0][surname]` and the like.
fn parse(hold: &HoldRecord, entries: &[TravellerEntry]) -> Result<Vec<NamedTraveller>, HoldError> {
    if entries.len() != hold.travellers.len() {
        return Err(invalid("travellers", "Fill in everyone who travels."));
    }
    hold.travellers
        .iter()
        .zip(entries)
        .map(|(traveller, entry)| {
            let field = |name: &str| format!("travellers[{}][{name}]", traveller.ordinal);
            let given_name = name(&entry.given_name).map_err(|m| invalid(&field("given_name"), &m))?;
            let surname = name(&entry.surname).map_err(|m| invalid(&field("surname"), &m))?;
            let birth_date: Date =
                entry.birth_date.trim().parse().map_err(|_| {
                    invalid(&field("birth_date"), "Give the date of birth, such as 1985-04-30.")
                })?;
            // Over the date line a later flight may leave on an earlier day: every one of them is looked at.
            for leg in &hold.legs {
                right_age(birth_date, leg.departs.date(), traveller.kind)
                    .map_err(|m| invalid(&field("birth_date"), &m))?;
            }
            Ok(NamedTraveller { given_name, surname, birth_date })
        })
        .collect()
}

/// # Errors
/// A mail address that nothing could be sent to, or a phone number that is none.
fn parse_contact(contact: Contact) -> Result<Contact, HoldError> {
    let email = contact.email.trim().to_owned();
    let plausible = email.split_once('@').is_some_and(|(name, host)| {
        !name.is_empty()
            && host.contains('.')
            && !host.starts_with('.')
            && !host.ends_with('.')
            && !host.contains('@')
    });
    if !plausible || email.len() > LONGEST_EMAIL || email.chars().any(|c| c.is_whitespace() || c.is_control())
    {
        return Err(invalid(
            "contact[email]",
            "Give a mail address such as ada@example.com: your booking belongs to it.",
        ));
    }
    let phone = contact.phone.trim().to_owned();
    let fits = phone.chars().all(|c| c.is_ascii_digit() || " +-()/.".contains(c));
    if !fits || phone.len() > LONGEST_PHONE {
        return Err(invalid(
            "contact[phone]",
            "Write the phone number in digits, such as +1 617 555 0100, or leave it empty.",
        ));
    }
    Ok(Contact { email, phone })
}

/// Names keep their accents; what no passport holds is refused.
fn name(text: &str) -> Result<String, String> {
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if text.is_empty() {
        return Err("Give the name as it stands in the passport.".into());
    }
    if text.chars().count() > LONGEST_NAME {
        return Err(format!("Shorten the name to {LONGEST_NAME} letters, as airlines print it."));
    }
    if !text.chars().all(|c| c.is_alphabetic() || matches!(c, ' ' | '-' | '\'' | '’' | '.')) {
        return Err("A name holds letters, blanks, hyphens and apostrophes only.".into());
    }
    Ok(text)
}

fn right_age(birth: Date, day: Date, priced: TravellerKind) -> Result<(), String> {
    match TravellerKind::on(birth, day) {
        None => Err("This date of birth lies after the flight.".into()),
        Some(_) if i32::from(day.year()) - i32::from(birth.year()) > 120 => {
            Err("Check the year of birth.".into())
        }
        Some(kind) if kind == priced => Ok(()),
        Some(kind) => Err(format!(
            "On {}, a day of travel, this person is {} by age, but the price is for {}. Correct the date, or search again with the right travellers.",
            medium_date(day),
            with_article(kind),
            with_article(priced),
        )),
    }
}

fn with_article(kind: TravellerKind) -> &'static str {
    match kind {
        TravellerKind::Adt => "an adult",
        TravellerKind::Chd => "a child",
        TravellerKind::Inf => "an infant",
    }
}

fn invalid(field: &str, message: &str) -> HoldError {
    HoldError::Invalid { field: field.to_owned(), message: message.to_owned() }
}
