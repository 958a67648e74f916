//! Postgres, two servers and a browser at each, with everything between them under way until a step says otherwise.

use domain::{
    cabin::SeatNumber,
    live::{Frame, SeatChange, SeatPicture},
    seat::SeatState,
};
use proptest::{prelude::*, sample::Index};

use crate::maps::Map;

const SERVERS: usize = 2;

/// What happens next. Messages are chosen among those under way, so they arrive in any order.
#[derive(Clone, Debug)]
pub enum Step {
    /// A seat changes in Postgres, and its change is published.
    Move { row: u8, next: Index },
    /// A server hears a published change; it may hear it again.
    Hear { server: usize, which: Index, again: bool },
    /// A browser gets a frame; it may get it again.
    Get { server: usize, which: Index, again: bool },
    /// A published change, or a frame, is lost.
    Lose { server: usize, which: Index, frame: bool },
    /// A server compares itself with Postgres.
    Check { server: usize },
    /// A server sends its digest.
    Beat { server: usize },
    /// A server sends its digest together with the next change.
    Due { server: usize },
    /// A server keeps its picture for others.
    Keep { server: usize },
    /// A server dies and begins with the kept picture; its browser connects again, with what it had.
    Restart { server: usize },
}

pub fn steps() -> impl Strategy<Value = Vec<Step>> {
    let server = || 0..SERVERS;
    let which = any::<Index>;
    let step = prop_oneof![
        6 => (0u8..5, which()).prop_map(|(row, next)| Step::Move { row, next }),
        6 => (server(), which(), any::<bool>()).prop_map(|(server, which, again)| Step::Hear { server, which, again }),
        6 => (server(), which(), any::<bool>()).prop_map(|(server, which, again)| Step::Get { server, which, again }),
        3 => (server(), which(), any::<bool>()).prop_map(|(server, which, frame)| Step::Lose { server, which, frame }),
        1 => server().prop_map(|server| Step::Check { server }),
        1 => server().prop_map(|server| Step::Beat { server }),
        1 => server().prop_map(|server| Step::Due { server }),
        1 => server().prop_map(|server| Step::Keep { server }),
        1 => server().prop_map(|server| Step::Restart { server }),
    ];
    prop::collection::vec(step, 1..120)
}

#[derive(Default)]
pub struct Network<M> {
    postgres: SeatPicture,
    kept: Vec<SeatChange>,
    servers: [Side<M>; SERVERS],
}

/// One server, its browser, and what is under way to each.
#[derive(Default)]
struct Side<M> {
    server: M,
    is_due: bool,
    published: Vec<SeatChange>,
    browser: M,
    frames: Vec<Frame>,
}

/// One of those under way, left there where it comes again.
fn pick<T: Clone>(under_way: &mut Vec<T>, which: Index, again: bool) -> Option<T> {
    let place = (!under_way.is_empty()).then(|| which.index(under_way.len()))?;
    Some(if again { under_way[place].clone() } else { under_way.swap_remove(place) })
}

impl<M: Map> Network<M> {
    pub fn take(&mut self, step: &Step) -> Result<(), TestCaseError> {
        match step {
            Step::Move { row, next } => self.change(*row, *next),
            Step::Hear { server, which, again } => {
                let side = &mut self.servers[*server];
                if let Some(change) = pick(&mut side.published, *which, *again) {
                    side.hear(change);
                }
            }
            Step::Get { server, which, again } => {
                let side = &mut self.servers[*server];
                if let Some(frame) = pick(&mut side.frames, *which, *again) {
                    side.get(frame)?;
                }
            }
            Step::Lose { server, which, frame } => {
                let side = &mut self.servers[*server];
                if *frame {
                    pick(&mut side.frames, *which, false);
                } else {
                    pick(&mut side.published, *which, false);
                }
            }
            Step::Check { server } => self.servers[*server].check(&self.postgres),
            Step::Beat { server } => self.servers[*server].beat(),
            Step::Due { server } => self.servers[*server].is_due = true,
            Step::Keep { server } => self.kept = self.servers[*server].server.all(),
            Step::Restart { server } => {
                let side = &mut self.servers[*server];
                side.server = M::default();
                side.server.take(&self.kept);
                side.published.clear();
                side.frames = vec![Frame::Snapshot(side.server.all())];
            }
        }
        Ok(())
    }

    fn change(&mut self, row: u8, next: Index) {
        let seat = SeatNumber::new(row + 1, 'A').unwrap();
        let (from, version) = (self.postgres.state(seat), self.postgres.version(seat) + 1);
        let moves: Vec<_> = SeatState::ALL.into_iter().filter(|to| from.may_become(*to)).collect();
        let change = SeatChange { seat, state: *next.get(&moves), version };
        self.postgres.apply(&change);
        for side in &mut self.servers {
            side.published.push(change);
        }
    }

    /// What is under way is lost, or old; then each server looks at Postgres, and each browser at its server.
    pub fn come_to_rest(&mut self) -> Result<(), TestCaseError> {
        for side in &mut self.servers {
            side.published.clear();
            side.frames.clear();
            side.check(&self.postgres);
            side.beat();
            while !side.frames.is_empty() {
                let frame = side.frames.remove(0);
                side.get(frame)?;
            }
        }
        Ok(())
    }

    pub fn all_agree(&self) -> Result<(), TestCaseError> {
        for side in &self.servers {
            prop_assert_eq!(side.server.all(), self.postgres.snapshot());
            prop_assert_eq!(side.browser.all(), self.postgres.snapshot());
        }
        Ok(())
    }
}

impl<M: Map> Side<M> {
    fn hear(&mut self, change: SeatChange) {
        let before = self.server.all();
        self.server.take(&[change]);
        if self.server.all() != before {
            let changes = vec![change];
            self.frames.push(if std::mem::take(&mut self.is_due) {
                Frame::Checked(changes, self.server.digest())
            } else {
                Frame::Changes(changes)
            });
        }
    }

    fn check(&mut self, postgres: &SeatPicture) {
        let mut truth = M::default();
        truth.take(&postgres.snapshot());
        if self.server.digest() != truth.digest() {
            self.server.take(&truth.all());
            self.frames.push(Frame::Snapshot(self.server.all()));
        }
    }

    fn beat(&mut self) {
        self.frames.push(Frame::Digest(self.server.digest()));
    }

    /// A browser that asks is answered with the picture as it is then; the answer is under way like anything else.
    fn get(&mut self, frame: Frame) -> Result<(), TestCaseError> {
        match frame {
            Frame::Checked(changes, digest) => {
                self.get(Frame::Changes(changes))?;
                self.get(Frame::Digest(digest))?;
            }
            Frame::Snapshot(changes) | Frame::Changes(changes) => {
                let before = self.browser.all();
                self.browser.take(&changes);
                let after = self.browser.all();
                for old in before {
                    let new = after.iter().find(|new| new.seat == old.seat);
                    prop_assert!(
                        new.is_some_and(|new| new.version >= old.version),
                        "{:?} went back",
                        old.seat
                    );
                }
            }
            Frame::Digest(digest) if M::ASKS && digest != self.browser.digest() => {
                self.frames.push(Frame::Snapshot(self.server.all()));
            }
            Frame::Digest(_) | Frame::Pace { .. } => {}
        }
        Ok(())
    }
}
