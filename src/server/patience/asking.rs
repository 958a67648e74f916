use std::time::Duration;

use axum::http::Method;

/// What a request is about, which says how long its answer may take and what is known when it took longer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Asking {
    /// Changes nothing.
    Page,
    Change,
    /// Asks Stripe too.
    Payment,
}

/// Calls that a browser posts although they change nothing, since what they ask may be long.
const READING_CALLS: [&str; 11] = [
    "bookable_days",
    "booking_hold",
    "departures_board",
    "read_cancellation",
    "read_month",
    "read_offer",
    "read_trip",
    "search_flights",
    "search_outside",
    "seat_map",
    "suggest_places",
];
const PAYMENT_CALLS: [&str; 3] = ["payment_page", "start_payment", "settle_payment"];

impl Asking {
    /// A call that is not known to change nothing is taken for a change.
    pub fn of(method: &Method, path: &str) -> Self {
        let call = path.strip_prefix("/api/");
        match call {
            Some(call) if PAYMENT_CALLS.contains(&call) => Self::Payment,
            Some(call) if READING_CALLS.contains(&call) => Self::Page,
            // The page starts the payment that it shows.
            None if path.starts_with("/book/") && path.ends_with("/pay") => Self::Payment,
            _ if matches!(*method, Method::GET | Method::HEAD) => Self::Page,
            _ => Self::Change,
        }
    }

    /// From a request's last byte to its answer's first.
    pub fn patience(self) -> Duration {
        Duration::from_secs(match self {
            Self::Page => 8,
            Self::Change => 10,
            Self::Payment => 25,
        })
    }
}

#[cfg(test)]
mod tests {
    use axum::http::Method;

    use super::Asking;

    #[test]
    fn an_unknown_call_is_taken_for_a_change() {
        for (method, path, asking) in [
            (Method::GET, "/search", Asking::Page),
            (Method::GET, "/book/7/seats", Asking::Page),
            (Method::GET, "/book/7/pay", Asking::Payment),
            (Method::POST, "/api/seat_map", Asking::Page),
            (Method::POST, "/api/read_cancellation", Asking::Page),
            (Method::POST, "/api/settle_payment", Asking::Payment),
            (Method::POST, "/api/pick_seat", Asking::Change),
            (Method::POST, "/api/anything_new", Asking::Change),
            (Method::POST, "/webhooks/stripe", Asking::Change),
        ] {
            assert_eq!(Asking::of(&method, path), asking, "{path}");
        }
    }
}
