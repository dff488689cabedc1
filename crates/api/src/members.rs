//! Who belongs to a workspace.

pub mod list;
pub mod remove;
pub mod set_role;
