//! Every metric over time, and how things stand now.

pub mod asked;
pub mod envelope;
pub mod facets;
pub mod list;
pub mod mrr;
pub mod schema;
pub mod summary;
pub mod value;
