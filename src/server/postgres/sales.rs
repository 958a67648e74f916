use domain::{
    cabin::Cabin,
    departure::DepartureId,
    selling::{Sales, SellingMode},
};
use jiff::Timestamp;

use super::{Postgres, StoreError};

impl Postgres {
    /// How the cabins are sold that are not sold as usual.
    pub async fn sales(&self) -> Result<Vec<(DepartureId, Cabin, Sales)>, StoreError> {
        let rows = sqlx::query!(
            r#"select departure, cabin, mode, extract(epoch from opens_at)::bigint as opens_at_secs,
                extract(epoch from closes_at)::bigint as closes_at_secs
            from departure_sales"#
        )
        .fetch_all(&self.pool)
        .await?;
        let at = |secs: Option<i64>| secs.and_then(|secs| Timestamp::from_second(secs).ok());
        Ok(rows
            .into_iter()
            .filter_map(|row| {
                let sales = Sales {
                    mode: SellingMode::parse(&row.mode)?,
                    opens_at: at(row.opens_at_secs),
                    closes_at: at(row.closes_at_secs),
                };
                Some((row.departure.parse().ok()?, Cabin::from_letter(row.cabin.chars().next()?)?, sales))
            })
            .collect())
    }

    /// Sets how a cabin is sold from now on; what is held and sold already stays as it is.
    pub async fn set_sales(
        &self,
        departure: DepartureId,
        cabin: Cabin,
        sales: Sales,
    ) -> Result<(), StoreError> {
        sqlx::query!(
            "insert into departure_sales (departure, cabin, mode, opens_at, closes_at)
            values ($1, $2, $3, to_timestamp($4::bigint), to_timestamp($5::bigint))
            on conflict (departure, cabin) do update
            set mode = excluded.mode, opens_at = excluded.opens_at, closes_at = excluded.closes_at",
            departure.to_string(),
            cabin.letter().to_string(),
            sales.mode.as_str(),
            sales.opens_at.map(Timestamp::as_second),
            sales.closes_at.map(Timestamp::as_second),
        )
        .execute(&self.pool)
        .await?;
        Ok(())
    }
}
