use super::floor::Place;
use crate::cabin::Features;

/// How many free seats to each side of a first one are looked at for the others: a few rows.
const REACH: usize = 30;
/// More than any distance in a cabin: what a lone seat costs where pairs are wanted.
const LONE: u16 = 10_000;

/// The search for the seats of a party: from each free seat the nearest others are added one by one, and of all these groups the
/// best is taken.
pub(super) struct Search<'a> {
    pub places: &'a [Place<'a>],
    pub free: &'a [bool],
    /// Seats wanted; there are as many that the party may take.
    pub seats: usize,
    /// Of these for children.
    pub children: usize,
    /// Of these for people who may sit by an exit.
    pub able: usize,
}

/// Seats with what is bad about them, the worst first.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Choice {
    /// Grows with children who have no adult beside them, and more with those who have none in the next row either.
    children_apart: u32,
    /// Seats that cost more.
    dear: usize,
    spread: u16,
    gaps: usize,
    rows: u16,
    /// Front to back, left to right.
    pub places: Vec<usize>,
    pub for_children: Vec<usize>,
}

impl Search<'_> {
    pub fn best(&self) -> Option<Choice> {
        let open: Vec<usize> = (0..self.places.len()).filter(|i| self.free[*i]).collect();
        let plain: Vec<usize> =
            open.iter().copied().filter(|i| !self.places[*i].has(Features::EXTRA_LEGROOM)).collect();
        // An adult has at most two neighbours.
        let too_many_children = self.children > 2 * (self.seats - self.children);
        let is_good = |choice: &Choice| choice.children_apart == 0 || too_many_children;
        let near = self.best_of(&plain, REACH, false);
        if near.as_ref().is_some_and(is_good) {
            return near;
        }
        let near = near.into_iter().chain(self.best_of(&open, REACH, false)).min();
        if near.as_ref().is_some_and(is_good) {
            return near;
        }
        // The last resort: pairs and more from anywhere in the cabin, so that nobody is left to a single seat.
        let far = [&plain, &open].into_iter().filter_map(|pool| self.best_of(pool, pool.len(), true));
        near.into_iter().chain(far).min()
    }

    fn best_of(&self, pool: &[usize], reach: usize, pairs: bool) -> Option<Choice> {
        let mut best: Option<Choice> = None;
        for anchor in 0..pool.len() {
            let from = anchor.saturating_sub(reach);
            let to = (anchor + reach + 1).min(pool.len());
            if let Some(choice) = self.gather(&pool[from..to], anchor - from, pairs, best.as_ref()) {
                best = Some(choice);
            }
        }
        best
    }

    /// The group that grows from the anchor; none where the pool is too small or the group is not better than that one.
    fn gather(&self, pool: &[usize], anchor: usize, pairs: bool, than: Option<&Choice>) -> Option<Choice> {
        if self.seats == 0 || pool.len() < self.seats {
            return None;
        }
        let mut distances = vec![u16::MAX; pool.len()];
        let mut group: Vec<usize> = Vec::with_capacity(self.seats);
        let (mut spread, mut exits, mut dear) = (0u16, 0, 0);
        let mut next = anchor;
        loop {
            let place = &self.places[pool[next]];
            exits += usize::from(place.has(Features::EXIT_ROW));
            dear += usize::from(place.has(Features::EXTRA_LEGROOM));
            let hopeless = than.is_some_and(|b| (0, dear, spread) > (b.children_apart, b.dear, b.spread));
            if exits > self.able || hopeless {
                return None;
            }
            group.push(pool[next]);
            if group.len() == self.seats {
                break;
            }
            for (i, distance) in distances.iter_mut().enumerate() {
                *distance = (*distance).min(place.distance(&self.places[pool[i]]));
            }
            let open = |i: &usize| {
                !group.contains(&pool[*i])
                    && (exits < self.able || !self.places[pool[*i]].has(Features::EXIT_ROW))
            };
            let wants_pairs = pairs && group.len() + 1 < self.seats;
            let lone = |i: usize| if wants_pairs && self.is_lone(pool[i]) { LONE } else { 0 };
            next = (0..pool.len()).filter(open).min_by_key(|i| distances[*i].saturating_add(lone(*i)))?;
            spread = spread.saturating_add(distances[next]);
        }
        group.sort_unstable();
        let mut choice = Choice {
            children_apart: 0,
            dear,
            spread,
            gaps: self.gaps(&group),
            rows: group.iter().map(|i| self.places[*i].row).sum(),
            places: group,
            for_children: Vec::new(),
        };
        let is_better = |choice: &Choice| than.is_none_or(|than| choice < than);
        if self.children > 0 && is_better(&choice) {
            (choice.children_apart, choice.for_children) = self.children_of(&choice.places);
        }
        Some(choice).filter(is_better)
    }

    /// Whether nobody else finds a seat beside that one.
    fn is_lone(&self, i: usize) -> bool {
        !self.neighbours(i).any(|n| self.free[n] && self.places[n].is_beside(&self.places[i]))
    }

    /// Free seats that the group would leave without a free seat beside them in their block.
    fn gaps(&self, group: &[usize]) -> usize {
        let joined =
            |i: usize| self.neighbours(i).filter(move |n| self.places[*n].is_joined_to(&self.places[i]));
        let open = |i: &usize| self.free[*i] && !group.contains(i);
        let mut left: Vec<usize> = group.iter().flat_map(|i| joined(*i)).filter(open).collect();
        left.sort_unstable();
        left.dedup();
        left.into_iter().filter(|i| !joined(*i).any(|n| open(&n))).count()
    }

    fn neighbours(&self, i: usize) -> impl Iterator<Item = usize> {
        [i.checked_sub(1), Some(i + 1)].into_iter().flatten().filter(|n| *n < self.places.len())
    }

    /// Which seats of the group are best for the children, by an adult first, then away from aisles and at windows; and how
    /// far they are then from all adults. Sets of seats are bits.
    fn children_of(&self, group: &[usize]) -> (u32, Vec<usize>) {
        let place = |i: usize| &self.places[group[i]];
        let set = |of: &dyn Fn(usize) -> bool| {
            (0..group.len()).filter(|i| of(*i)).fold(0u32, |set, i| set | 1 << i)
        };
        let beside: Vec<u32> = (0..group.len()).map(|i| set(&|j| place(i).is_beside(place(j)))).collect();
        let close: Vec<u32> =
            (0..group.len()).map(|i| beside[i] | set(&|j| place(i).is_behind_or_before(place(j)))).collect();
        let exits = set(&|i| place(i).has(Features::EXIT_ROW));
        let aisles = set(&|i| place(i).has(Features::AISLE));
        let windows = set(&|i| place(i).has(Features::WINDOW));
        let all = (1u32 << group.len()) - 1;
        let apart = |children: u32| -> u32 {
            let adults = all & !children;
            let of_child = |i: usize| match (beside[i] & adults, close[i] & adults) {
                (0, 0) => 3,
                (0, _) => 1,
                _ => 0,
            };
            (0..group.len()).filter(|i| children >> i & 1 == 1).map(of_child).sum()
        };
        let wanted = u32::try_from(self.children).unwrap_or_default();
        let best = (0..=all)
            .filter(|children| children.count_ones() == wanted && children & exits == 0)
            .map(|children| {
                (
                    apart(children),
                    (children & aisles).count_ones(),
                    (children & !windows).count_ones(),
                    children,
                )
            })
            .min();
        let (apart, .., children) = best.unwrap_or_default();
        (apart, (0..group.len()).filter(|i| children >> i & 1 == 1).map(|i| group[i]).collect())
    }
}
