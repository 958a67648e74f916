use std::sync::{Mutex, MutexGuard, PoisonError};

/// What many write down, to be read in the end.
#[derive(Debug)]
pub struct Notes<T>(Mutex<Vec<T>>);

impl<T> Default for Notes<T> {
    fn default() -> Self {
        Self(Mutex::default())
    }
}

impl<T: Clone> Notes<T> {
    pub fn note(&self, what: T) {
        self.lock().push(what);
    }

    pub fn all(&self) -> Vec<T> {
        self.lock().clone()
    }

    fn lock(&self) -> MutexGuard<'_, Vec<T>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
