//! What customers pay by, as far as customers, subscriptions and charges tell. Payment methods are not objects that are read.

use model::billing::{Card, CardExpiry, PaymentMeans, PaymentMethod};
use serde::Deserialize;

use crate::stripe::loose::{Link, Number, Object, Text};

/// A payment method or, in the older shape, a source or a card; also what a charge says of the one that was used.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct MethodShape {
    id: Text,
    object: Text,
    r#type: Text,
    card: Object<CardShape>,
    /// Of a card itself.
    brand: Text,
    last4: Text,
    exp_month: Number,
    exp_year: Number,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct CardShape {
    brand: Text,
    last4: Text,
    exp_month: Number,
    exp_year: Number,
}

impl MethodShape {
    pub(super) fn means(&self) -> PaymentMeans {
        let inside = self
            .card
            .get()
            .and_then(|inside| card(&inside.brand, &inside.last4, (inside.exp_year, inside.exp_month)));
        let card = inside.or_else(|| card(&self.brand, &self.last4, (self.exp_year, self.exp_month)));
        match card {
            Some(card) => PaymentMeans::Card(card),
            None if self.is_no_card() => PaymentMeans::NoCard,
            None => PaymentMeans::Unknown,
        }
    }

    fn is_no_card(&self) -> bool {
        let kind = self.r#type.as_str().or_else(|| self.object.as_str());
        kind.is_some_and(|kind| !matches!(kind, "card" | "payment_method" | "source" | "card_present"))
    }
}

fn card(brand: &Text, last4: &Text, (year, month): (Number, Number)) -> Option<Card> {
    let expiry = CardExpiry::new(year.whole()?, month.whole()?)?;
    Some(Card { brand: brand.said(), last4: last4.said(), expiry })
}

/// The first that is named.
pub(super) fn method<const N: usize>(links: [&Link<MethodShape>; N]) -> Option<PaymentMethod> {
    links.into_iter().find_map(|link| match link {
        Link::Absent => None,
        Link::Id(id) => Some(PaymentMethod { id: id.clone(), means: PaymentMeans::Unknown }),
        Link::Expanded(shape) => {
            let id = shape.id.said()?;
            Some(PaymentMethod { id, means: shape.means() })
        }
    })
}
