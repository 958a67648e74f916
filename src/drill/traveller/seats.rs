use std::time::Duration;

use domain::{
    cabin::{Cabin, Layout, SeatNumber},
    departure::DepartureId,
    live::{SeatChange, SeatPicture},
    seat::SeatState,
};

use super::{Claim, GaveUp, Traveller};
use crate::{
    answer::{Hold, Picked, SeatMap},
    clock::Moment,
    history::{Event, May, What},
    socket::Watch,
    tally::count,
    web::Answer,
};

/// Picks for one person before the choice is left to the server.
const PICKS: u32 = 4;

/// How a pick ended.
enum Outcome {
    Seated,
    /// Someone was faster; these are free instead.
    Taken(Vec<SeatNumber>),
    /// It may have happened.
    Unclear,
}

/// A leg's cabin as a traveller has it on the screen.
struct Screen {
    departure: DepartureId,
    leg: usize,
    all: Vec<SeatNumber>,
    picture: SeatPicture,
    watch: Option<Watch>,
}

impl Traveller {
    /// Picks seats for most of the people, changes some again, and now and then does two things at once.
    pub(super) async fn choose_seats(&mut self, claim: &Claim, leg: usize) -> Result<(), GaveUp> {
        let mut screen = self.open_map(claim, leg).await?;
        for person in 0..claim.people {
            if self.chance(20) {
                continue;
            }
            self.seat(claim, &mut screen, person).await?;
            if self.chance(25) {
                self.seat(claim, &mut screen, person).await?;
            }
        }
        if self.chance(self.ground.temper.two_hands) {
            self.pick_twice(claim, &mut screen).await?;
        }
        if self.chance(self.ground.temper.two_tabs) {
            self.pick_and_give_up(claim, &mut screen).await?;
        }
        Ok(())
    }

    async fn open_map(&mut self, claim: &Claim, leg: usize) -> Result<Screen, GaveUp> {
        let (id, index) = (claim.hold.to_string(), leg.to_string());
        let asked = [("id", id.as_str()), ("leg", index.as_str())];
        let (map, call): (SeatMap, _) = self.insist(|| self.browser.call("seat_map", &asked)).await?;
        self.saw_hold(claim, &map.hold, call.invoked, call.answered);
        let Some(held) = map.hold.legs.get(leg) else { return Err(GaveUp) };
        let departure = &held.departure;
        let layout = Layout::of(&departure.aircraft, &departure.configuration);
        let all: Vec<SeatNumber> = layout.seats(Cabin::Economy).map(|seat| seat.number).collect();
        let id = departure.id;
        self.ground.history.read_map(id, &map.touched, &all, call.invoked, call.answered);
        let mut watch = None;
        if self.chance(40) {
            watch = Watch::open(&self.ground.world.web, call.server, id).await;
        }
        Ok(Screen { departure: id, leg, all, picture: map.touched.into(), watch })
    }

    /// Tries until the person sits somewhere, or leaves it to the server.
    async fn seat(&mut self, claim: &Claim, screen: &mut Screen, person: usize) -> Result<(), GaveUp> {
        let mut offered = Vec::new();
        for _ in 0..PICKS {
            self.look(screen).await;
            let Some(seat) = self.wish(screen, &offered) else { return Ok(()) };
            match self.pick(claim, screen, person, seat).await? {
                Outcome::Seated => return Ok(()),
                Outcome::Taken(nearest) => offered = nearest,
                // Who does not know looks at the page again.
                Outcome::Unclear => *screen = self.open_map(claim, screen.leg).await?,
            }
        }
        Ok(())
    }

    /// Lets the live channel bring the picture up to date for a moment.
    async fn look(&mut self, screen: &mut Screen) {
        let wait = Duration::from_millis(self.rng.u64(..120));
        let Some(watch) = &mut screen.watch else { return tokio::time::sleep(wait).await };
        let is_open = watch.listen(&self.ground.history, wait).await;
        screen.picture.apply_snapshot(&watch.picture.snapshot());
        if !is_open {
            screen.watch = None;
        }
    }

    fn wish(&mut self, screen: &Screen, offered: &[SeatNumber]) -> Option<SeatNumber> {
        if !offered.is_empty() && self.chance(70) {
            return Some(offered[self.rng.usize(..offered.len())]);
        }
        // Some go for what is taken: it may have come free meanwhile.
        let bold = self.chance(12);
        let free = |seat: &&SeatNumber| bold || screen.picture.state(**seat) == SeatState::Available;
        let favourites: Vec<SeatNumber> =
            screen.all.iter().filter(free).take(self.ground.temper.favourites).copied().collect();
        (!favourites.is_empty()).then(|| favourites[self.rng.usize(..favourites.len())])
    }

    async fn pick(
        &self,
        claim: &Claim,
        screen: &mut Screen,
        person: usize,
        seat: SeatNumber,
    ) -> Result<Outcome, GaveUp> {
        let (departure, expected) = (screen.departure, screen.picture.version(seat));
        let history = &self.ground.history;
        let wanted = format!("{seat}:{expected}");
        let fields = [
            ("hold", claim.hold.to_string()),
            ("departure", departure.to_string()),
            ("leg", screen.leg.to_string()),
            ("traveller", person.to_string()),
            ("seat", wanted),
        ];
        let fields: Vec<(&str, &str)> = fields.iter().map(|(k, v)| (*k, v.as_str())).collect();
        let call = self.browser.call::<Picked>("pick_seat", &fields).await;
        let event = |what, answered: Moment| Event { invoked: call.invoked, answered, what };
        match call.answer {
            Answer::Done(picked) => {
                count(&self.ground.tally.taken_seats);
                if picked.changes.is_empty() {
                    let owned = What::Owned { hold: claim.hold, booked: false };
                    history.note(departure, seat, event(owned, call.answered));
                }
                for change in &picked.changes {
                    history.note(departure, change.seat, event(moved(claim, *change), call.answered));
                }
                screen.picture.apply_snapshot(&picked.changes);
                Ok(Outcome::Seated)
            }
            Answer::Refused(refusal) if refusal.code == "seat_taken" => {
                count(&self.ground.tally.lost_seats);
                history.note(
                    departure,
                    seat,
                    event(What::Refused { hold: claim.hold, expected }, call.answered),
                );
                Ok(Outcome::Taken(refusal.nearest))
            }
            Answer::Refused(refusal) => {
                self.refused(claim.hold, &refusal, call.answered);
                if refusal.code == "seat_refused" { Ok(Outcome::Taken(Vec::new())) } else { Err(GaveUp) }
            }
            Answer::Unclear => {
                history.note(departure, seat, event(What::MayHaveTaken { hold: claim.hold }, Moment::NEVER));
                // The seat that it was moved from may be free, and what was not known to be its own may be.
                history.may(claim.hold, May::Free, call.invoked);
                history.may(claim.hold, May::Assign, call.invoked);
                self.unclear(0).await;
                Ok(Outcome::Unclear)
            }
        }
    }

    /// Two tabs: one gives everything up while the other goes on picking, and does not know.
    async fn pick_and_give_up(&mut self, claim: &Claim, screen: &mut Screen) -> Result<(), GaveUp> {
        let seats: Vec<SeatNumber> = (0..PICKS).filter_map(|_| self.wish(screen, &[])).collect();
        let this = &*self;
        let picking = async {
            for seat in seats {
                let _ = this.pick(claim, screen, 0, seat).await;
            }
        };
        tokio::join!(this.release(claim), picking);
        self.look_again(claim).await;
        Err(GaveUp)
    }

    /// Two hands: two seats for one person at once. The later one counts.
    async fn pick_twice(&mut self, claim: &Claim, screen: &mut Screen) -> Result<(), GaveUp> {
        let (Some(one), Some(other)) = (self.wish(screen, &[]), self.wish(screen, &[])) else {
            return Ok(());
        };
        let mut second = Screen { all: Vec::new(), picture: screen.picture.clone(), watch: None, ..*screen };
        let (first, second) =
            tokio::join!(self.pick(claim, screen, 0, one), self.pick(claim, &mut second, 0, other));
        first?;
        second?;
        self.look_again(claim).await;
        Ok(())
    }

    async fn look_again(&self, claim: &Claim) {
        let id = claim.hold.to_string();
        let asked = [("id", id.as_str())];
        if let Ok((view, call)) = self.insist(|| self.browser.call::<Hold>("booking_hold", &asked)).await {
            self.saw_hold(claim, &view, call.invoked, call.answered);
        }
    }
}

/// What a change in the answer to a pick tells of its seat.
fn moved(claim: &Claim, change: SeatChange) -> What {
    match change.state {
        SeatState::Available => What::Gave { hold: claim.hold, version: change.version },
        SeatState::Held => What::Took { hold: claim.hold, version: change.version },
        state => What::Read { version: change.version, state },
    }
}
