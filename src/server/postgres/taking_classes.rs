//! The booking classes of a claim: nested, so that a place counts in its class and in all above.

use domain::{
    cabin::{BookingClass, default_authorised},
    departure::Departure,
};

use super::{Claim, TakeRefusal, Tx};

/// A class that a leg counts in: its own, or one above it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Rung {
    pub class: BookingClass,
    /// What it may sell where no row says otherwise.
    pub authorised: u16,
}

impl Claim<'_> {
    /// The class of each leg.
    pub(super) fn classes(&self) -> impl Iterator<Item = BookingClass> {
        self.legs.iter().map(|leg| self.offer.class_on(leg.id))
    }

    /// The classes that each leg counts in, dearest first.
    pub(super) fn rungs(&self) -> impl Iterator<Item = (&Departure, impl Iterator<Item = Rung>)> {
        self.legs.iter().zip(self.classes()).map(|(leg, class)| {
            let capacity = leg.configuration.places(class.cabin());
            let rung = move |class: &BookingClass| Rung {
                class: *class,
                authorised: default_authorised(*class, capacity),
            };
            (leg, class.and_above().iter().map(rung))
        })
    }
}

/// Counts the claim's places in the class of each leg and in all classes above: in all, or the first leg where one has too
/// few refuses it. Rows that are not there yet are made first, so that all are locked in their order.
pub(super) async fn take_classes(tx: &mut Tx, claim: &Claim<'_>) -> Result<(), TakeRefusal> {
    let seats = i32::from(claim.offer.party.seats());
    let (mut departures, mut classes, mut authorised) = (Vec::new(), Vec::new(), Vec::new());
    for (leg, rungs) in claim.rungs() {
        for rung in rungs {
            departures.push(leg.id.to_string());
            classes.push(rung.class.to_string());
            authorised.push(i32::from(rung.authorised));
        }
    }
    sqlx::query!(
        r#"insert into departure_classes (departure, class, authorised, taken)
        select departure, class, authorised, 0
        from unnest($1::text[], $2::text[], $3::integer[]) as rungs (departure, class, authorised)
        order by departure collate "C", class collate "C" on conflict (departure, class) do nothing"#,
        &departures,
        &classes,
        &authorised,
    )
    .execute(&mut **tx)
    .await?;
    sqlx::query!(
        r#"select from departure_classes c
        where (c.departure, c.class) in (
            select departure, class from unnest($1::text[], $2::text[]) as rungs (departure, class))
        order by c.departure, c.class collate "C" for no key update"#,
        &departures,
        &classes,
    )
    .fetch_all(&mut **tx)
    .await?;
    let counted = sqlx::query!(
        "update departure_classes c set taken = c.taken + $3
        from unnest($1::text[], $2::text[]) as rungs (departure, class)
        where c.departure = rungs.departure and c.class = rungs.class and c.taken + $3 <= c.authorised
        returning c.departure, c.class",
        &departures,
        &classes,
        seats,
    )
    .fetch_all(&mut **tx)
    .await?;
    let is_counted = |leg: &Departure, rung: Rung| {
        let key = (leg.id.to_string(), rung.class.to_string());
        counted.iter().any(|row| (&row.departure, &row.class) == (&key.0, &key.1))
    };
    for ((leg, mut rungs), class) in claim.rungs().zip(claim.classes()) {
        if !rungs.all(|rung| is_counted(leg, rung)) {
            return Err(TakeRefusal::ClassClosed(leg.id, class));
        }
    }
    Ok(())
}
