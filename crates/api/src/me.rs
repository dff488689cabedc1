//! What signed-in users do with their own account.

pub mod change_email;
pub mod change_password;
pub mod confirm_email;
pub mod delete;
pub mod end_other_sessions;
pub mod end_session;
pub mod rename;
pub mod sessions;
