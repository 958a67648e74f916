use super::{
    arrange::{Arrangement, Needs},
    exhaustive::Exhaustive,
    floor::{Place, TOUCHING},
    wish::SeatWish,
};
use crate::cabin::Features;

/// How many free seats to each side of a first one are looked at for the others: a few rows.
const REACH: usize = 30;
/// More than any distance in a cabin: what a lone seat costs where pairs are wanted.
const LONE: u16 = 10_000;

/// The search for the seats of a party: from each free seat the nearest others are added one by one, and of all these groups the
/// best is taken. Where none of them keeps the party together, all groups that touch are tried.
pub(super) struct Search<'a> {
    pub needs: Needs<'a>,
    pub free: &'a [bool],
    /// Seats wanted; there are as many that the party may take.
    pub seats: usize,
    /// Of these for people who may sit by an exit.
    pub able: usize,
    pub wish: Option<SeatWish>,
}

/// Seats with what is bad about them, the worst first.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Choice {
    children_apart: u32,
    /// Parts of the party that do not touch each other.
    pub pieces: usize,
    /// Seats that others may be keener on.
    dear: usize,
    missed: u16,
    spread: u16,
    gaps: usize,
    rows: u16,
    /// Front to back, left to right.
    pub places: Vec<usize>,
    pub arranged: Arrangement,
}

impl Choice {
    fn badness(&self) -> (u32, usize, usize, u16, u16, usize, u16) {
        (self.children_apart, self.pieces, self.dear, self.missed, self.spread, self.gaps, self.rows)
    }
}

/// What is used again for each group.
#[derive(Default)]
struct Scratch {
    distances: Vec<u16>,
    group: Vec<usize>,
    /// Blocks of the group in which a parent may sit.
    blocks: Vec<u16>,
}

impl Search<'_> {
    pub fn best(&self) -> Option<Choice> {
        let open: Vec<usize> = (0..self.free.len()).filter(|i| self.free[*i]).collect();
        let plain: Vec<usize> = open.iter().copied().filter(|i| !self.is_dear(*i)).collect();
        let near = self.best_of(&plain, REACH, false);
        if near.as_ref().is_some_and(|choice| self.is_together(choice)) {
            return near;
        }
        let near = near.into_iter().chain(self.best_of(&open, REACH, false)).min();
        if near.as_ref().is_some_and(|choice| self.is_together(choice)) {
            return near;
        }
        let found = Exhaustive::new(self, &open).best();
        if found.is_some() {
            return found;
        }
        // The last resort: pairs and more from anywhere in the cabin, so that nobody is left to a single seat.
        let far = [&plain, &open].into_iter().filter_map(|pool| self.best_of(pool, pool.len(), true));
        near.into_iter().chain(far).min()
    }

    /// Whether all touch and no child is alone, be it that there are more children than adults have neighbours.
    pub fn is_together(&self, choice: &Choice) -> bool {
        let Needs { children, .. } = self.needs;
        let too_many_children = children > 2 * (self.seats - children);
        choice.pieces <= 1 && (choice.children_apart == 0 || too_many_children)
    }

    fn best_of(&self, pool: &[usize], reach: usize, pairs: bool) -> Option<Choice> {
        let mut best: Option<Choice> = None;
        let mut scratch = Scratch::default();
        for anchor in 0..pool.len() {
            let from = anchor.saturating_sub(reach);
            let to = (anchor + reach + 1).min(pool.len());
            let near = &pool[from..to];
            if let Some(choice) = self.gather(near, anchor - from, pairs, best.as_ref(), &mut scratch) {
                best = Some(choice);
            }
        }
        best
    }

    /// The group that grows from the anchor; none where the pool is too small, the rules leave no way, or the group is not
    /// better than that one.
    fn gather(
        &self,
        pool: &[usize],
        anchor: usize,
        pairs: bool,
        than: Option<&Choice>,
        scratch: &mut Scratch,
    ) -> Option<Choice> {
        if self.seats == 0 || pool.len() < self.seats {
            return None;
        }
        let Scratch { distances, group, blocks } = scratch;
        distances.clear();
        distances.resize(pool.len(), u16::MAX);
        group.clear();
        blocks.clear();
        let place = |i: usize| &self.needs.places[i];
        let first_row = place(pool[0]).row;
        let (mut spread, mut exits, mut dear, mut rows, mut pieces, mut missed) = (0u16, 0, 0, 0u16, 1, 0);
        let mut next = anchor;
        loop {
            let seat = pool[next];
            exits += usize::from(place(seat).has(Features::EXIT_ROW));
            dear += usize::from(self.is_dear(seat));
            rows += place(seat).row;
            group.push(seat);
            blocks.extend(self.masked_block(seat).filter(|block| !blocks.contains(block)));
            missed = self.wish.map_or(0, |wish| wish.missed_at_least(missed, place(seat)));
            let left = u16::try_from(self.seats - group.len()).unwrap_or(u16::MAX);
            let hopeless = than.is_some_and(|best| {
                let spread = spread.saturating_add(left * Place::NEXT);
                (0, pieces, dear, missed, spread, 0, rows + left * first_row) > best.badness()
            });
            if exits > self.able || hopeless {
                return None;
            }
            if left == 0 {
                break;
            }
            distances[next] = u16::MAX;
            let wants_pairs = pairs && left > 1;
            let mut nearest = (u16::MAX, usize::MAX);
            for (i, &other) in pool.iter().enumerate() {
                if group.contains(&other) {
                    continue;
                }
                distances[i] = distances[i].min(place(other).distance(place(seat)));
                let lone = if wants_pairs && self.is_lone(other) { LONE } else { 0 };
                let cost = distances[i].saturating_add(lone);
                if cost < nearest.0 && self.may_join(group.len(), exits, blocks, other) {
                    nearest = (cost, i);
                }
            }
            if nearest.1 == usize::MAX {
                return None;
            }
            next = nearest.1;
            spread = spread.saturating_add(distances[next]);
            pieces += usize::from(distances[next] > TOUCHING);
        }
        self.choice(group, spread, pieces, than)
    }

    /// The group with all that is bad about it; none where the rules leave no way to sit in it, or it is not better than that
    /// one.
    pub fn choice(
        &self,
        group: &[usize],
        spread: u16,
        pieces: usize,
        than: Option<&Choice>,
    ) -> Option<Choice> {
        let mut places = group.to_vec();
        places.sort_unstable();
        let mut choice = Choice {
            children_apart: 0,
            pieces,
            dear: places.iter().filter(|i| self.is_dear(**i)).count(),
            missed: self.missed(&places),
            spread,
            gaps: self.gaps(&places),
            rows: places.iter().map(|i| self.needs.places[*i].row).sum(),
            places,
            arranged: Arrangement::default(),
        };
        if than.is_some_and(|than| choice >= *than) {
            return None;
        }
        choice.arranged = self.needs.arrange(&choice.places)?;
        choice.children_apart = choice.arranged.children_apart;
        Some(choice).filter(|choice| than.is_none_or(|than| choice < than))
    }

    /// Whether the seat leaves enough others for who may not sit by an exit, and blocks for the infants. `blocks` are those of
    /// the seats so far in which a parent may sit.
    pub fn may_join(&self, seats: usize, exits: usize, blocks: &[u16], seat: usize) -> bool {
        if exits >= self.able && self.needs.places[seat].has(Features::EXIT_ROW) {
            return false;
        }
        let parents = self.needs.parents;
        let is_new = || self.masked_block(seat).is_some_and(|block| !blocks.contains(&block));
        parents == 0 || blocks.len() + usize::from(is_new()) + (self.seats - seats - 1) >= parents
    }

    /// The seat's block, if a parent may sit in it.
    pub fn masked_block(&self, seat: usize) -> Option<u16> {
        let place = &self.needs.places[seat];
        (!self.needs.maskless[seat] && !place.has(Features::EXIT_ROW)).then_some(place.block)
    }

    /// Extra legroom, and bassinets for who has no infant: given where nothing else keeps people together.
    fn is_dear(&self, i: usize) -> bool {
        let place = &self.needs.places[i];
        match (place.has(Features::BASSINET), self.needs.parents) {
            (true, parents) => parents == 0,
            (false, _) => place.has(Features::EXTRA_LEGROOM),
        }
    }

    fn missed(&self, places: &[usize]) -> u16 {
        let seats: Vec<&Place> = places.iter().map(|i| &self.needs.places[*i]).collect();
        let no_bassinet = self.needs.parents > 0 && !seats.iter().any(|place| place.has(Features::BASSINET));
        self.wish.map_or(u16::from(no_bassinet), |wish| wish.missed_by(&seats))
    }

    /// Whether nobody else finds a seat beside that one.
    fn is_lone(&self, i: usize) -> bool {
        let places = self.needs.places;
        !self.neighbours(i).any(|n| self.free[n] && places[n].is_beside(&places[i]))
    }

    /// Free seats that the group would leave without a free seat beside them in their block.
    fn gaps(&self, group: &[usize]) -> usize {
        let places = self.needs.places;
        let joined = |i: usize| self.neighbours(i).filter(move |n| places[*n].is_joined_to(&places[i]));
        let open = |i: &usize| self.free[*i] && !group.contains(i);
        let mut left: Vec<usize> = group.iter().flat_map(|i| joined(*i)).filter(open).collect();
        left.sort_unstable();
        left.dedup();
        left.into_iter().filter(|i| !joined(*i).any(|n| open(&n))).count()
    }

    fn neighbours(&self, i: usize) -> impl Iterator<Item = usize> + use<> {
        let last = self.free.len();
        [i.checked_sub(1), Some(i + 1)].into_iter().flatten().filter(move |n| *n < last)
    }
}
