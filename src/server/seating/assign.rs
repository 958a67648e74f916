use std::collections::{BTreeMap, HashSet};

use app::ports::{HoldError, PickError, Visitor};
use domain::{
    cabin::{BestSeats, Layout, Placing, SeatNumber, SeatRules, SeatWish, SeatedTraveller, keeps_accessible},
    departure::Departure,
    hold::{HoldId, HoldState},
    live::SeatChange,
    seat::SeatState,
    selling::SellingMode,
    traveller::{Party, TravellerKind},
};
use jiff::Timestamp;

use super::{Seating, away};
use crate::postgres::{HoldRecord, Laps, Pick};

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
    // Boxed, since who orders and pays waits for it amid much else.
    Box::pin(assign_by_wish(seating, visitor, hold, leg, whom, None)).await
}

/// The same, as the party wishes once it sits together.
pub(super) async fn assign_by_wish(
    seating: &Seating,
    visitor: Visitor,
    hold: &HoldRecord,
    leg: usize,
    whom: Whom,
    wish: Option<SeatWish>,
) -> Result<Vec<SeatChange>, PickError> {
    let Some(departure) = hold.legs.get(leg) else { return Err(HoldError::NotFound.into()) };
    if seating.timetables.selling().mode(departure.id, hold.offer.cabin) == SellingMode::Open {
        return Ok(Vec::new());
    }
    let layout = Layout::of(&departure.aircraft, &departure.configuration);
    // With an infant nobody else's sits down between our look and our last pick; what was known before we came to that may
    // be old.
    let (mut laps, known_now);
    let hold = if hold.offer.party.infants() > 0 {
        laps = Some(seating.postgres.alone_with_laps(&[departure.id]).await.map_err(away)?);
        known_now = seating.live_hold(visitor, hold.id).await?;
        &known_now
    } else {
        laps = None;
        hold
    };
    if hold.state != HoldState::Active {
        return Ok(Vec::new());
    }
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
    let seats_now = hold.seats.iter().filter(|((leg, _), _)| *leg == departure.id);
    let mut seated: BTreeMap<u8, SeatNumber> = seats_now
        .map(|((_, ordinal), seat)| (*ordinal, *seat))
        .filter(|(ordinal, _)| !waiting.contains(ordinal))
        .collect();
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
        let rules = seating.rules_for(hold.id, departure, &waiting, laps.as_mut()).await?;
        let party: Vec<SeatedTraveller> = waiting
            .iter()
            .filter_map(|ordinal| {
                let kind = *hold.offer.party.kinds().get(usize::from(*ordinal))?;
                Some(SeatedTraveller { kind, with_infant: with_infant(hold.offer.party, *ordinal) })
            })
            .collect();
        let sit: Vec<(TravellerKind, SeatNumber)> = seated
            .iter()
            .filter_map(|(ordinal, seat)| {
                Some((*hold.offer.party.kinds().get(usize::from(*ordinal))?, *seat))
            })
            .collect();
        let best = BestSeats { layout: &layout, cabin: hold.offer.cabin, rules: &rules, wish };
        let placing = Placing { best, brand: hold.offer.brand, seated: &sit, waiting: &party };
        let seats = placing.seats(&taken);
        let mut refused = Vec::new();
        for (ordinal, seat) in waiting.iter().zip(seats) {
            let Some(seat) = seat else { continue };
            let sits_on = |who: &u8| hold.seats.get(&(departure.id, *who)).copied();
            // Another of us with an infant sits there still, and moves on first.
            let is_early = with_infant(hold.offer.party, *ordinal)
                && waiting.iter().any(|other| {
                    let is_there = sits_on(other).is_some_and(|at| layout.block_of(seat).contains(&at));
                    is_there
                        && other != ordinal
                        && with_infant(hold.offer.party, *other)
                        && !seated.contains_key(other)
                });
            if is_early {
                refused.push(*ordinal);
                continue;
            }
            let pick = Pick {
                visitor: visitor.0,
                hold: hold.id,
                departure: departure.id,
                traveller: *ordinal,
                seat,
                version: touched.iter().find(|c| c.seat == seat).map_or(0, |c| c.version),
                had: sits_on(ordinal),
            };
            let is_given = placing.is_charged(seat);
            if is_given {
                seating.postgres.give_seat(hold.id, departure.id, *ordinal, seat).await.map_err(away)?;
            }
            match seating.pick_seat(pick).await {
                Ok(changes) => {
                    seated.insert(*ordinal, seat);
                    done.extend(changes);
                }
                // Blocked a moment ago, or somebody was faster: the next best, then.
                Err(PickError::Taken { .. } | PickError::Refused { .. }) => {
                    if is_given {
                        seating
                            .postgres
                            .take_gift_back(hold.id, departure.id, *ordinal, seat)
                            .await
                            .map_err(away)?;
                    }
                    refused.push(*ordinal);
                }
                Err(error) => return Err(error),
            }
        }
        waiting = refused;
    }
    Ok(done)
}

impl Seating {
    /// What decides who may sit where, for those of a hold who wait for a seat; by `laps` where they mean to sit down.
    pub(super) async fn rules_for(
        &self,
        hold: HoldId,
        departure: &Departure,
        waiting: &[u8],
        laps: Option<&mut Laps>,
    ) -> Result<SeatRules, HoldError> {
        let is_kept = keeps_accessible(departure.departs_at, Timestamp::now());
        let is_asked = is_kept && self.postgres.accessible_asked(hold).await.map_err(away)?;
        let laps = match laps {
            Some(laps) => laps.seats(departure.id).await,
            None => self.postgres.lap_seats(departure.id).await,
        };
        let laps = laps.map_err(away)?;
        let others = laps.iter().filter(|lap| lap.hold != hold || !waiting.contains(&lap.traveller));
        Ok(SeatRules {
            with_infants: others.map(|lap| lap.seat).collect(),
            keeps_accessible: is_kept && !is_asked,
        })
    }
}

/// Whether an infant sits on that traveller's lap: the first adults take them, one each.
pub(crate) fn with_infant(party: Party, ordinal: u8) -> bool {
    ordinal < party.infants()
}

pub(crate) fn taken(touched: &[SeatChange]) -> HashSet<SeatNumber> {
    touched.iter().filter(|c| c.state != SeatState::Available).map(|c| c.seat).collect()
}
