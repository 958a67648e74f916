//! How many may watch: bounded by visitor, by address and in all, so that one script takes no seat map from anybody else.

use std::{
    collections::HashMap,
    hash::Hash,
    net::{IpAddr, Ipv6Addr},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use axum::{
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};
use uuid::Uuid;

use super::bounds::Bounds;

/// Those who watch on this server; clones share one count.
#[derive(Clone)]
pub(super) struct Crowd {
    bounds: Bounds,
    counts: Arc<Mutex<Counts>>,
}

#[derive(Default)]
struct Counts {
    all: usize,
    addresses: HashMap<IpAddr, usize>,
    visitors: HashMap<Uuid, usize>,
}

/// Why nobody else is let in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Full {
    Visitor,
    Address,
    Server,
}

impl Crowd {
    pub fn new(bounds: Bounds) -> Self {
        Self { bounds, counts: Arc::default() }
    }

    /// Lets one more viewer in. Who sends no cookie counts by address alone; of an IPv6 address its network counts, since
    /// whoever has one has all of them.
    ///
    /// # Errors
    /// There are as many as may be.
    pub fn enter(&self, visitor: Option<Uuid>, address: IpAddr) -> Result<Place, Full> {
        let address = network(address);
        let mut counts = lock(&self.counts);
        if counts.all >= self.bounds.per_server {
            return Err(Full::Server);
        }
        if counts.addresses.get(&address).is_some_and(|count| *count >= self.bounds.per_address) {
            return Err(Full::Address);
        }
        if visitor.and_then(|id| counts.visitors.get(&id)).is_some_and(|n| *n >= self.bounds.per_visitor) {
            return Err(Full::Visitor);
        }
        counts.all += 1;
        *counts.addresses.entry(address).or_default() += 1;
        if let Some(id) = visitor {
            *counts.visitors.entry(id).or_default() += 1;
        }
        drop(counts);
        Ok(Place { counts: self.counts.clone(), visitor, address })
    }
}

/// Counts as one viewer until it is dropped.
pub(super) struct Place {
    counts: Arc<Mutex<Counts>>,
    visitor: Option<Uuid>,
    address: IpAddr,
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut counts = lock(&self.counts);
        counts.all -= 1;
        leave(&mut counts.addresses, &self.address);
        if let Some(id) = &self.visitor {
            leave(&mut counts.visitors, id);
        }
    }
}

impl IntoResponse for Full {
    fn into_response(self) -> Response {
        let (status, wait_secs, reason) = match self {
            Self::Visitor => (
                StatusCode::TOO_MANY_REQUESTS,
                "30",
                "You watch seats in too many windows. Close one and try again.",
            ),
            Self::Address => (
                StatusCode::TOO_MANY_REQUESTS,
                "30",
                "Too many watch seats from your address. Try again in a moment.",
            ),
            Self::Server => {
                (StatusCode::SERVICE_UNAVAILABLE, "5", "Too many watch seats here. Try again in a moment.")
            }
        };
        (status, [(header::RETRY_AFTER, wait_secs)], reason).into_response()
    }
}

fn leave<K: Hash + Eq>(counts: &mut HashMap<K, usize>, key: &K) {
    if let Some(count) = counts.get_mut(key) {
        *count -= 1;
        if *count == 0 {
            counts.remove(key);
        }
    }
}

/// The address, or of IPv6 the first 64 bits of it.
pub(super) fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(v6) => {
            let [a, b, c, d, ..] = v6.segments();
            IpAddr::V6(Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0))
        }
        v4 @ IpAddr::V4(_) => v4,
    }
}

// The counts are right at every step: a poisoned lock holds nothing half done.
fn lock(counts: &Mutex<Counts>) -> MutexGuard<'_, Counts> {
    counts.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::{Bounds, Crowd, Full};

    fn crowd() -> Crowd {
        Crowd::new(Bounds { per_visitor: 2, per_address: 3, per_server: 5, ..Bounds::default() })
    }

    #[test]
    fn whoever_leaves_makes_room() {
        let crowd = crowd();
        let ada = Some(Uuid::from_u128(1));
        let here = "192.0.2.1".parse().unwrap();
        let first = crowd.enter(ada, here).unwrap();
        let _second = crowd.enter(ada, here).unwrap();
        assert_eq!(crowd.enter(ada, "192.0.2.2".parse().unwrap()).err(), Some(Full::Visitor));
        drop(first);
        crowd.enter(ada, here).unwrap();
    }

    #[test]
    fn an_address_a_network_and_the_server_have_their_bounds() {
        let crowd = crowd();
        let enter = |address: &str| crowd.enter(None, address.parse().unwrap());
        let _three = ["2001:db8::1", "2001:db8::2", "2001:db8::3"].map(|address| enter(address).unwrap());
        assert_eq!(enter("2001:db8::4").err(), Some(Full::Address));
        let _two = ["2001:db8:0:1::1", "192.0.2.1"].map(|address| enter(address).unwrap());
        assert_eq!(enter("192.0.2.2").err(), Some(Full::Server));
    }

    #[test]
    fn an_address_is_the_same_in_both_spellings() {
        let crowd = crowd();
        let enter = |address: &str| crowd.enter(None, address.parse().unwrap());
        let _three = ["192.0.2.1", "::ffff:192.0.2.1", "192.0.2.1"].map(|address| enter(address).unwrap());
        assert_eq!(enter("::ffff:192.0.2.1").err(), Some(Full::Address));
    }
}
