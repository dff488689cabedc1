//! The workspaces that somebody belongs to, and what its owners and admins do with one.

pub mod create;
pub mod delete;
pub mod joining;
pub mod leave;
pub mod list;
pub mod preview_joining;
pub mod read_settings;
pub mod replace_settings;
pub mod transfer;
pub mod update;

use crate::access::account::{NO_LINK, has_link};
use crate::connections::admission;
use crate::problem::Problem;

/// A workspace's name without space around it. It stands in the mails that invite strangers.
fn check_name(name: &str) -> Result<&str, Problem> {
    let name = admission::check_name(name)?;
    if has_link(name) {
        return Err(Problem::field("name", "choose a name without a web address").action(NO_LINK));
    }
    Ok(name)
}
