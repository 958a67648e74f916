//! The world that is measured in: a timetable of our own, visitors, offers and holds.

use std::{cell::RefCell, collections::BTreeSet, env, rc::Rc, time::Duration};

use domain::{
    airport::AirportCode,
    cabin::{Cabin, Configuration, Features, Layout, SeatNumber},
    carrier::CarrierCode,
    departure::{Departure, DepartureId},
    fare::{self, FareBrand},
    hold::HoldId,
    money::{Currency, Money},
    offer::Offer,
    schedule::{AircraftCode, Call, OperatingDays, Period, ScheduledLeg},
    search::Itinerary,
    timetable::Timetable,
    traveller::Party,
};
use jiff::{SignedDuration, Timestamp, ToSpan as _, civil::Date, tz::TimeZone};
use server::{
    config::Secret,
    postgres::{Into, Postgres},
    signing::Signing,
    timetables::Timetables,
};
use sqlx::PgPool;
use uuid::Uuid;

use crate::{
    Fault,
    actor::{Door, Errand, Mover, Passenger, post},
    load,
};

/// One aircraft larger than any, so that all clients find room on one departure.
const PLACES: u16 = 800;
const FLIGHTS: u16 = 40;
const DAYS: i64 = 60;
/// Seats of each departure that were touched before: a cabin half sold, not an empty one.
const TOUCHED: usize = 160;
/// Seats that a mover goes round.
const ROUND: usize = 3;

pub struct Stage {
    signing: Signing,
    timetables: Timetables,
    seats: Vec<SeatNumber>,
    departures: std::vec::IntoIter<DepartureId>,
    pool: PgPool,
}

impl std::fmt::Debug for Stage {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Stage")
    }
}

impl Stage {
    pub async fn set() -> Result<Self, Fault> {
        let url = env::var("DATABASE_URL")?;
        let postgres = Postgres::connect(&url).await?;
        let legs: Vec<ScheduledLeg> = (1..=FLIGHTS).map(leg).collect::<Result<_, _>>()?;
        let carriers: BTreeSet<CarrierCode> = legs.iter().map(|leg| leg.flight.carrier).collect();
        postgres.import("bench", &carriers, &legs, today(), Into::Whatever, |_| true).await?;
        let timetables = Timetables::load(postgres).await?;
        let timetable = timetables.current();
        let departures: Vec<DepartureId> = (5..DAYS)
            .flat_map(|day| {
                (1..=FLIGHTS).filter_map(move |n| {
                    Some(DepartureId {
                        flight: format!("Q1{n}").parse().ok()?,
                        leg: 1,
                        date: today().checked_add(day.days()).ok()?,
                    })
                })
            })
            .collect();
        let first = departure(&timetable, departures[0])?;
        let layout = Layout::of(&first.aircraft, &first.configuration);
        // Those that are kept for who needs them are refused to everybody else.
        let open = layout.seats(Cabin::Economy).filter(|seat| !seat.features.contains(Features::ACCESSIBLE));
        let seats = open.map(|seat| seat.number).collect();
        Ok(Self {
            signing: Signing::new(&Secret(env::var("SKYCONNECT_SECRET")?)),
            timetables,
            seats,
            departures: departures.into_iter(),
            pool: PgPool::connect(&url).await?,
        })
    }

    /// Departures that nothing was asked of yet.
    pub fn departures(&mut self, count: usize) -> Result<Vec<DepartureId>, Fault> {
        let fresh: Vec<_> = self.departures.by_ref().take(count).collect();
        if fresh.len() == count { Ok(fresh) } else { Err("the timetable is used up".into()) }
    }

    pub fn places(&self) -> usize {
        self.seats.len()
    }

    fn offer(&self, departure: DepartureId, adults: u8) -> Result<String, Fault> {
        let timetable = self.timetables.current();
        let bounds = [Itinerary::new(vec![self::departure(&timetable, departure)?])?];
        let party = Party::new(adults, 0, 0)?;
        let mut offer = Offer {
            bounds: vec![vec![departure]],
            cabin: Cabin::Economy,
            classes: vec![],
            brand: FareBrand::Standard,
            party,
            total: Money::new(0, Currency::Usd),
            was: None,
            closed: None,
            promotion: None,
            lost: None,
            expires_at: Timestamp::now() + SignedDuration::from_hours(2),
        };
        let left = |leg: &Departure| offer.left_for_it(leg.id);
        let (airports, tariff) = (self.timetables.airports(), self.timetables.tariff());
        offer.total = fare::price(&bounds, &offer.terms(Timestamp::now()), left, airports, tariff)?.total;
        Ok(self.signing.offer_token(&offer))
    }

    /// A capacity request of each new visitor for each of these departures, for so many adults.
    pub fn takes(&self, on: &[DepartureId], adults: u8) -> Result<Vec<(Vec<u8>, String)>, Fault> {
        let mut offers = std::collections::HashMap::new();
        on.iter()
            .map(|departure| {
                let offer = match offers.entry(*departure) {
                    std::collections::hash_map::Entry::Occupied(known) => known.into_mut(),
                    std::collections::hash_map::Entry::Vacant(new) => {
                        new.insert(self.offer(*departure, adults)?)
                    }
                };
                let cookie = self.signing.visitor_cookie(Uuid::new_v4());
                let body = format!("offer={offer}");
                let form = "application/x-www-form-urlencoded";
                Ok((post("/api/choose_offer", &cookie, form, &body), cookie))
            })
            .collect()
    }

    /// Holds for so many adults on these departures, taken over HTTP.
    pub async fn hold(&self, on: &[DepartureId], adults: u8, address: &str) -> Result<Vec<Passenger>, Fault> {
        let mut connection = crate::client::Connection::open(address).await?;
        let mut holds = Vec::with_capacity(on.len());
        for ((request, cookie), departure) in self.takes(on, adults)?.into_iter().zip(on) {
            let answer = connection.ask(&request).await?;
            let hold: Option<HoldId> =
                answer.location.as_deref().and_then(|to| to.split('/').nth(2)?.parse().ok());
            let hold = hold.ok_or_else(|| format!("no hold: {} {:?}", answer.status, answer.location))?;
            holds.push(Passenger { cookie, hold, departure: *departure, traveller: 0 });
        }
        Ok(holds)
    }

    /// So many travellers with a seat each, on these departures in turn, who have seats to move to.
    pub async fn movers(&self, count: usize, on: &[DepartureId], address: &str) -> Result<Vec<Mover>, Fault> {
        let each: Vec<DepartureId> = on.iter().copied().cycle().take(count).collect();
        let passengers = self.hold(&each, 1, address).await?;
        self.touch(on).await?;
        let movers = passengers.into_iter().enumerate().map(|(i, passenger)| {
            let first = i / on.len() * ROUND;
            let seats = self.seats[first..first + ROUND].iter().map(|seat| (*seat, 0)).collect();
            Mover { passenger, door: Door::Lean, seats, at: 0, hopeless: None, asked: 0 }
        });
        // Twice round, so that every seat's row is there and every connection is warm.
        let actors: Vec<Mover> = movers.collect();
        Ok(load::closed(actors, &[address.to_owned()], Duration::from_millis(300)).await?.0)
    }

    /// First picks of everyone on these departures, one departure after the other.
    pub async fn first_picks(&self, on: &[DepartureId], address: &str) -> Result<Vec<Vec<u8>>, Fault> {
        const PARTY: u8 = 9;
        let per_departure = self.seats.len() / usize::from(PARTY);
        let each: Vec<DepartureId> =
            on.iter().flat_map(|departure| std::iter::repeat_n(*departure, per_departure)).collect();
        let requests = self.takes(&each, PARTY)?;
        let (requests, cookies): (Vec<_>, Vec<_>) = requests.into_iter().unzip();
        let jobs = Rc::new(RefCell::new(requests.into()));
        let actors = (0..32).map(|_| Errand { jobs: Rc::clone(&jobs) }).collect();
        load::closed(actors, &[address.to_owned()], Duration::from_mins(2)).await?;
        let names: Vec<String> = on.iter().map(ToString::to_string).collect();
        let held: Vec<(Uuid, Uuid, String)> = sqlx::query_as(
            "select h.id, h.visitor, l.departure from holds h join hold_legs l on l.hold_id = h.id
            where l.departure = any($1) order by l.departure, h.id",
        )
        .bind(&names)
        .fetch_all(&self.pool)
        .await?;
        drop(cookies);
        let mut picks = Vec::new();
        for on_one in held.chunk_by(|(.., one), (.., other)| one == other) {
            // One of each party, then the next of each: no party picks for two at once.
            let everyone = (0..PARTY).flat_map(|traveller| on_one.iter().map(move |held| (traveller, held)));
            for ((traveller, (hold, visitor, departure)), seat) in everyone.zip(&self.seats) {
                let passenger = Passenger {
                    cookie: self.signing.visitor_cookie(*visitor),
                    hold: HoldId(*hold),
                    departure: departure.parse()?,
                    traveller,
                };
                picks.push(passenger.pick(Door::Lean, *seat, 0));
            }
        }
        Ok(picks)
    }

    /// Rows of seats that somebody had before.
    async fn touch(&self, on: &[DepartureId]) -> Result<(), Fault> {
        let names: Vec<String> = on.iter().map(ToString::to_string).collect();
        let seats: Vec<String> = self.seats.iter().rev().take(TOUCHED).map(ToString::to_string).collect();
        sqlx::query(
            "insert into seats (departure, seat, state, version)
            select d, s, 'available', 2 from unnest($1::text[]) d, unnest($2::text[]) s on conflict do nothing",
        )
        .bind(&names)
        .bind(&seats)
        .execute(&self.pool)
        .await?;
        sqlx::query("vacuum analyze seats").execute(&self.pool).await?;
        Ok(())
    }
}

fn departure(timetable: &Timetable, id: DepartureId) -> Result<Departure, Fault> {
    timetable.departure(&id).ok_or_else(|| format!("{id} is not in the timetable").into())
}

fn today() -> Date {
    Timestamp::now().to_zoned(TimeZone::UTC).date()
}

fn leg(number: u16) -> Result<ScheduledLeg, Fault> {
    let call = |airport: &str, time: &str| {
        Ok::<_, Fault>(Call { airport: AirportCode::parse(airport)?, time: time.parse()?, terminal: None })
    };
    Ok(ScheduledLeg {
        flight: format!("Q1{number}").parse()?,
        variation: 1,
        leg: 1,
        service: 'J',
        period: Period { from: today(), to: None },
        days: OperatingDays::DAILY,
        origin: call("JFK", "10:00")?,
        destination: call("LAX", "13:15")?,
        departure_day: 0,
        arrival_day: 0,
        aircraft: AircraftCode::parse("388")?,
        classes: "Y".into(),
        configuration: Configuration::parse(&format!("Y{PLACES}"))?,
        made: true,
    })
}
