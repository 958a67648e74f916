use super::floor::Place;
use crate::cabin::{Features, Layout, SeatNumber};

/// Up to `n` free seats of the same cabin in place of one that is gone: first those of its kind (window, middle or aisle), of
/// these first those with as much legroom, and of these the nearest. Seats that the traveller may not take count as `taken`.
pub fn nearest(
    layout: &Layout,
    wanted: SeatNumber,
    taken: impl Fn(SeatNumber) -> bool,
    n: usize,
) -> Vec<SeatNumber> {
    let Some(cabin) = layout.cabin_of(wanted) else { return Vec::new() };
    let places = Place::all(layout, cabin);
    let Some(gone) = places.iter().find(|place| place.seat.number == wanted) else { return Vec::new() };
    let legroom = |place: &Place| place.has(Features::EXTRA_LEGROOM);
    let mut free: Vec<&Place> =
        places.iter().filter(|p| p.seat.number != wanted && !taken(p.seat.number)).collect();
    free.sort_by_key(|place| {
        (
            place.seat.features.position() != gone.seat.features.position(),
            legroom(place) != legroom(gone),
            // A row is about as deep as a seat is wide and half.
            3 * place.row.abs_diff(gone.row) + 2 * place.column.abs_diff(gone.column),
            place.row < gone.row,
        )
    });
    free.iter().take(n).map(|place| place.seat.number).collect()
}
