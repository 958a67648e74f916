//! Picks of many visitors in one call.

use std::{collections::BTreeMap, sync::Arc};

use app::{
    answers::{PickRequest, Picked},
    ports::{HoldError, PickError, Visitor},
};
use domain::{
    cabin::{Features, Seat, SeatNumber, SeatRefusal, SeatRules, SeatedTraveller, keeps_accessible, nearest},
    departure::DepartureId,
    hold::{HoldId, HoldState},
    live::SeatChange,
    seat::SeatState,
};

use jiff::Timestamp;

use super::{
    Seating, assign, away,
    facts::{HoldFacts, LegFacts},
    unanswered,
};
use crate::{
    batching::Folded,
    live::Live,
    postgres::{EndAs, Laps, Pick, PickAnswer, Postgres, StoreError},
};

/// Alternatives offered for a seat that is gone.
const ALTERNATIVES: usize = 3;

/// What picks are answered by: one call for many, told to everyone who watches once it is committed.
pub(super) struct Picks {
    pub postgres: Postgres,
    pub live: Live,
}

/// A hold has one pick at a time, and so has a seat.
#[derive(PartialEq, Eq, Hash)]
pub(super) enum Key {
    Hold(HoldId),
    Seat(DepartureId, SeatNumber),
}

impl Folded for Picks {
    type Ask = Pick;
    type Answer = PickAnswer;
    type Key = Key;

    fn keys(pick: &Pick) -> impl Iterator<Item = Key> + Send {
        [Key::Hold(pick.hold), Key::Seat(pick.departure, pick.seat)].into_iter()
    }

    async fn together(&self, picks: &[Pick]) -> Result<Vec<PickAnswer>, StoreError> {
        let answers = self.postgres.pick(picks).await?;
        let mut told: BTreeMap<DepartureId, Vec<SeatChange>> = BTreeMap::new();
        for (pick, answer) in picks.iter().zip(&answers) {
            match answer {
                PickAnswer::Picked(changes) => told.entry(pick.departure).or_default().extend(changes),
                // Whoever asks has an old picture: the newest is told again.
                PickAnswer::Refused { now, .. } if now.version > 0 => {
                    told.entry(pick.departure).or_default().push(*now);
                }
                _ => {}
            }
        }
        for (departure, changes) in told {
            self.live.publish_of(departure, changes);
        }
        Ok(answers)
    }
}

impl Seating {
    /// Whoever may sit there is moved there; who comes too late is told of seats nearby.
    pub(super) async fn pick_by_the_rules(
        &self,
        visitor: Visitor,
        request: PickRequest,
    ) -> Result<Picked, PickError> {
        let PickRequest { hold, departure, traveller, seat, version } = request;
        let facts = self.facts(visitor, hold).await?;
        let (Some(leg), Some(kind)) = (facts.leg(departure), facts.kinds.get(usize::from(traveller))) else {
            return Err(HoldError::NotFound.into());
        };
        if let Some(reason) = self.timetables.selling().mode(departure, facts.cabin).no_choice() {
            return Err(PickError::Refused { seat, reason: reason.into() });
        }
        let layout = &*leg.layout;
        let in_cabin = layout.seat(seat).filter(|_| layout.cabin_of(seat) == Some(facts.cabin));
        let in_cabin = in_cabin.ok_or(PickError::NoSuchSeat(seat))?;
        let seated =
            SeatedTraveller { kind: *kind, with_infant: assign::with_infant(facts.party, traveller) };
        // The next of them looks only once this seat is taken or refused.
        let mut laps = None;
        if seated.with_infant {
            laps = Some(self.postgres.alone_with_laps(&[departure]).await.map_err(away)?);
        }
        let rules = self.rules_of_pick(hold, leg, in_cabin, traveller, laps.as_mut()).await?;
        let refusal =
            |seat: &Seat| rules.check(layout, facts.cabin, (seat, SeatState::Available), seated).err();
        if let Some(refusal) = refusal(in_cabin) {
            return Err(PickError::Refused { seat, reason: refusal.to_string() });
        }
        let had = facts.seat_had(departure, traveller);
        let pick = Pick { visitor: visitor.0, hold, departure, traveller, seat, version, had };
        let picked = match laps {
            None => self.pick_seat(pick).await,
            // Also for who goes away meanwhile: what has begun may be done, and must be seen by the next.
            Some(laps) => {
                let seating = self.clone();
                let picking = tokio::spawn(async move {
                    let picked = seating.pick_seat(pick).await;
                    drop(laps);
                    picked
                });
                picking.await.unwrap_or_else(|_| Err(HoldError::Unclear.into()))
            }
        };
        match picked {
            Ok(changes) => {
                facts.sits(departure, traveller, seat);
                Ok(Picked { changes })
            }
            Err(PickError::Taken { seat, .. }) => {
                let taken = self.glances.taken(&self.postgres, departure).await.map_err(away)?;
                let is_refused = |s| layout.seat(s).is_none_or(|seat| refusal(seat).is_some());
                let is_no_choice = |s| s == seat || taken.contains(&s) || is_refused(s);
                Err(PickError::Taken { seat, nearest: nearest(layout, seat, is_no_choice, ALTERNATIVES) })
            }
            Err(error) => Err(error),
        }
    }

    /// What else decides about that pick: `laps` where the traveller has an infant. Most seats are anyone's, and then nothing
    /// is read.
    async fn rules_of_pick(
        &self,
        hold: HoldId,
        leg: &LegFacts,
        seat: &Seat,
        traveller: u8,
        laps: Option<&mut Laps>,
    ) -> Result<SeatRules, HoldError> {
        let is_kept = keeps_accessible(leg.departs_at, Timestamp::now());
        let mut rules = SeatRules { keeps_accessible: is_kept, with_infants: Vec::new() };
        if is_kept && seat.features.contains(Features::ACCESSIBLE) {
            rules.keeps_accessible = !self.postgres.accessible_asked(hold).await.map_err(away)?;
        }
        if let Some(laps) = laps {
            let laps = laps.seats(leg.departure).await.map_err(away)?;
            let others = laps.iter().filter(|lap| (lap.hold, lap.traveller) != (hold, traveller));
            rules.with_infants = others.map(|lap| lap.seat).collect();
        }
        Ok(rules)
    }

    /// What never changes of a visitor's hold; another's is as good as none.
    async fn facts(&self, visitor: Visitor, id: HoldId) -> Result<Arc<HoldFacts>, HoldError> {
        let facts = if let Some(facts) = self.remembered.find(id) {
            facts
        } else {
            let hold = self.live_hold(visitor, id).await?;
            let facts = self.remembered.keep(id, visitor.0, hold.offer.cabin, hold.offer.party, &hold.legs);
            for ((departure, traveller), seat) in &hold.seats {
                facts.sits(*departure, *traveller, *seat);
            }
            facts
        };
        if facts.visitor == visitor.0 { Ok(facts) } else { Err(HoldError::NotFound) }
    }

    /// A belief about where the traveller sits may be old, since another server may have moved them: then it is dropped.
    async fn ask(&self, pick: &mut Pick) -> Result<PickAnswer, HoldError> {
        let answer = self.picks.ask(*pick).await.map_err(unanswered)?;
        if answer != PickAnswer::Elsewhere || pick.had.is_none() {
            return Ok(answer);
        }
        pick.had = None;
        self.picks.ask(*pick).await.map_err(unanswered)
    }

    /// One pick with what the design allows it: a hold in the way whose time is over is ended, and a seat that is free
    /// at a newer version is tried once more.
    pub(crate) async fn pick_seat(&self, pick: Pick) -> Result<Vec<SeatChange>, PickError> {
        let mut pick = pick;
        for last_try in [false, true] {
            let answer = match self.gate.hopeless(&pick).await.map_err(away)? {
                Some(now) => PickAnswer::Refused { now, expired: None },
                None => self.ask(&mut pick).await?,
            };
            self.gate.learn(&pick, &answer);
            match answer {
                PickAnswer::Picked(changes) => return Ok(changes),
                PickAnswer::Refused { now, expired } if !last_try => {
                    if let Some(hold) = expired {
                        self.end(hold, EndAs::Expired).await?;
                        let freed = self.postgres.touched(pick.departure).await.map_err(away)?;
                        pick.version = freed.iter().find(|c| c.seat == pick.seat).map_or(0, |c| c.version);
                    } else if now.state == SeatState::Available {
                        pick.version = now.version;
                    } else {
                        return Err(lost(&pick, now.state));
                    }
                }
                PickAnswer::Refused { now, .. } => return Err(lost(&pick, now.state)),
                // Without a belief nobody sits elsewhere.
                PickAnswer::Missing | PickAnswer::Elsewhere => return Err(HoldError::NotFound.into()),
                PickAnswer::Expired => {
                    self.end(pick.hold, EndAs::Expired).await?;
                    return Err(HoldError::Ended(HoldState::Expired).into());
                }
                PickAnswer::Hold(HoldState::Reserved) => return Err(HoldError::Locked.into()),
                PickAnswer::Hold(state) => return Err(HoldError::Ended(state).into()),
            }
        }
        Err(PickError::Taken { seat: pick.seat, nearest: Vec::new() })
    }
}

/// A seat that is out of sale was lost to nobody.
fn lost(pick: &Pick, state: SeatState) -> PickError {
    let seat = pick.seat;
    match state {
        SeatState::Blocked => PickError::Refused { seat, reason: SeatRefusal::Blocked(seat).to_string() },
        _ => PickError::Taken { seat, nearest: Vec::new() },
    }
}
