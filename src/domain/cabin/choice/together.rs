use super::{SeatedTraveller, floor::Place, search::Search};
use crate::{
    cabin::{Cabin, Features, Layout, SeatNumber},
    traveller::{Party, TravellerKind},
};

/// The best free seats of a cabin for people who travel together, one for each of the party in its order; none where nothing is
/// left that the traveller may take, for infants, and beyond the nine people of a booking.
///
/// Children sit by an adult where that can be had. Seats with extra legroom, which cost more, are given only where children
/// would sit alone without them or nothing else is left. Then counts how close together people sit: side by side, across an
/// aisle, in the next row, apart; then that no single seats remain between others, and at last being in front. The same question
/// always has the same answer.
pub fn best_together(
    layout: &Layout,
    cabin: Cabin,
    taken: impl Fn(SeatNumber) -> bool,
    party: &[SeatedTraveller],
) -> Vec<Option<SeatNumber>> {
    let places = Place::all(layout, cabin);
    let free: Vec<bool> = places.iter().map(|place| !taken(place.seat.number)).collect();
    let seated = who_finds_a_seat(&places, &free, party);
    let of_seated = |is: fn(SeatedTraveller) -> bool| seated.iter().filter(|i| is(party[**i])).count();
    let search = Search {
        places: &places,
        free: &free,
        seats: seated.len(),
        children: of_seated(|t| t.kind == TravellerKind::Chd),
        able: of_seated(SeatedTraveller::may_sit_at_exit),
    };

    let mut answer = vec![None; party.len()];
    let Some(choice) = search.best() else { return answer };
    let at_exit = |i: &usize| places[*i].has(Features::EXIT_ROW);
    let (for_children, for_adults): (Vec<usize>, Vec<usize>) =
        choice.places.iter().partition(|i| choice.for_children.contains(i));
    let (exit, other): (Vec<usize>, Vec<usize>) = for_adults.into_iter().partition(at_exit);
    let mut for_children = for_children.into_iter();
    let mut other = other.into_iter();
    let bound = of_seated(|t| t.kind == TravellerKind::Adt && t.with_infant);
    let mut for_bound = other.by_ref().take(bound).collect::<Vec<_>>().into_iter();
    let mut for_able = exit.into_iter().chain(other);
    for i in seated {
        let place = match party[i] {
            SeatedTraveller { kind: TravellerKind::Chd, .. } => for_children.next(),
            SeatedTraveller { with_infant: true, .. } => for_bound.next(),
            SeatedTraveller { .. } => for_able.next(),
        };
        answer[i] = place.map(|place| places[place].seat.number);
    }
    answer
}

/// The travellers for whom there is a seat, as their places in the party: the first come first, and no more could be seated.
fn who_finds_a_seat(places: &[Place], free: &[bool], party: &[SeatedTraveller]) -> Vec<usize> {
    let left = (0..places.len()).filter(|i| free[*i]);
    let exits = left.clone().filter(|i| places[*i].has(Features::EXIT_ROW)).count();
    let left = left.count();
    let mut bound = 0;
    let mut seated = Vec::new();
    for (i, traveller) in party.iter().enumerate().filter(|(_, t)| t.kind.takes_seat()) {
        let full = seated.len() == left.min(usize::from(Party::MOST));
        let may_exit = traveller.may_sit_at_exit();
        if full || (!may_exit && bound == left - exits) {
            continue;
        }
        bound += usize::from(!may_exit);
        seated.push(i);
    }
    seated
}
