//! What the holder of a link sees: one page of figures, exactly as it was shared.

pub mod cohorts;
pub mod facets;
pub mod frame;
pub mod list_metrics;
pub mod metric;
pub mod mrr;
pub mod open;
pub(crate) mod page;
mod period;
pub mod read;
mod shown;
