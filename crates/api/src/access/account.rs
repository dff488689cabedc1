//! What an account is made of, checked field by field.

use std::net::Ipv4Addr;

use model::{Secret, is_disguising, shows_nothing};
use serde::Deserialize;
use store::{NewUser, SignInMethod, User, is_reserved_username};
use utoipa::ToSchema;

use super::password;
use crate::context::Context;
use crate::problem::Problem;
use crate::{Options, blocking};

/// What somebody enters for an account.
#[derive(Debug, Deserialize, ToSchema)]
pub struct AccountFields {
    pub full_name: String,
    pub email: String,
    /// Letters and digits.
    pub username: String,
    /// At least 8 characters, with an uppercase and a lowercase letter and a digit; at most 256 bytes.
    #[schema(value_type = String, format = Password)]
    pub password: Secret,
    #[schema(value_type = String, format = Password)]
    pub password_confirmation: Secret,
}

impl AccountFields {
    /// The user to be created, with the password hashed.
    ///
    /// # Errors
    /// 422 naming the first field that is not acceptable.
    pub async fn checked(
        self,
        options: &Options,
        workspaces: &[String],
        is_email_confirmed: bool,
    ) -> Result<NewUser, Problem> {
        if is_reserved_username(&self.username) {
            let title = "this username is reserved; choose another one";
            return Err(Problem::field("username", title));
        }
        self.checked_for_operator(options, workspaces, is_email_confirmed).await
    }

    /// The same for whoever runs the server, who may have any name.
    ///
    /// # Errors
    /// 422 naming the first field that is not acceptable.
    pub async fn checked_for_operator(
        self,
        options: &Options,
        workspaces: &[String],
        is_email_confirmed: bool,
    ) -> Result<NewUser, Problem> {
        let full_name = check_full_name(&self.full_name)?.to_owned();
        let email = check_email(&self.email)?.to_owned();
        let username = self.username;
        if username.is_empty() || username.len() > 50 || !username.bytes().all(|b| b.is_ascii_alphanumeric())
        {
            let title = "a username can have only letters and digits, at most 50";
            return Err(Problem::field("username", title));
        }
        let own = [full_name.clone(), email.clone(), username.clone()];
        let about: Vec<&str> = own.iter().chain(workspaces).map(String::as_str).collect();
        check_new_password(options, &self.password, &self.password_confirmation, &about)?;
        let password_hash = Some(Secret::new(password::hash(self.password).await?));
        Ok(NewUser { full_name, email, username, password_hash, is_email_confirmed })
    }
}

/// Whether somebody who proved who they are may use the account.
///
/// # Errors
/// 403 when it is locked, or waits for its address to be confirmed.
pub fn check_may_sign_in(user: &User) -> Result<(), Problem> {
    if user.locked_at.is_some() {
        return Err(Problem::forbidden("account_locked", "this account is locked")
            .action("ask the person who runs this server to unlock it with 'chartsy user unlock'"));
    }
    if user.awaits_confirmation {
        return Err(Problem::forbidden("email_unconfirmed", "your email address is not confirmed yet")
            .action("open the link that was sent to it, or have it sent again"));
    }
    Ok(())
}

/// # Errors
/// 422.
pub fn check_full_name(name: &str) -> Result<&str, Problem> {
    let name = name.trim();
    if shows_nothing(name) || name.chars().count() > 200 || name.chars().any(is_disguising) {
        return Err(Problem::field("full_name", "enter your name, at most 200 characters"));
    }
    if has_link(name) {
        return Err(Problem::field("full_name", "enter your name without a web address").action(NO_LINK));
    }
    Ok(name)
}

/// What to do about a name that [`has_link`] although nobody meant one.
pub const NO_LINK: &str = "if it is not one, write a space after the dot";

/// Names stand in mails to people who don't know who chose them. Mail programs make links of hosts, too: `example.com`, also without
/// `https://`.
pub fn has_link(name: &str) -> bool {
    // Browsers read these as dots.
    let name = name.to_lowercase().replace(['\u{3002}', '\u{ff0e}', '\u{ff61}'], ".");
    let mut words = name.split(|c: char| !c.is_alphanumeric() && !matches!(c, '.' | '-'));
    name.contains("://") || name.contains("www.") || words.any(has_host)
}

/// Whether a word has a dot with something before it and at least two characters after it of which the first is a letter, as all domains
/// have. Initials (`J.R.`), abbreviations (`Inc.`, `e.V.`) and numbers (`2.0`) don't.
fn has_host(word: &str) -> bool {
    let labels: Vec<&str> = word.split('.').collect();
    let is_host = |before: &str, label: &str| {
        let is_ending = label.chars().count() >= 2 && label.starts_with(char::is_alphabetic);
        // No domain ends in the first, and nobody can have the others: `co.kg` is not anyone's.
        let is_known_name = label == "js" || (before == "co" && matches!(label, "kg" | "kgaa" | "ohg"));
        !before.is_empty() && is_ending && !is_known_name
    };
    word.parse::<Ipv4Addr>().is_ok()
        || labels.windows(2).any(|pair| matches!(pair, [before, label] if is_host(before, label)))
}

/// # Errors
/// 422.
pub fn check_email(email: &str) -> Result<&str, Problem> {
    let email = email.trim();
    if is_plausible_email(email) {
        Ok(email)
    } else {
        Err(Problem::field("email", "this is not an email address"))
    }
}

/// What somebody knows of a user who knows their account and their workspaces: no password is to be made of it.
///
/// # Errors
/// Those of the store.
pub async fn known_of(context: &Context, user: &User) -> Result<Vec<String>, Problem> {
    let (catalog, id) = (context.catalog.clone(), user.id.clone());
    let memberships = blocking(move || catalog.memberships(&id, &SignInMethod::Password)).await??;
    let own = [user.full_name.clone(), user.email.clone(), user.username.clone()];
    Ok(own.into_iter().chain(memberships.into_iter().map(|one| one.workspace.name)).collect())
}

/// `about`: what is known of whoever will have it, which it should not be made of.
///
/// # Errors
/// 422.
pub fn check_new_password(
    options: &Options,
    password: &Secret,
    confirmation: &Secret,
    about: &[&str],
) -> Result<(), Problem> {
    let refusal = password::refusal(password.expose(), about, options.refuses_guessable_passwords);
    if let Some((refusal, action)) = refusal {
        let problem = Problem::field("password", refusal);
        return Err(match action {
            Some(action) => problem.action(action),
            None => problem,
        });
    }
    if password.expose() != confirmation.expose() {
        return Err(Problem::field("password_confirmation", "the passwords don't match"));
    }
    Ok(())
}

/// Whether it could be an email address. Only sending mail to it would prove that. Quoted names are refused: each mailbox has many of
/// them, all of which would count as addresses of their own.
fn is_plausible_email(text: &str) -> bool {
    let Some((local, domain)) = text.rsplit_once('@') else { return false };
    let is_clean = !text.chars().any(|c| c.is_whitespace() || c.is_control());
    let labels_fit = domain.split('.').all(|label| !label.is_empty() && !label.starts_with('-'));
    is_clean
        && text.len() <= 254
        && !local.is_empty()
        && !local.contains(['@', '"', '\\'])
        && domain.contains('.')
        && labels_fit
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_turns_no_text_around_and_leads_nowhere() {
        for good in [
            "Ada Lovelace",
            "Zoë",
            "شركة",
            "O'Neil & Sons",
            "Jean-Luc",
            "J.R. Smith",
            "J. Smith",
            "St. John",
            "Acme Inc.",
        ] {
            assert!(check_full_name(good).is_ok(), "{good}");
        }
        for bad in [
            "",
            "Ada\u{202E}ecila",
            "Ada\u{2066}",
            "Ada\nBcc",
            "Ada\u{7}",
            "Win at https://e.example",
            "WWW.e.example",
            "Visit evil.com now",
            "Evil.Com",
            "evil.example/login",
            "ada@evil.example",
            "(evil.xn--p1ai)",
            "злой.рф",
            "evil\u{3002}com",
            "evil.com.a",
            "1.evil.io:8080",
            "203.0.113.7",
        ] {
            assert_eq!(check_full_name(bad).unwrap_err().field, Some("full_name"), "{bad:?}");
        }
        assert!(check_full_name(&"x".repeat(201)).is_err());
    }

    #[test]
    fn a_dot_in_a_name_is_a_web_address_only_where_a_domain_could_follow() {
        for name in [
            "Node.js GmbH",
            "Müller GmbH & Co.KG",
            "Verein e.V.",
            "S.p.A.",
            "Web 2.0",
            "v1.2beta",
            "No.1",
            "U.S.A",
            "...",
        ] {
            assert!(!has_link(name), "{name}");
        }
        for name in ["Booking.com", "St.John", "evil.co.kg", "co.kg.evil.com", "evil.com..", "a-b.de"] {
            assert!(has_link(name), "{name}");
        }
    }

    #[test]
    fn an_address_that_mail_cannot_reach_is_refused() {
        for good in ["ada@example.com", "a.b+c@mail.example.co"] {
            assert!(is_plausible_email(good), "{good}");
        }
        for bad in [
            "",
            "ada",
            "@example.com",
            "ada@",
            "ada@example",
            "a b@example.com",
            "a@b@c.com",
            "a@.com",
            "a@b..c",
            "\"ada\"@example.com",
            "a\\da@example.com",
        ] {
            assert!(!is_plausible_email(bad), "{bad}");
        }
    }
}
