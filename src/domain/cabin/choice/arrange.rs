use super::floor::Place;
use crate::cabin::Features;

/// Who of a party sits in which of its seats.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Arrangement {
    /// Grows with children who have no adult beside them, and more with those who have none in the next row either.
    pub children_apart: u32,
    pub for_children: Vec<usize>,
    /// For adults with an infant on the lap: no two in a block.
    pub for_parents: Vec<usize>,
}

/// What a party needs of its seats.
#[derive(Clone, Copy)]
pub(super) struct Needs<'a> {
    pub places: &'a [Place<'a>],
    /// Seats in whose block no oxygen mask is left for an infant.
    pub maskless: &'a [bool],
    pub children: usize,
    pub parents: usize,
}

impl Needs<'_> {
    /// Which seats of the group are best for whom: children by an adult first, then away from aisles and at windows, parents by
    /// a bassinet. None where the rules leave no way. Sets of seats are bits.
    pub fn arrange(&self, group: &[usize]) -> Option<Arrangement> {
        let place = |i: usize| &self.places[group[i]];
        let set = |of: &dyn Fn(usize) -> bool| {
            (0..group.len()).filter(|i| of(*i)).fold(0u32, |set, i| set | 1 << i)
        };
        let all = (1u32 << group.len()) - 1;
        let exits = set(&|i| place(i).has(Features::EXIT_ROW));
        let masked = set(&|i| !self.maskless[group[i]]) & !exits;
        let blocks = self.blocks(group, masked);
        let parents_fit =
            |adults: u32| blocks.iter().filter(|block| *block & adults != 0).count() >= self.parents;
        if self.children == 0 {
            return parents_fit(all).then(|| self.named(group, 0, 0, &blocks));
        }
        let beside: Vec<u32> = (0..group.len()).map(|i| set(&|j| place(i).is_beside(place(j)))).collect();
        let close: Vec<u32> =
            (0..group.len()).map(|i| beside[i] | set(&|j| place(i).is_behind_or_before(place(j)))).collect();
        let aisles = set(&|i| place(i).has(Features::AISLE));
        let windows = set(&|i| place(i).has(Features::WINDOW));
        let apart = |children: u32| -> u32 {
            let adults = all & !children;
            let of_child = |i: usize| match (beside[i] & adults, close[i] & adults) {
                (0, 0) => 3,
                (0, _) => 1,
                _ => 0,
            };
            (0..group.len()).filter(|i| children >> i & 1 == 1).map(of_child).sum()
        };
        let (apart, .., children) = sets(self.children, all)
            .filter(|children| children & exits == 0)
            .filter(|children| self.parents == 0 || parents_fit(all & !children))
            .map(|set| (apart(set), (set & aisles).count_ones(), (set & !windows).count_ones(), set))
            .min()?;
        Some(self.named(group, apart, children, &blocks))
    }

    /// The seats of each block in which a parent may sit.
    fn blocks(&self, group: &[usize], masked: u32) -> Vec<u32> {
        let mut blocks: Vec<(u16, u32)> = Vec::new();
        if self.parents == 0 {
            return Vec::new();
        }
        for (i, seat) in group.iter().enumerate().filter(|(i, _)| masked >> i & 1 == 1) {
            let block = self.places[*seat].block;
            match blocks.iter_mut().find(|(known, _)| *known == block) {
                Some((_, set)) => *set |= 1 << i,
                None => blocks.push((block, 1 << i)),
            }
        }
        blocks.into_iter().map(|(_, set)| set).collect()
    }

    fn named(&self, group: &[usize], children_apart: u32, children: u32, blocks: &[u32]) -> Arrangement {
        let has_bassinet = |i: &usize| self.places[group[*i]].has(Features::BASSINET);
        let in_block = |block: &u32| {
            let seats = (0..group.len()).filter(|i| (block & !children) >> i & 1 == 1);
            seats.max_by_key(|i| (has_bassinet(i), usize::MAX - i))
        };
        let mut for_parents: Vec<usize> = blocks.iter().filter_map(in_block).collect();
        for_parents.sort_by_key(|i| (!has_bassinet(i), *i));
        for_parents.truncate(self.parents);
        Arrangement {
            children_apart,
            for_children: (0..group.len()).filter(|i| children >> i & 1 == 1).map(|i| group[i]).collect(),
            for_parents: for_parents.into_iter().map(|i| group[i]).collect(),
        }
    }
}

/// All sets of that many of the bits up to `all`, the smallest number first (Gosper's hack).
fn sets(n: usize, all: u32) -> impl Iterator<Item = u32> {
    let first = Some((1u32 << n) - 1).filter(|set| n > 0 && *set <= all);
    std::iter::successors(first, move |set| {
        let low = set & set.wrapping_neg();
        let ripple = set + low;
        Some(ripple | (((set ^ ripple) >> 2) / low)).filter(|next| *next <= all)
    })
}
