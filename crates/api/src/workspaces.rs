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

/// A workspace's name without space around it. It stands in the mails that invite strangers, so it is no sentence with a web
/// address in it. Many companies are called what their domain is, such as `Booking.com`: that alone is a name.
fn check_name(name: &str) -> Result<&str, Problem> {
    let name = admission::check_name(name)?;
    let is_domain = || name.chars().all(|c| c.is_alphanumeric() || matches!(c, '.' | '-'));
    if has_link(name) && (!is_domain() || name.to_lowercase().starts_with("www.")) {
        return Err(Problem::field("name", "choose a name without a web address").action(NO_LINK));
    }
    Ok(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_company_may_be_called_what_its_domain_is_and_nothing_else_with_an_address() {
        for name in ["Booking.com", "acme.io", "Acme Inc.", " Acme "] {
            assert!(check_name(name).is_ok(), "{name}");
        }
        for name in
            ["Visit evil.com now", "www.evil.com", "evil.com/login", "https://evil.com", "ada@evil.com"]
        {
            assert!(check_name(name).is_err(), "{name}");
        }
    }
}
