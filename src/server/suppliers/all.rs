use std::sync::Arc;

use domain::airports::Airports;

use super::{
    Guarded, Limits, Supplier,
    duffel::{Duffel, WrongUrl},
};
use crate::config::SupplierSettings;

/// Everyone outside who sells here, each guarded; shared by whoever searches and whoever sells, so that a limit or a rest
/// counts for both.
#[derive(Clone, Default)]
pub struct Suppliers(Arc<[Arc<dyn Supplier>]>);

impl Suppliers {
    /// # Errors
    /// An address that cannot be one.
    pub fn new(settings: &[SupplierSettings], airports: &Arc<Airports>) -> Result<Self, WrongUrl> {
        let guarded = |settings: &SupplierSettings| {
            let duffel = Duffel::new(settings, airports.clone())?;
            let limits = Limits { asks_per_sec: settings.asks_per_sec, ..Limits::USUAL };
            Ok(Arc::new(Guarded::new(Arc::new(duffel), limits)) as Arc<dyn Supplier>)
        };
        Ok(Self(settings.iter().map(guarded).collect::<Result<_, _>>()?))
    }

    /// These, guarded or not by whoever made them.
    pub fn of(suppliers: Vec<Arc<dyn Supplier>>) -> Self {
        Self(suppliers.into())
    }

    /// In the order in which they were named.
    pub fn all(&self) -> &[Arc<dyn Supplier>] {
        &self.0
    }

    pub fn named(&self, name: &str) -> Option<&Arc<dyn Supplier>> {
        self.0.iter().find(|supplier| supplier.name().0 == name)
    }
}

impl std::fmt::Debug for Suppliers {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_list().entries(self.0.iter().map(|supplier| &supplier.name().0)).finish()
    }
}
