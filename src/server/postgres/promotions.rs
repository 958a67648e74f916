use domain::{
    fare::{Dates, FareBrand},
    money::{Currency, Money},
    promotion::{Discount, Promotion, PromotionCode},
};
use jiff::{Timestamp, civil::Date};

use super::{Postgres, StoreError};

/// What the database calls it where a code cannot be used, or not any more.
const NOT_USABLE: [&str; 2] = ["promotion_never_overused", "promotion_used_in_its_time"];

/// Whether a hold was refused because its promotion code cannot be used.
pub(super) fn is_not_usable(error: &StoreError) -> bool {
    error.constraint().is_some_and(|name| NOT_USABLE.contains(&name))
}

impl Postgres {
    pub async fn promotion(&self, code: &PromotionCode) -> Result<Option<Promotion>, StoreError> {
        Ok(self.promotions_of(&[code.as_str().to_owned()]).await?.pop())
    }

    /// All that were ever made, newest first.
    pub async fn promotions(&self) -> Result<Vec<Promotion>, StoreError> {
        let codes = sqlx::query_scalar!("select code from promotions").fetch_all(&self.pool).await?;
        self.promotions_of(&codes).await
    }

    async fn promotions_of(&self, codes: &[String]) -> Result<Vec<Promotion>, StoreError> {
        let rows = sqlx::query!(
            r#"select code, percent, each_minor, currency, brands, most_uses, uses,
                extract(epoch from sold_from)::bigint as "sold_from!",
                extract(epoch from sold_until)::bigint as "sold_until!",
                extract(epoch from ended_at)::bigint as ended_at,
                travel_from::text as travel_from, travel_until::text as travel_until
            from promotions where code = any($1) order by created_at desc, code"#,
            codes,
        )
        .fetch_all(&self.pool)
        .await?;
        let date = |text: Option<String>| text.and_then(|text| text.parse::<Date>().ok());
        Ok(rows
            .into_iter()
            .filter_map(|row| {
                let discount = match (row.percent, row.each_minor, row.currency) {
                    (Some(percent), ..) => Discount::Percent(u8::try_from(percent).ok()?),
                    (None, Some(minor), Some(currency)) => {
                        Discount::Each(Money::new(minor, Currency::parse(&currency)?))
                    }
                    _ => return None,
                };
                Some(Promotion {
                    code: PromotionCode::parse(&row.code).ok()?,
                    discount,
                    brands: row.brands.iter().filter_map(|brand| FareBrand::parse(brand)).collect(),
                    sold_from: Timestamp::from_second(row.sold_from).ok()?,
                    sold_until: Timestamp::from_second(row.sold_until).ok()?,
                    travel: Dates { from: date(row.travel_from), until: date(row.travel_until) },
                    most_uses: u32::try_from(row.most_uses).ok()?,
                    uses: u32::try_from(row.uses).ok()?,
                    ended_at: row.ended_at.and_then(|secs| Timestamp::from_second(secs).ok()),
                })
            })
            .collect())
    }

    /// Makes a code; false where there is, or ever was, one of that name.
    pub async fn make_promotion(&self, promotion: &Promotion) -> Result<bool, StoreError> {
        let (percent, each) = match promotion.discount {
            Discount::Percent(percent) => (Some(i16::from(percent)), None),
            Discount::Each(money) => (None, Some(money)),
        };
        let brands: Vec<String> = promotion.brands.iter().map(|brand| brand.as_str().to_owned()).collect();
        let made = sqlx::query!(
            "insert into promotions (code, percent, each_minor, currency, brands, sold_from, sold_until, travel_from,
                travel_until, most_uses)
            values ($1, $2, $3, $4, $5, to_timestamp($6::bigint), to_timestamp($7::bigint), $8::text::date,
                $9::text::date, $10)
            on conflict (code) do nothing",
            promotion.code.as_str(),
            percent,
            each.map(|money| money.minor),
            each.map(|money| money.currency.code()),
            &brands,
            promotion.sold_from.as_second(),
            promotion.sold_until.as_second(),
            promotion.travel.from.map(|date| date.to_string()),
            promotion.travel.until.map(|date| date.to_string()),
            i32::try_from(promotion.most_uses).unwrap_or(i32::MAX),
        )
        .execute(&self.pool)
        .await?;
        Ok(made.rows_affected() == 1)
    }

    /// Ends a code at once; holds that use it keep their price. False where none was good.
    pub async fn end_promotion(&self, code: &PromotionCode) -> Result<bool, StoreError> {
        let ended = sqlx::query!(
            "update promotions set ended_at = sky_now() where code = $1 and ended_at is null",
            code.as_str()
        )
        .execute(&self.pool)
        .await?;
        Ok(ended.rows_affected() == 1)
    }
}
