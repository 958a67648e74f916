//! Our own ways to fly and what others sell, as one list.

use domain::search::{Itinerary, Merit, Sort, marks, shown};
use jiff::Timestamp;

use crate::{
    answers::{ItineraryCard, LegLine, OutsideCard},
    filters::Filters,
};

/// One entry of the list.
#[derive(Clone, Debug, PartialEq)]
pub enum Way {
    Ours(ItineraryCard),
    Outside(OutsideCard),
}

/// Puts what others sell among ours, which are in order already. `is_whole` tells whether ours are whole trips: only then
/// they are compared with theirs, and of the same flights the cheaper are shown, ours where they cost the same. Else each
/// of theirs stands where its price for one bound puts it.
pub fn listed(ours: Vec<ItineraryCard>, others: Vec<OutsideCard>, is_whole: bool, sort: Sort) -> Vec<Way> {
    let others: Vec<OutsideCard> = others.into_iter().filter(|card| card.first().is_some()).collect();
    let mut ways: Vec<Way> = ours.into_iter().map(Way::Ours).collect();
    if others.is_empty() {
        return ways;
    }
    ways.extend(others.into_iter().map(Way::Outside));
    if is_whole {
        ways = mark(worth_showing(once_each(ways)));
    }
    // Each has an itinerary, or it would not be here.
    sort.sort_as(&mut ways, |way| (way.first(), way.price_minor()));
    ways
}

impl Way {
    /// The bound that is chosen first, by which it stands in the list.
    pub fn first(&self) -> &Itinerary {
        match self {
            Self::Ours(card) => &card.itinerary,
            Self::Outside(card) => &card.bounds[0].itinerary,
        }
    }

    /// All bounds with what their lines say.
    pub fn bounds(&self) -> Vec<(&Itinerary, &[LegLine])> {
        match self {
            Self::Ours(card) => vec![(&card.itinerary, &card.legs)],
            Self::Outside(card) => {
                card.bounds.iter().map(|bound| (&bound.itinerary, bound.legs.as_slice())).collect()
            }
        }
    }

    /// What it is compared by: the lowest price of one bound.
    fn price_minor(&self) -> i64 {
        match self {
            Self::Ours(card) => card.prices.iter().map(|price| price.total.minor).min().unwrap_or(i64::MAX),
            Self::Outside(card) => card.compared_minor,
        }
    }

    fn is_ours(&self) -> bool {
        matches!(self, Self::Ours(_))
    }

    /// The same flights, under whatever leg numbers their sellers file them.
    fn flights(&self) -> Vec<(String, Timestamp)> {
        let flight = |leg: &domain::departure::Departure| (leg.id.flight.to_string(), leg.departs_at);
        self.bounds().iter().flat_map(|(itinerary, _)| itinerary.legs().iter().map(flight)).collect()
    }

    /// When each bound leaves and arrives counts for the first alone, all else for every one.
    pub fn is_shown_by(&self, filters: &Filters) -> bool {
        let others = Filters { leaves: Vec::new(), arrives: Vec::new(), ..filters.clone() };
        self.bounds().iter().enumerate().all(|(place, (itinerary, _))| {
            if place == 0 { filters.shows(itinerary) } else { others.shows(itinerary) }
        })
    }
}

/// Of the same flights the cheapest, ours where they cost the same.
fn once_each(mut ways: Vec<Way>) -> Vec<Way> {
    ways.sort_by_cached_key(|way| (way.flights(), way.price_minor(), !way.is_ours()));
    ways.dedup_by(|next, kept| next.flights() == kept.flights());
    ways
}

fn worth_showing(ways: Vec<Way>) -> Vec<Way> {
    let merits: Vec<Merit> = ways.iter().map(|way| Merit::of(way.first(), way.price_minor())).collect();
    let mut ways: Vec<Option<Way>> = ways.into_iter().map(Some).collect();
    shown(&merits).into_iter().filter_map(|i| ways[i].take()).collect()
}

/// Says anew what stands out, now that there are more.
fn mark(mut ways: Vec<Way>) -> Vec<Way> {
    let figures: Vec<(i64, i32)> =
        ways.iter().map(|way| (way.price_minor(), way.first().duration_min())).collect();
    for (way, mark) in ways.iter_mut().zip(marks(&figures)) {
        let mark = mark.map(str::to_owned);
        match way {
            Way::Ours(card) => card.mark = mark,
            Way::Outside(card) => card.mark = mark,
        }
    }
    ways
}

#[cfg(test)]
mod tests;
