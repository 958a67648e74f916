use std::collections::HashMap;

use domain::{
    cabin::{BookingClass, Cabin, ClassesLeft, default_authorised},
    departure::DepartureId,
};

use super::{Postgres, StoreError};

/// What may be sold of a cabin or class, and what is.
#[derive(Clone, Copy)]
struct Counter {
    most: u16,
    taken: u16,
}

impl Counter {
    fn left(self) -> u16 {
        self.most.saturating_sub(self.taken)
    }
}

/// The rows of one departure: its cabin's, and those of its classes.
#[derive(Default)]
struct Counters {
    cabin: Option<Counter>,
    classes: Vec<(BookingClass, Counter)>,
}

impl Postgres {
    /// What is left in that cabin by class, for those of the departures of which any place was ever taken or a class set.
    /// `capacity` tells a cabin's places where none of them was taken.
    pub async fn classes_left(
        &self,
        departures: &[DepartureId],
        cabin: Cabin,
        capacity: impl Fn(DepartureId) -> u16,
    ) -> Result<HashMap<DepartureId, ClassesLeft>, StoreError> {
        let names: Vec<String> = departures.iter().map(ToString::to_string).collect();
        let letters: Vec<String> = BookingClass::ladder(cabin).iter().map(ToString::to_string).collect();
        let rows = sqlx::query!(
            r#"select departure as "departure!", null as class, places as "most!", taken as "taken!"
            from departure_cabins where departure = any($1) and cabin = $2
            union all
            select departure, class, authorised, taken from departure_classes
            where departure = any($1) and class = any($3)"#,
            &names,
            cabin.letter().to_string(),
            &letters,
        )
        .fetch_all(&self.pool)
        .await?;
        let mut known: HashMap<DepartureId, Counters> = HashMap::new();
        for row in rows {
            let Ok(departure) = row.departure.parse() else { continue };
            let counter = Counter { most: count(row.most), taken: count(row.taken) };
            let counters = known.entry(departure).or_default();
            match row.class.as_deref().map(BookingClass::parse) {
                None => counters.cabin = Some(counter),
                Some(Ok(class)) => counters.classes.push((class, counter)),
                Some(Err(_)) => {}
            }
        }
        let left = known.into_iter().map(|(departure, counters)| {
            let cabin_counter =
                counters.cabin.unwrap_or_else(|| Counter { most: capacity(departure), taken: 0 });
            let of_class = |class: BookingClass| {
                let row = counters.classes.iter().find(|(of, _)| *of == class);
                row.map_or_else(
                    || default_authorised(class, cabin_counter.most),
                    |(_, counter)| counter.left(),
                )
            };
            (departure, ClassesLeft::new(cabin, cabin_counter.left(), of_class))
        });
        Ok(left.collect())
    }
}

fn count(number: i32) -> u16 {
    u16::try_from(number.max(0)).unwrap_or(u16::MAX)
}
