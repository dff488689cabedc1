//! Who may do what: users with a session cookie, programs with a bearer token, each within one workspace.

pub mod account;
pub mod browser;
pub mod cookie;
pub mod credential;
pub mod identity;
pub mod mailing;
pub mod own_password;
pub mod passkey;
pub mod password;
pub mod permission;
pub mod second_factor;
pub mod sign_on;
pub mod throttle;
pub mod visit;
pub mod visits;
pub mod waiting;
