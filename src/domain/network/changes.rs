use super::Stations;
use crate::{
    carrier::CarrierCode,
    connecting::{ChangeTimes, Connecting, Exception, Kind},
};

/// The rules of changing flights, by numbers of stations and carriers.
#[derive(Debug)]
pub(crate) struct Changes {
    carriers: usize,
    /// A square of carriers.
    joined: Vec<bool>,
    exceptions: Vec<Numbered>,
    /// For each station those that can hold there, in the order in which they are tried.
    at: Vec<Vec<u32>>,
}

/// A flight as these rules see it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Flown {
    pub carrier: u16,
    pub is_abroad: bool,
}

#[derive(Debug)]
struct Numbered {
    arriving_carrier: Option<u16>,
    departing_carrier: Option<u16>,
    arriving: Option<Kind>,
    departing: Option<Kind>,
    minutes: u16,
}

impl Changes {
    /// What names an airport or a carrier that does not fly can never hold, and is left out.
    pub fn new(rules: &Connecting, stations: &Stations, carriers: &[CarrierCode]) -> Self {
        let joined = carriers
            .iter()
            .flat_map(|one| carriers.iter().map(|other| rules.interline.joins(*one, *other)))
            .collect();
        let mut changes = Self {
            carriers: carriers.len(),
            joined,
            exceptions: Vec::new(),
            at: vec![Vec::new(); stations.len()],
        };
        for exception in rules.times.exceptions() {
            let Some(numbered) = numbered(exception, carriers) else { continue };
            let number = u32::try_from(changes.exceptions.len()).unwrap_or(u32::MAX);
            match exception.airport.map(|airport| stations.number(airport)) {
                Some(None) => continue,
                Some(Some(station)) => changes.at[usize::from(station)].push(number),
                None => changes.at.iter_mut().for_each(|at| at.push(number)),
            }
            changes.exceptions.push(numbered);
        }
        changes
    }

    /// Whether flights of both can be on one ticket.
    pub fn are_joined(&self, one: u16, other: u16) -> bool {
        self.joined[usize::from(one) * self.carriers + usize::from(other)]
    }

    /// How long it takes at least to change at a station.
    pub fn least_min(&self, station: u16, arriving: Flown, departing: Flown) -> u16 {
        let mut exceptions =
            self.at[usize::from(station)].iter().map(|number| &self.exceptions[*number as usize]);
        let holding = exceptions.find(|exception| exception.holds(arriving, departing));
        holding.map_or_else(
            || ChangeTimes::usual_min(arriving.kind(), departing.kind()),
            |exception| exception.minutes,
        )
    }
}

impl Flown {
    fn kind(self) -> Kind {
        if self.is_abroad { Kind::International } else { Kind::Domestic }
    }
}

impl Numbered {
    fn holds(&self, arriving: Flown, departing: Flown) -> bool {
        self.arriving_carrier.is_none_or(|carrier| carrier == arriving.carrier)
            && self.departing_carrier.is_none_or(|carrier| carrier == departing.carrier)
            && self.arriving.is_none_or(|kind| kind == arriving.kind())
            && self.departing.is_none_or(|kind| kind == departing.kind())
    }
}

fn numbered(exception: &Exception, carriers: &[CarrierCode]) -> Option<Numbered> {
    // The outer is none for a carrier that does not fly, the inner for any carrier.
    let number = |carrier: Option<CarrierCode>| match carrier {
        None => Some(None),
        Some(carrier) => Some(Some(u16::try_from(carriers.binary_search(&carrier).ok()?).ok()?)),
    };
    Some(Numbered {
        arriving_carrier: number(exception.arriving_carrier)?,
        departing_carrier: number(exception.departing_carrier)?,
        arriving: exception.arriving,
        departing: exception.departing,
        minutes: exception.minutes,
    })
}
