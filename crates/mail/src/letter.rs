//! The one layout of all messages, as text and as HTML. Whatever a value contains, it stays text: it is escaped here, and here
//! only.

use std::fmt::Write;

use model::is_disguising;

use crate::contents::{Contents, ReplyTo};
use crate::picture::Picture;

/// Longer values are cut: names and subjects belong to strangers as well.
const SUBJECT_MAX: usize = 150;
const NAME_MAX: usize = 80;
const QUOTE_MAX: usize = 10_000;
const LINE_MAX: usize = 300;

const PAGE: &str = "margin:0;padding:24px 12px;background:#f4f5f7;color:#1c2430;\
font:16px/1.5 -apple-system,'Segoe UI',Roboto,Helvetica,Arial,sans-serif";
const CARD: &str = "max-width:560px;margin:0 auto;padding:28px 32px;background:#ffffff;border:1px solid #e2e5ea;border-radius:8px";
const HEADING: &str = "margin:0 0 20px;font-size:20px;line-height:1.3";
const BUTTON: &str = "display:inline-block;padding:10px 20px;background:#1f5fd0;color:#ffffff;border-radius:6px;\
text-decoration:none;font-weight:600";
const SMALL: &str = "color:#5b6675;font-size:14px;word-break:break-word";
const QUOTE: &str = "margin:0 0 16px;padding:0 0 0 14px;border-left:3px solid #d4d8df;white-space:pre-wrap;word-break:break-word";

pub(crate) struct Letter {
    pub(crate) subject: String,
    /// The recipient's name; empty where it is not known.
    pub(crate) to: String,
    pub(crate) parts: Vec<Part>,
    /// Why the reader gets this.
    pub(crate) footer: String,
    pub(crate) reply_to: Option<ReplyTo>,
    /// Attached.
    pub(crate) picture: Option<Picture>,
}

pub(crate) enum Part {
    Text(String),
    /// What the message is for.
    Button {
        label: &'static str,
        link: String,
    },
    Link {
        label: &'static str,
        link: String,
    },
    /// Somebody else's words, with their line breaks.
    Quote(String),
    /// Short facts, one a line.
    Lines(Vec<String>),
}

impl Letter {
    pub(crate) fn into_contents(self) -> Contents {
        let subject = shortened(&one_line(&self.subject), SUBJECT_MAX);
        let (text, html) = (self.text(), self.html(&subject));
        let reply_to = self.reply_to.map(|to| ReplyTo { name: name(&to.name), address: to.address });
        Contents { subject, text, html, reply_to, picture: self.picture }
    }

    fn greeting(&self) -> String {
        let to = name(&self.to);
        if to.is_empty() { "Hello,".to_owned() } else { format!("Hello {to},") }
    }

    fn text(&self) -> String {
        let mut text = format!("{}\n", self.greeting());
        for part in &self.parts {
            text.push('\n');
            match part {
                Part::Text(words) => text.push_str(words),
                Part::Button { label, link } | Part::Link { label, link } => {
                    text.push_str(label);
                    text.push_str(":\n");
                    text.push_str(&one_line(link));
                }
                Part::Quote(words) => {
                    let quoted = quotable(words);
                    let lines: Vec<String> = quoted.lines().map(|line| format!("> {line}")).collect();
                    text.push_str(&lines.join("\n"));
                }
                Part::Lines(lines) => text.push_str(&each_on_one_line(lines).join("\n")),
            }
            text.push('\n');
        }
        text.push_str("\n-- \n");
        text.push_str(&self.footer);
        text.push('\n');
        text
    }

    fn html(&self, subject: &str) -> String {
        let subject = escaped(subject);
        let mut html = format!(
            "<!doctype html>\n<html lang=\"en\">\n<head><meta charset=\"utf-8\">\
            <meta name=\"viewport\" content=\"width=device-width\"><title>{subject}</title></head>\n\
            <body style=\"{PAGE}\">\n<div style=\"{CARD}\">\n<h1 style=\"{HEADING}\">{subject}</h1>\n<p>{}</p>\n",
            escaped(&self.greeting())
        );
        for part in &self.parts {
            // Writing to a string can't fail.
            let _ = match part {
                Part::Text(words) => writeln!(html, "<p>{}</p>", escaped(words)),
                Part::Button { label, link } => {
                    let link = escaped(&one_line(link));
                    writeln!(
                        html,
                        "<p><a href=\"{link}\" style=\"{BUTTON}\">{label}</a></p>\n<p style=\"{SMALL}\">If the button \
                        doesn’t work, open this address:<br><a href=\"{link}\">{link}</a></p>"
                    )
                }
                Part::Link { label, link } => {
                    writeln!(html, "<p><a href=\"{}\">{label}</a></p>", escaped(&one_line(link)))
                }
                Part::Quote(words) => {
                    writeln!(html, "<blockquote style=\"{QUOTE}\">{}</blockquote>", escaped(&quotable(words)))
                }
                Part::Lines(lines) => {
                    let lines: Vec<String> =
                        each_on_one_line(lines).iter().map(|line| escaped(line)).collect();
                    writeln!(html, "<p style=\"{SMALL}\">{}</p>", lines.join("<br>"))
                }
            };
        }
        let footer = escaped(&self.footer);
        let _ = write!(html, "<p style=\"{SMALL};margin:28px 0 0\">{footer}</p>\n</div>\n</body>\n</html>\n");
        html
    }
}

/// A name for the middle of a sentence or a header: one short line.
pub(crate) fn name(text: &str) -> String {
    shortened(&one_line(text), NAME_MAX)
}

/// Without line breaks and whatever else could begin a header, move a cursor or turn the direction of writing.
pub(crate) fn one_line(text: &str) -> String {
    let plain: String = text.chars().map(|c| if is_disguising(c) { ' ' } else { c }).collect();
    plain.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn each_on_one_line(lines: &[String]) -> Vec<String> {
    lines.iter().map(|line| shortened(&one_line(line), LINE_MAX)).collect()
}

fn quotable(text: &str) -> String {
    let text = text.replace("\r\n", "\n").replace('\r', "\n");
    let plain: String = text.chars().map(|c| if c != '\n' && is_disguising(c) { ' ' } else { c }).collect();
    shortened(plain.trim(), QUOTE_MAX)
}

fn shortened(text: &str, max: usize) -> String {
    if text.chars().count() <= max {
        return text.to_owned();
    }
    text.chars().take(max - 1).chain(['…']).collect()
}

fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            other => escaped.push(other),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_one_short_line() {
        assert_eq!(name("Ada\r\nBcc: eve@example.com"), "Ada Bcc: eve@example.com");
        assert_eq!(name(" \u{202E}Ada\u{1b}[31m\u{2028}Lovelace\t "), "Ada [31m Lovelace");
        let long = name(&"ä".repeat(500));
        assert_eq!((long.chars().count(), long.ends_with('…')), (NAME_MAX, true));
    }

    #[test]
    fn no_value_becomes_markup() {
        let letter = Letter {
            subject: "<b>&\"'".to_owned(),
            to: "<img src=x>".to_owned(),
            parts: vec![
                Part::Text("</p><script>".to_owned()),
                Part::Button { label: "Open", link: "https://example.com/?a=\"><script>&b=1".to_owned() },
                Part::Link { label: "Open", link: "https://example.com/'><script>".to_owned() },
                Part::Quote("<!-- \r\n--> </blockquote>".to_owned()),
                Part::Lines(vec!["<b>\n<img".to_owned()]),
            ],
            footer: "<i>".to_owned(),
            reply_to: None,
            picture: None,
        };
        let html = letter.into_contents().html;
        let tags = ["<b>", "<img", "<script", "</p><", "<!--", "<i>", "?a=\"", "</blockquote></blockquote>"];
        let found: Vec<_> = tags.iter().filter(|tag| html.replace("</p>\n<", "").contains(**tag)).collect();
        assert!(found.is_empty(), "{found:?} in {html}");
        assert!(html.contains("&lt;img src=x&gt;") && html.contains("?a=&quot;&gt;&lt;script&gt;&amp;b=1"));
    }

    #[test]
    fn somebody_elses_words_keep_their_lines() {
        let words = "First\r\nSecond\u{7}\n\n<b>";
        assert_eq!(quotable(words), "First\nSecond \n\n<b>");
    }
}
