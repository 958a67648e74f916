use super::{
    floor::{Place, TOUCHING},
    search::{Choice, Search},
};
use crate::cabin::Features;

/// Steps after which the best group so far counts: some milliseconds.
const MOST_STEPS: usize = 60_000;
/// In index order, no seat further off than this touches another: two rows of ten and what is missing.
const TOUCHING_REACH: usize = 24;

/// Every group of free seats that touch, each once (Wernicke's ESU, 2006), for parties that grow nowhere from one seat to the
/// next nearest without somebody apart.
pub(super) struct Exhaustive<'a> {
    search: &'a Search<'a>,
    open: &'a [usize],
    /// By place in `open`: what it touches.
    touching: Vec<Vec<usize>>,
    steps: usize,
    best: Option<Choice>,
}

impl<'a> Exhaustive<'a> {
    pub fn new(search: &'a Search<'a>, open: &'a [usize]) -> Self {
        let place = |i: usize| &search.needs.places[open[i]];
        let touching = (0..open.len())
            .map(|i| {
                let near = i.saturating_sub(TOUCHING_REACH)..(i + TOUCHING_REACH + 1).min(open.len());
                near.filter(|j| *j != i && place(i).touches(place(*j))).collect()
            })
            .collect();
        Self { search, open, touching, steps: 0, best: None }
    }

    /// The best group that keeps the party together; none where there is none, or none was found in time.
    pub fn best(mut self) -> Option<Choice> {
        for root in 0..self.open.len() {
            let above: Vec<usize> = self.touching[root].iter().copied().filter(|i| *i > root).collect();
            self.grow(root, &mut vec![root], above);
        }
        self.best
    }

    /// Adds each of `ahead`, which touch the group, and whatever touches that one alone.
    fn grow(&mut self, root: usize, group: &mut Vec<usize>, mut ahead: Vec<usize>) {
        if group.len() == self.search.seats {
            self.judge(group);
            return;
        }
        while let Some(next) = ahead.pop() {
            self.steps += 1;
            if self.steps > MOST_STEPS {
                return;
            }
            if !self.may_join(group, next) {
                continue;
            }
            let is_new = |i: &usize| {
                *i > root
                    && !group.contains(i)
                    && !ahead.contains(i)
                    && !group.iter().any(|g| self.touching[*g].contains(i))
            };
            let further: Vec<usize> = self.touching[next].iter().copied().filter(is_new).collect();
            let beyond = ahead.iter().copied().chain(further).collect();
            group.push(next);
            self.grow(root, group, beyond);
            group.pop();
        }
    }

    fn may_join(&self, group: &[usize], next: usize) -> bool {
        let seats: Vec<usize> = group.iter().map(|i| self.open[*i]).collect();
        let is_exit = |i: &&usize| self.search.needs.places[**i].has(Features::EXIT_ROW);
        let mut blocks: Vec<u16> = seats.iter().filter_map(|i| self.search.masked_block(*i)).collect();
        blocks.sort_unstable();
        blocks.dedup();
        self.search.may_join(seats.len(), seats.iter().filter(is_exit).count(), &blocks, self.open[next])
    }

    fn judge(&mut self, group: &[usize]) {
        let seats: Vec<usize> = group.iter().map(|i| self.open[*i]).collect();
        let choice = self.search.choice(&seats, self.spread(&seats), 1, self.best.as_ref());
        if let Some(choice) = choice.filter(|choice| self.search.is_together(choice)) {
            self.best = Some(choice);
        }
    }

    /// The sum of the shortest ways from each to one of those before, as they are added by distance.
    fn spread(&self, seats: &[usize]) -> u16 {
        let place = |i: usize| -> &Place { &self.search.needs.places[i] };
        let mut inside = vec![seats[0]];
        let mut outside = seats[1..].to_vec();
        let mut spread = 0;
        while !outside.is_empty() {
            let way =
                |i: &usize| inside.iter().map(|j| place(*i).distance(place(*j))).min().unwrap_or(TOUCHING);
            let Some((at, least)) = outside.iter().map(way).enumerate().min_by_key(|(_, way)| *way) else {
                break;
            };
            spread += least;
            inside.push(outside.swap_remove(at));
        }
        spread
    }
}
