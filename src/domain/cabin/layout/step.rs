use super::Layout;
use crate::cabin::{Cabin, SeatNumber};

/// A step from seat to seat within a cabin, as arrow keys make them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    Left,
    Right,
    /// To the row in front, in the same letter or the nearest that is there.
    Forward,
    Backward,
    StartOfRow,
    EndOfRow,
    FirstSeat,
    LastSeat,
}

impl Layout {
    /// Where a step leads; none at the edge of the cabin, or from a seat that is not in it.
    pub fn step(&self, cabin: Cabin, from: SeatNumber, step: Step) -> Option<SeatNumber> {
        let rows: Vec<Vec<SeatNumber>> = self
            .cabin_rows()
            .filter(|(of, ..)| *of == cabin)
            .map(|(.., row)| row.seats.iter().flatten().map(|seat| seat.number).collect())
            .collect();
        let at = rows.iter().position(|row| row.contains(&from))?;
        let column = rows[at].iter().position(|seat| *seat == from)?;
        let nearest = |row: &Vec<SeatNumber>| {
            row.iter().copied().min_by_key(|seat| u32::from(seat.letter()).abs_diff(u32::from(from.letter())))
        };
        match step {
            Step::Left => column.checked_sub(1).map(|column| rows[at][column]),
            Step::Right => rows[at].get(column + 1).copied(),
            Step::Forward => at.checked_sub(1).and_then(|at| nearest(&rows[at])),
            Step::Backward => rows.get(at + 1).and_then(nearest),
            Step::StartOfRow => rows[at].first().copied(),
            Step::EndOfRow => rows[at].last().copied(),
            Step::FirstSeat => rows.first()?.first().copied(),
            Step::LastSeat => rows.last()?.last().copied(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Layout, Step};
    use crate::{
        cabin::{Cabin, Configuration, SeatNumber},
        schedule::AircraftCode,
    };

    fn step(aircraft: &str, configuration: &str, from: &str, step: Step) -> String {
        let aircraft = AircraftCode::parse(aircraft).unwrap();
        let layout = Layout::of(&aircraft, &Configuration::parse(configuration).unwrap());
        let to = layout.step(Cabin::Economy, SeatNumber::parse(from).unwrap(), step);
        to.map_or_else(|| "-".to_owned(), |seat| seat.to_string())
    }

    #[test]
    fn arrows_go_by_row_and_letter_over_aisles_galleys_and_missing_rows() {
        let a320 = |from, to| step("320", "F12Y138", from, to);
        assert_eq!((a320("14C", Step::Right), a320("14C", Step::Left)), ("14D".into(), "14B".into()));
        assert_eq!((a320("12C", Step::Backward), a320("14C", Step::Forward)), ("14C".into(), "12C".into()));
        assert_eq!(
            (a320("14C", Step::StartOfRow), a320("14C", Step::EndOfRow)),
            ("14A".into(), "14F".into())
        );
        assert_eq!((a320("14C", Step::FirstSeat), a320("14C", Step::LastSeat)), ("7A".into(), "30F".into()));
        assert_eq!(step("789", "J30Y255", "25E", Step::Backward), "26E");
    }

    #[test]
    fn at_the_edge_of_the_cabin_arrows_lead_nowhere() {
        for (from, to) in
            [("14A", Step::Left), ("14F", Step::Right), ("7C", Step::Forward), ("30C", Step::Backward)]
        {
            assert_eq!(step("320", "F12Y138", from, to), "-", "{from}");
        }
        assert_eq!(step("320", "F12Y138", "1A", Step::Right), "-", "another cabin");
    }

    #[test]
    fn where_the_letter_is_missing_the_nearest_is_taken() {
        assert_eq!(step("789", "J30Y255", "25A", Step::Backward), "26B");
        assert_eq!(step("77W", "J42Y288", "46C", Step::Backward), "47B");
    }
}
