//! The `Seats` port: places and seats, told to everyone who watches.

mod assign;
mod choose;
mod facts;
mod gate;
mod glance;
mod next_best;
mod outside;
mod picks;
mod takes;
mod travellers;
mod view;

use std::sync::Arc;

use app::{
    answers::{Contact, HoldView, OfferView, PickRequest, Picked, SeatMapView, TravellerEntry},
    ports::{Caller, HoldError, PickError, Seats, Visitor},
};
use async_trait::async_trait;
use domain::{
    cabin::{SeatRules, SeatWish},
    hold::{HoldId, HoldState},
};
use tokio::task::JoinSet;

use crate::{
    batching::{Batcher, NoAnswer},
    live::Live,
    once::{once, once_in_steps},
    postgres::{ANSWERED, Account, EndAs, HoldRecord, Once, Postgres, StoreError, WAITS_FOR_ANSWER},
    searching::Refusals,
    signing::Signing,
    suppliers::Suppliers,
    timetables::Timetables,
};

pub(crate) use assign::{Whom, assign, taken, with_infant};
pub(crate) use choose::OnSale;
use facts::Remembered;
use gate::Gate;
use glance::Glances;
pub(crate) use outside::price_changed;
use picks::Picks;
use takes::Takes;
pub(crate) use view::sold_by;

#[derive(Clone)]
pub struct Seating {
    postgres: Postgres,
    live: Live,
    pub(crate) timetables: Timetables,
    pub(crate) signing: Signing,
    pub(crate) suppliers: Suppliers,
    refusals: Refusals,
    picks: Batcher<Picks>,
    takes: Batcher<Takes>,
    gate: Gate,
    remembered: Arc<Remembered>,
    glances: Arc<Glances>,
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
        refusals: Refusals,
        redis: redis::Client,
        tasks: &mut JoinSet<()>,
    ) -> Self {
        let gate = Gate::start(postgres.clone(), redis, tasks);
        let picks = Batcher::start(Picks { postgres: postgres.clone(), live: live.clone() }, tasks);
        let takes = Batcher::start(Takes { postgres: postgres.clone() }, tasks);
        let (remembered, glances) = (Arc::default(), Arc::default());
        Self {
            postgres,
            live,
            timetables,
            signing,
            suppliers: Suppliers::default(),
            refusals,
            picks,
            takes,
            gate,
            remembered,
            glances,
        }
    }

    /// The same over other connections.
    #[must_use]
    pub(crate) fn over(self, postgres: Postgres) -> Self {
        Self { postgres, ..self }
    }

    /// The same with others who sell there.
    #[must_use]
    pub(crate) fn beside(self, suppliers: Suppliers) -> Self {
        Self { suppliers, ..self }
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
        let freed = self.postgres.end(id, end).await.map_err(away)?;
        self.live.publish(&freed);
        Ok(())
    }

    /// Takes the places of a signed offer for a program with a token, on whose count they stand too.
    pub(crate) async fn choose_for(
        &self,
        account: Account,
        visitor: Visitor,
        offer: &str,
    ) -> Result<HoldId, HoldError> {
        let asking = Once::new(&visitor.into(), "choose_offer", &offer, None);
        choose::choose(self, visitor, Some(account), offer, &asking).await
    }

    async fn seat_everyone(
        &self,
        visitor: Visitor,
        id: HoldId,
        leg: usize,
        wish: Option<SeatWish>,
    ) -> Result<Picked, PickError> {
        let hold = self.live_hold(visitor, id).await?;
        if hold.state == HoldState::Reserved {
            return Err(HoldError::Locked.into());
        }
        if let Some(offered) = &hold.outside {
            return Err(outside::no_seats(offered).into());
        }
        let Some(departure) = hold.legs.get(leg) else { return Err(HoldError::NotFound.into()) };
        if let Some(reason) = self.timetables.selling().mode(departure.id, hold.offer.cabin).no_choice() {
            let (field, message) = ("leg".into(), reason.into());
            return Err(HoldError::Invalid { field, message }.into());
        }
        let everyone = assign::Whom::Everyone;
        Ok(Picked { changes: assign::assign_by_wish(self, visitor, &hold, leg, everyone, wish).await? })
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
        self.postgres.hold(visitor.0, id).await.map_err(away)?.ok_or(HoldError::NotFound)?;
        // Be its time over or not: an authorisation may be on its way, and must not take again what was given up.
        let released = self.postgres.release(id, asking).await;
        let released = released.map_err(|error| match error.constraint() {
            // Its supplier is asked for it, and may have sold it by now.
            Some(WAITS_FOR_ANSWER) => HoldError::Locked,
            _ => away(error),
        })?;
        match released {
            Some(freed) => {
                self.live.publish(&freed);
                Ok(())
            }
            None => Err(HoldError::Ended(HoldState::Converted)),
        }
    }
}

#[async_trait]
impl Seats for Seating {
    async fn choose(&self, caller: Caller, offer: &str) -> Result<HoldId, HoldError> {
        let asking = Once::new(&caller, "choose_offer", &offer, None);
        if Signing::is_outside_offer(offer) {
            let chosen = outside::choose(self, caller.visitor, offer, &asking);
            return once(&self.postgres, &asking, chosen).await;
        }
        once(&self.postgres, &asking, choose::choose(self, caller.visitor, None, offer, &asking)).await
    }

    async fn offered(&self, offer: &str) -> Result<OfferView, HoldError> {
        if Signing::is_outside_offer(offer) {
            return outside::offered(self, offer).await;
        }
        Seating::offered(self, offer).await
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
        if hold.outside.is_some() {
            // Who reads the page is told who gives the seats; there is no cabin to show.
            return Ok(SeatMapView {
                hold: view::hold_view(hold, &self.timetables),
                leg,
                touched: Vec::new(),
                rules: SeatRules::default(),
                accessible_asked: false,
            });
        }
        let touched = self.postgres.touched(departure.id).await.map_err(away)?;
        let accessible_asked = self.postgres.accessible_asked(id).await.map_err(away)?;
        let everyone: Vec<u8> = hold.travellers.iter().map(|traveller| traveller.ordinal).collect();
        let rules = self.rules_for(id, departure, &everyone, None).await?;
        let hold = view::hold_view(hold, &self.timetables);
        Ok(SeatMapView { hold, leg, touched, rules, accessible_asked })
    }

    async fn pick(&self, visitor: Visitor, request: PickRequest) -> Result<Picked, PickError> {
        self.pick_by_the_rules(visitor, request).await
    }

    async fn seat_together(&self, caller: Caller, id: HoldId, leg: usize) -> Result<Picked, PickError> {
        self.seat_by_wish(caller, id, leg, None).await
    }

    async fn seat_by_wish(
        &self,
        caller: Caller,
        id: HoldId,
        leg: usize,
        wish: Option<SeatWish>,
    ) -> Result<Picked, PickError> {
        let asking = match wish {
            Some(wish) => Once::new(&caller, "seat_together", &(id, leg, wish), Some(id)),
            None => Once::new(&caller, "seat_together", &(id, leg), Some(id)),
        };
        once_in_steps(&self.postgres, &asking, self.seat_everyone(caller.visitor, id, leg, wish)).await
    }

    async fn ask_accessible(&self, visitor: Visitor, id: HoldId) -> Result<(), HoldError> {
        let hold = self.live_hold(visitor, id).await?;
        if hold.state == HoldState::Reserved {
            return Err(HoldError::Locked);
        }
        let is_active = self.postgres.ask_accessible(visitor.0, id).await.map_err(away)?;
        if is_active { Ok(()) } else { Err(HoldError::Ended(HoldState::Expired)) }
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
