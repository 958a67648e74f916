//! `skyconnect promotion …`: codes that take something off fares.

use domain::{
    fare::{Dates, FareBrand},
    money::{Currency, Money},
    promotion::{Discount, MOST_PERCENT, Promotion, PromotionCode},
};
use jiff::{Timestamp, ToSpan as _, civil::Date, tz::TimeZone};

use crate::postgres::{Postgres, StoreError};

const USAGE: &str = "promotion make CODE OFF --uses NUMBER --until DATE [--from DATE] [--brands NAMES] \
                     [--travel FIRST..LAST], promotion list, or promotion end CODE";

/// Makes, lists and ends codes, and tells what was done. Days are those of UTC, the last one included.
///
/// # Errors
/// A sentence for whoever typed it.
pub async fn command(postgres: &Postgres, words: &[&str]) -> Result<String, String> {
    match words {
        ["make", code, off, options @ ..] => make(postgres, code, off, options).await,
        ["list"] => list(postgres).await,
        ["end", code] => end(postgres, code).await,
        _ => Err(format!("Say {USAGE}.")),
    }
}

async fn make(postgres: &Postgres, code: &str, off: &str, options: &[&str]) -> Result<String, String> {
    let now = Timestamp::now();
    let mut promotion = Promotion {
        code: PromotionCode::parse(code).map_err(|wrong| format!("{code:?}: {wrong}."))?,
        discount: discount(off)?,
        brands: Vec::new(),
        sold_from: now,
        sold_until: now,
        travel: Dates::default(),
        most_uses: 0,
        uses: 0,
        ended_at: None,
    };
    for option in options.chunks(2) {
        match *option {
            ["--uses", number] => promotion.most_uses = uses(number)?,
            ["--from", date] => promotion.sold_from = midnight(day(date)?)?,
            ["--until", date] => promotion.sold_until = midnight(day(date)?.saturating_add(1.day()))?,
            ["--brands", names] => promotion.brands = brands(names)?,
            ["--travel", dates] => promotion.travel = travel(dates)?,
            _ => return Err(format!("{:?} is no option. Say {USAGE}.", option.join(" "))),
        }
    }
    if promotion.most_uses == 0 {
        return Err("Say how many bookings may use it, by --uses NUMBER.".into());
    }
    if promotion.sold_until <= promotion.sold_from.max(now) {
        return Err("Say the last day on which it may be used, by --until DATE: today or later.".into());
    }
    if !postgres.make_promotion(&promotion).await.map_err(|error| text(&error))? {
        let code = &promotion.code;
        return Err(format!(
            "{code} was made before. Terms never change: end it, and make one of another name."
        ));
    }
    Ok(line(&promotion, now))
}

async fn list(postgres: &Postgres) -> Result<String, String> {
    let promotions = postgres.promotions().await.map_err(|error| text(&error))?;
    let now = Timestamp::now();
    let lines: Vec<String> = promotions.iter().map(|promotion| line(promotion, now)).collect();
    Ok(if lines.is_empty() { "no promotion codes".into() } else { lines.join("\n") })
}

async fn end(postgres: &Postgres, code: &str) -> Result<String, String> {
    let code = PromotionCode::parse(code).map_err(|wrong| format!("{code:?}: {wrong}."))?;
    if postgres.end_promotion(&code).await.map_err(|error| text(&error))? {
        return Ok(format!("{code} is ended; who is booking with it now keeps the price"));
    }
    Err(format!("There is no code {code} that is not ended; see promotion list."))
}

/// `SUMMER26: 20% off, 12 of 500 used, until 2026-12-31`, and what it is limited to.
fn line(promotion: &Promotion, now: Timestamp) -> String {
    let Promotion { code, discount, brands, travel, uses, most_uses, .. } = promotion;
    let day = |at: Timestamp| at.to_zoned(TimeZone::UTC).date();
    let mut parts = vec![format!("{code}: {}", discount.words()), format!("{uses} of {most_uses} used")];
    if promotion.ended_at.is_some() {
        parts.push("ended".into());
    } else if now >= promotion.sold_until {
        parts.push("over".into());
    } else {
        if now < promotion.sold_from {
            parts.push(format!("from {}", day(promotion.sold_from)));
        }
        parts.push(format!("until {}", day(promotion.sold_until - 1.second())));
    }
    if !brands.is_empty() {
        let names: Vec<&str> = brands.iter().map(|brand| brand.as_str()).collect();
        parts.push(format!("{} alone", names.join(" and ")));
    }
    if let (Some(from), Some(until)) = (travel.from, travel.until) {
        parts.push(format!("flights of {from} to {until}"));
    }
    parts.join(", ")
}

/// `20%`, or `30.00USD` for each traveller with a seat.
fn discount(text: &str) -> Result<Discount, String> {
    let wrong = || {
        format!(
            "{text:?} takes nothing off: say 1% to {MOST_PERCENT}%, or an amount for each traveller such as 30.00USD."
        )
    };
    if let Some(percent) = text.strip_suffix('%') {
        let percent: u8 = percent.parse().map_err(|_| wrong())?;
        return if (1..=MOST_PERCENT).contains(&percent) {
            Ok(Discount::Percent(percent))
        } else {
            Err(wrong())
        };
    }
    let place = text.find(|c: char| c.is_ascii_alphabetic()).ok_or_else(wrong)?;
    let (amount, currency) = text.split_at(place);
    let currency = Currency::parse(currency).ok_or_else(wrong)?;
    let money = Money::from_decimal(amount.trim_end(), currency).filter(|money| money.minor > 0);
    money.map(Discount::Each).ok_or_else(wrong)
}

fn uses(text: &str) -> Result<u32, String> {
    let number = text.parse().ok().filter(|uses| (1..=1_000_000_000).contains(uses));
    number.ok_or_else(|| format!("{text:?} is no number of bookings."))
}

fn brands(text: &str) -> Result<Vec<FareBrand>, String> {
    let one = |name: &str| {
        let brand = FareBrand::parse(&name.trim().to_ascii_lowercase());
        brand.ok_or_else(|| format!("{name:?} is no brand: basic, standard, flex, with commas between."))
    };
    text.split(',').map(one).collect()
}

fn travel(text: &str) -> Result<Dates, String> {
    let (first, last) = text
        .split_once("..")
        .ok_or_else(|| format!("{text:?} is no days such as 2026-12-01..2026-12-31."))?;
    let (from, until) = (day(first)?, day(last)?);
    if until < from {
        return Err(format!("{until} is before {from}."));
    }
    Ok(Dates { from: Some(from), until: Some(until) })
}

fn day(text: &str) -> Result<Date, String> {
    text.parse().map_err(|_| format!("{text:?} is no day such as 2026-12-31."))
}

fn midnight(date: Date) -> Result<Timestamp, String> {
    date.to_zoned(TimeZone::UTC).map(|zoned| zoned.timestamp()).map_err(|wrong| wrong.to_string())
}

fn text(error: &StoreError) -> String {
    error.to_string()
}
