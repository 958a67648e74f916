use axum::{Router, routing::MethodRouter};

use crate::site::Site;

/// Addresses that answer with and without a slash at their end: clients send both.
pub trait Both {
    #[must_use]
    fn both(self, path: &str, methods: MethodRouter<Site>) -> Self;
}

impl Both for Router<Site> {
    fn both(self, path: &str, methods: MethodRouter<Site>) -> Self {
        self.route(path, methods.clone()).route(&format!("{path}/"), methods)
    }
}
