//! The `Seats` port: places and seats, told to everyone who watches.

mod assign;
mod choose;
mod facts;
mod picks;
mod travellers;
mod view;

use std::sync::Arc;

use app::{
    answers::{Contact, HoldView, OfferView, PickRequest, Picked, SeatMapView, TravellerEntry},
    ports::{Caller, HoldError, PickError, Seats, Visitor},
};
use async_trait::async_trait;
use domain::{
    cabin::{may_sit, nearest},
    hold::{HoldId, HoldState},
    live::SeatChange,
    seat::SeatState,
};

use tokio::task::JoinSet;

use crate::{
    batching::{Batcher, NoAnswer},
    live::Live,
    once::{once, once_in_steps},
    postgres::{ANSWERED, EndAs, HoldRecord, Once, Pick, PickAnswer, Postgres, StoreError},
    signing::Signing,
    timetables::Timetables,
};

pub(crate) use assign::{Whom, assign};
use facts::{HoldFacts, Remembered};
use picks::Picks;

/// Alternatives offered for a seat that is gone.
const ALTERNATIVES: usize = 3;

#[derive(Clone)]
pub struct Seating {
    postgres: Postgres,
    live: Live,
    pub(crate) timetables: Timetables,
    signing: Signing,
    picks: Batcher<Picks>,
    remembered: Arc<Remembered>,
}

impl std::fmt::Debug for Seating {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Seating")
    }
}

impl Seating {
    /// Starts the batchers, which end with the `tasks`.
    pub fn start(
        postgres: Postgres,
        live: Live,
        timetables: Timetables,
        signing: Signing,
        tasks: &mut JoinSet<()>,
    ) -> Self {
        let picks = Batcher::start(Picks { postgres: postgres.clone(), live: live.clone() }, tasks);
        Self { postgres, live, timetables, signing, picks, remembered: Arc::default() }
    }

    /// The same over other connections.
    #[must_use]
    pub(crate) fn over(self, postgres: Postgres) -> Self {
        Self { postgres, ..self }
    }

    /// A live hold of this visitor. One whose time is over is ended first.
    pub(crate) async fn live_hold(&self, visitor: Visitor, id: HoldId) -> Result<HoldRecord, HoldError> {
        let hold = self.postgres.hold(visitor.0, id).await.map_err(away)?.ok_or(HoldError::NotFound)?;
        if !hold.state.is_live() {
            return Err(HoldError::Ended(hold.state));
        }
        if hold.expires_in_ms <= 0 {
            self.end(id, EndAs::Expired).await?;
            return Err(HoldError::Ended(HoldState::Expired));
        }
        Ok(hold)
    }

    /// Ends a hold whole and tells everyone who watches which seats are free again.
    pub async fn end(&self, id: HoldId, end: EndAs) -> Result<(), HoldError> {
        self.end_once(id, end, None).await
    }

    async fn end_once(&self, id: HoldId, end: EndAs, asking: Option<&Once>) -> Result<(), HoldError> {
        let freed = self.postgres.end(id, end, asking).await.map_err(away)?;
        self.live.publish(&freed);
        Ok(())
    }

    async fn seat_everyone(&self, visitor: Visitor, id: HoldId, leg: usize) -> Result<Picked, PickError> {
        let hold = self.live_hold(visitor, id).await?;
        if hold.state == HoldState::Reserved {
            return Err(HoldError::Locked.into());
        }
        let Some(departure) = hold.legs.get(leg) else { return Err(HoldError::NotFound.into()) };
        if let Some(reason) = self.timetables.selling().mode(departure.id, hold.offer.cabin).no_choice() {
            let (field, message) = ("leg".into(), reason.into());
            return Err(HoldError::Invalid { field, message }.into());
        }
        Ok(Picked { changes: assign::assign(self, visitor, &hold, leg, assign::Whom::Everyone).await? })
    }

    async fn extend_once(&self, visitor: Visitor, id: HoldId, asking: &Once) -> Result<(), HoldError> {
        let hold = self.live_hold(visitor, id).await?;
        if hold.state == HoldState::Reserved {
            return Err(HoldError::Locked);
        }
        if self.postgres.extend(visitor.0, id, asking).await.map_err(away)? {
            Ok(())
        } else {
            Err(HoldError::NoExtension)
        }
    }

    async fn release_once(&self, visitor: Visitor, id: HoldId, asking: &Once) -> Result<(), HoldError> {
        match self.live_hold(visitor, id).await {
            Ok(_) => self.end_once(id, EndAs::Released, Some(asking)).await,
            Err(HoldError::Ended(HoldState::Converted)) => Err(HoldError::Ended(HoldState::Converted)),
            Err(HoldError::Ended(_)) => {
                self.postgres.keep(asking, &Ok::<(), HoldError>(())).await.map_err(away)?;
                Ok(())
            }
            Err(error) => Err(error),
        }
    }

    /// What never changes of a visitor's hold; another's is as good as none.
    async fn facts(&self, visitor: Visitor, id: HoldId) -> Result<Arc<HoldFacts>, HoldError> {
        let facts = match self.remembered.find(id) {
            Some(facts) => facts,
            None => {
                let hold = self.live_hold(visitor, id).await?;
                let facts =
                    self.remembered.keep(id, visitor.0, hold.offer.cabin, hold.offer.party, &hold.legs);
                for ((departure, traveller), seat) in &hold.seats {
                    facts.sits(*departure, *traveller, *seat);
                }
                facts
            }
        };
        if facts.visitor == visitor.0 { Ok(facts) } else { Err(HoldError::NotFound) }
    }

    /// One pick with what the design allows it: a hold in the way whose time is over is ended, and a seat that is free
    /// at a newer version is tried once more.
    pub(crate) async fn pick_seat(&self, pick: Pick) -> Result<Vec<SeatChange>, PickError> {
        let mut pick = pick;
        for last_try in [false, true] {
            match self.picks.ask(pick).await.map_err(unanswered)? {
                PickAnswer::Picked(changes) => return Ok(changes),
                PickAnswer::Refused { now, expired } if !last_try => {
                    if let Some(hold) = expired {
                        self.end(hold, EndAs::Expired).await?;
                        let freed = self.postgres.touched(pick.departure).await.map_err(away)?;
                        pick.version = freed.iter().find(|c| c.seat == pick.seat).map_or(0, |c| c.version);
                    } else if now.state == SeatState::Available {
                        pick.version = now.version;
                    } else {
                        return Err(PickError::Taken { seat: pick.seat, nearest: Vec::new() });
                    }
                }
                PickAnswer::Refused { .. } => {
                    return Err(PickError::Taken { seat: pick.seat, nearest: Vec::new() });
                }
                PickAnswer::Missing => return Err(HoldError::NotFound.into()),
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

#[async_trait]
impl Seats for Seating {
    async fn choose(&self, caller: Caller, offer: &str) -> Result<HoldId, HoldError> {
        let asking = Once::new(&caller, "choose_offer", &offer, None);
        once(&self.postgres, &asking, choose::choose(self, caller.visitor, offer, &asking)).await
    }

    async fn offered(&self, offer: &str) -> Result<OfferView, HoldError> {
        Seating::offered(self, offer)
    }

    async fn hold(&self, visitor: Visitor, id: HoldId) -> Result<HoldView, HoldError> {
        let hold = self.live_hold(visitor, id).await?;
        Ok(view::hold_view(hold, &self.timetables))
    }

    async fn name_travellers(
        &self,
        caller: Caller,
        id: HoldId,
        travellers: Vec<TravellerEntry>,
        contact: Contact,
    ) -> Result<(), HoldError> {
        let asking = Once::new(&caller, "name_travellers", &(id, &travellers, &contact), Some(id));
        let named = travellers::name_everyone(self, caller.visitor, id, &travellers, contact, &asking);
        once(&self.postgres, &asking, named).await
    }

    async fn seat_map(&self, visitor: Visitor, id: HoldId, leg: usize) -> Result<SeatMapView, HoldError> {
        let hold = self.live_hold(visitor, id).await?;
        let Some(departure) = hold.legs.get(leg) else { return Err(HoldError::NotFound) };
        let touched = self.postgres.touched(departure.id).await.map_err(away)?;
        Ok(SeatMapView { hold: view::hold_view(hold, &self.timetables), leg, touched })
    }

    async fn pick(&self, visitor: Visitor, request: PickRequest) -> Result<Picked, PickError> {
        let PickRequest { hold, departure, traveller, seat, version } = request;
        let facts = self.facts(visitor, hold).await?;
        let (Some(layout), Some(kind)) = (facts.layout(departure), facts.kinds.get(usize::from(traveller)))
        else {
            return Err(HoldError::NotFound.into());
        };
        if let Some(reason) = self.timetables.selling().mode(departure, facts.cabin).no_choice() {
            return Err(PickError::Refused { seat, reason: reason.into() });
        }
        let in_cabin = layout.seat(seat).filter(|_| layout.cabin_of(seat) == Some(facts.cabin));
        let in_cabin = in_cabin.ok_or(PickError::NoSuchSeat(seat))?;
        may_sit(in_cabin, *kind, assign::with_infant(facts.party, traveller))
            .map_err(|refusal| PickError::Refused { seat, reason: refusal.to_string() })?;
        if !kind.takes_seat() {
            return Err(HoldError::NotFound.into());
        }
        let had = facts.seat_had(departure, traveller);
        let pick = Pick { visitor: visitor.0, hold, departure, traveller, seat, version, had };
        match self.pick_seat(pick).await {
            Ok(changes) => {
                facts.sits(departure, traveller, seat);
                Ok(Picked { changes })
            }
            Err(PickError::Taken { seat, .. }) => {
                let taken = assign::taken(&self.postgres.touched(departure).await.map_err(away)?);
                Err(PickError::Taken {
                    seat,
                    nearest: nearest(layout, seat, |s| taken.contains(&s), ALTERNATIVES),
                })
            }
            Err(error) => Err(error),
        }
    }

    async fn seat_together(&self, caller: Caller, id: HoldId, leg: usize) -> Result<Picked, PickError> {
        let asking = Once::new(&caller, "seat_together", &(id, leg), Some(id));
        once_in_steps(&self.postgres, &asking, self.seat_everyone(caller.visitor, id, leg)).await
    }

    async fn extend(&self, caller: Caller, id: HoldId) -> Result<(), HoldError> {
        let asking = Once::new(&caller, "extend_hold", &id, Some(id));
        once(&self.postgres, &asking, self.extend_once(caller.visitor, id, &asking)).await
    }

    async fn release(&self, caller: Caller, id: HoldId) -> Result<(), HoldError> {
        let asking = Once::new(&caller, "release_hold", &id, Some(id));
        once(&self.postgres, &asking, self.release_once(caller.visitor, id, &asking)).await
    }
}

/// A batch that gave no answer.
fn unanswered(why: NoAnswer) -> HoldError {
    match why {
        NoAnswer::NotDone => HoldError::Unavailable,
        NoAnswer::Unclear => HoldError::Unclear,
    }
}

/// Nothing was done, or nothing is known to be: fail closed.
pub(crate) fn away(error: StoreError) -> HoldError {
    if error.constraint() == Some(ANSWERED) {
        // Somebody asked the same at the same time and was faster: theirs is the answer.
        return HoldError::Unavailable;
    }
    tracing::error!(%error, "inventory cannot be reached");
    HoldError::Unavailable
}
