//! What people on the pages write to the person who runs the server: feedback, and requests for a demo.

pub mod book_demo;
pub mod create;

use mail::{Fact, Picture};

use crate::access::throttle::{MailKind, Place};
use crate::context::Context;
use crate::http::client::Client;
use crate::problem::Problem;

/// Of a message, in characters.
const MAX_TEXT: usize = 5_000;

/// A message's text without space around it.
fn check_text(text: &str) -> Result<String, Problem> {
    let text = text.trim();
    if text.is_empty() {
        return Err(Problem::field("text", "enter a message"));
    }
    if text.chars().count() > MAX_TEXT {
        return Err(Problem::field("text", format!("shorten the message to {MAX_TEXT} characters")));
    }
    Ok(text.to_owned())
}

/// Lets a message through, at most so often from one address and of one kind. `sender` is an account, or nothing for a visitor.
fn limit(context: &Context, client: &Client, kind: MailKind, sender: &str) -> Result<(), Problem> {
    let recipient = format!("operator {kind:?} {sender}");
    context.throttle.begin_mail(kind, &recipient, &Place::of(client)).map_err(Problem::too_many_messages)
}

/// What is said of any message: the version, and what the browser says that it is.
fn technical_facts(client: &Client) -> Vec<Fact> {
    let version = Fact { key: "version", label: "Chartsy", value: env!("CARGO_PKG_VERSION").to_owned() };
    let agent = client.agent.clone().map(|value| Fact { key: "browser", label: "Browser", value });
    std::iter::once(version).chain(agent).collect()
}
