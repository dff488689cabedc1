//! Refunds: what of an order goes back, and what that is meant to be.

use model::{Currency, UnixSeconds};

use super::super::money::Taxed;
use super::catalog::Goods;
use super::intended::ExpectedRefund;
use super::order::{Order, is_sale};
use crate::rounding::rounded;

/// What is refunded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refunding {
    OneUnit,
    /// All that is left, but no gift certificates.
    Everything,
    Shipping,
    LineAndShipping,
    Handling,
    Wrapping,
    FeeOnly,
    /// An amount of the order as a whole, without tax.
    OrderAmount,
    /// No items at all.
    TaxOnly,
    /// The merchant types the amounts.
    Overridden,
    /// The tax that the merchant types is collected instead of refunded.
    OverriddenTaxBack,
    AllDeclined,
    OneDeclined,
    /// Less than was asked for.
    Adjusted,
    /// To the buyer's store credit; guests get it offline.
    StoreCredit,
}

#[derive(Debug, Clone)]
pub struct Item {
    pub kind: &'static str,
    pub item_id: i64,
    pub quantity: i64,
    /// `None` for goods and their wrapping.
    pub requested_minor: Option<i64>,
    pub adjustment_minor: i64,
}

#[derive(Debug, Clone)]
pub struct Payment {
    pub id: i64,
    pub provider_id: &'static str,
    pub amount_minor: i64,
    pub is_offline: bool,
    pub is_declined: bool,
    pub transaction_id: Option<i64>,
}

#[derive(Debug, Clone)]
pub struct Refund {
    pub id: i64,
    pub order_id: i64,
    pub currency: Currency,
    pub created_at: i64,
    pub reason: &'static str,
    pub total_minor: i64,
    pub tax_minor: i64,
    pub is_overridden: bool,
    pub items: Vec<Item>,
    pub payments: Vec<Payment>,
}

/// A refund and what it was meant to be.
pub struct Refunded {
    pub refund: Refund,
    pub expected: ExpectedRefund,
    /// Nothing is left of the order.
    pub is_all: bool,
}

/// What is put together before it is paid out.
#[derive(Default)]
struct Draft {
    items: Vec<Item>,
    returns_minor: i64,
    shipping_minor: i64,
    fees_minor: i64,
    tax_minor: i64,
}

/// What has to be known beside the order.
pub struct Asked {
    pub refunding: Refunding,
    pub refund_id: i64,
    pub at: i64,
}

/// Refunds what is asked for, as far as something of it is left. `next_id` numbers payments of refunds.
pub fn refund(order: &mut Order, asked: &Asked, mut next_id: impl FnMut() -> i64) -> Option<Refunded> {
    let mut draft = Draft::default();
    let refunding = asked.refunding;
    let before = (refunding == Refunding::AllDeclined).then(|| (order.left.clone(), order.lines.clone()));
    match refunding {
        Refunding::Everything => draft.everything(order),
        Refunding::Shipping => draft.shipping(order, 0),
        Refunding::LineAndShipping => {
            draft.goods(order, 0, i64::MAX);
            draft.shipping(order, 0);
        }
        Refunding::Handling => draft.handling(order, 0),
        Refunding::Wrapping => draft.wrapping(order),
        Refunding::FeeOnly => draft.fee(order, 0),
        Refunding::OrderAmount => draft.order_amount(order),
        Refunding::TaxOnly => draft.tax_only(order),
        _ => draft.goods(order, 0, 1),
    }
    match refunding {
        Refunding::Overridden => draft.tax_minor = rounded(draft.tax_minor * 9, 10),
        Refunding::OverriddenTaxBack => draft.tax_minor = -rounded(draft.returns_minor, 50),
        Refunding::Adjusted => draft.adjust(),
        _ => {}
    }
    if let Some((left, lines)) = before {
        (order.left, order.lines) = (left, lines); // nothing goes back
    }
    let total_minor = draft.total_minor();
    if total_minor <= 0 {
        return None;
    }
    let has_happened = refunding != Refunding::AllDeclined;
    let payments = payments(order, refunding, total_minor, &mut next_id);
    let expected = ExpectedRefund {
        refund_id: asked.refund_id,
        order_id: order.id,
        created_at: UnixSeconds(asked.at),
        currency: order.currency,
        has_happened,
        counts: has_happened && is_sale(order.status_id) && !order.is_archived,
        returns_minor: draft.returns_minor,
        shipping_minor: draft.shipping_minor,
        fees_minor: draft.fees_minor,
        taxes_minor: draft.tax_minor,
        total_minor,
    };
    let refund = Refund {
        id: asked.refund_id,
        order_id: order.id,
        currency: order.currency,
        created_at: asked.at,
        reason: reason(refunding),
        total_minor,
        tax_minor: draft.tax_minor,
        is_overridden: matches!(refunding, Refunding::Overridden | Refunding::OverriddenTaxBack),
        items: draft.items,
        payments,
    };
    Some(Refunded { refund, expected, is_all: refunding == Refunding::Everything })
}

impl Draft {
    fn total_minor(&self) -> i64 {
        self.returns_minor + self.shipping_minor + self.fees_minor + self.tax_minor
    }

    fn item(&mut self, kind: &'static str, item_id: i64, requested_minor: Option<i64>) {
        self.items.push(Item { kind, item_id, quantity: 1, requested_minor, adjustment_minor: 0 });
    }

    /// Up to so many of a line.
    fn goods(&mut self, order: &mut Order, place: usize, most: i64) {
        let Some((left, amount)) = order.left.lines.get_mut(place) else { return };
        let quantity = most.min(*left);
        if quantity <= 0 {
            return;
        }
        let part = if quantity == *left { *amount } else { amount.share(quantity, *left) };
        (*left, *amount) = (*left - quantity, amount.minus(part));
        self.returns_minor += part.ex_minor;
        self.tax_minor += part.tax_minor;
        let line = &mut order.lines[place];
        line.refunded += quantity;
        let item_id = line.id;
        self.items.push(Item {
            kind: "PRODUCT",
            item_id,
            quantity,
            requested_minor: None,
            adjustment_minor: 0,
        });
    }

    fn wrapping(&mut self, order: &mut Order) {
        for place in 0..order.lines.len() {
            let part = std::mem::take(&mut order.left.wrapping[place]);
            if part != Taxed::default() {
                self.returns_minor += part.ex_minor;
                self.tax_minor += part.tax_minor;
                self.item("GIFT_WRAPPING", order.lines[place].id, None);
            }
        }
    }

    fn shipping(&mut self, order: &mut Order, place: usize) {
        let Some(part) = order.left.shipping.get_mut(place).map(std::mem::take) else { return };
        self.of_address("SHIPPING", order.addresses[place].id, part);
    }

    fn handling(&mut self, order: &mut Order, place: usize) {
        let Some(part) = order.left.handling.get_mut(place).map(std::mem::take) else { return };
        self.of_address("HANDLING", order.addresses[place].id, part);
    }

    fn of_address(&mut self, kind: &'static str, address_id: i64, part: Taxed) {
        if part != Taxed::default() {
            self.shipping_minor += part.ex_minor;
            self.tax_minor += part.tax_minor;
            self.item(kind, address_id, Some(part.ex_minor));
        }
    }

    fn fee(&mut self, order: &mut Order, place: usize) {
        let Some(part) = order.left.fees.get_mut(place).map(std::mem::take) else { return };
        if part != Taxed::default() {
            self.fees_minor += part.ex_minor;
            self.tax_minor += part.tax_minor;
            self.item("FEE", order.id, Some(part.ex_minor));
        }
    }

    fn everything(&mut self, order: &mut Order) {
        for place in 0..order.lines.len() {
            if order.lines[place].goods != Goods::GiftCertificate {
                self.goods(order, place, i64::MAX);
            }
        }
        self.wrapping(order);
        for place in 0..order.addresses.len() {
            self.shipping(order, place);
            self.handling(order, place);
        }
        for place in 0..order.fees.len() {
            self.fee(order, place);
        }
    }

    /// A tenth of the first line.
    fn order_amount(&mut self, order: &Order) {
        let amount_minor = order.lines.first().map_or(0, |line| rounded(line.net.ex_minor, 10));
        self.returns_minor += amount_minor;
        self.item("ORDER", order.id, Some(amount_minor));
    }

    /// A fifth of the tax of the first line.
    fn tax_only(&mut self, order: &Order) {
        self.tax_minor += order.lines.first().map_or(0, |line| rounded(line.net.tax_minor, 5));
    }

    /// A quarter of the goods stays with the merchant.
    fn adjust(&mut self) {
        let kept_minor = rounded(self.returns_minor, 4);
        self.returns_minor -= kept_minor;
        if let Some(item) = self.items.first_mut() {
            item.adjustment_minor = -kept_minor;
        }
    }
}

fn payments(
    order: &Order,
    refunding: Refunding,
    total_minor: i64,
    next_id: &mut impl FnMut() -> i64,
) -> Vec<Payment> {
    let is_offline = order.payment_method != "Authorize.net";
    let taken = order.transactions.iter().rev();
    let taken = taken.filter(|known| known.is_ok && matches!(known.event, "purchase" | "capture"));
    let transaction_id = taken.map(|known| known.id).next();
    let mut pay = |provider_id: &'static str, amount_minor: i64, is_declined: bool| {
        let is_credit = provider_id == "storecredit";
        Payment {
            id: next_id(),
            provider_id,
            amount_minor,
            is_offline: is_offline || is_credit,
            is_declined,
            transaction_id: transaction_id.filter(|_| !is_offline && !is_credit),
        }
    };
    let provider = if is_offline { "custom" } else { "authorizenet" };
    match refunding {
        Refunding::StoreCredit if order.customer_id > 0 => vec![pay("storecredit", total_minor, false)],
        Refunding::AllDeclined => vec![pay(provider, total_minor, true)],
        Refunding::OneDeclined => {
            let first_minor = total_minor / 2;
            vec![pay(provider, first_minor, true), pay("custom", total_minor - first_minor, false)]
        }
        _ => vec![pay(provider, total_minor, false)],
    }
}

fn reason(refunding: Refunding) -> &'static str {
    match refunding {
        Refunding::OneUnit | Refunding::LineAndShipping => "Arrived damaged",
        Refunding::OrderAmount => "Goodwill",
        Refunding::TaxOnly => "Tax exempt",
        Refunding::Adjusted => "Opened",
        _ => "",
    }
}
