//! Every metric over time, and the current figures.

pub mod cohort_customers;
pub mod cohorts;
pub mod contributions;
pub mod explain;
pub mod facets;
pub mod list;
pub mod mrr;
pub mod parameters;
pub mod summary;
pub mod transactions;
pub mod value;
