//! Every metric over time, and how things stand now.

pub mod facets;
pub mod list;
pub mod mrr;
pub mod parameters;
pub mod summary;
pub mod value;
