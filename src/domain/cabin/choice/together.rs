use super::{SeatRules, SeatWish, SeatedTraveller, arrange::Needs, floor::Place, search::Search};
use crate::{
    cabin::{Cabin, Features, Layout, SeatNumber},
    traveller::{Party, TravellerKind},
};

/// What a party asks for when it lets us choose.
#[derive(Clone, Copy, Debug)]
pub struct BestSeats<'a> {
    pub layout: &'a Layout,
    pub cabin: Cabin,
    pub rules: &'a SeatRules,
    pub wish: Option<SeatWish>,
}

/// The best free seats of a cabin for people who travel together and wish for nothing else; see [`BestSeats::of`].
pub fn best_together(
    layout: &Layout,
    cabin: Cabin,
    taken: impl Fn(SeatNumber) -> bool,
    party: &[SeatedTraveller],
) -> Vec<Option<SeatNumber>> {
    BestSeats { layout, cabin, rules: &SeatRules::default(), wish: None }.of(taken, party)
}

impl BestSeats<'_> {
    /// The best free seats, one for each of the party in its order; none where nothing is left that the traveller may take,
    /// for infants, and beyond the nine people of a booking.
    ///
    /// Children sit by an adult, and all touch, side by side or in adjoining rows, where that can be had at all. Then seats
    /// with extra legroom and bassinets are left to who chooses them; then the wish counts, then how close together people
    /// sit: side by side, across an aisle, in the next row, apart; then that no single seats remain between others, and at
    /// last being in front. The same question always has the same answer.
    pub fn of(
        &self,
        taken: impl Fn(SeatNumber) -> bool,
        party: &[SeatedTraveller],
    ) -> Vec<Option<SeatNumber>> {
        let places = Place::all(self.layout, self.cabin);
        let kept = |place: &Place| self.rules.keeps_accessible && place.has(Features::ACCESSIBLE);
        let free: Vec<bool> = places.iter().map(|place| !kept(place) && !taken(place.seat.number)).collect();
        let is_infant = |place: &&Place| self.rules.with_infants.contains(&place.seat.number);
        let masks_used: Vec<u16> = places.iter().filter(is_infant).map(|place| place.block).collect();
        let maskless: Vec<bool> = places.iter().map(|place| masks_used.contains(&place.block)).collect();
        let seated = who_finds_a_seat(&places, &free, &maskless, party);
        let of_seated = |is: fn(SeatedTraveller) -> bool| seated.iter().filter(|i| is(party[**i])).count();
        let search = Search {
            needs: Needs {
                places: &places,
                maskless: &maskless,
                children: of_seated(|t| t.kind == TravellerKind::Chd),
                parents: of_seated(SeatedTraveller::is_parent),
            },
            free: &free,
            seats: seated.len(),
            able: of_seated(SeatedTraveller::may_sit_at_exit),
            wish: self.wish,
        };

        let mut answer = vec![None; party.len()];
        let Some(choice) = search.best() else { return answer };
        let arranged = choice.arranged;
        let is_named = |i: &usize| arranged.for_children.contains(i) || arranged.for_parents.contains(i);
        let rest: Vec<usize> = choice.places.iter().copied().filter(|i| !is_named(i)).collect();
        let mut for_children = arranged.for_children.iter().copied();
        let mut for_parents = arranged.for_parents.iter().copied();
        let mut for_able = rest.into_iter();
        for i in seated {
            let place = match party[i] {
                SeatedTraveller { kind: TravellerKind::Chd, .. } => for_children.next(),
                SeatedTraveller { with_infant: true, .. } => for_parents.next(),
                SeatedTraveller { .. } => for_able.next(),
            };
            answer[i] = place.map(|place| places[place].seat.number);
        }
        answer
    }
}

/// The travellers for whom there is a seat, as their places in the party: the first come first, and no more could be seated.
fn who_finds_a_seat(
    places: &[Place],
    free: &[bool],
    maskless: &[bool],
    party: &[SeatedTraveller],
) -> Vec<usize> {
    let left: Vec<usize> = (0..places.len()).filter(|i| free[*i]).collect();
    let no_exits: Vec<usize> = left.iter().copied().filter(|i| !places[*i].has(Features::EXIT_ROW)).collect();
    let mut blocks: Vec<u16> = no_exits.iter().filter(|i| !maskless[**i]).map(|i| places[*i].block).collect();
    blocks.dedup();
    let (mut bound, mut parents) = (0, 0);
    let mut seated = Vec::new();
    for (i, traveller) in party.iter().enumerate().filter(|(_, t)| t.kind.takes_seat()) {
        let full = seated.len() == left.len().min(usize::from(Party::MOST));
        let may_exit = traveller.may_sit_at_exit();
        let no_mask = traveller.is_parent() && parents == blocks.len();
        if full || no_mask || (!may_exit && bound == no_exits.len()) {
            continue;
        }
        bound += usize::from(!may_exit);
        parents += usize::from(traveller.is_parent());
        seated.push(i);
    }
    seated
}
