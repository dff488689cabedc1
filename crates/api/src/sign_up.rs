//! New accounts.

pub mod confirm;
pub mod correct_address;
pub mod create;
pub mod pending;
pub mod resend;
