//! Step two: who travels, and where we may write to.

mod entry;
mod form;
#[cfg(feature = "ssr")]
mod page;

#[cfg(feature = "ssr")]
pub use page::TravellersPage;
