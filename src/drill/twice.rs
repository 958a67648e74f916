//! What is asked twice under one key must be answered twice alike.

use std::{
    fmt,
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
};

use hyper::{
    StatusCode,
    body::Bytes,
    header::{HeaderMap, LOCATION},
};

/// What an answer says: its status, where it leads on to, and its body.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Given {
    status: StatusCode,
    location: Option<String>,
    body: Bytes,
}

impl Given {
    pub fn new(status: StatusCode, head: &HeaderMap, body: &Bytes) -> Self {
        let location = head.get(LOCATION).map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned());
        Self { status, location, body: body.clone() }
    }

    /// Whether a rule decided it, so that it is kept. What Stripe refused it may take the next time, and who asks too
    /// often is not listened to.
    pub fn is_decided(&self) -> bool {
        let is_open = [StatusCode::PAYMENT_REQUIRED, StatusCode::TOO_MANY_REQUESTS].contains(&self.status);
        !self.status.is_server_error() && !is_open
    }
}

impl fmt::Display for Given {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let location = self.location.as_deref().unwrap_or("-");
        write!(f, "{} to {location}: {}", self.status.as_u16(), String::from_utf8_lossy(&self.body))
    }
}

/// All that were asked twice.
#[derive(Debug, Default)]
pub struct Twice {
    compared: AtomicU64,
    differing: Mutex<Vec<String>>,
}

impl Twice {
    /// The two answers to what was asked twice; one that decided nothing says nothing.
    pub fn compare(&self, what: &str, first: &Given, second: &Given) {
        if !first.is_decided() || !second.is_decided() {
            return;
        }
        self.compared.fetch_add(1, Ordering::Relaxed);
        if first != second {
            let told = format!("{what} answered {first}, and then {second}");
            self.differing.lock().unwrap_or_else(PoisonError::into_inner).push(told);
        }
    }

    /// How many pairs of answers were compared.
    pub fn compared(&self) -> u64 {
        self.compared.load(Ordering::Relaxed)
    }

    pub fn differing(&self) -> Vec<String> {
        self.differing.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

#[cfg(test)]
mod tests {
    use hyper::{
        StatusCode,
        body::Bytes,
        header::{HeaderMap, HeaderValue, LOCATION},
    };

    use super::{Given, Twice};

    fn given(status: u16, location: &'static str, body: &'static str) -> Given {
        let head = HeaderMap::from_iter([(LOCATION, HeaderValue::from_static(location))]);
        Given::new(StatusCode::from_u16(status).unwrap(), &head, &Bytes::from_static(body.as_bytes()))
    }

    #[test]
    fn another_status_place_or_body_is_another_answer() {
        let first = given(302, "/book/1", "null");
        for (second, differing) in [
            (given(302, "/book/1", "null"), 0),
            (given(200, "/book/1", "null"), 1),
            (given(302, "/book/2", "null"), 1),
            (given(302, "/book/1", "{}"), 1),
            (given(409, "/book/1", "null"), 1),
        ] {
            let twice = Twice::default();
            twice.compare("choose_offer", &first, &second);
            assert_eq!((twice.compared(), twice.differing().len()), (1, differing), "{second}");
        }
    }

    #[test]
    fn an_answer_that_decides_nothing_is_not_compared() {
        let first = given(302, "/book/1", "null");
        for status in [402, 429, 500, 503] {
            let twice = Twice::default();
            twice.compare("start_payment", &first, &given(status, "/", ""));
            twice.compare("start_payment", &given(status, "/", ""), &first);
            assert_eq!((twice.compared(), twice.differing().len()), (0, 0), "{status}");
        }
    }
}
