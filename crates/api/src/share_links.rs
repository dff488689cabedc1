//! Links that show a page of figures to people without an account: made, listed and revoked. What they show is in `shared`.

pub mod create;
pub mod delete;
pub mod dto;
pub mod list;
mod origins;
