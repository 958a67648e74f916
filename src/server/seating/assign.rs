use std::collections::HashSet;

use app::ports::{HoldError, PickError, Visitor};
use domain::{
    cabin::{Layout, SeatNumber, SeatedTraveller, best_together, closest, may_sit},
    live::SeatChange,
    seat::SeatState,
    selling::SellingMode,
    traveller::Party,
};

use super::{Seating, away};
use crate::postgres::{HoldRecord, Pick};

/// Times the cabin is looked at again when others were faster.
const ROUNDS: usize = 5;

/// Who gets a seat.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Whom {
    Everyone,
    /// Those who have none yet: nobody loses what they picked.
    TheUnseated,
}

/// Seats people of a hold on one leg, together as far as the cabin allows; under contention the next best is taken in
/// the same request. Where seats are not assigned, or nothing is left that the rules allow, some stay without a seat.
pub(crate) async fn assign(
    seating: &Seating,
    visitor: Visitor,
    hold: &HoldRecord,
    leg: usize,
    whom: Whom,
) -> Result<Vec<SeatChange>, PickError> {
    let Some(departure) = hold.legs.get(leg) else { return Err(HoldError::NotFound.into()) };
    if seating.timetables.selling().mode(departure.id, hold.offer.cabin) == SellingMode::Open {
        return Ok(Vec::new());
    }
    let layout = Layout::of(&departure.aircraft, &departure.configuration);
    let mut waiting: Vec<u8> = hold
        .travellers
        .iter()
        .filter(|t| t.kind.takes_seat())
        .map(|t| t.ordinal)
        .filter(|ordinal| whom == Whom::Everyone || !hold.seats.contains_key(&(departure.id, *ordinal)))
        .collect();
    // Seats that are about to be given back count as free for those who give them.
    let own: HashSet<SeatNumber> =
        waiting.iter().filter_map(|ordinal| hold.seats.get(&(departure.id, *ordinal))).copied().collect();
    let mut done = Vec::new();
    for _ in 0..ROUNDS {
        if waiting.is_empty() {
            break;
        }
        let touched = seating.postgres.touched(departure.id).await.map_err(away)?;
        let mut taken = taken(&touched);
        if done.is_empty() {
            taken.retain(|seat| !own.contains(seat));
        }
        let party: Vec<SeatedTraveller> = waiting
            .iter()
            .filter_map(|ordinal| {
                let kind = *hold.offer.party.kinds().get(usize::from(*ordinal))?;
                Some(SeatedTraveller { kind, with_infant: with_infant(hold.offer.party, *ordinal) })
            })
            .collect();
        let companion = hold.seats.iter().find(|((leg, _), _)| *leg == departure.id).map(|(_, seat)| *seat);
        let seats = match companion {
            Some(seat) if whom == Whom::TheUnseated => beside(&layout, seat, &taken, &party),
            _ => best_together(&layout, hold.offer.cabin, |seat| taken.contains(&seat), &party),
        };
        let mut refused = Vec::new();
        for (ordinal, seat) in waiting.iter().zip(seats) {
            let Some(seat) = seat else { continue };
            let pick = Pick {
                visitor: visitor.0,
                hold: hold.id,
                departure: departure.id,
                traveller: *ordinal,
                seat,
                version: touched.iter().find(|c| c.seat == seat).map_or(0, |c| c.version),
                had: hold.seats.get(&(departure.id, *ordinal)).copied(),
            };
            match seating.pick_seat(pick).await {
                Ok(changes) => done.extend(changes),
                Err(PickError::Taken { .. }) => refused.push(*ordinal),
                Err(error) => return Err(error),
            }
        }
        waiting = refused;
    }
    Ok(done)
}

/// The free seats closest to a companion who has chosen one, among those that each may sit in.
fn beside(
    layout: &Layout,
    companion: SeatNumber,
    taken: &HashSet<SeatNumber>,
    party: &[SeatedTraveller],
) -> Vec<Option<SeatNumber>> {
    let mut gone = taken.clone();
    party
        .iter()
        .map(|traveller| {
            let allowed = |seat| {
                let seat = layout.seat(seat);
                seat.is_some_and(|seat| may_sit(seat, traveller.kind, traveller.with_infant).is_ok())
            };
            let seat = closest(layout, companion, |seat| gone.contains(&seat) || !allowed(seat))?;
            gone.insert(seat);
            Some(seat)
        })
        .collect()
}

/// Whether an infant sits on that traveller's lap: the first adults take them, one each.
pub(crate) fn with_infant(party: Party, ordinal: u8) -> bool {
    ordinal < party.infants()
}

pub(crate) fn taken(touched: &[SeatChange]) -> HashSet<SeatNumber> {
    touched.iter().filter(|c| c.state != SeatState::Available).map(|c| c.seat).collect()
}
