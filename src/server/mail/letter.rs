//! What each letter says.

use app::text;
use domain::{airports::Airports, departure::Departure, money::Money};

use super::Sheet;
use crate::postgres::{LetterRecord, LetterTicket};

/// What a letter tells of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Note {
    Tickets,
    /// Coupons by ticket and leg.
    Cancelled {
        by_airline: bool,
        refund: Money,
        fee: Money,
        coupons: Vec<(String, usize)>,
    },
    Refunded {
        amount: Money,
    },
    Unpaid,
    Failed,
    /// `pay_by` is UTC, as people write it.
    OnHold {
        pay_by: String,
    },
    Lapsed(Lapse),
    /// By who sells it.
    Refused {
        supplier: String,
    },
}

/// Why a booking that was to be paid later is over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lapse {
    Unpaid,
    /// By whoever sold it.
    GivenUp,
    /// By the airline.
    CalledOff,
}

/// Writes a letter about a booking. `site_url` is where travellers reach us, without a slash at its end.
pub fn write(note: &Note, booking: &LetterRecord, airports: &Airports, site_url: &str) -> Sheet {
    let pnr = booking.pnr.map(|pnr| pnr.to_string()).unwrap_or_default();
    let trips = format!("{site_url}/trips");
    let sheet = match note {
        Note::Tickets => {
            let sheet = Sheet::new(format!("Your tickets: {pnr}"))
                .text(format!("You are booked. Your reference is {pnr}; together with a surname it opens your trip."))
                .link(trips);
            let sheet = flights(sheet, booking, airports);
            let sheet = booking.tickets.iter().fold(sheet, |sheet, ticket| person(sheet, ticket, &booking.legs));
            let sheet = match &booking.sold_by {
                Some((supplier, locator)) => sheet.text(format!(
                    "{supplier} sells this trip and has it under the reference {locator}; give that one at the airline's counter."
                )),
                None => sheet,
            };
            let mut paid = vec![("Total".to_owned(), booking.total.to_string())];
            paid.extend(booking.card.clone().map(|card| ("Paid by".to_owned(), card)));
            sheet.heading("Price").facts(paid)
        }
        Note::Cancelled { by_airline, refund, fee, coupons } => {
            let flights = coupons.iter().map(|(ticket, leg)| cancelled(booking, airports, ticket, *leg));
            let mut money = vec![("Comes back to you".to_owned(), refund.to_string())];
            if fee.minor > 0 {
                money.push(("Kept by the fare's rules".to_owned(), fee.to_string()));
            }
            let sheet = Sheet::new(format!("Cancelled: {pnr}"))
                .text(if *by_airline {
                    "The airline has called a flight of yours off. We are sorry. Your tickets for it are cancelled."
                } else {
                    "As you asked, these tickets are cancelled. Their seats are free again."
                })
                .facts(flights.collect())
                .heading("Money")
                .facts(money);
            if refund.minor > 0 && booking.is_by_partner {
                sheet.text("It goes to whoever sold you the tickets, who gives it back to you.")
            } else if refund.minor > 0 {
                sheet.text(
                    "It goes to the card that you paid with. We write again once the bank has it; \
                     most show it within ten days.",
                )
            } else {
                sheet
            }
            .link(trips)
        }
        Note::Refunded { amount } => Sheet::new(format!("Refunded: {pnr}"))
            .text(format!("{amount} is on its way to the card that you paid with. Most banks show it within ten days."))
            .facts(vec![("Booking".to_owned(), pnr)]),
        Note::OnHold { pay_by } => {
            let sheet = Sheet::new(format!("Your booking is kept: {pnr}")).text(format!(
                "Your seats are kept for you under the reference {pnr}. Whoever sold you this booking must pay for it by \
                 {pay_by} UTC; until then there are no tickets, and after that the seats are free again."
            ));
            flights(sheet, booking, airports).facts(vec![("Total".to_owned(), booking.total.to_string())])
        }
        Note::Lapsed(lapse) => Sheet::new(format!("Your booking is not kept any more: {pnr}"))
            .text(match lapse {
                Lapse::Unpaid => {
                    "This booking was not paid for in time. Your seats are free again, and nothing was charged by us."
                }
                Lapse::GivenUp => {
                    "Whoever sold you this booking has given it up before it was paid for. Your seats are free again, \
                     and nothing was charged by us."
                }
                Lapse::CalledOff => {
                    "The airline has called a flight of yours off. We are sorry. The booking was not paid for yet, and \
                     nothing was charged by us."
                }
            })
            .facts(vec![("Booking".to_owned(), pnr)])
            .link(site_url),
        Note::Unpaid => Sheet::new(format!("Your payment failed: {pnr}"))
            .text(
                "Your bank kept the amount aside when you booked and would not hand it over afterwards. Nothing was \
                 charged. Your tickets cannot be used, and the booking is being cancelled.",
            )
            .text("You are welcome to book again, with another card if you can.")
            .facts(vec![("Booking".to_owned(), pnr), ("Amount".to_owned(), booking.total.to_string())])
            .link(site_url),
        Note::Refused { supplier } => Sheet::new("Your booking was not made")
            .text(format!(
                "{supplier}, who sells this trip, could not confirm it: no tickets were issued, and nothing was charged. The \
                 amount that your bank kept aside is released, which some banks show only after days."
            ))
            .facts(vec![("Amount".to_owned(), booking.total.to_string())])
            .link(site_url),
        Note::Failed => Sheet::new("Your booking was not made")
            .text(
                "Your booking could not be completed: no tickets were issued, and nothing was charged. The amount that \
                 your bank kept aside is released, which some banks show only after days.",
            )
            .facts(vec![("Amount".to_owned(), booking.total.to_string())])
            .link(site_url),
    };
    sheet.text("SkyConnect is a demonstration: its tickets are not valid for travel.")
}

fn flights(sheet: Sheet, booking: &LetterRecord, airports: &Airports) -> Sheet {
    booking.legs.iter().fold(sheet, |sheet, leg| {
        let arrives = match text::day_words(leg.day_change()) {
            Some(words) => format!("{}, {words}", text::clock_of(leg.arrives)),
            None => text::clock_of(leg.arrives),
        };
        let mut facts = vec![
            ("Flight".to_owned(), leg.id.flight.spaced()),
            ("Date".to_owned(), text::long_date(leg.departs.date())),
            ("Departs".to_owned(), format!("{}, local time", text::clock_of(leg.departs))),
            ("Arrives".to_owned(), format!("{arrives}, local time")),
        ];
        facts.extend(leg.origin_terminal.clone().map(|terminal| ("Terminal".to_owned(), terminal)));
        sheet.heading(route(leg, airports)).facts(facts)
    })
}

fn person(sheet: Sheet, ticket: &LetterTicket, legs: &[Departure]) -> Sheet {
    let mut facts = vec![("Ticket".to_owned(), ticket.number.grouped())];
    for (leg, seat) in legs.iter().zip(&ticket.seats) {
        let seat = match seat {
            Some(seat) => seat.to_string(),
            None if ticket.kind.takes_seat() => "at check-in".to_owned(),
            None => "on a lap".to_owned(),
        };
        facts.push((format!("Seat {}", leg.id.flight.spaced()), seat));
    }
    sheet.heading(format!("{} / {}", ticket.surname, ticket.given_name)).facts(facts)
}

/// Who no longer flies where.
fn cancelled(booking: &LetterRecord, airports: &Airports, ticket: &str, leg: usize) -> (String, String) {
    let name = booking
        .tickets
        .iter()
        .find(|known| known.number.to_string() == ticket)
        .map_or_else(|| ticket.to_owned(), |known| format!("{} / {}", known.surname, known.given_name));
    let flight = booking.legs.get(leg).map_or_else(String::new, |leg| {
        format!(
            "{}, {}, {}",
            leg.id.flight.spaced(),
            route(leg, airports),
            text::long_date(leg.departs.date())
        )
    });
    (name, flight)
}

/// "Boston (BOS) to New York (JFK)".
fn route(leg: &Departure, airports: &Airports) -> String {
    let place = |code| match airports.get(code) {
        Some(airport) => format!("{} ({code})", airport.city),
        None => code.to_string(),
    };
    format!("{} to {}", place(leg.origin), place(leg.destination))
}
