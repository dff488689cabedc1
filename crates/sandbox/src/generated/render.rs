//! Objects as text. Each kind is a template, read once into pieces: fixed text, and slots that are filled in as an
//! object is written, so that writing one costs about as much as copying it.

mod slots;

use std::fmt::Write;

use serde_json::Value;

use super::Generated;
use super::listing::{Family, Key};
use slots::{Slot, View};

/// One kind's text between its slots.
type Template = Vec<Piece>;

enum Piece {
    Text(String),
    Slot(Slot),
}

/// The templates of all kinds.
pub struct Templates([(Family, Template); 9]);

impl Templates {
    pub fn new() -> Self {
        Self([
            (Family::Customer, parse(include_str!("templates/customer.json"))),
            (Family::Product, parse(include_str!("templates/product.json"))),
            (Family::Price, parse(include_str!("templates/price.json"))),
            (Family::Subscription, parse(include_str!("templates/subscription.json"))),
            (Family::Invoice, parse(include_str!("templates/invoice.json"))),
            (Family::Charge, parse(include_str!("templates/charge.json"))),
            (Family::PaymentIntent, parse(include_str!("templates/payment_intent.json"))),
            (Family::InvoicePayment, parse(include_str!("templates/invoice_payment.json"))),
            (Family::BalanceTransaction, parse(include_str!("templates/balance_transaction.json"))),
        ])
    }

    fn of(&self, family: Family) -> &[Piece] {
        self.0.iter().find(|(own, _)| *own == family).map_or(&[], |(_, template)| template)
    }
}

impl Generated {
    /// One object as JSON in the current shape.
    pub(super) fn render(&self, family: Family, key: Key) -> String {
        let view = View::new(self, family, key);
        let mut text = String::with_capacity(3_072);
        for piece in self.templates.of(family) {
            match piece {
                Piece::Text(fixed) => text.push_str(fixed),
                // Writing to a string cannot fail.
                Piece::Slot(slot) => {
                    let _ = write!(text, "{}", view.show(*slot));
                }
            }
        }
        text
    }
}

/// `"$#name"` is a number (its quotes go), `$name` text within quotes. A name that is not a slot stays as it is.
fn parse(json: &str) -> Template {
    let minified = serde_json::from_str::<Value>(json).map(|value| value.to_string()).unwrap_or_default();
    let minified = strip_quotes_of_numbers(&minified);
    let mut pieces = Vec::new();
    let mut rest = minified.as_str();
    while let Some((before, after)) = rest.split_once('$') {
        pieces.push(Piece::Text(before.to_owned()));
        let end = after.find(|c: char| !c.is_ascii_lowercase() && c != '_').unwrap_or(after.len());
        let (name, following) = after.split_at(end);
        pieces.push(Slot::named(name).map_or_else(|| Piece::Text(format!("${name}")), Piece::Slot));
        rest = following;
    }
    pieces.push(Piece::Text(rest.to_owned()));
    pieces
}

/// `"$#name"` → `$name`.
fn strip_quotes_of_numbers(json: &str) -> String {
    let mut parts = json.split("\"$#");
    let mut text = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let (name, rest) = part.split_once('"').unwrap_or((part, ""));
        text.extend(["$", name, rest]);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_in_a_template_is_a_slot() {
        for (family, template) in &Templates::new().0 {
            assert!(template.len() > 5, "{family:?} is no JSON");
            for piece in template {
                if let Piece::Text(text) = piece {
                    assert!(!text.contains('$'), "{family:?}: {text}");
                }
            }
        }
    }
}
