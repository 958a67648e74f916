//! All objects of one kind, oldest first: found by id and by payment without looking through the others.

use std::collections::HashMap;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::error::ApiError;

/// An object that is kept. Its id and its payment never change.
pub trait Record {
    fn id(&self) -> &str;
    fn created_unix(&self) -> i64;
    /// The payment that it belongs to, where it is looked for by it.
    fn intent(&self) -> Option<&str> {
        None
    }
}

#[derive(Debug)]
pub struct Register<T> {
    records: Vec<T>,
    by_id: HashMap<String, usize>,
    by_intent: HashMap<String, Vec<usize>>,
}

impl<T> Default for Register<T> {
    fn default() -> Self {
        Self { records: Vec::new(), by_id: HashMap::new(), by_intent: HashMap::new() }
    }
}

impl<T: Record> Register<T> {
    pub fn push(&mut self, record: T) {
        let place = self.records.len();
        self.by_id.insert(record.id().to_owned(), place);
        if let Some(intent) = record.intent() {
            self.by_intent.entry(intent.to_owned()).or_default().push(place);
        }
        self.records.push(record);
    }

    pub fn get(&self, id: &str) -> Option<&T> {
        self.by_id.get(id).map(|place| &self.records[*place])
    }

    pub fn get_mut(&mut self, id: &str) -> Option<&mut T> {
        self.by_id.get(id).map(|place| &mut self.records[*place])
    }

    /// Oldest first.
    pub fn iter(&self) -> impl Iterator<Item = &T> {
        self.records.iter()
    }

    /// Those of one payment, oldest first.
    pub fn of_intent(&self, intent: &str) -> impl DoubleEndedIterator<Item = &T> {
        self.by_intent.get(intent).into_iter().flatten().map(|place| &self.records[*place])
    }

    /// All, or those of one payment, that are older than the one whose id is `cursor`.
    ///
    /// # Errors
    /// There is no such id.
    pub fn newest_first(
        &self,
        intent: Option<&str>,
        cursor: Option<&str>,
    ) -> Result<Box<dyn Iterator<Item = &T> + '_>, ApiError> {
        let end = match cursor {
            None => self.records.len(),
            Some(cursor) => *self.by_id.get(cursor).ok_or_else(|| ApiError::missing("object", cursor))?,
        };
        let Some(intent) = intent else { return Ok(Box::new(self.records[..end].iter().rev())) };
        let places = self.by_intent.get(intent).into_iter().flatten().rev();
        Ok(Box::new(places.filter(move |place| **place < end).map(|place| &self.records[*place])))
    }
}

impl<T: Record> From<Vec<T>> for Register<T> {
    fn from(records: Vec<T>) -> Self {
        let mut register = Self::default();
        for record in records {
            register.push(record);
        }
        register
    }
}

impl<T: Serialize> Serialize for Register<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.records.serialize(serializer)
    }
}

impl<'de, T: Record + Deserialize<'de>> Deserialize<'de> for Register<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Vec::deserialize(deserializer).map(Self::from)
    }
}
