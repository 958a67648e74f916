//! People who only watch: each keeps one departure's seats on the screen through the whole drill, over every server that
//! dies. What they see in the end must be what is.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use domain::{
    cabin::SeatNumber,
    departure::DepartureId,
    live::{SeatChange, SeatPicture},
    seat::SeatState,
};
use sqlx::{PgPool, Row as _};
use tokio::{
    task::{JoinHandle, JoinSet},
    time::{Instant, sleep},
};

use crate::{ground::Ground, invariants::AuditError, socket::Watch};

/// The stages that are on sale first are watched, and of the later ones every so manieth.
const FIRST: usize = 2;
const EVERY: usize = 10;
const LOOK_AGAIN: Duration = Duration::from_millis(250);
/// A lost change is told again within two looks of five seconds: the server's at Postgres, the page's at the server.
const IN_TIME: Duration = Duration::from_secs(15);

type Pictures = Arc<Mutex<HashMap<DepartureId, SeatPicture>>>;

/// All viewers. Dropping it sends them home.
#[derive(Debug)]
pub struct Viewers {
    pictures: Pictures,
    task: JoinHandle<()>,
}

impl Viewers {
    pub fn open(ground: Arc<Ground>) -> Self {
        let pictures = Pictures::default();
        let task = tokio::spawn(gather(ground, pictures.clone()));
        Self { pictures, task }
    }

    /// Changes that they have seen.
    pub fn changes(&self) -> u64 {
        self.pictures().values().map(|picture| picture.digest().version_sum).sum()
    }

    /// Compares what everyone sees with what is; what differs may be mended in time.
    ///
    /// # Errors
    /// Postgres does not answer.
    pub async fn compare(&self, pool: &PgPool) -> Result<Vec<String>, AuditError> {
        let began = Instant::now();
        loop {
            let stored = stored(pool).await?;
            let mut differing: Vec<String> = self
                .pictures()
                .iter()
                .flat_map(|(departure, shown)| {
                    let stored = stored.get(departure).cloned().unwrap_or_default();
                    difference(shown, &stored).into_iter().map(move |seat| format!("{departure} {seat}"))
                })
                .collect();
            if differing.is_empty() || began.elapsed() > IN_TIME {
                differing.sort();
                return Ok(differing);
            }
            sleep(LOOK_AGAIN).await;
        }
    }

    fn pictures(&self) -> HashMap<DepartureId, SeatPicture> {
        self.pictures.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl Drop for Viewers {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn gather(ground: Arc<Ground>, pictures: Pictures) {
    let mut viewers = JoinSet::new();
    let mut known = 0;
    loop {
        for (number, stage) in ground.world.sales.stages().into_iter().enumerate().skip(known) {
            known = number + 1;
            if number < FIRST || number.is_multiple_of(EVERY) {
                for (leg, departure) in stage.legs.into_iter().enumerate() {
                    // Who never reaches a server sees nothing, and that is compared too.
                    pictures.lock().unwrap_or_else(PoisonError::into_inner).entry(departure).or_default();
                    viewers.spawn(watch(ground.clone(), pictures.clone(), departure, number + leg));
                }
            }
        }
        sleep(LOOK_AGAIN).await;
    }
}

/// Watches for ever, on the next server where one closes the channel. What was seen is kept, as a page keeps it.
async fn watch(ground: Arc<Ground>, pictures: Pictures, departure: DepartureId, first_server: usize) {
    let web = &ground.world.web;
    let mut picture = SeatPicture::default();
    for turn in first_server.. {
        if let Some(mut watch) = Watch::open(web, turn % web.servers.len(), departure).await {
            watch.picture = picture;
            let mut is_open = true;
            while is_open {
                is_open = watch.listen(&ground.history, LOOK_AGAIN).await;
                let mut pictures = pictures.lock().unwrap_or_else(PoisonError::into_inner);
                pictures.insert(departure, watch.picture.clone());
            }
            picture = watch.picture;
        }
        sleep(LOOK_AGAIN).await;
    }
}

/// Every departure's touched seats.
async fn stored(pool: &PgPool) -> Result<HashMap<DepartureId, SeatPicture>, AuditError> {
    let mut stored: HashMap<DepartureId, SeatPicture> = HashMap::new();
    for row in sqlx::query("select departure, seat, state, version from seats").fetch_all(pool).await? {
        let departure = DepartureId::parse(row.try_get(0)?);
        let seat = SeatNumber::parse(row.try_get(1)?);
        let state = SeatState::parse(row.try_get(2)?);
        let version = u32::try_from(row.try_get::<i32, _>(3)?);
        // What cannot be read is told of where every seat's history is checked.
        if let (Ok(departure), Ok(seat), Some(state), Ok(version)) = (departure, seat, state, version) {
            stored.entry(departure).or_default().apply(&SeatChange { seat, state, version });
        }
    }
    Ok(stored)
}

/// The seats that one shows otherwise than the other, or that it alone knows.
fn difference(shown: &SeatPicture, stored: &SeatPicture) -> Vec<String> {
    let mut seats: Vec<SeatNumber> =
        shown.snapshot().iter().chain(&stored.snapshot()).map(|change| change.seat).collect();
    seats.sort_unstable();
    seats.dedup();
    let as_in = |picture: &SeatPicture, seat| (picture.state(seat), picture.version(seat));
    let differs = |seat: &SeatNumber| as_in(shown, *seat) != as_in(stored, *seat);
    let told = |(state, version): (SeatState, u32)| format!("{} at version {version}", state.as_str());
    seats
        .into_iter()
        .filter(differs)
        .map(|seat| {
            let (shown, stored) = (told(as_in(shown, seat)), told(as_in(stored, seat)));
            format!("{seat} is shown as {shown}, and is {stored}")
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use domain::{
        cabin::SeatNumber,
        live::{SeatChange, SeatPicture},
        seat::SeatState::{self, Available, Booked, Held},
    };

    use super::difference;

    fn picture(seats: &[(&str, SeatState, u32)]) -> SeatPicture {
        let change = |(seat, state, version): &(&str, SeatState, u32)| SeatChange {
            seat: SeatNumber::parse(seat).unwrap(),
            state: *state,
            version: *version,
        };
        seats.iter().map(change).collect::<Vec<_>>().into()
    }

    #[test]
    fn a_viewer_must_see_every_seat_as_it_is() {
        let stored = picture(&[("1A", Booked, 3), ("1C", Available, 2)]);
        assert!(difference(&stored, &stored).is_empty());
        for (shown, seat) in [
            (picture(&[("1A", Held, 1), ("1C", Available, 2)]), "1A"),
            (picture(&[("1A", Available, 3), ("1C", Available, 2)]), "1A"),
            (picture(&[("1A", Booked, 3)]), "1C"),
            (picture(&[("1A", Booked, 3), ("1C", Available, 2), ("9F", Held, 1)]), "9F"),
        ] {
            let told = difference(&shown, &stored);
            assert!(matches!(&told[..], [one] if one.starts_with(seat)), "{told:?}");
        }
    }
}
