//! What somebody on the pages writes to the person who runs Chartsy.

use model::UnixSeconds;
use serde_json::{Map, Value, json};

use crate::Mailbox;
use crate::letter::name;
use crate::picture::Picture;

/// Why somebody writes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum VisitorTopic {
    Feedback,
    Demo,
}

/// A message from somebody on the pages.
#[derive(Debug, Clone)]
pub struct FromVisitor {
    pub topic: VisitorTopic,
    pub visitor: Mailbox,
    /// Whether the address was proved to be the visitor's.
    pub is_verified: bool,
    pub text: String,
    /// Where it was written, in the order in which to show it.
    pub facts: Vec<Fact>,
    pub picture: Option<Picture>,
}

/// Something about a message beside its text.
#[derive(Debug, Clone)]
pub struct Fact {
    /// Its name in the webhook's JSON.
    pub key: &'static str,
    /// Its name in an email.
    pub label: &'static str,
    pub value: String,
}

impl FromVisitor {
    /// `Ada (ada@example.com) sent feedback`.
    pub(super) fn headline(&self) -> String {
        let what = match self.topic {
            VisitorTopic::Feedback => "sent feedback",
            VisitorTopic::Demo => "would like to see a demo",
        };
        let visitor = name(self.visitor.name());
        let who = if visitor.is_empty() { "A visitor" } else { visitor.as_str() };
        format!("{who} ({}) {what}", self.visitor.address())
    }

    /// As it is posted. `text` says it all in words, which is what chat programs show.
    pub(crate) fn json(&self, at: UnixSeconds) -> String {
        let topic = match self.topic {
            VisitorTopic::Feedback => "feedback",
            VisitorTopic::Demo => "demo_request",
        };
        let mut members = Map::new();
        members.insert("type".to_owned(), json!(topic));
        let words = format!("{}:\n{}", self.headline(), self.text);
        members.insert("text".to_owned(), json!(without_markup(&words)));
        members.insert("message".to_owned(), json!(self.text));
        members.insert("name".to_owned(), json!(self.visitor.name()));
        members.insert("email".to_owned(), json!(self.visitor.address().to_string()));
        members.insert("is_email_verified".to_owned(), json!(self.is_verified));
        members.insert("sent_at".to_owned(), json!(at.0));
        for fact in &self.facts {
            members.insert(fact.key.to_owned(), json!(fact.value));
        }
        if let Some(Picture { media_type, base64 }) = &self.picture {
            members.insert("picture".to_owned(), json!({ "media_type": media_type, "base64": base64 }));
        }
        Value::Object(members).to_string()
    }
}

/// Chat programs read commands and links with other names out of a text. These are a stranger's words: they stay words.
fn without_markup(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}
