use std::collections::{BTreeMap, HashMap, HashSet};

use domain::hold::HoldId;
use sqlx::{PgPool, Row as _};

use super::{AuditError, Broken};
use crate::{
    clock::Moment,
    ground::{GivenBack, Ground, Sale},
    history::Permits,
};

/// What became of bookings, by the hold that each traveller knows: one that was taken again is known by the old one.
#[derive(Debug, Default)]
pub(super) struct Kept {
    pub bookings: HashMap<HoldId, Booked>,
    /// By ticket and order of travel.
    pub coupons: HashMap<(String, usize), Coupon>,
    /// State by id.
    pub cancellations: HashMap<String, String>,
}

#[derive(Debug)]
pub(super) struct Booked {
    pub id: String,
    pub pnr: Option<String>,
    pub paid_minor: i64,
    /// Of its payment.
    pub payment: String,
    pub captured_minor: i64,
}

#[derive(Debug)]
pub(super) struct Coupon {
    pub departure: String,
    /// Nothing for no seat.
    pub seat: String,
    pub state: String,
}

/// What travellers were told. A promise counts only if the answer came whole.
#[derive(Debug, Default)]
pub(super) struct Told {
    pub sales: Vec<Sale>,
    pub complete: Vec<HoldId>,
    pub given_back: Vec<GivenBack>,
    pub holds: BTreeMap<HoldId, Permits>,
}

/// Compares what each traveller was told with what is: the price, the tickets and the seats, and what is over.
pub(super) async fn compare(ground: &Ground, pool: &PgPool) -> Result<Vec<Broken>, AuditError> {
    let told = Told {
        sales: ground.sold.all(),
        complete: ground.complete.all(),
        given_back: ground.given_back.all(),
        holds: ground.history.holds(),
    };
    let mut broken = Vec::new();
    broken.extend(Broken::new("what travellers saw themselves", ground.trouble.all()));
    broken.extend(Broken::new(
        "invariant 4: what is asked twice under one key is answered twice alike",
        ground.world.web.twice.differing(),
    ));
    broken.extend(broken_promises(&told, &kept(ground, pool).await?));
    Ok(broken)
}

pub(super) fn broken_promises(told: &Told, kept: &Kept) -> Vec<Broken> {
    let mut locators = HashSet::new();
    let offenders: [(&str, Vec<String>); 6] = [
        (
            "invariant 5: every booking that a traveller was told of is there, at the price that was shown",
            told.sales
                .iter()
                .filter_map(|sale| wrong_price(sale, kept))
                .chain(incomplete(told, kept))
                .collect(),
        ),
        (
            "every ticket that a traveller was shown is there, with the seat that was shown",
            told.sales.iter().flat_map(|sale| lost_tickets(sale, kept)).collect(),
        ),
        (
            "invariant 3: whoever was told that nothing is booked or charged has no booking",
            told.holds
                .iter()
                .filter_map(|(hold, permits)| booked_all_the_same(*hold, permits, kept))
                .collect(),
        ),
        (
            "what a traveller was told to be given back is given back",
            told.given_back.iter().flat_map(|given| not_given_back(given, kept)).collect(),
        ),
        ("what a traveller did not give back is theirs", taken_away(told, kept)),
        (
            "a record locator is given once",
            told.sales
                .iter()
                .filter(|sale| !locators.insert(sale.pnr.as_str()))
                .map(|sale| format!("{} of hold {}", sale.pnr, sale.hold))
                .collect(),
        ),
    ];
    offenders.into_iter().filter_map(|(rule, offenders)| Broken::new(rule, offenders)).collect()
}

async fn kept(ground: &Ground, pool: &PgPool) -> Result<Kept, AuditError> {
    let mut captured: HashMap<String, i64> = HashMap::new();
    for intent in ground.world.stripe.statement().intents {
        *captured.entry(intent.booking.unwrap_or_default()).or_default() += intent.captured_minor;
    }
    let mut kept = Kept::default();
    let bookings = sqlx::query(
        "select coalesce(h.retake_of, h.id), b.id::text, b.pnr, coalesce(p.amount_minor, 0), coalesce(p.state, 'missing')
        from bookings b join holds h on h.id = b.hold_id left join payments p on p.booking_id = b.id",
    );
    for row in bookings.fetch_all(pool).await? {
        let id: String = row.try_get(1)?;
        let booked = Booked {
            captured_minor: captured.get(&id).copied().unwrap_or_default(),
            id,
            pnr: row.try_get(2)?,
            paid_minor: row.try_get(3)?,
            payment: row.try_get(4)?,
        };
        kept.bookings.insert(HoldId(row.try_get(0)?), booked);
    }
    let coupons = sqlx::query("select ticket, leg::int, departure, coalesce(seat, ''), state from coupons");
    for row in coupons.fetch_all(pool).await? {
        let leg = usize::try_from(row.try_get::<i32, _>(1)?).unwrap_or(usize::MAX);
        let coupon = Coupon { departure: row.try_get(2)?, seat: row.try_get(3)?, state: row.try_get(4)? };
        kept.coupons.insert((row.try_get(0)?, leg), coupon);
    }
    for row in sqlx::query("select id::text, state from cancellations").fetch_all(pool).await? {
        kept.cancellations.insert(row.try_get(0)?, row.try_get(1)?);
    }
    Ok(kept)
}

fn wrong_price(sale: &Sale, kept: &Kept) -> Option<String> {
    let found = kept.bookings.get(&sale.hold);
    let is_kept = found.is_some_and(|booked| {
        booked.pnr.as_ref() == Some(&sale.pnr) && booked.paid_minor == sale.shown.minor
    });
    (!is_kept).then(|| format!("{} of hold {} at {}: {found:?}", sale.pnr, sale.hold, sale.shown.minor))
}

/// Holds of which was told that they are a booking, and are not.
fn incomplete(told: &Told, kept: &Kept) -> impl Iterator<Item = String> {
    told.complete
        .iter()
        .filter(move |hold| kept.bookings.get(*hold).is_none_or(|booked| booked.pnr.is_none()))
        .map(|hold| format!("hold {hold} is no booking"))
}

fn lost_tickets(sale: &Sale, kept: &Kept) -> Vec<String> {
    let mut lost = Vec::new();
    for shown in &sale.coupons {
        let (departure, seat) =
            (shown.departure.to_string(), shown.seat.map(|seat| seat.to_string()).unwrap_or_default());
        let found = kept.coupons.get(&(shown.ticket.clone(), shown.leg));
        if found.is_none_or(|coupon| (&coupon.departure, &coupon.seat) != (&departure, &seat)) {
            lost.push(format!("{} on {departure} in {seat} of hold {}", shown.ticket, sale.hold));
        }
    }
    lost
}

/// A hold that was told to be given up, or its payment to be over, and became a booking or was charged.
fn booked_all_the_same(hold: HoldId, permits: &Permits, kept: &Kept) -> Option<String> {
    let Booked { id, pnr, payment, captured_minor, .. } = kept.bookings.get(&hold)?;
    let gone = permits.gone();
    if gone == Moment::NEVER || (pnr.is_none() && *captured_minor == 0) {
        return None;
    }
    let told = if permits.given_up == gone { "is given up" } else { "is over, uncharged" };
    let pnr = pnr.as_deref().unwrap_or("without a locator");
    Some(format!(
        "hold {hold} was told at {gone} that it {told}; booking {id} is {pnr}, its payment {payment}, {captured_minor} captured"
    ))
}

fn not_given_back(given: &GivenBack, kept: &Kept) -> Vec<String> {
    if !given.is_done {
        return Vec::new();
    }
    let mut missing = Vec::new();
    let GivenBack { hold, quote, coupons, .. } = given;
    let state = kept.cancellations.get(quote).map_or("missing", String::as_str);
    if !["confirmed", "settled"].contains(&state) {
        missing.push(format!("cancellation {quote} of hold {hold} is {state}"));
    }
    for (ticket, leg) in coupons {
        let state =
            kept.coupons.get(&(ticket.clone(), *leg)).map_or("missing", |coupon| coupon.state.as_str());
        if state != "cancelled" {
            missing.push(format!("coupon {ticket}/{leg} of hold {hold} is {state}"));
        }
    }
    missing
}

/// Coupons that somebody was shown and never agreed to give back, and that are open no more.
fn taken_away(told: &Told, kept: &Kept) -> Vec<String> {
    let given: HashSet<&(String, usize)> = told.given_back.iter().flat_map(|given| &given.coupons).collect();
    let mut gone = Vec::new();
    for sale in &told.sales {
        for coupon in &sale.coupons {
            let key = (coupon.ticket.clone(), coupon.leg);
            let state = kept.coupons.get(&key).map_or("missing", |coupon| coupon.state.as_str());
            if state != "open" && !given.contains(&key) {
                gone.push(format!("coupon {}/{} of hold {} is {state}", key.0, key.1, sale.hold));
            }
        }
    }
    gone
}
