use std::collections::HashMap;

use domain::{cabin::Cabin, departure::DepartureId};

use super::{Postgres, StoreError};

impl Postgres {
    /// Places left in that cabin, for those of the departures of which any was ever taken.
    pub async fn places_left(
        &self,
        departures: &[DepartureId],
        cabin: Cabin,
    ) -> Result<HashMap<DepartureId, u16>, StoreError> {
        let names: Vec<String> = departures.iter().map(ToString::to_string).collect();
        let rows = sqlx::query!(
            r#"select departure, places - taken as "left!" from departure_cabins
            where departure = any($1) and cabin = $2"#,
            &names,
            cabin.letter().to_string(),
        )
        .fetch_all(&self.pool)
        .await?;
        Ok(rows
            .into_iter()
            .filter_map(|row| Some((row.departure.parse().ok()?, u16::try_from(row.left).ok()?)))
            .collect())
    }
}
