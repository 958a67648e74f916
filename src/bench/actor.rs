//! What clients ask for, one request after the other.

use std::{
    cell::RefCell,
    collections::VecDeque,
    rc::Rc,
    sync::atomic::{AtomicU32, Ordering},
};

use app::answers::Picked;
use domain::{cabin::SeatNumber, departure::DepartureId, hold::HoldId, seat::SeatState};

use crate::client::Answer;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    Granted,
    /// The rules or another caller stood in the way.
    Refused,
    /// No answer that counts.
    Failed,
}

pub trait Actor {
    /// The next request, or none when there is nothing left to ask for.
    fn next(&mut self) -> Option<Vec<u8>>;
    fn learn(&mut self, answer: &Answer) -> Verdict;
}

/// A POST as a browser of ours sends it, each from another address behind our proxy: the limit per address stays on.
pub fn post(path: &str, cookie: &str, content_type: &str, body: &str) -> Vec<u8> {
    static TURN: AtomicU32 = AtomicU32::new(0);
    let [_, a, b, c] = (TURN.fetch_add(1, Ordering::Relaxed) % 20_000).to_be_bytes();
    format!(
        "POST {path} HTTP/1.1\r\nHost: bench\r\nSec-Fetch-Site: same-origin\r\nCookie: visitor={cookie}\r\n\
        X-Forwarded-For: 10.{a}.{b}.{c}\r\nContent-Type: {content_type}\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    )
    .into_bytes()
}

/// Where picks are sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Door {
    /// `POST /live/departures/{id}/picks`
    Lean,
    /// The page's server function.
    Page,
}

/// One traveller of one hold.
#[derive(Clone, Debug)]
pub struct Passenger {
    pub cookie: String,
    pub hold: HoldId,
    pub departure: DepartureId,
    pub traveller: u8,
}

impl Passenger {
    pub fn pick(&self, door: Door, seat: SeatNumber, version: u32) -> Vec<u8> {
        let Self { cookie, hold, departure, traveller } = self;
        match door {
            Door::Lean => post(
                &format!("/live/departures/{departure}/picks"),
                cookie,
                "application/json",
                &format!(
                    r#"{{"hold":"{hold}","traveller":{traveller},"seat":"{seat}","version":{version}}}"#
                ),
            ),
            Door::Page => post(
                "/api/pick_seat",
                cookie,
                "application/x-www-form-urlencoded",
                &format!(
                    "hold={hold}&departure={departure}&leg=0&view=&traveller={traveller}&seat={seat}%3A{version}"
                ),
            ),
        }
    }
}

/// Moves one traveller round between seats that nobody else wants: every request writes two rows.
#[derive(Debug)]
pub struct Mover {
    pub passenger: Passenger,
    pub door: Door,
    pub seats: Vec<(SeatNumber, u32)>,
    pub at: usize,
    /// A seat that somebody else has: every tenth request is for it, and must be refused.
    pub hopeless: Option<SeatNumber>,
    pub asked: u32,
}

impl Actor for Mover {
    fn next(&mut self) -> Option<Vec<u8>> {
        self.asked += 1;
        if let Some(seat) = self.hopeless.filter(|_| self.asked.is_multiple_of(10)) {
            return Some(self.passenger.pick(self.door, seat, 0));
        }
        let (seat, version) = self.seats[(self.at + 1) % self.seats.len()];
        Some(self.passenger.pick(self.door, seat, version))
    }

    fn learn(&mut self, answer: &Answer) -> Verdict {
        match answer.status {
            200 => {
                let Ok(picked) = serde_json::from_slice::<Picked>(&answer.body) else {
                    return Verdict::Failed;
                };
                for change in picked.changes {
                    if let Some(place) = self.seats.iter().position(|(seat, _)| *seat == change.seat) {
                        self.seats[place].1 = change.version;
                        if change.state == SeatState::Held {
                            self.at = place;
                        }
                    }
                }
                Verdict::Granted
            }
            409 => Verdict::Refused,
            _ => failed(answer),
        }
    }
}

/// Requests that are shared out among the clients, each granted once.
#[derive(Debug)]
pub struct Errand {
    pub jobs: Rc<RefCell<VecDeque<Vec<u8>>>>,
}

impl Actor for Errand {
    fn next(&mut self) -> Option<Vec<u8>> {
        self.jobs.borrow_mut().pop_front()
    }

    fn learn(&mut self, answer: &Answer) -> Verdict {
        match answer.status {
            200 | 302 | 303 => Verdict::Granted,
            409 => Verdict::Refused,
            _ => failed(answer),
        }
    }
}

/// The first few are shown: a bench of failures measures nothing.
fn failed(answer: &Answer) -> Verdict {
    static SHOWN: AtomicU32 = AtomicU32::new(0);
    if SHOWN.fetch_add(1, Ordering::Relaxed) < 5 {
        eprintln!("bench: {} {}", answer.status, String::from_utf8_lossy(&answer.body));
    }
    Verdict::Failed
}
