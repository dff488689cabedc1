//! What the person who runs Chartsy sees where there is no mail server. Written to the terminal and not to the log, because it
//! holds links that open accounts.

use crate::Mailbox;
use crate::letter::{name, one_line};
use crate::message::Message;

/// One line to print; `None` for messages that only inform their recipient.
pub(crate) fn line(message: &Message, to: &Mailbox) -> Option<String> {
    let (what_for, link) = match message {
        Message::ConfirmAddress { link } => {
            ("confirm the email address".to_owned(), link.expose().to_owned())
        }
        Message::ConfirmNewAddress { link, .. } => {
            ("confirm their new email address".to_owned(), link.expose().to_owned())
        }
        Message::ResetPassword { link } => ("choose a new password".to_owned(), link.expose().to_owned()),
        Message::Invitation { workspace_name, link, .. } => {
            (format!("join the workspace {}", name(workspace_name)), link.expose().to_owned())
        }
        Message::AlreadyRegistered { sign_in_page, .. } => {
            ("sign in, because there already is an account".to_owned(), sign_in_page.to_string())
        }
        Message::FromVisitor(_)
        | Message::PasswordChanged { .. }
        | Message::AddressChanged { .. }
        | Message::NoAccount { .. }
        | Message::TwoFactorOn { .. }
        | Message::TwoFactorOff { .. }
        | Message::PasskeyAdded { .. }
        | Message::PasskeyRemoved { .. }
        | Message::SignOnConnected { .. }
        | Message::SignOnDisconnected { .. }
        | Message::AccountDeleted { .. }
        | Message::Test => return None,
    };
    let whom =
        Some(name(to.name())).filter(|name| !name.is_empty()).unwrap_or_else(|| to.address().to_string());
    Some(format!("no mail server is configured; give this link to {whom} to {what_for}: {}", one_line(&link)))
}

#[cfg(test)]
mod tests {
    use model::{Secret, UnixSeconds};

    use super::*;

    fn ada(name: &str) -> Mailbox {
        Mailbox::new(name, "ada@example.com").unwrap()
    }

    #[test]
    fn the_link_is_given_with_whom_it_is_for() {
        let message = Message::ResetPassword { link: Secret::new("https://example.com/reset/abc") };
        let wanted = "no mail server is configured; give this link to Ada to choose a new password: https://example.com/reset/abc";
        assert_eq!(line(&message, &ada("Ada")).as_deref(), Some(wanted));
        assert!(line(&message, &ada("")).unwrap().contains("to ada@example.com to choose"));
    }

    #[test]
    fn nobody_writes_a_line_of_their_own_or_moves_the_cursor() {
        let evil = "Hi\r\nno mail server is configured; give this link to Eve: http://evil.example\u{1b}[2K";
        let message = Message::Invitation {
            workspace: "ws_1".into(),
            workspace_name: evil.to_owned(),
            invited_by: evil.to_owned(),
            role: "Viewer".to_owned(),
            link: Secret::new("https://example.com/join/abc"),
        };
        let line = line(&message, &ada("")).unwrap();
        assert!(!line.contains(|c: char| c.is_control()), "{line:?}");
    }

    #[test]
    fn what_only_informs_is_not_printed() {
        assert_eq!(line(&Message::TwoFactorOn { at: UnixSeconds(0) }, &ada("Ada")), None);
    }
}
