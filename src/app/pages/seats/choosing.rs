use domain::{
    cabin::{Cabin, Layout, SeatNumber},
    departure::DepartureId,
    hold::HoldId,
    live::{SeatChange, SeatPicture},
    seat::SeatState,
};
use leptos::prelude::*;

use super::face::{Face, Look};
use crate::{AppError, answers::HeldTraveller, answers::SeatMapView};

/// What the seat page knows and changes while it is open; its map, list, people and messages all read it.
#[derive(Clone, Copy)]
pub struct Choosing {
    pub hold: HoldId,
    pub departure: DepartureId,
    /// Index into the hold's legs.
    pub leg: usize,
    /// The cabin that was booked: only its seats can be chosen.
    pub cabin: Cabin,
    pub layout: StoredValue<Layout>,
    /// Those who take a seat.
    pub people: StoredValue<Vec<HeldTraveller>>,
    pub picture: RwSignal<SeatPicture>,
    /// Our seats by traveller ordinal, painted before the server has agreed.
    pub ours: RwSignal<Vec<Option<SeatNumber>>>,
    /// The ordinal of the traveller who gets the next seat.
    pub current: RwSignal<u8>,
    /// Why the last wish was not met.
    pub trouble: RwSignal<Option<AppError>>,
    pub channel: RwSignal<Channel>,
    /// What others changed last.
    pub latest: RwSignal<Vec<SeatChange>>,
}

/// How news of other people's seats comes in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Channel {
    /// Not yet, or never: the page as the server sent it.
    Still,
    Live,
    /// Late, or not at the moment.
    Slow,
}

impl Choosing {
    /// The seat page as the server sent it; `traveller` is whom the address asks to seat. None where the hold has no such leg.
    pub fn new(map: &SeatMapView, traveller: Option<u8>) -> Option<Self> {
        let leg = map.hold.legs.get(map.leg)?;
        let people: Vec<_> = map.hold.travellers.iter().filter(|t| t.kind.takes_seat()).cloned().collect();
        let current = traveller
            .filter(|ordinal| people.iter().any(|t| t.ordinal == *ordinal))
            .or_else(|| first_without(&people, &leg.seats))
            .or_else(|| people.first().map(|t| t.ordinal))?;
        Some(Self {
            hold: map.hold.id,
            departure: leg.departure.id,
            leg: map.leg,
            cabin: map.hold.cabin,
            layout: StoredValue::new(map.layout()),
            people: StoredValue::new(people),
            picture: RwSignal::new(SeatPicture::from(map.touched.clone())),
            ours: RwSignal::new(leg.seats.clone()),
            current: RwSignal::new(current),
            trouble: RwSignal::new(None),
            channel: RwSignal::new(Channel::Still),
            latest: RwSignal::new(Vec::new()),
        })
    }

    /// What that seat shows now.
    pub fn face(self, seat: SeatNumber, own_cabin: bool) -> Face {
        let (state, version) = self.picture.with(|picture| (picture.state(seat), picture.version(seat)));
        let ours = self.ours.with(|ours| ours.iter().position(|s| *s == Some(seat)));
        let ours = ours.and_then(|ordinal| u8::try_from(ordinal).ok());
        let just = self
            .latest
            .with(|latest| latest.iter().any(|c| c.seat == seat && c.state != SeatState::Available));
        let lost = self
            .trouble
            .with(|trouble| matches!(trouble, Some(AppError::SeatTaken { seat: lost, .. }) if *lost == seat));
        Face { look: Look::new(state, ours, own_cabin), version, just: (just || lost) && ours.is_none() }
    }

    /// Free seats of the booked cabin.
    pub fn free_seats(self) -> usize {
        self.layout.with_value(|layout| {
            self.picture.with(|picture| {
                layout.seats(self.cabin).filter(|s| picture.state(s.number) == SeatState::Available).count()
            })
        })
    }

    /// "aisle", "window", …; empty for a seat that the aircraft does not have.
    pub fn position_of(self, seat: SeatNumber) -> &'static str {
        self.layout.with_value(|layout| layout.seat(seat).map_or("", |seat| seat.features.position_name()))
    }

    pub fn name_of(self, ordinal: u8) -> String {
        self.people.with_value(|people| {
            people.iter().find(|t| t.ordinal == ordinal).map(HeldTraveller::label).unwrap_or_default()
        })
    }

    pub fn seat_of(self, ordinal: u8) -> Option<SeatNumber> {
        self.ours.with(|ours| ours.get(usize::from(ordinal)).copied().flatten())
    }

    /// Turns to the next traveller without a seat, if there is one.
    pub fn turn_to_next(self) {
        let next =
            self.people.with_value(|people| self.ours.with_untracked(|ours| first_without(people, ours)));
        if let Some(next) = next {
            self.current.set(next);
        }
    }
}

fn first_without(people: &[HeldTraveller], seats: &[Option<SeatNumber>]) -> Option<u8> {
    let without = |t: &&HeldTraveller| seats.get(usize::from(t.ordinal)).is_none_or(Option::is_none);
    people.iter().find(without).map(|t| t.ordinal)
}
