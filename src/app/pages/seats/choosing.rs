use domain::{
    cabin::{
        Cabin, Features, Layout, Seat, SeatNumber, SeatPrice, SeatRefusal, SeatRules, SeatedTraveller,
        children_alone,
    },
    fare::FareBrand,
    hold::HoldId,
    live::{SeatChange, SeatPicture},
    money::Money,
    seat::SeatState,
    traveller::TravellerKind,
};
use leptos::prelude::*;

use super::{
    face::{Face, Look},
    start::{Passenger, Start},
};
use crate::AppError;

/// What the seat page knows and changes while it is open; its map, list, people and messages all read it.
#[derive(Clone, Copy)]
pub struct Choosing {
    pub hold: HoldId,
    /// Index into the hold's legs.
    pub leg: usize,
    /// The cabin that was booked: only its seats can be chosen.
    pub cabin: Cabin,
    pub layout: StoredValue<Layout>,
    /// Those who take a seat.
    pub people: StoredValue<Vec<Passenger>>,
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
    /// What decides who may sit where; its infants are those of others.
    pub rules: RwSignal<SeatRules>,
    /// The same with our own infants, but for that of the current traveller.
    own_rules: Memo<SeatRules>,
    /// The seat that is focused, or was last.
    pub focus: RwSignal<Option<SeatNumber>>,
    /// The seat that somebody looks at, by pointer or keyboard.
    pub looked_at: RwSignal<Option<SeatNumber>>,
    /// Whether our code runs in the browser: from then on arrow keys lead from seat to seat.
    pub alive: RwSignal<bool>,
    /// The first adults have an infant on the lap, one each.
    infants: u8,
    sold: StoredValue<Sold>,
}

/// What does not change, and what prices follow from.
#[derive(Clone)]
struct Sold {
    /// The departure's id, as addresses and forms have it.
    departure: String,
    brand: FareBrand,
    /// What the trip costs without any seats.
    fare: Money,
    /// What our seats on other legs cost.
    elsewhere_minor: i64,
    /// By ordinal, seats that cost their traveller nothing, whatever they cost others.
    given: Vec<(u8, SeatNumber)>,
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
    /// The seat page as the server sent it.
    pub fn new(start: &Start) -> Self {
        let people: Vec<_> = start.travellers.iter().filter(|t| t.kind.takes_seat()).cloned().collect();
        let infants = start.travellers.iter().filter(|t| t.kind == TravellerKind::Inf).count();
        let (ours, current) = (RwSignal::new(start.seats.clone()), RwSignal::new(start.current));
        let rules = RwSignal::new(start.rules.clone());
        let own_rules = Memo::new(move |_| {
            let mut rules = rules.get();
            let current = usize::from(current.get());
            ours.with(|ours| {
                let laps = ours.iter().take(infants).enumerate().filter(|(ordinal, _)| *ordinal != current);
                rules.with_infants.extend(laps.filter_map(|(_, seat)| *seat));
            });
            rules
        });
        Self {
            hold: start.hold,
            leg: start.leg,
            cabin: start.cabin,
            layout: StoredValue::new(Layout::of(&start.aircraft, &start.configuration)),
            people: StoredValue::new(people),
            picture: RwSignal::new(SeatPicture::from(start.touched.clone())),
            ours,
            current,
            trouble: RwSignal::new(start.trouble.clone()),
            channel: RwSignal::new(Channel::Still),
            latest: RwSignal::new(Vec::new()),
            rules,
            own_rules,
            focus: RwSignal::new(None),
            looked_at: RwSignal::new(None),
            alive: RwSignal::new(false),
            infants: u8::try_from(infants).unwrap_or(u8::MAX),
            sold: StoredValue::new(Sold {
                departure: start.departure.clone(),
                brand: start.brand,
                fare: start.fare,
                elsewhere_minor: start.elsewhere_minor,
                given: start.given.clone(),
            }),
        }
    }

    /// What that seat shows now.
    pub fn face(self, of: Seat, own_cabin: bool) -> Face {
        let seat = of.number;
        let (state, version) = self.picture.with(|picture| (picture.state(seat), picture.version(seat)));
        let ours = self.ours.with(|ours| ours.iter().position(|s| *s == Some(seat)));
        let ours = ours.and_then(|ordinal| u8::try_from(ordinal).ok());
        let just = self
            .latest
            .with(|latest| latest.iter().any(|c| c.seat == seat && c.state != SeatState::Available));
        let lost = self
            .trouble
            .with(|trouble| matches!(trouble, Some(AppError::SeatTaken { seat: lost, .. }) if *lost == seat));
        let refusal = if own_cabin { self.refusal(of) } else { None };
        Face {
            look: Look::new(state, ours, own_cabin, refusal),
            version,
            just: (just || lost) && ours.is_none(),
        }
    }

    /// Why the current traveller may not sit there, whoever has it.
    pub fn refusal(self, seat: Seat) -> Option<SeatRefusal> {
        let ordinal = self.current.get();
        let kind = self
            .people
            .with_value(|people| people.iter().find(|t| t.ordinal == ordinal).map(|t| t.kind))
            .unwrap_or(TravellerKind::Adt);
        let with_infant = ordinal < self.infants;
        let traveller = SeatedTraveller { kind, with_infant };
        let check = |layout: &Layout| {
            let state = SeatState::Available;
            self.own_rules.with(|rules| rules.check(layout, self.cabin, (&seat, state), traveller).err())
        };
        self.layout.with_value(check)
    }

    /// What the seat costs who has it of us, or else who chooses now.
    pub fn price(self, seat: Seat) -> SeatPrice {
        let number = Some(seat.number);
        self.sold.with_value(|sold| {
            let currency = sold.fare.currency;
            // Most are given to nobody: their prices follow from nothing that changes.
            let owner = || self.ours.with(|ours| ours.iter().position(|ours| *ours == number));
            let who = || owner().unwrap_or_else(|| usize::from(self.current.get()));
            let mut given_to = sold.given.iter().filter(|(_, given)| *given == seat.number);
            if given_to.any(|(to, _)| usize::from(*to) == who()) {
                let because = "We gave you this seat: it costs you nothing.".to_owned();
                return SeatPrice { amount: Money::new(0, currency), because };
            }
            SeatPrice::of(&seat, self.cabin, sold.brand, currency)
        })
    }

    /// Shows where the server has seated us; `given` are seats that cost them nothing.
    pub fn seat_as_told(self, seats: Vec<Option<SeatNumber>>, given: Vec<(u8, SeatNumber)>) {
        self.sold.try_update_value(|sold| sold.given = given);
        self.ours.try_set(seats);
    }

    /// The departure's id, as addresses and forms have it.
    pub fn departure(self) -> String {
        self.sold.with_value(|sold| sold.departure.clone())
    }

    /// What our seats cost, those on other legs among them.
    pub fn seats_minor(self) -> i64 {
        let seats = self.ours.get().into_iter().flatten().filter_map(|number| self.seat(number));
        let here_minor: i64 = seats.map(|seat| self.price(seat).amount.minor).sum();
        here_minor + self.sold.with_value(|sold| sold.elsewhere_minor)
    }

    /// What the trip costs with the seats as they are now.
    pub fn total(self) -> Money {
        let fare = self.sold.with_value(|sold| sold.fare);
        Money::new(fare.minor + self.seats_minor(), fare.currency)
    }

    /// What more legroom costs here, in a word.
    pub fn legroom(self) -> String {
        self.sold.with_value(|sold| {
            if sold.brand.includes_legroom(self.cabin) {
                "included".to_owned()
            } else {
                SeatPrice::extra_legroom(sold.fare.currency).to_string()
            }
        })
    }

    /// The seat, if the aircraft has it.
    pub fn seat(self, number: SeatNumber) -> Option<Seat> {
        self.layout.with_value(|layout| layout.seat(number).copied())
    }

    /// The names of children with no adult of the party beside them.
    pub fn children_alone(self) -> Vec<String> {
        let seated: Vec<_> = self.people.with_value(|people| {
            people.iter().map(|t| (t.kind, self.seat_of(t.ordinal), t.label.clone())).collect()
        });
        let places: Vec<_> = seated.iter().map(|(kind, seat, _)| (*kind, *seat)).collect();
        let alone = self.layout.with_value(|layout| children_alone(layout, self.cabin, &places));
        alone.into_iter().map(|i| seated[i].2.clone()).collect()
    }

    /// Free seats of the booked cabin, but for accessible ones that are kept from us.
    pub fn free_seats(self) -> usize {
        let is_kept = |seat: &Seat| {
            self.rules.with(|rules| rules.keeps_accessible) && seat.features.contains(Features::ACCESSIBLE)
        };
        self.layout.with_value(|layout| {
            self.picture.with(|picture| {
                let free =
                    layout.seats(self.cabin).filter(|s| picture.state(s.number) == SeatState::Available);
                free.filter(|seat| !is_kept(seat)).count()
            })
        })
    }

    /// "aisle", "window", …; empty for a seat that the aircraft does not have.
    pub fn position_of(self, seat: SeatNumber) -> &'static str {
        self.layout.with_value(|layout| layout.seat(seat).map_or("", |seat| seat.features.position_name()))
    }

    pub fn name_of(self, ordinal: u8) -> String {
        self.people.with_value(|people| {
            people.iter().find(|t| t.ordinal == ordinal).map(|t| t.label.clone()).unwrap_or_default()
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

/// The first who has no seat.
pub fn first_without(people: &[Passenger], seats: &[Option<SeatNumber>]) -> Option<u8> {
    let without = |t: &&Passenger| seats.get(usize::from(t.ordinal)).is_none_or(Option::is_none);
    people.iter().find(without).map(|t| t.ordinal)
}
