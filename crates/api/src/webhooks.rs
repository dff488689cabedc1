//! Webhooks: what providers deliver, and their state.

pub mod dead;
pub mod read;
pub mod receive;
pub mod remove;
pub mod retry;
pub mod set_secret;
