//! Paying for what an outside supplier sells: its order is held before any card is asked for, at exactly the price that was
//! shown, and confirmed once the bank has agreed.

use app::ports::{CheckoutError, HoldError};
use domain::offer::OutsideOffer;

use super::Paying;
use crate::{
    postgres::{EndAs, HoldRecord},
    seating::{away, price_changed},
    suppliers::{Buyer, Offered, OrderName, Passenger, SupplierError, desk::DeskError},
};

impl Paying {
    /// Orders what was chosen at its supplier, to be paid there later. Asked again it is the same order, by the hold's name.
    ///
    /// # Errors
    /// `PriceChanged` and `NotSold` end the hold: nothing is kept there. `SupplierAway`: what became of the asking is not
    /// known, or it was not heard; asking again is right.
    pub(super) async fn order_outside(
        &self,
        hold: &HoldRecord,
        offered: &Offered,
    ) -> Result<(), CheckoutError> {
        let buyer = buyer(hold, offered).ok_or(CheckoutError::TravellersMissing)?;
        let name = &offered.supplier.0;
        let refusal = match self.desk.hold(offered, &buyer, &OrderName(hold.id.0)).await {
            Ok(_) => return Ok(()),
            Err(DeskError::PriceChanged { now, .. }) => {
                let dearer = Offered { total: now, ..offered.clone() };
                price_changed(&self.seating, &chosen(hold, offered), &dearer)
            }
            Err(DeskError::Supplier(SupplierError::Refused { code, .. })) => {
                tracing::info!(hold = %hold.id, supplier = name, code, "a supplier would not hold an order");
                self.why_refused(hold, offered).await
            }
            Err(DeskError::Over | DeskError::NotFound | DeskError::NameUsed) => not_booked(name),
            Err(DeskError::Supplier(error)) => {
                tracing::warn!(hold = %hold.id, supplier = name, %error, "an order is not held yet");
                return Err(HoldError::SupplierAway(name.clone()).into());
            }
            Err(DeskError::Store(error)) => return Err(away(error).into()),
        };
        // What is held there for it, if anything is, goes back with the hold.
        self.seating.end(hold.id, EndAs::Released).await?;
        Err(refusal.into())
    }

    /// At another price perhaps, which is told and never just charged.
    async fn why_refused(&self, hold: &HoldRecord, offered: &Offered) -> HoldError {
        let name = &offered.supplier.0;
        let Some(supplier) = self.seating.suppliers.named(name) else { return not_booked(name) };
        match supplier.reprice(&offered.id).await {
            Ok(now) if now.total != offered.total => {
                price_changed(&self.seating, &chosen(hold, offered), &now)
            }
            _ => not_booked(name),
        }
    }
}

fn not_booked(supplier: &str) -> HoldError {
    HoldError::NotSold(format!(
        "{supplier} could not book this trip: it may have just sold out. Nothing was charged. Search again."
    ))
}

/// The offer that the hold was made of.
fn chosen(hold: &HoldRecord, offered: &Offered) -> OutsideOffer {
    OutsideOffer {
        supplier: offered.supplier.0.clone(),
        id: offered.id.clone(),
        party: hold.offer.party,
        cabin: hold.offer.cabin,
        total: hold.quote.total,
        was: None,
        expires_at: hold.offer.expires_at,
    }
}

/// Everyone in the order in which the supplier names them; none where somebody is not named yet.
fn buyer(hold: &HoldRecord, offered: &Offered) -> Option<Buyer> {
    let mut people: Vec<_> = hold.travellers.iter().collect();
    let passengers = offered
        .travellers
        .iter()
        .map(|asked| {
            let place = people.iter().position(|person| person.kind == asked.kind)?;
            let person = people.remove(place);
            Some(Passenger {
                given_name: person.given_name.clone()?,
                surname: person.surname.clone()?,
                birth_date: person.birth_date?,
            })
        })
        .collect::<Option<_>>()?;
    let phone = hold.contact_phone.clone().unwrap_or_default();
    Some(Buyer { passengers, email: hold.contact_email.clone()?, phone })
}
