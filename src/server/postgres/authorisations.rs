use domain::{
    cabin::{BookingClass, default_authorised},
    departure::DepartureId,
};

use super::{Postgres, StoreError};

impl Postgres {
    /// Sets what a class of a departure may sell from now on, or leaves it to what is usual for its cabin of `capacity`
    /// places. What is held and sold already stays, also where that is more. Tells how many places are sold in it and in
    /// the classes below.
    pub async fn authorise(
        &self,
        departure: DepartureId,
        class: BookingClass,
        authorised: Option<u16>,
        capacity: u16,
    ) -> Result<i32, StoreError> {
        Ok(sqlx::query_scalar!(
            "insert into departure_classes (departure, class, authorised, taken, is_set) values ($1, $2, $3, 0, $4)
            on conflict (departure, class) do update
            set authorised = excluded.authorised, is_set = excluded.is_set
            returning taken",
            departure.to_string(),
            class.to_string(),
            i32::from(authorised.unwrap_or_else(|| default_authorised(class, capacity))),
            authorised.is_some(),
        )
        .fetch_one(&self.pool)
        .await?)
    }
}
