//! Other ways of picking, as people propose them, behind the same port and the same HTTP: a transaction of statements
//! each. They leave out what ours checks before (cabin, rules, who may sit where), which only flatters them.

use std::{env, net::SocketAddr, sync::Arc};

use app::{
    answers::{Contact, HoldView, OfferView, PickRequest, Picked, SeatMapView, TravellerEntry},
    ports::{Caller, HoldError, PickError, Seats, Visitor},
};
use async_trait::async_trait;
use domain::{hold::HoldId, live::SeatChange, seat::SeatState};
use leptos::config::LeptosOptions;
use redis::aio::ConnectionManager;
use server::{config::Config, postgres::Postgres, router::router, seating::Seating, site::Site};
use sqlx::PgPool;
use tokio::{net::TcpListener, task::JoinSet};

use crate::Fault;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Way {
    /// The update itself decides, by the version that was seen.
    Plain,
    /// The seat is locked by `for update` before it is looked at.
    ForUpdate,
    NoWait,
    SkipLocked,
    /// A key in Redis is won before Postgres is asked.
    RedisNx,
}

impl Way {
    fn parse(name: &str) -> Option<Self> {
        Some(match name {
            "plain" => Self::Plain,
            "for-update" => Self::ForUpdate,
            "nowait" => Self::NoWait,
            "skip-locked" => Self::SkipLocked,
            "redis-nx" => Self::RedisNx,
            _ => return None,
        })
    }

    /// How the seat is locked before it is written; none where nobody looks before.
    fn lock(self) -> Option<&'static str> {
        match self {
            Self::Plain | Self::RedisNx => None,
            Self::ForUpdate => {
                Some("select version from seats where departure = $1 and seat = $2 for update")
            }
            Self::NoWait => {
                Some("select version from seats where departure = $1 and seat = $2 for update nowait")
            }
            Self::SkipLocked => {
                Some("select version from seats where departure = $1 and seat = $2 for update skip locked")
            }
        }
    }
}

/// Serves at `SKYCONNECT_ADDR` as the product does, but for the pick.
pub async fn serve(way: &str) -> Result<(), Fault> {
    let way = Way::parse(way).ok_or("there is no such way")?;
    let config = Config::from_env()?;
    let listener = TcpListener::bind(config.address).await?;
    let options = LeptosOptions::builder().output_name("skyconnect").build();
    let postgres = Postgres::connect(&config.database_url).await?;
    let mut tasks = JoinSet::new();
    let site = Site::open(&config, options, postgres, &mut tasks).await?;
    let redis = redis::Client::open(env::var("REDIS_URL")?)?.get_connection_manager().await?;
    let options = Postgres::bounded(config.database_url.parse()?);
    let pool = Postgres::pool(32).connect_with(options).await?;
    let seats = OtherWay { way, pool, redis, rest: site.seating.clone() };
    let site = site.with_seats(Arc::new(seats));
    axum::serve(listener, router(site).into_make_service_with_connect_info::<SocketAddr>()).await?;
    Ok(())
}

struct OtherWay {
    way: Way,
    pool: PgPool,
    redis: ConnectionManager,
    rest: Seating,
}

enum Stopped {
    Taken,
    Fault(Fault),
}

impl From<sqlx::Error> for Stopped {
    fn from(error: sqlx::Error) -> Self {
        // 55P03: what `nowait` says of a seat that is locked.
        match error.as_database_error().and_then(sqlx::error::DatabaseError::code).as_deref() {
            Some("55P03") => Self::Taken,
            _ => Self::Fault(error.into()),
        }
    }
}

impl OtherWay {
    async fn pick_in_turn(&self, visitor: Visitor, wish: &PickRequest) -> Result<Vec<SeatChange>, Stopped> {
        let (departure, seat) = (wish.departure.to_string(), wish.seat.to_string());
        let key = format!("way:{departure}:{seat}");
        if self.way == Way::RedisNx {
            let won: Option<String> = redis::cmd("SET")
                .arg(&key)
                .arg(wish.hold.to_string())
                .arg("NX")
                .arg("EX")
                .arg(600)
                .query_async(&mut self.redis.clone())
                .await
                .map_err(|error| Stopped::Fault(error.into()))?;
            if won.is_none() {
                return Err(Stopped::Taken);
            }
        }
        let changes = self.write(visitor, wish, &departure, &seat).await?;
        if self.way == Way::RedisNx
            && let Some(freed) = changes.iter().find(|change| change.state == SeatState::Available)
        {
            redis::cmd("DEL")
                .arg(format!("way:{departure}:{}", freed.seat))
                .query_async::<()>(&mut self.redis.clone())
                .await
                .map_err(|error| Stopped::Fault(error.into()))?;
        }
        Ok(changes)
    }

    async fn write(
        &self,
        visitor: Visitor,
        wish: &PickRequest,
        departure: &str,
        seat: &str,
    ) -> Result<Vec<SeatChange>, Stopped> {
        let version = i32::try_from(wish.version).unwrap_or(i32::MAX);
        let traveller = i16::from(wish.traveller);
        let mut tx = self.pool.begin().await?;
        let may_pick: Option<bool> = sqlx::query_scalar(
            "select state = 'active' and expires_at > sky_now() from holds where id = $1 and visitor = $2
            for no key update",
        )
        .bind(wish.hold.0)
        .bind(visitor.0)
        .fetch_optional(&mut *tx)
        .await?;
        if may_pick != Some(true) {
            return Err(Stopped::Taken);
        }
        if let Some(lock) = self.way.lock().filter(|_| version > 0) {
            let seen: Option<i32> =
                sqlx::query_scalar(lock).bind(departure).bind(seat).fetch_optional(&mut *tx).await?;
            if seen != Some(version) {
                return Err(Stopped::Taken);
            }
        }
        let write = if version == 0 {
            "insert into seats (departure, seat, state, version, hold_id, traveller)
            values ($1, $2, 'held', $3 + 1, $4, $5) on conflict do nothing returning version"
        } else {
            "update seats set state = 'held', version = version + 1, hold_id = $4, traveller = $5
            where departure = $1 and seat = $2 and version = $3 and state = 'available' returning version"
        };
        let taken: Option<i32> = sqlx::query_scalar(write)
            .bind(departure)
            .bind(seat)
            .bind(version)
            .bind(wish.hold.0)
            .bind(traveller)
            .fetch_optional(&mut *tx)
            .await?;
        let taken = taken.ok_or(Stopped::Taken)?;
        let freed: Option<(String, i32)> = sqlx::query_as(
            "update seats set state = 'available', version = version + 1, hold_id = null, traveller = null
            where departure = $1 and hold_id = $2 and traveller = $3 and seat <> $4 returning seat, version",
        )
        .bind(departure)
        .bind(wish.hold.0)
        .bind(traveller)
        .bind(seat)
        .fetch_optional(&mut *tx)
        .await?;
        tx.commit().await?;
        let change =
            |state, version: i32| SeatChange { seat: wish.seat, state, version: version.unsigned_abs() };
        let mut changes = vec![change(SeatState::Held, taken)];
        if let Some((seat, version)) = freed
            && let Ok(seat) = seat.parse()
        {
            changes.push(SeatChange { seat, ..change(SeatState::Available, version) });
        }
        Ok(changes)
    }
}

#[async_trait]
impl Seats for OtherWay {
    async fn pick(&self, visitor: Visitor, wish: PickRequest) -> Result<Picked, PickError> {
        match self.pick_in_turn(visitor, &wish).await {
            Ok(changes) => Ok(Picked { changes }),
            Err(Stopped::Taken) => Err(PickError::Taken { seat: wish.seat, nearest: Vec::new() }),
            Err(Stopped::Fault(fault)) => {
                eprintln!("bench: {fault}");
                Err(HoldError::Unavailable.into())
            }
        }
    }

    async fn choose(&self, caller: Caller, offer: &str) -> Result<HoldId, HoldError> {
        self.rest.choose(caller, offer).await
    }

    async fn offered(&self, offer: &str) -> Result<OfferView, HoldError> {
        self.rest.offered(offer).await
    }

    async fn hold(&self, visitor: Visitor, id: HoldId) -> Result<HoldView, HoldError> {
        self.rest.hold(visitor, id).await
    }

    async fn name_travellers(
        &self,
        caller: Caller,
        id: HoldId,
        travellers: Vec<TravellerEntry>,
        contact: Contact,
    ) -> Result<(), HoldError> {
        self.rest.name_travellers(caller, id, travellers, contact).await
    }

    async fn seat_map(&self, visitor: Visitor, id: HoldId, leg: usize) -> Result<SeatMapView, HoldError> {
        self.rest.seat_map(visitor, id, leg).await
    }

    async fn seat_together(&self, caller: Caller, id: HoldId, leg: usize) -> Result<Picked, PickError> {
        self.rest.seat_together(caller, id, leg).await
    }

    async fn extend(&self, caller: Caller, id: HoldId) -> Result<(), HoldError> {
        self.rest.extend(caller, id).await
    }

    async fn release(&self, caller: Caller, id: HoldId) -> Result<(), HoldError> {
        self.rest.release(caller, id).await
    }
}
