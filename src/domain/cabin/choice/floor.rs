use crate::cabin::{Cabin, Features, Layout, Seat, Section};

/// A seat with where it stands in its cabin.
pub(super) struct Place<'a> {
    pub seat: &'a Seat,
    /// Rows from the cabin's front; a galley between counts as one.
    pub row: u16,
    /// Which block between aisles, from the left.
    pub group: u16,
    /// Seats and aisles from the left, missing seats included.
    pub column: u16,
    /// Seats from the left.
    pub order: u16,
    /// Rows from the nearer end of its section.
    pub from_end: u16,
    /// Which row's block it is in, of the whole cabin.
    pub block: u16,
}

/// What lies between neighbours, neighbours across an aisle, and rows; between other seats of a row are strangers.
const NEXT: u16 = 10;
const ACROSS_AISLE: u16 = 20;
const ROW: u16 = 30;
const COLUMN: u16 = 5;
/// People further apart than this are neither side by side nor in adjoining rows, straight or one over.
pub(super) const TOUCHING: u16 = ROW + COLUMN;
/// More blocks than a row has.
const MOST_GROUPS: u16 = 4;

impl<'a> Place<'a> {
    /// The least distance of two seats.
    pub const NEXT: u16 = NEXT;

    /// All seats of the cabin, front to back, left to right.
    pub fn all(layout: &'a Layout, cabin: Cabin) -> Vec<Self> {
        let mut places = Vec::new();
        let mut front = 0;
        for section in &layout.sections {
            let (groups, rows) = match section {
                Section::Cabin { cabin: this, groups, rows } if *this == cabin => (groups, rows),
                _ => continue,
            };
            for (i, row) in (0u16..).zip(rows) {
                let behind = u16::try_from(rows.len()).unwrap_or(u16::MAX) - 1 - i;
                let columns = (0u16..).zip(groups).flat_map(|(g, group)| group.chars().map(move |_| g));
                let seats =
                    (0u16..).zip(columns).zip(&row.seats).filter_map(|(at, seat)| Some((at, seat.as_ref()?)));
                places.extend((0..).zip(seats).map(|(order, ((at, group), seat))| Self {
                    seat,
                    row: front,
                    group,
                    column: at + group,
                    order,
                    from_end: i.min(behind),
                    block: front * MOST_GROUPS + group,
                }));
                front += 1;
            }
            front += 1;
        }
        places
    }

    /// How far apart two people sit there: least side by side, then across an aisle, then in rows behind each other, then
    /// with strangers between.
    pub fn distance(&self, other: &Self) -> u16 {
        let (rows, columns) = (self.row.abs_diff(other.row), self.column.abs_diff(other.column));
        match (rows, self.order.abs_diff(other.order)) {
            (0, 1) if self.group == other.group => NEXT,
            (0, 1) => ACROSS_AISLE,
            (0, seats) => ROW + NEXT * seats,
            _ => ROW * rows + COLUMN * columns,
        }
    }

    /// Side by side, or with nothing but an aisle between.
    pub fn is_beside(&self, other: &Self) -> bool {
        self.row == other.row && self.order.abs_diff(other.order) == 1
    }

    /// In the next row, straight or one over.
    pub fn is_behind_or_before(&self, other: &Self) -> bool {
        self.row.abs_diff(other.row) == 1 && self.column.abs_diff(other.column) <= 1
    }

    /// Near enough to be together: side by side, or one behind the other, be it one over.
    pub fn touches(&self, other: &Self) -> bool {
        self.is_beside(other) || self.is_behind_or_before(other)
    }

    /// In one block, with no seat between.
    pub fn is_joined_to(&self, other: &Self) -> bool {
        self.is_beside(other) && self.group == other.group
    }

    pub fn has(&self, features: Features) -> bool {
        self.seat.features.contains(features)
    }
}
