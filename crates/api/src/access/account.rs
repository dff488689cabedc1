//! What an account is made of, checked field by field.

use model::Secret;
use serde::Deserialize;
use store::{NewUser, User};
use utoipa::ToSchema;

use super::password;
use crate::Options;
use crate::problem::Problem;

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
    pub async fn checked(self, options: &Options, is_email_confirmed: bool) -> Result<NewUser, Problem> {
        let full_name = check_full_name(&self.full_name)?.to_owned();
        let email = check_email(&self.email)?.to_owned();
        let username = self.username;
        if username.is_empty() || username.len() > 50 || !username.bytes().all(|b| b.is_ascii_alphanumeric())
        {
            let title = "a username can have only letters and digits, at most 50";
            return Err(Problem::field("username", title));
        }
        let about = [full_name.as_str(), &email, &username];
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
    if name.is_empty() || name.chars().count() > 200 || name.chars().any(char::is_control) {
        return Err(Problem::field("full_name", "enter your name, at most 200 characters"));
    }
    Ok(name)
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
    if let Some(weakness) = password::weakness(password.expose()) {
        return Err(Problem::field("password", weakness));
    }
    if options.refuses_guessable_passwords && password::is_guessable(password.expose(), about) {
        return Err(Problem::field("password", "this password is too easy to guess")
            .action("choose several words, or let a password manager make one up"));
    }
    if password.expose() != confirmation.expose() {
        return Err(Problem::field("password_confirmation", "the passwords don't match"));
    }
    Ok(())
}

/// Whether it could be an email address. Only sending mail to it would prove that.
fn is_plausible_email(text: &str) -> bool {
    let Some((local, domain)) = text.rsplit_once('@') else { return false };
    let is_clean = !text.chars().any(|c| c.is_whitespace() || c.is_control());
    let labels_fit = domain.split('.').all(|label| !label.is_empty() && !label.starts_with('-'));
    is_clean
        && text.len() <= 254
        && !local.is_empty()
        && !local.contains('@')
        && domain.contains('.')
        && labels_fit
}

#[cfg(test)]
mod tests {
    use super::*;

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
        ] {
            assert!(!is_plausible_email(bad), "{bad}");
        }
    }
}
