//! Who may do what: people by a session cookie, programs by a bearer token, each within one workspace.

pub mod credential;
pub mod identity;
pub mod password;
pub mod throttle;
