//! BigCommerce: its API, and shops whose orders go as they do there.

mod money;
mod world;
