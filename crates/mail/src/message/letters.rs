//! The words of each message.

use model::{Secret, UnixSeconds};
use url::Url;

use super::{FromVisitor, Message, OpenInvitation, VisitorTopic, instant};
use crate::Mailbox;
use crate::contents::ReplyTo;
use crate::letter::{Letter, Part, name, one_line};

const ABOUT_ACCOUNT: &str =
    "You received this email because it concerns the security of your Chartsy account.";

pub(super) fn write(message: &Message, to: &Mailbox, expires_at: Option<UnixSeconds>) -> Letter {
    let (subject, parts) = subject_and_parts(message, expires_at);
    Letter {
        subject,
        to: to.name().to_owned(),
        parts,
        footer: footer(message).to_owned(),
        reply_to: reply_to(message),
        picture: match message {
            Message::FromVisitor(sent) => sent.picture.clone(),
            _ => None,
        },
    }
}

fn subject_and_parts(message: &Message, expires_at: Option<UnixSeconds>) -> (String, Vec<Part>) {
    match message {
        Message::ConfirmAddress { link } => confirm_address(link, expires_at),
        Message::ConfirmNewAddress { username, link } => {
            confirm_new_address(&one_line(username), link, expires_at)
        }
        Message::ResetPassword { link } => reset_password(link, expires_at),
        Message::PasswordChanged { at, reset_page } => password_changed(*at, reset_page),
        Message::Invitation { workspace_name, invited_by, role, link, .. } => {
            invitation(&name(workspace_name), &name(invited_by), &name(role), link.expose(), expires_at)
        }
        Message::AddressChanged { new_address, at } => address_changed(&one_line(new_address), *at),
        Message::AlreadyRegistered { invitation: None, sign_in_page, reset_page } => {
            already_registered(sign_in_page, reset_page)
        }
        Message::AlreadyRegistered { invitation: Some(invitation), reset_page, .. } => {
            already_registered_and_invited(invitation, reset_page)
        }
        Message::NoAccount { sign_in_page } => no_account(sign_in_page),
        Message::TwoFactorOn { at } => two_factor_on(*at),
        Message::TwoFactorOff { at, reset_page } => two_factor_off(*at, reset_page),
        Message::PasskeyAdded { at, account_page } => passkey_added(*at, account_page),
        Message::PasskeyRemoved { at, account_page } => passkey_removed(*at, account_page),
        Message::SignOnConnected { provider, at, account_page } => {
            sign_on_connected(provider, *at, account_page)
        }
        Message::SignOnDisconnected { provider, at, account_page } => {
            sign_on_disconnected(provider, *at, account_page)
        }
        Message::AccountDeleted { at } => account_deleted(*at),
        Message::FromVisitor(sent) => from_visitor(sent),
        Message::Test => test(),
    }
}

fn confirm_address(link: &Secret, expires_at: Option<UnixSeconds>) -> (String, Vec<Part>) {
    let parts = vec![
        text(
            "Please confirm that this email address is yours, so that you can use it to sign in to Chartsy.",
        ),
        Part::Button { label: "Confirm email address", link: link.expose().to_owned() },
        text(usable_until(expires_at)),
        text("If you didn’t enter this address in Chartsy, you can ignore this email. Nothing will happen."),
    ];
    ("Confirm your email address".to_owned(), parts)
}

fn confirm_new_address(
    username: &str,
    link: &Secret,
    expires_at: Option<UnixSeconds>,
) -> (String, Vec<Part>) {
    let parts = vec![
        text(format!(
            "Someone asked to make this the email address of the Chartsy account “{username}”. If that is your account, please confirm that the address is yours:"
        )),
        Part::Button { label: "Confirm new email address", link: link.expose().to_owned() },
        text(usable_until(expires_at)),
        text("Until then, your account keeps the address that it has."),
        text("If it wasn’t you, you can ignore this email. Nothing will happen."),
    ];
    ("Confirm your new email address".to_owned(), parts)
}

fn reset_password(link: &Secret, expires_at: Option<UnixSeconds>) -> (String, Vec<Part>) {
    let parts = vec![
        text("Someone asked to reset the password of your Chartsy account. If it was you, choose a new one:"),
        Part::Button { label: "Choose a new password", link: link.expose().to_owned() },
        text(usable_until(expires_at)),
        text("If it wasn’t you, you can ignore this email. Your password stays as it is."),
    ];
    ("Reset your password".to_owned(), parts)
}

fn no_account(sign_in_page: &Url) -> (String, Vec<Part>) {
    let parts = vec![
        text(
            "Someone asked to reset the password of a Chartsy account with this email address, but there is no such account.",
        ),
        text(
            "If it was you, you may have signed up with another address. You can also sign in with your username:",
        ),
        Part::Button { label: "Go to the sign-in page", link: sign_in_page.to_string() },
        text("If it wasn’t you, you can ignore this email."),
    ];
    ("There is no account with this address".to_owned(), parts)
}

fn password_changed(at: UnixSeconds, reset_page: &Url) -> (String, Vec<Part>) {
    let parts = vec![
        text(format!("The password of your Chartsy account was changed on {}.", instant(at))),
        text("If it was you, you don’t need to do anything. If it wasn’t, reset your password now:"),
        Part::Button { label: "Reset password", link: reset_page.to_string() },
    ];
    ("Your password was changed".to_owned(), parts)
}

fn address_changed(new_address: &str, at: UnixSeconds) -> (String, Vec<Part>) {
    let when = instant(at);
    let parts = vec![
        text(format!("The email address of your Chartsy account was changed to {new_address} on {when}.")),
        text("From now on, messages go to the new address."),
        text("If you didn’t change it, contact the person who runs your Chartsy server right away."),
    ];
    ("Your email address was changed".to_owned(), parts)
}

fn already_registered(sign_in_page: &Url, reset_page: &Url) -> (String, Vec<Part>) {
    let parts = vec![
        text("Someone entered this email address for a Chartsy account, but it already has an account."),
        text("If it was you, sign in instead:"),
        Part::Button { label: "Sign in", link: sign_in_page.to_string() },
        Part::Link { label: "Reset your password if you forgot it", link: reset_page.to_string() },
        text("If it wasn’t you, you don’t need to do anything. Your account has not changed."),
    ];
    ("You already have a Chartsy account".to_owned(), parts)
}

fn already_registered_and_invited(invitation: &OpenInvitation, reset_page: &Url) -> (String, Vec<Part>) {
    let workspace = name(&invitation.workspace_name);
    let parts = vec![
        text(format!(
            "Someone used an invitation to the workspace “{workspace}” with this email address. It already has a Chartsy account, so you don’t need another one."
        )),
        text("If it was you, sign in with that account to accept the invitation:"),
        Part::Button { label: "Sign in and join", link: invitation.link.expose().to_owned() },
        Part::Link { label: "Reset your password if you forgot it", link: reset_page.to_string() },
        text("If it wasn’t you, you don’t need to do anything. Your account has not changed."),
    ];
    ("You already have a Chartsy account".to_owned(), parts)
}

fn two_factor_on(at: UnixSeconds) -> (String, Vec<Part>) {
    let when = instant(at);
    let parts = vec![
        text(format!("Two-factor sign-in was turned on for your Chartsy account on {when}.")),
        text("From now on, you need your password and a code from your authenticator app to sign in."),
        text("Keep your recovery codes in a safe place."),
        text("If you didn’t do this, contact the person who runs your Chartsy server right away."),
    ];
    ("Two-factor sign-in was turned on".to_owned(), parts)
}

fn two_factor_off(at: UnixSeconds, reset_page: &Url) -> (String, Vec<Part>) {
    let when = instant(at);
    let parts = vec![
        text(format!("Two-factor sign-in was turned off for your Chartsy account on {when}.")),
        text("From now on, your password alone is enough to sign in."),
        text("If you didn’t do this, reset your password now:"),
        Part::Button { label: "Reset password", link: reset_page.to_string() },
    ];
    ("Two-factor sign-in was turned off".to_owned(), parts)
}

fn passkey_added(at: UnixSeconds, account_page: &Url) -> (String, Vec<Part>) {
    let when = instant(at);
    let parts = vec![
        text(format!("A passkey was added to your Chartsy account on {when}.")),
        text("Whoever has the device that it is on can sign in with it, without your password."),
        text("If you didn’t do this, remove the passkey and change your password now:"),
        Part::Button { label: "Open your account", link: account_page.to_string() },
    ];
    ("A passkey was added to your account".to_owned(), parts)
}

fn passkey_removed(at: UnixSeconds, account_page: &Url) -> (String, Vec<Part>) {
    let when = instant(at);
    let parts = vec![
        text(format!("A passkey was removed from your Chartsy account on {when}.")),
        text("From now on, nobody can sign in with it."),
        text("If you didn’t do this, change your password now:"),
        Part::Button { label: "Open your account", link: account_page.to_string() },
    ];
    ("A passkey was removed from your account".to_owned(), parts)
}

fn sign_on_connected(provider: &str, at: UnixSeconds, account_page: &Url) -> (String, Vec<Part>) {
    let (provider, when) = (one_line(provider), instant(at));
    let parts = vec![
        text(format!("Your Chartsy account was connected to {provider} on {when}.")),
        text(format!("From now on, you can sign in with {provider}, without your Chartsy password.")),
        text("If you didn’t do this, disconnect it and change your password now:"),
        Part::Button { label: "Open your account", link: account_page.to_string() },
    ];
    ("Single sign-on was connected to your account".to_owned(), parts)
}

fn sign_on_disconnected(provider: &str, at: UnixSeconds, account_page: &Url) -> (String, Vec<Part>) {
    let (provider, when) = (one_line(provider), instant(at));
    let parts = vec![
        text(format!("Your Chartsy account was disconnected from {provider} on {when}.")),
        text(format!("From now on, you can’t sign in with {provider}.")),
        text("If you didn’t do this, change your password now:"),
        Part::Button { label: "Open your account", link: account_page.to_string() },
    ];
    ("Single sign-on was disconnected from your account".to_owned(), parts)
}

fn account_deleted(at: UnixSeconds) -> (String, Vec<Part>) {
    let when = instant(at);
    let parts = vec![
        text(format!("Your Chartsy account was deleted on {when}, with everything that signed in to it.")),
        text("It can’t be restored. You can use this address for a new account."),
        text("If you didn’t do this, contact the person who runs your Chartsy server right away."),
    ];
    ("Your account was deleted".to_owned(), parts)
}

fn test() -> (String, Vec<Part>) {
    let parts = vec![text("This server can send email. You can delete this message.")];
    ("Test message from Chartsy".to_owned(), parts)
}

fn invitation(
    workspace: &str,
    invited_by: &str,
    role: &str,
    link: &str,
    expires_at: Option<UnixSeconds>,
) -> (String, Vec<Part>) {
    let expiry = expires_at.map_or_else(
        || "The link works once.".to_owned(),
        |at| format!("The invitation expires on {}.", instant(at)),
    );
    let parts = vec![
        text(format!(
            "{invited_by} invited you to join the workspace “{workspace}” on Chartsy. Your role there: {role}."
        )),
        Part::Button { label: "Accept the invitation", link: link.to_owned() },
        text(expiry),
        text(format!("If you don’t know {invited_by} or don’t want to join, you can ignore this email.")),
    ];
    (format!("{invited_by} invited you to {workspace} on Chartsy"), parts)
}

fn from_visitor(sent: &FromVisitor) -> (String, Vec<Part>) {
    let subject = match sent.topic {
        VisitorTopic::Feedback => "Feedback",
        VisitorTopic::Demo => "Demo request",
    };
    let mut parts = vec![text(format!("{}:", sent.headline())), Part::Quote(sent.text.clone())];
    if sent.picture.is_some() {
        parts.push(text(
            "A picture of the page is attached. Names and email addresses were masked in the browser.",
        ));
    }
    if !sent.facts.is_empty() {
        parts.push(Part::Lines(
            sent.facts.iter().map(|fact| format!("{}: {}", fact.label, fact.value)).collect(),
        ));
    }
    parts.push(text(if sent.is_verified {
        "If you reply to this email, your answer goes to that address."
    } else {
        "If you reply to this email, your answer goes to that address, which nobody has verified."
    }));
    let visitor = name(sent.visitor.name());
    let from = if visitor.is_empty() { sent.visitor.address().to_string() } else { visitor };
    (format!("{subject} from {from}"), parts)
}

fn footer(message: &Message) -> &'static str {
    match message {
        Message::ConfirmAddress { .. } | Message::ConfirmNewAddress { .. } => {
            "You received this email because this address was entered in Chartsy."
        }
        Message::Invitation { .. } => {
            "You received this email because a member of a Chartsy workspace entered this address."
        }
        Message::FromVisitor(_) => "You received this email because messages from visitors are sent to you.",
        Message::Test => "You received this email because the person who runs Chartsy entered this address.",
        _ => ABOUT_ACCOUNT,
    }
}

fn reply_to(message: &Message) -> Option<ReplyTo> {
    match message {
        // A header takes no other letters, and the address is in the text too.
        Message::FromVisitor(sent) => {
            let visitor = &sent.visitor;
            let address = visitor.address().to_string();
            address.is_ascii().then(|| ReplyTo { name: visitor.name().to_owned(), address })
        }
        _ => None,
    }
}

fn text(words: impl Into<String>) -> Part {
    Part::Text(words.into())
}

fn usable_until(expires_at: Option<UnixSeconds>) -> String {
    match expires_at {
        Some(at) => format!("The link works once, until {}.", instant(at)),
        None => "The link works once.".to_owned(),
    }
}
