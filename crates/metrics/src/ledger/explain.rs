//! Why a customer's recurring value is what it is, down to the lines that were billed.

use std::collections::{BTreeMap, HashMap};

use model::billing::{BillingInterval, CustomerHistory, Invoice, InvoiceLine, InvoiceStatus, Recurrence};
use model::{Currency, InvoiceId, LedgerRules, Money, PriceId, SubscriptionId, UnixSeconds};
use serde::Serialize;

use super::{Cause, ChangeValuation, LineRef, LineVerdict, PriceBook, Step, Valuation, build, line_verdicts};

/// The answer for one customer.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Explanation {
    /// The instant it is about; `None`: the customer's whole history.
    pub at: Option<UnixSeconds>,
    /// The sum of the parts, per currency.
    pub mrr: Vec<Money>,
    pub parts: Vec<Part>,
    /// Lines that make no recurring value, and why not.
    pub left_out: Vec<LeftOutLine>,
}

/// One price of one subscription.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Part {
    /// Of a customer of several accounts: the one that it is of.
    pub account: Option<String>,
    pub subscription: SubscriptionId,
    pub price: PriceId,
    pub label: String,
    pub currency: Currency,
    /// Per month, at the instant asked for or after the last step.
    pub value_minor: i64,
    /// The steps up to the instant; the last one is in force.
    pub steps: Vec<ExplainedStep>,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ExplainedStep {
    pub at: UnixSeconds,
    pub value_minor: i64,
    pub delta_minor: i64,
    /// The rule's name, as in its definition.
    pub rule: &'static str,
    /// What happened, as a sentence.
    pub reason: String,
    /// How the value follows from the lines.
    pub arithmetic: Option<String>,
    pub lines: Vec<ExplainedLine>,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ExplainedLine {
    pub id: String,
    /// `None`: a pending invoice item.
    pub invoice: Option<InvoiceId>,
    pub invoice_number: Option<String>,
    pub invoice_status: Option<&'static str>,
    pub description: Option<String>,
    pub amount_minor: i64,
    pub discount_minor: i64,
    pub inclusive_tax_minor: i64,
    pub quantity: String,
    pub period_start: UnixSeconds,
    pub period_end: UnixSeconds,
    pub is_proration: bool,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct LeftOutLine {
    pub reason: super::LeftOut,
    pub currency: Currency,
    #[serde(flatten)]
    pub line: ExplainedLine,
}

/// Explains a customer's value at an instant, or all of its history.
pub fn explain(
    history: &CustomerHistory,
    prices: &PriceBook,
    rules: LedgerRules,
    at: Option<UnixSeconds>,
) -> Explanation {
    let lines = LineIndex::of(history);
    let until = at.unwrap_or(UnixSeconds::MAX);
    let mut steps: BTreeMap<(SubscriptionId, PriceId, Currency), Vec<Step>> = BTreeMap::new();
    for step in build(history, prices, rules).steps {
        if step.at <= until {
            let key = (step.subscription.clone(), step.price.clone(), step.currency);
            steps.entry(key).or_default().push(step);
        }
    }
    let mut parts = Vec::new();
    for ((subscription, price, currency), steps) in steps {
        let value_minor = steps.last().map_or(0, |step| step.value_minor);
        let recurrence = prices.get(&price).and_then(|price| price.recurrence);
        let explained = |step| explained(step, lines.recurrence(step).or(recurrence), &lines);
        let steps = steps.iter().map(explained).collect();
        let label = prices.label(&price);
        parts.push(Part { account: None, subscription, price, label, currency, value_minor, steps });
    }
    let left_out = left_out(history, prices, rules, until, &lines);
    let mut explanation = Explanation { at, mrr: Vec::new(), parts, left_out };
    explanation.add_up();
    explanation
}

impl Explanation {
    /// Of a subscription that went on in another billing system: it counts there from an instant on, and here no longer.
    pub fn end_moved(&mut self, subscription: &SubscriptionId, at: UnixSeconds) {
        if self.at.is_some_and(|until| until < at) {
            return;
        }
        for part in self.parts.iter_mut().filter(|part| part.subscription == *subscription) {
            part.steps.retain(|step| step.at < at);
            let value_minor = part.steps.last().map_or(0, |step| step.value_minor);
            part.value_minor = 0;
            if value_minor != 0 {
                part.steps.push(ExplainedStep {
                    at,
                    value_minor: 0,
                    delta_minor: -value_minor,
                    rule: "moved",
                    reason:
                        "The subscription goes on in another billing system, and counts there from here on."
                            .to_owned(),
                    arithmetic: None,
                    lines: Vec::new(),
                });
            }
        }
        self.parts.retain(|part| !part.steps.is_empty());
        self.add_up();
    }

    /// What the same customer has in several accounts, each with the account's name.
    pub fn together(accounts: impl IntoIterator<Item = (String, Self)>, at: Option<UnixSeconds>) -> Self {
        let mut all = Self { at, mrr: Vec::new(), parts: Vec::new(), left_out: Vec::new() };
        for (name, own) in accounts {
            let parts = own.parts.into_iter().map(|part| Part { account: Some(name.clone()), ..part });
            all.parts.extend(parts);
            all.left_out.extend(own.left_out);
        }
        all.add_up();
        all
    }

    fn add_up(&mut self) {
        let mut mrr: BTreeMap<Currency, i64> = BTreeMap::new();
        for part in &self.parts {
            *mrr.entry(part.currency).or_default() += part.value_minor;
        }
        let amounts = mrr.into_iter().map(|(currency, amount_minor)| Money { amount_minor, currency });
        self.mrr = amounts.collect();
    }
}

fn left_out(
    history: &CustomerHistory,
    prices: &PriceBook,
    rules: LedgerRules,
    until: UnixSeconds,
    lines: &LineIndex<'_>,
) -> Vec<LeftOutLine> {
    let verdicts = line_verdicts(history, prices, rules).into_iter();
    let left_out = verdicts.filter(|(_, line, _)| line.period.start <= until).filter_map(
        |(reference, line, verdict)| {
            let LineVerdict::LeftOut(reason) = verdict else { return None };
            Some(LeftOutLine { reason, currency: line.currency, line: lines.explained(&reference)? })
        },
    );
    left_out.collect()
}

/// Lines by reference, with their invoices.
struct LineIndex<'a>(HashMap<LineRef, (&'a InvoiceLine, Option<&'a Invoice>)>);

impl<'a> LineIndex<'a> {
    fn of(history: &'a CustomerHistory) -> Self {
        let invoiced = history.invoices.iter().flat_map(|invoice| {
            invoice.lines.iter().map(move |line| {
                (LineRef { invoice: Some(invoice.id.clone()), line: line.id.clone() }, (line, Some(invoice)))
            })
        });
        let pending = history
            .invoice_items
            .iter()
            .map(|item| &item.line)
            .chain(&history.given_back)
            .map(|line| (LineRef { invoice: None, line: line.id.clone() }, (line, None)));
        Self(invoiced.chain(pending).collect())
    }

    /// The interval that a step's lines billed, where they say it themselves.
    fn recurrence(&self, step: &Step) -> Option<Recurrence> {
        let (line, _) = self.0.get(step.cause.lines().first()?)?;
        line.price_then.as_ref()?.recurrence
    }

    fn explained(&self, reference: &LineRef) -> Option<ExplainedLine> {
        let (line, invoice) = self.0.get(reference)?;
        Some(ExplainedLine {
            id: line.id.to_string(),
            invoice: reference.invoice.clone(),
            invoice_number: invoice.and_then(|invoice| invoice.number.clone()),
            invoice_status: invoice.map(|invoice| status_word(invoice.status)),
            description: line.description.clone(),
            amount_minor: line.amount_minor,
            discount_minor: line.discount_minor,
            inclusive_tax_minor: line.inclusive_tax_minor,
            quantity: line.quantity.normalize().to_string(),
            period_start: line.period.start,
            period_end: line.period.end,
            is_proration: line.is_proration,
        })
    }
}

fn status_word(status: InvoiceStatus) -> &'static str {
    match status {
        InvoiceStatus::Draft => "draft",
        InvoiceStatus::Open => "open",
        InvoiceStatus::Paid => "paid",
        InvoiceStatus::Void => "void",
        InvoiceStatus::Uncollectible => "uncollectible",
        InvoiceStatus::Unknown => "unknown",
    }
}

fn explained(step: &Step, recurrence: Option<Recurrence>, index: &LineIndex<'_>) -> ExplainedStep {
    let lines: Vec<ExplainedLine> = step
        .cause
        .lines()
        .iter()
        .chain(step.cause.beside())
        .filter_map(|line| index.explained(line))
        .collect();
    ExplainedStep {
        at: step.at,
        value_minor: step.value_minor,
        delta_minor: step.delta_minor,
        rule: step.cause.rule(),
        reason: step.cause.reason().to_owned(),
        arithmetic: recurrence.and_then(|recurrence| arithmetic(step, recurrence, &lines)),
        lines,
    }
}

impl Cause {
    /// The lines that the rule read.
    pub fn lines(&self) -> &[LineRef] {
        match self {
            Self::Billed { lines }
            | Self::Prorated { lines, .. }
            | Self::Changed { lines, .. }
            | Self::Removed { lines }
            | Self::GivenUp { lines }
            | Self::NotRenewed { lines }
            | Self::NotBilled { lines }
            | Self::OtherPrice { lines }
            | Self::Unpaid { lines } => lines,
            Self::Ended
            | Self::CancellationRequested
            | Self::PaidThrough
            | Self::Unbilled
            | Self::Paused
            | Self::Resumed => &[],
        }
    }

    /// Other bills that told what the lines are worth.
    pub fn beside(&self) -> &[LineRef] {
        match self {
            Self::Prorated { beside, .. } | Self::Changed { beside, .. } => beside,
            _ => &[],
        }
    }

    pub fn rule(&self) -> &'static str {
        match self {
            Self::Billed { .. } => "billed",
            Self::Prorated { valuation: Valuation::FullPrice, .. } => "prorated",
            Self::Prorated { .. } => "prorated_with_discount",
            Self::Changed { .. } => "changed",
            Self::Removed { .. } => "removed",
            Self::GivenUp { .. } => "given_up",
            Self::NotRenewed { .. } => "not_renewed",
            Self::NotBilled { .. } => "not_billed",
            Self::Paused => "paused",
            Self::Resumed => "resumed",
            Self::OtherPrice { .. } => "other_price",
            Self::Unbilled => "unbilled",
            Self::Ended => "ended",
            Self::CancellationRequested => "cancellation_requested",
            Self::PaidThrough => "paid_through",
            Self::Unpaid { .. } => "unpaid",
        }
    }

    fn reason(&self) -> &'static str {
        match self {
            Self::Billed { .. } => "A period was billed. Its value counts from the start of the period.",
            Self::Prorated { valuation: Valuation::FullPrice, .. } => {
                "The price or quantity changed within a period. The full new price counts from the change."
            }
            Self::Prorated { valuation: Valuation::Itemized, .. } => {
                "The price or quantity changed within a period. The full new price counts from the change, less the \
                 discount on the bill."
            }
            Self::Prorated { valuation: Valuation::ByOtherBill, .. } => {
                "The price or quantity changed shortly before the end of a period. The amount billed is too small to \
                 show a discount, so the discount of another bill applies to the full new price."
            }
            Self::Prorated { valuation: Valuation::ByAmount, .. } => {
                "The price or quantity changed within a period. The amount billed for the rest of it is not the exact \
                 share of the full price, so it contains a discount and the value follows the amount."
            }
            Self::Changed { valuation: ChangeValuation::ByUnit, .. } => {
                "The quantity changed within a period, and the difference was billed for the rest of it. Each unit is \
                 worth what it was worth before."
            }
            Self::Changed { valuation: ChangeValuation::ByListPrice, .. } => {
                "The price was added within a period and billed for the rest of it. Its list price, less the discount \
                 on the bill, counts from the change."
            }
            Self::Changed { valuation: ChangeValuation::ByNextBill, .. } => {
                "The price or quantity changed within a period, and the difference was billed for the rest of it. The \
                 amount is the share of what the next period was billed at, so that counts from the change."
            }
            Self::Changed { valuation: ChangeValuation::ByAmount, .. } => {
                "The price or quantity changed within a period, and the difference was billed for the rest of it. That \
                 amount, scaled to a whole period, counts from the change."
            }
            Self::Removed { .. } => "Unused time was credited and not replaced by the same price.",
            Self::GivenUp { .. } => "The invoice for this period was voided or written off.",
            Self::NotRenewed { .. } => {
                "The last billed period of this item ended, and the subscription continued without it."
            }
            Self::NotBilled { .. } => {
                "The billed time of this item ended more than a day before it was billed again."
            }
            Self::Paused => "The subscription was paused.",
            Self::Resumed => {
                "The subscription resumed within the period that was billed before it was paused. What it was worth then \
                 counts again."
            }
            Self::OtherPrice { .. } => "The subscription item changed to another price.",
            Self::Unbilled => {
                "The subscription is active and has not been billed yet. By your settings it counts from its start."
            }
            Self::Ended => "The subscription ended.",
            Self::CancellationRequested => {
                "Cancellation was requested. By your settings churn counts from then."
            }
            Self::PaidThrough => "The last paid period ended. By your settings churn counts from then.",
            Self::Unpaid { .. } => "The subscription has been unpaid since this period.",
        }
    }
}

fn arithmetic(step: &Step, recurrence: Recurrence, lines: &[ExplainedLine]) -> Option<String> {
    let money = |amount_minor| Money { amount_minor, currency: step.currency };
    let sum = |of: fn(&ExplainedLine) -> i64| lines.iter().map(of).sum::<i64>();
    let value = format!("{} a month", money(step.value_minor));
    match &step.cause {
        Cause::Billed { .. } => {
            let mut text = money(sum(|line| line.amount_minor)).to_string();
            let (discount, tax) = (sum(|line| line.discount_minor), sum(|line| line.inclusive_tax_minor));
            if discount != 0 {
                text.push_str(&format!(" − {} discount", money(discount)));
            }
            if tax != 0 {
                text.push_str(&format!(" − {} tax inside", money(tax)));
            }
            Some(format!("{text} ÷ {} = {value}", months_text(recurrence)))
        }
        Cause::Prorated { lines: own, valuation, beside } => {
            let lines: Vec<&ExplainedLine> = lines.iter().take(own.len()).collect();
            let quantity: Vec<&str> = lines.iter().map(|line| line.quantity.as_str()).collect();
            let units = match quantity.join(" + ").as_str() {
                "1" => "1 unit".to_owned(),
                several => format!("{several} units"),
            };
            let net =
                lines.iter().map(|line| line.amount_minor - line.discount_minor - line.inclusive_tax_minor);
            let part = match valuation {
                _ if *valuation != Valuation::ByOtherBill && !beside.is_empty() => {
                    format!("{units}, as billed for the next period,")
                }
                Valuation::FullPrice => format!("{units} at full price"),
                Valuation::Itemized => format!("{units} at full price less the discount on the bill"),
                Valuation::ByOtherBill => {
                    format!("{units} at full price less the discount of the other bill")
                }
                Valuation::ByAmount => {
                    format!("{} for the rest of the period, scaled to a whole one,", money(net.sum()))
                }
            };
            Some(format!("{part} ÷ {} = {value}", months_text(recurrence)))
        }
        Cause::Changed { lines: own, quantity, valuation, .. } => {
            let units = if *quantity == 1 { "1 unit".to_owned() } else { format!("{quantity} units") };
            let net = lines.iter().take(own.len()).map(|line| line.amount_minor - line.discount_minor);
            let part = match valuation {
                ChangeValuation::ByUnit => format!("{units} at what each was worth before"),
                ChangeValuation::ByListPrice => {
                    format!("{units} at the list price, less the discount on the bill,")
                }
                ChangeValuation::ByNextBill => format!("{units}, as billed for the next period,"),
                ChangeValuation::ByAmount => {
                    format!("what it was worth before and {}, scaled to a whole period,", money(net.sum()))
                }
            };
            Some(format!("{part} ÷ {} = {value}", months_text(recurrence)))
        }
        _ => None,
    }
}

fn months_text(recurrence: Recurrence) -> String {
    let count = recurrence.interval_count;
    match recurrence.interval {
        BillingInterval::Month if count == 1 => "1 month".to_owned(),
        BillingInterval::Month => format!("{count} months"),
        BillingInterval::Year => format!("{} months", u64::from(count) * 12),
        BillingInterval::Week => format!("({count} × 12/52) months"),
        BillingInterval::Day => format!("({count} × 12/365) months"),
    }
}
