//! What is filed: the fares of a file, and beside them a default for every pair of airports.

mod default;
mod read;

use std::collections::HashMap;

pub use read::{FaresFault, HEADER};

use super::{Covers, FareBrand, FiledFare};
use crate::{
    airport::{AirportCode, CountryCode},
    airports::Airports,
    cabin::Cabin,
    carrier::CarrierCode,
};

/// Every fare that is filed. The cheapest that applies is the one that is sold, the default one too.
#[derive(Debug, Default)]
pub struct Tariff {
    fares: Vec<FiledFare>,
    /// The places of the fares of two airports, in the direction of travel.
    by_pair: HashMap<(AirportCode, AirportCode), Vec<u32>>,
}

/// From where to where flights lead that one fare may cover.
#[derive(Clone, Copy, Debug)]
pub(super) struct Market {
    pub origin: AirportCode,
    pub destination: AirportCode,
    pub km: u32,
    /// Of the origin.
    pub country: CountryCode,
    /// None where they are of several.
    pub carrier: Option<CarrierCode>,
}

impl Tariff {
    /// Reads a file as [`HEADER`] describes it. A city stands for all of its airports.
    ///
    /// # Errors
    /// Every fault with its line and column; a file with a fault is refused whole.
    pub fn parse(csv: &str, airports: &Airports) -> Result<Self, Vec<FaresFault>> {
        let mut tariff = Self::default();
        for (fare, both_ways) in read::read(csv, airports)? {
            let place = u32::try_from(tariff.fares.len()).unwrap_or(u32::MAX);
            tariff.fares.push(fare);
            for from in airports.expand(fare.origin) {
                for to in airports.expand(fare.destination) {
                    tariff.by_pair.entry((from, to)).or_default().push(place);
                    if both_ways {
                        tariff.by_pair.entry((to, from)).or_default().push(place);
                    }
                }
            }
        }
        Ok(tariff)
    }

    /// The fares filed for a market in a cabin and brand, whatever their rules.
    pub(super) fn fares<'a>(
        &'a self,
        market: &'a Market,
        covers: Covers,
        cabin: Cabin,
        brand: FareBrand,
    ) -> impl Iterator<Item = FiledFare> + 'a {
        let places = self.by_pair.get(&(market.origin, market.destination)).map_or(&[][..], Vec::as_slice);
        let filed = places.iter().map(|place| self.fares[*place as usize]).filter(move |fare| {
            fare.class.cabin() == cabin
                && fare.brand == brand
                && fare.covers.fits(covers)
                && (fare.carrier.is_none() || fare.carrier == market.carrier)
        });
        filed.chain(default::fares(market, cabin, brand))
    }
}
