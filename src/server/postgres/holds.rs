use app::ports::HoldError;
use domain::{
    cabin::BookingClass,
    departure::{Departure, DepartureId},
    fare::Quote,
    hold::{EXTENSION, EXTENSION_WINDOW, HoldId, HoldState, Holder},
    live::SeatChange,
    offer::Offer,
};
use sqlx::types::Json;
use uuid::Uuid;

use super::{
    AsStoreError, Once, Postgres, StoreError, Tx, again_after_deadlock, idempotency::keep,
    promotions::is_not_usable, taking_classes::take_classes,
};

/// What a visitor claims: an offer's places on all of its legs, each in the offer's class.
#[derive(Debug)]
pub struct Claim<'a> {
    pub id: HoldId,
    pub visitor: Uuid,
    pub offer: &'a Offer,
    /// Tells the signed offer from every other: choosing it twice is one hold.
    pub offer_digest: &'a str,
    /// The schedule that the legs were read from.
    pub schedule: i64,
    pub quote: &'a Quote,
    /// In order of travel.
    pub legs: &'a [Departure],
    /// Under whose key the hold is kept as the answer.
    pub asking: &'a Once,
}

#[derive(Debug, thiserror::Error)]
pub enum TakeRefusal {
    #[error("the visitor holds too many places")]
    TooManyPlaces,
    #[error("{0} has too few places left")]
    SoldOut(DepartureId),
    /// Its cabin has places, but none to be sold in this class: it, or one above it, is full.
    #[error("{1} is closed on {0}")]
    ClassClosed(DepartureId, BookingClass),
    /// Its promotion code was used up or ended since the offer was made.
    #[error("the promotion code cannot be used any more")]
    PromotionOver,
    #[error("a newer schedule was imported")]
    NewSchedule,
    #[error("the key has an answer already")]
    Answered,
    /// The batch that it was in told nothing of it.
    #[error(transparent)]
    NoAnswer(HoldError),
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl AsStoreError for TakeRefusal {
    fn as_store_error(&self) -> Option<&StoreError> {
        if let Self::Store(error) = self { Some(error) } else { None }
    }
}

impl From<sqlx::Error> for TakeRefusal {
    fn from(error: sqlx::Error) -> Self {
        let error = StoreError::from(error);
        match error.constraint() {
            // The visitor's hold of this offer whose time is over: it is in the way until it is ended.
            Some("hold_once_per_offer") => Self::TooManyPlaces,
            _ if is_not_usable(&error) => Self::PromotionOver,
            _ => Self::Store(error),
        }
    }
}

/// Whoever signed in, or a partner's token.
#[derive(Clone, Copy, Debug)]
pub struct Account {
    pub id: Uuid,
    pub kind: Holder,
}

/// How a hold ends other than by being paid for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EndAs {
    Released,
    /// Refused while its time is not over.
    Expired,
}

/// Seats that changed with the end of a hold, by departure.
pub type Freed = Vec<(DepartureId, SeatChange)>;

impl Postgres {
    /// Takes the claim's places on every leg in its cabin, its class and all classes above, or on none; the ten minutes
    /// start. The visitor's live hold of the same signed offer, if there is one, is the answer instead.
    pub async fn take(&self, claim: &Claim<'_>) -> Result<HoldId, TakeRefusal> {
        again_after_deadlock(|| self.take_once(claim, None)).await
    }

    /// As `take`, for a visitor who signed in or a program with a token: the places count on both.
    pub async fn take_for(&self, account: Account, claim: &Claim<'_>) -> Result<HoldId, TakeRefusal> {
        again_after_deadlock(|| self.take_once(claim, Some(account))).await
    }

    async fn take_once(&self, claim: &Claim<'_>, account: Option<Account>) -> Result<HoldId, TakeRefusal> {
        let seats = i32::from(claim.offer.party.seats());
        let places = seats * i32::try_from(claim.legs.len()).unwrap_or(i32::MAX);
        let letter = claim.offer.cabin.letter().to_string();
        let names: Vec<String> = claim.legs.iter().map(|leg| leg.id.to_string()).collect();
        let capacities: Vec<i32> =
            claim.legs.iter().map(|leg| i32::from(leg.configuration.places(claim.offer.cabin))).collect();

        let mut tx = self.pool.begin().await?;
        // Locks in the order of the design: visitor, hold, counters by departure.
        let is_counted = count_places(&mut tx, claim.visitor, account, places).await?;
        // The visitor is locked now, so a double click is seen here.
        let same = sqlx::query_scalar!(
            "select id from holds
            where visitor = $1 and offer_digest = $2 and state in ('active', 'reserved') and expires_at > sky_now()",
            claim.visitor,
            claim.offer_digest,
        )
        .fetch_optional(&mut *tx)
        .await?;
        if let Some(same) = same.map(HoldId) {
            tx.rollback().await?;
            return self.keep_same(claim, same).await;
        }
        if !is_counted {
            return Err(TakeRefusal::TooManyPlaces);
        }
        sqlx::query!(
            "insert into holds
                (id, visitor, expires_at, places, offer, quote, total_minor, currency, offer_digest, account)
            values ($1, $2, sky_now() + make_interval(secs => $3), $4, $5, $6, $7, $8, $9, $10)",
            claim.id.0,
            claim.visitor,
            self.terms.hold.as_secs_f64(),
            places,
            Json(claim.offer) as _,
            Json(claim.quote) as _,
            claim.quote.total.minor,
            claim.quote.total.currency.code(),
            claim.offer_digest,
            account.map(|account| account.id),
        )
        .execute(&mut *tx)
        .await?;
        keep(&mut tx, claim.asking, Some(claim.id), &Ok::<_, ()>(claim.id)).await?;
        sqlx::query!(
            "insert into hold_legs (hold_id, leg, departure, cabin, class, places, sold)
            select $1, ordinal - 1, departure, $2, class, $3, sold
            from unnest($4::text[], $5::text[], $6::jsonb[]) with ordinality as legs (departure, class, sold, ordinal)",
            claim.id.0,
            letter,
            i16::from(claim.offer.party.seats()),
            &names,
            &claim.classes().map(|class| class.to_string()).collect::<Vec<_>>(),
            &claim.legs.iter().map(|leg| serde_json::to_value(leg).unwrap_or_default()).collect::<Vec<_>>(),
        )
        .execute(&mut *tx)
        .await?;
        let kinds: Vec<String> =
            claim.offer.party.kinds().iter().map(|kind| format!("{kind:?}").to_uppercase()).collect();
        sqlx::query!(
            "insert into hold_travellers (hold_id, ordinal, kind)
            select $1, ordinal - 1, kind from unnest($2::text[]) with ordinality as people (kind, ordinal)",
            claim.id.0,
            &kinds,
        )
        .execute(&mut *tx)
        .await?;
        let cabins = sqlx::query_scalar!(
            "insert into departure_cabins as c (departure, cabin, places, taken)
            select departure, $1, places, $2 from unnest($3::text[], $4::integer[]) as legs (departure, places)
            where $2 <= places order by departure
            on conflict (departure, cabin) do update set taken = c.taken + excluded.taken
            where c.taken + excluded.taken <= c.places
            returning departure",
            letter,
            seats,
            &names,
            &capacities,
        )
        .fetch_all(&mut *tx)
        .await?;
        refuse_first_missing(claim.legs, &cabins)?;
        take_classes(&mut tx, claim).await?;
        // An import waits until the counters are free, and we for it: what is newest now stays so until we commit.
        let newest = sqlx::query_scalar!(r#"select coalesce(max(id), 0) as "id!" from schedules"#)
            .fetch_one(&mut *tx)
            .await?;
        if newest != claim.schedule {
            return Err(TakeRefusal::NewSchedule);
        }
        tx.commit().await?;
        Ok(claim.id)
    }

    /// The hold that the visitor has already is the answer, and is kept as such where there is a key.
    pub(crate) async fn keep_same(&self, claim: &Claim<'_>, same: HoldId) -> Result<HoldId, TakeRefusal> {
        if claim.asking.has_key() && !self.keep_with(claim.asking, Some(same), &Ok::<_, ()>(same)).await? {
            return Err(TakeRefusal::Answered);
        }
        Ok(same)
    }

    /// Live holds whose time is over, oldest first.
    pub async fn expired_holds(&self) -> Result<Vec<HoldId>, StoreError> {
        // The sub-select makes the clock one value, without which no index is used.
        let ids = sqlx::query_scalar!(
            "select id from holds where state in ('active', 'reserved') and expires_at <= (select sky_now())
            order by expires_at limit 500"
        )
        .fetch_all(&self.pool)
        .await?;
        Ok(ids.into_iter().map(HoldId).collect())
    }

    /// Those of them that take places on these departures, or are this visitor's.
    pub async fn expired_in_the_way(
        &self,
        visitor: Uuid,
        on: &[DepartureId],
    ) -> Result<Vec<HoldId>, StoreError> {
        let names: Vec<String> = on.iter().map(ToString::to_string).collect();
        let ids = sqlx::query_scalar!(
            "select id from holds
            where state in ('active', 'reserved') and expires_at <= (select sky_now())
                and (visitor = $1 or exists (
                    select from hold_legs l where l.hold_id = holds.id and l.departure = any($2)))
            order by expires_at limit 500",
            visitor,
            &names,
        )
        .fetch_all(&self.pool)
        .await?;
        Ok(ids.into_iter().map(HoldId).collect())
    }

    /// Ends a live hold whole, in a transaction of its own; an ended one stays as it is. Tells which seats are free again.
    pub async fn end(&self, hold: HoldId, end: EndAs) -> Result<Freed, StoreError> {
        let state = match end {
            EndAs::Released => HoldState::Released,
            EndAs::Expired => HoldState::Expired,
        };
        // One statement is a transaction of its own.
        again_after_deadlock(|| end_hold(&self.pool, hold, state))
            .await
            // A payment may have been under way.
            .inspect(|_| self.wake_workers())
    }

    /// The same because its visitor asked, with the answer kept under their key. One that has expired is given up too, so
    /// that nothing takes its seats again. None where it has become a booking, be it by its seats having been taken again:
    /// then nothing is released, and nothing kept.
    pub async fn release(&self, hold: HoldId, asking: &Once) -> Result<Option<Freed>, StoreError> {
        again_after_deadlock(|| async {
            let mut tx = self.pool.begin().await?;
            keep(&mut tx, asking, Some(hold), &Ok::<_, ()>(())).await?;
            // Also of a hold that is over it locks visitor, booking and hold, as does whoever takes its seats again.
            let freed = end_hold(&mut *tx, hold, HoldState::Released).await?;
            let is_booked = sqlx::query_scalar!(
                r#"select state = 'converted' or exists (select from holds again where again.retake_of = holds.id)
                    as "is_booked!" from holds where id = $1"#,
                hold.0
            )
            .fetch_one(&mut *tx)
            .await?;
            if is_booked {
                tx.rollback().await?;
                return Ok(None);
            }
            sqlx::query!("update holds set state = 'released' where id = $1 and state = 'expired'", hold.0)
                .execute(&mut *tx)
                .await?;
            tx.commit().await?;
            Ok(Some(freed))
        })
        .await
        .inspect(|_| self.wake_workers())
    }

    /// Ten more minutes for an active hold in its last two, once. Tells whether they were given.
    pub async fn extend(&self, visitor: Uuid, hold: HoldId, asking: &Once) -> Result<bool, StoreError> {
        let mut tx = self.pool.begin().await?;
        keep(&mut tx, asking, Some(hold), &Ok::<_, ()>(())).await?;
        let done = sqlx::query!(
            "update holds set expires_at = expires_at + make_interval(secs => $3), extended = true
            where id = $1 and visitor = $2 and state = 'active' and not extended and supplier is null
                and expires_at > sky_now() and expires_at <= sky_now() + make_interval(secs => $4)",
            hold.0,
            visitor,
            EXTENSION.as_secs_f64(),
            EXTENSION_WINDOW.as_secs_f64(),
        )
        .execute(&mut *tx)
        .await?;
        let given = done.rows_affected() == 1;
        if given {
            tx.commit().await?;
        }
        Ok(given)
    }
}

pub(super) async fn end_hold(
    on: impl sqlx::PgExecutor<'_>,
    hold: HoldId,
    state: HoldState,
) -> Result<Freed, StoreError> {
    let rows = sqlx::query!(
        r#"select departure as "departure!", seat as "seat!", state as "state!", version as "version!"
        from end_hold($1, $2)"#,
        hold.0,
        state.as_str(),
    )
    .fetch_all(on)
    .await?;
    Ok(rows
        .into_iter()
        .filter_map(|r| {
            Some((r.departure.parse().ok()?, super::seats::change(&r.seat, &r.state, r.version)?))
        })
        .collect())
}

/// Counts places on the visitor and, where there is one, on the account: on both, or the claim is refused. In the order
/// of their ids, since others may count on the same two the other way round.
pub(super) async fn count_places(
    tx: &mut Tx,
    visitor: Uuid,
    account: Option<Account>,
    places: i32,
) -> Result<bool, StoreError> {
    let mut holders = vec![Account { id: visitor, kind: Holder::Visitor }];
    holders.extend(account);
    holders.sort_by_key(|holder| holder.id);
    let mut is_counted = true;
    for Account { id, kind } in holders {
        let counted = sqlx::query!(
            "insert into visitors as v (id, places, kind) select $1, $2::integer, $3 where $2::integer <= $4
            on conflict (id) do update set places = v.places + excluded.places
            where v.places + excluded.places <= $4 and v.kind = excluded.kind",
            id,
            places,
            kind.as_str(),
            i32::from(kind.most_places()),
        )
        .execute(&mut **tx)
        .await?;
        is_counted &= counted.rows_affected() == 1;
    }
    Ok(is_counted)
}

/// All or none: the first leg that was not counted refuses the claim, and with it the transaction.
fn refuse_first_missing(legs: &[Departure], counted: &[String]) -> Result<(), TakeRefusal> {
    match legs.iter().find(|leg| !counted.contains(&leg.id.to_string())) {
        Some(leg) => Err(TakeRefusal::SoldOut(leg.id)),
        None => Ok(()),
    }
}
