use std::collections::{HashMap, HashSet};

use sqlx::{PgPool, Row as _};

use super::{AuditError, Broken};
use crate::ground::{Ground, Sale};

/// Compares what each traveller was told with what is: the price, the tickets and the seats.
pub(super) async fn compare(ground: &Ground, pool: &PgPool) -> Result<Vec<Broken>, AuditError> {
    let sales = ground.sold.all();
    let totals = totals(pool).await?;
    let coupons = coupons(pool).await?;
    let mut broken = Vec::new();
    broken.extend(Broken::new("what travellers saw themselves", ground.trouble.all()));
    broken.extend(Broken::new(
        "invariant 4: what is asked twice under one key is answered twice alike",
        ground.world.web.twice.differing(),
    ));
    broken.extend(Broken::new(
        "invariant 5: every booking that a traveller was told of is there, at the price that was shown",
        sales.iter().filter_map(|sale| wrong_price(sale, &totals)).collect(),
    ));
    broken.extend(Broken::new(
        "every ticket that a traveller was shown is there, with the seat that was shown",
        sales.iter().flat_map(|sale| lost_tickets(sale, &coupons)).collect(),
    ));
    let mut locators = HashSet::new();
    broken.extend(Broken::new(
        "a record locator is given once",
        sales
            .iter()
            .filter(|sale| !locators.insert(sale.pnr.as_str()))
            .map(|sale| format!("{} of hold {}", sale.pnr, sale.hold))
            .collect(),
    ));
    Ok(broken)
}

/// By locator: the hold and what was paid for it.
async fn totals(pool: &PgPool) -> Result<HashMap<String, (String, i64)>, AuditError> {
    let rows = sqlx::query(
        "select b.pnr, coalesce(h.retake_of, b.hold_id)::text as hold, p.amount_minor
        from bookings b join holds h on h.id = b.hold_id join payments p on p.booking_id = b.id
        where b.pnr is not null",
    )
    .fetch_all(pool)
    .await?;
    rows.iter().map(|row| Ok((row.try_get(0)?, (row.try_get(1)?, row.try_get(2)?)))).collect()
}

/// Ticket, departure and seat, or nothing for a seat.
async fn coupons(pool: &PgPool) -> Result<HashSet<(String, String, String)>, AuditError> {
    let rows =
        sqlx::query("select ticket, departure, coalesce(seat, '') from coupons").fetch_all(pool).await?;
    rows.iter().map(|row| Ok((row.try_get(0)?, row.try_get(1)?, row.try_get(2)?))).collect()
}

fn wrong_price(sale: &Sale, totals: &HashMap<String, (String, i64)>) -> Option<String> {
    let told = (sale.hold.to_string(), sale.shown.minor);
    let found = totals.get(&sale.pnr);
    (found != Some(&told))
        .then(|| format!("{} of hold {} at {}: {found:?}", sale.pnr, sale.hold, sale.shown.minor))
}

fn lost_tickets(sale: &Sale, coupons: &HashSet<(String, String, String)>) -> Vec<String> {
    let is_lost = |ticket: &str, departure: &str, seat: &str| {
        !coupons.contains(&(ticket.to_owned(), departure.to_owned(), seat.to_owned()))
    };
    sale.coupons
        .iter()
        .map(|c| {
            (c.ticket.clone(), c.departure.to_string(), c.seat.map(|s| s.to_string()).unwrap_or_default())
        })
        .filter(|(ticket, departure, seat)| is_lost(ticket, departure, seat))
        .map(|(ticket, departure, seat)| format!("{ticket} on {departure} in {seat} of hold {}", sale.hold))
        .collect()
}
