//! Bills as a billing system makes them: rounded shares, discounts and taxes, a line a tier, prorations now or later.

use metrics::ledger::PriceBook;
use model::billing::*;
use model::{Currency, UnixSeconds};
use rust_decimal::Decimal;

use super::worth::{full_price, rounded};

/// An item of a subscription as the customer has it.
#[derive(Debug, Clone, PartialEq)]
pub struct Held {
    pub id: String,
    pub price: PriceRef,
    pub quantity: i64,
    pub since: UnixSeconds,
}

pub type PriceRef = &'static str;

/// How the prorations of a change are billed.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Billed {
    AtOnce,
    /// With the next invoice.
    Later,
    /// On an invoice that is given up.
    InVain,
}

/// One subscription that is being billed.
pub struct Biller<'a> {
    pub prices: &'a PriceBook,
    pub history: CustomerHistory,
    pub subscription: Subscription,
    pub items: Vec<Held>,
    pub period: Period,
    pub before: Option<Period>,
    pub currency: Currency,
    pub discount_percent: Decimal,
    /// Whether prorations say what discount is in them.
    pub is_itemized: bool,
    pub tax_percent: Option<Decimal>,
    pub names_items: bool,
}

impl Biller<'_> {
    pub fn price(&self, held: &Held) -> &Price {
        self.prices.get(&held.price.into()).unwrap()
    }

    pub fn is_metered(&self, held: &Held) -> bool {
        self.price(held).recurrence.unwrap().is_metered
    }

    fn off(&self, amount: Decimal) -> Decimal {
        amount * self.discount_percent / Decimal::ONE_HUNDRED
    }

    fn tax_in(&self, amount_minor: i64) -> i64 {
        let amount = Decimal::from(amount_minor);
        self.tax_percent.map_or(0, |percent| rounded(amount * percent / (percent + Decimal::ONE_HUNDRED)))
    }

    pub fn line(&self, held: &Held, period: Period, amount_minor: i64) -> InvoiceLine {
        InvoiceLine {
            id: format!("il_{}_{}_{amount_minor}_{}", held.id, period.start, self.history.invoices.len())
                .into(),
            description: None,
            amount_minor,
            discount_minor: 0,
            inclusive_tax_minor: 0,
            inclusive_tax_percent: None,
            currency: self.currency,
            period,
            is_proration: false,
            is_proration_credit: false,
            quantity: held.quantity.into(),
            price: Some(held.price.into()),
            subscription: Some(self.subscription.id.clone()),
            subscription_item: self.names_items.then(|| held.id.as_str().into()),
            invoice_item: None,
            price_then: None,
            effect: model::billing::LineEffect::Whole,
        }
    }

    /// With the discount and the tax that are in its amount.
    fn reduced(&self, mut line: InvoiceLine) -> InvoiceLine {
        line.discount_minor = rounded(self.off(line.amount_minor.into()));
        self.taxed(line)
    }

    fn taxed(&self, mut line: InvoiceLine) -> InvoiceLine {
        line.inclusive_tax_minor = self.tax_in(line.amount_minor - line.discount_minor);
        line.inclusive_tax_percent = self.tax_percent;
        line
    }

    /// A period in full: a line, or one a tier.
    pub fn ordinary(&self, held: &Held, period: Period) -> Vec<InvoiceLine> {
        let price = self.price(held);
        let PriceScheme::Graduated(tiers) = &price.scheme else {
            let (full, _) = full_price(price, self.currency, held.quantity.into());
            return vec![self.reduced(self.line(held, period, rounded(full)))];
        };
        let (mut below, mut lines) = (Decimal::ZERO, Vec::new());
        for tier in tiers {
            let top = tier.up_to.map_or(held.quantity.into(), |up_to| up_to.min(held.quantity.into()));
            if top > below {
                let units = top - below;
                let amount =
                    units * tier.unit_amount.unwrap_or_default() + tier.flat_amount.unwrap_or_default();
                let mut line = self.line(held, period, rounded(amount));
                line.quantity = units;
                lines.push(self.reduced(line));
                below = top;
            }
        }
        lines
    }

    pub fn usage(&self, held: &Held, period: Period, amount_minor: i64) -> InvoiceLine {
        self.reduced(self.line(held, period, amount_minor))
    }

    /// `share` of an interval at the price of an item, given back where negative.
    pub fn proration(&self, held: &Held, period: Period, share: Decimal) -> InvoiceLine {
        let (full, _) = full_price(self.price(held), self.currency, held.quantity.into());
        let exact = full * share;
        let amount = if self.is_itemized { exact } else { exact - self.off(exact) };
        let mut line = self.line(held, period, rounded(amount));
        line.is_proration = true;
        line.is_proration_credit = share < Decimal::ZERO;
        if self.is_itemized { self.reduced(line) } else { self.taxed(line) }
    }

    /// What is left of the running period.
    pub fn rest(&self, at: UnixSeconds) -> (Period, Decimal) {
        let Period { start, end } = self.period;
        let share = Decimal::from(end.0 - at.0) / Decimal::from(end.0 - start.0);
        (Period { start: at, end }, share)
    }

    /// The prorations of going from some items to others, at an instant of the running period.
    pub fn prorations(&self, at: UnixSeconds, from: &[Held], to: &[Held]) -> Vec<InvoiceLine> {
        let (rest, share) = self.rest(at);
        let from = from.iter().filter(|held| !self.is_metered(held));
        let to = to.iter().filter(|held| !self.is_metered(held));
        let credits = from.map(|held| self.proration(held, rest, -share));
        credits.chain(to.map(|held| self.proration(held, rest, share))).collect()
    }

    pub fn charge(&mut self, at: UnixSeconds, mut lines: Vec<InvoiceLine>, billed: Billed, chance: u64) {
        match billed {
            Billed::AtOnce => self.invoice(at, InvoiceStatus::Paid, 1, lines),
            Billed::InVain => {
                let status = if chance == 0 { InvoiceStatus::Void } else { InvoiceStatus::Uncollectible };
                self.invoice(at, status, 1, lines);
            }
            Billed::Later => {
                for mut line in lines.drain(..) {
                    let id = format!("ii_{}_{}", self.subscription.id, self.history.invoice_items.len());
                    line.inclusive_tax_minor = 0;
                    line.inclusive_tax_percent = None;
                    line.invoice_item = Some(id.as_str().into());
                    let item = InvoiceItem { id: id.into(), customer: None, invoice: None, line };
                    self.history.invoice_items.push(item);
                }
            }
        }
    }

    pub fn invoice(
        &mut self,
        at: UnixSeconds,
        status: InvoiceStatus,
        attempts: u32,
        lines: Vec<InvoiceLine>,
    ) {
        self.history.invoices.push(Invoice {
            id: format!("in_{}_{}", self.subscription.id, self.history.invoices.len()).into(),
            number: None,
            customer: Some(self.subscription.customer.clone()),
            subscription: Some(self.subscription.id.clone()),
            status,
            currency: self.currency,
            created_at: at,
            paid_at: (status == InvoiceStatus::Paid).then_some(at),
            finalized_at: None,
            due_at: None,
            given_up_at: None,
            billing_reason: None,
            attempt_count: attempts,
            total_minor: lines.iter().map(|line| line.amount_minor - line.discount_minor).sum(),
            tax_minor: lines.iter().map(|line| line.inclusive_tax_minor).sum(),
            shipping_minor: 0,
            revises: None,
            billing_credits_minor: 0,
            amount_paid_minor: 0,
            amount_due_minor: 0,
            lines,
        });
    }

    /// The lines of the period that begins: items in full, usage of the one before, what was pending.
    pub fn renewal_lines(&mut self, used_minor: i64) -> Vec<InvoiceLine> {
        let mut lines = Vec::new();
        for held in &self.items {
            if !self.is_metered(held) {
                lines.extend(self.ordinary(held, self.period));
            } else if let Some(before) = self.before.filter(|before| held.since < before.end) {
                let period = Period { start: before.start.max(held.since), end: before.end };
                lines.push(self.usage(held, period, used_minor));
            }
        }
        let invoice = format!("in_{}_{}", self.subscription.id, self.history.invoices.len());
        for index in 0..self.history.invoice_items.len() {
            if self.history.invoice_items[index].invoice.is_none() {
                let line = self.taxed(self.history.invoice_items[index].line.clone());
                self.history.invoice_items[index].invoice = Some(invoice.as_str().into());
                lines.push(line);
            }
        }
        lines
    }
}
