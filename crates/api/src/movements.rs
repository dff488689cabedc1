//! Movements one by one: what is behind a bar of the chart.

pub mod list;
pub mod plan_switches;
