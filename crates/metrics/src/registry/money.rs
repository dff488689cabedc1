//! Metrics of money by the day it moved, or by the day it should have.

use super::{Better, Compute, Feed, Measure, Metric, Section, Term, Unit};
use crate::ledger::MoneyKind;
use crate::query::{Adds, Dimension, MoneyFigures, Value};

pub(super) const ALL: &[Metric] = &[
    Metric {
        formula: "Paid invoices without their tax plus succeeded charges without an invoice, by the day they were paid",
        docs_page: "metrics/gross-revenue.md",
        feeds: &[Feed::Charges, Feed::InvoicePayments],
        terms: &[Term::Money(MoneyKind::InvoiceRevenue), Term::Money(MoneyKind::ChargeRevenue)],
        ..sum("gross_revenue", "Gross revenue", Section::Revenue, |money| minor(gross_revenue(money)))
    },
    NET_REVENUE,
    REFUNDS,
    Metric {
        formula: "Credit notes after payment, as far as they were not paid out as refunds, by their day",
        docs_page: "metrics/credit-notes.md",
        better: Some(Better::Down),
        feeds: &[Feed::CreditNotes],
        terms: &[Term::Money(MoneyKind::CreditNote)],
        ..sum("credit_notes", "Credit notes", Section::Revenue, |money| {
            minor(money.minor(MoneyKind::CreditNote))
        })
    },
    Metric {
        formula: "Net revenue ÷ customers who paid in the period",
        why_unknown: Some("Nobody paid"),
        docs_page: "metrics/average-revenue-per-customer.md",
        measure: Measure::Ratio,
        feeds: REVENUE,
        terms: &[
            Term::Money(MoneyKind::InvoiceRevenue),
            Term::Money(MoneyKind::ChargeRevenue),
            Term::LessMoney(MoneyKind::Refund),
            Term::LessMoney(MoneyKind::CreditNote),
            Term::Payers,
        ],
        ..sum("average_revenue_per_customer", "Average revenue per customer", Section::Revenue, |money| {
            Value::mean(net_revenue(money), money.payers)
        })
    },
    Metric {
        formula: "Refunds ÷ payments collected in the same period",
        why_unknown: Some("Nothing collected"),
        docs_page: "metrics/refund-rate.md",
        unit: Unit::Ratio,
        measure: Measure::Ratio,
        better: Some(Better::Down),
        feeds: &[Feed::Refunds, Feed::Charges],
        terms: &[Term::Money(MoneyKind::Refund), Term::Money(MoneyKind::Payment)],
        ..sum("refund_rate", "Refund rate", Section::Revenue, |money| {
            Value::ratio(money.minor(MoneyKind::Refund), money.minor(MoneyKind::Payment))
        })
    },
    Metric {
        formula: "Succeeded charges, by their day",
        docs_page: "metrics/payments-collected.md",
        feeds: &[Feed::Charges],
        terms: &[Term::Money(MoneyKind::Payment)],
        ..sum("payments_collected", "Payments collected", Section::Payments, |money| {
            minor(money.minor(MoneyKind::Payment))
        })
    },
    Metric {
        formula: "Failed charges, by their day",
        docs_page: "metrics/failed-attempts.md",
        feeds: &[Feed::FailedPayments, Feed::Charges],
        dimensions: FAILURES,
        terms: &[Term::MoneyCount(MoneyKind::FailedPayment)],
        ..number("failed_attempts", "Failed attempts", |money| {
            Some(Value::Count(money.count(MoneyKind::FailedPayment)))
        })
    },
    Metric {
        formula: "Invoices whose first attempt to collect them failed in the period",
        docs_page: "metrics/failed-invoices.md",
        feeds: ATTEMPTS,
        dimensions: FAILURES,
        terms: &[Term::MoneyCount(MoneyKind::FailedInvoice)],
        ..number("failed_invoices", "Failed invoices", |money| {
            Some(Value::Count(money.count(MoneyKind::FailedInvoice)))
        })
    },
    Metric {
        formula: "What was due on the invoices whose first attempt failed in the period",
        docs_page: "metrics/failed-amount.md",
        better: Some(Better::Down),
        feeds: ATTEMPTS,
        dimensions: FAILURES,
        terms: &[Term::Money(MoneyKind::FailedInvoice)],
        ..sum("failed_amount", "Failed amount", Section::Payments, |money| {
            minor(money.minor(MoneyKind::FailedInvoice))
        })
    },
    Metric {
        formula: "Of the invoices whose first attempt failed in the period, the share that has been paid by now",
        why_unknown: Some("No payment failed"),
        docs_page: "metrics/recovery-rate.md",
        unit: Unit::Ratio,
        measure: Measure::Ratio,
        feeds: ATTEMPTS,
        dimensions: FAILURES,
        terms: &[Term::MoneyCount(MoneyKind::RecoveredInvoice), Term::MoneyCount(MoneyKind::FailedInvoice)],
        ..sum("recovery_rate", "Recovery rate", Section::Payments, |money| {
            Value::ratio(money.count(MoneyKind::RecoveredInvoice), money.count(MoneyKind::FailedInvoice))
        })
    },
    Metric {
        formula: "What has been paid by now of the invoices whose first attempt failed in the period",
        docs_page: "metrics/recovered-amount.md",
        feeds: ATTEMPTS,
        dimensions: FAILURES,
        terms: &[Term::Money(MoneyKind::RecoveredInvoice)],
        ..sum("recovered_amount", "Recovered amount", Section::Payments, |money| {
            minor(money.minor(MoneyKind::RecoveredInvoice))
        })
    },
    Metric {
        formula: "Disputes, by the day they were opened",
        docs_page: "metrics/disputes-opened.md",
        feeds: &[Feed::Disputes],
        terms: &[Term::MoneyCount(MoneyKind::DisputeOpened)],
        ..number("disputes_opened", "Disputes opened", |money| {
            Some(Value::Count(money.count(MoneyKind::DisputeOpened)))
        })
    },
    Metric {
        formula: "Amounts of disputes that were lost, less what was won back, by the day they were closed",
        docs_page: "metrics/disputes-lost.md",
        better: Some(Better::Down),
        feeds: &[Feed::Disputes],
        terms: &[Term::Money(MoneyKind::DisputeLost)],
        ..sum("disputes_lost", "Disputes lost", Section::Payments, |money| {
            minor(money.minor(MoneyKind::DisputeLost))
        })
    },
    Metric {
        formula: "Fees of balance transactions, by the day of the transaction",
        docs_page: "metrics/fees.md",
        better: Some(Better::Down),
        ..of_balance("fees", "Fees", |transaction| transaction.fee_minor)
    },
    Metric {
        formula: "Net amounts of balance transactions other than payouts and transfers, by the day of the transaction",
        docs_page: "metrics/net-cash.md",
        ..of_balance("net_cash", "Net cash", |transaction| {
            if transaction.category.is_moved_elsewhere() { 0 } else { transaction.net_minor }
        })
    },
];

const REVENUE: &[Feed] = &[Feed::Charges, Feed::Refunds, Feed::CreditNotes, Feed::InvoicePayments];
const FAILURES: &[Dimension] = &[Dimension::Currency, Dimension::Country, Dimension::DeclineCode];
const ATTEMPTS: &[Feed] = &[Feed::FailedPayments, Feed::Charges, Feed::InvoicePayments];

/// What cohorts and summaries lack where it lacks something.
pub(crate) const NET_REVENUE: Metric = Metric {
    formula: "Paid invoices less tax, plus charges without an invoice, less refunds and credit notes after payment",
    docs_page: "metrics/net-revenue.md",
    feeds: REVENUE,
    terms: &[
        Term::Money(MoneyKind::InvoiceRevenue),
        Term::Money(MoneyKind::ChargeRevenue),
        Term::LessMoney(MoneyKind::Refund),
        Term::LessMoney(MoneyKind::CreditNote),
    ],
    ..sum("net_revenue", "Net revenue", Section::Revenue, |money| minor(net_revenue(money)))
};

const REFUNDS: Metric = Metric {
    formula: "Succeeded refunds, by the day of the refund",
    docs_page: "metrics/refunds.md",
    better: Some(Better::Down),
    feeds: &[Feed::Refunds],
    terms: &[Term::Money(MoneyKind::Refund)],
    ..sum("refunds", "Refunds", Section::Revenue, |money| minor(money.minor(MoneyKind::Refund)))
};

fn gross_revenue(money: &MoneyFigures) -> i64 {
    money.minor(MoneyKind::InvoiceRevenue) + money.minor(MoneyKind::ChargeRevenue)
}

/// Also part of a summary, as refunds are.
pub(crate) fn net_revenue(money: &MoneyFigures) -> i64 {
    gross_revenue(money) - money.minor(MoneyKind::Refund) - money.minor(MoneyKind::CreditNote)
}

#[expect(clippy::unnecessary_wraps, reason = "a metric may have no value")]
fn minor(minor: i64) -> Option<Value> {
    Some(Value::Minor(minor))
}

/// A sum of money. A payment belongs to no plan, product or interval.
const fn sum(
    id: &'static str,
    label: &'static str,
    section: Section,
    compute: fn(&MoneyFigures) -> Option<Value>,
) -> Metric {
    Metric {
        supports_filters: false,
        dimensions: &[Dimension::Currency, Dimension::Country],
        ..Metric::new((id, label, section), Unit::Money, Measure::Flow, Compute::Money(compute))
    }
}

/// A sum over what moved the balance. A balance transaction belongs to no customer either.
const fn of_balance(id: &'static str, label: &'static str, adds: Adds) -> Metric {
    Metric {
        supports_filters: false,
        dimensions: &[Dimension::Currency],
        feeds: &[Feed::BalanceTransactions],
        ..Metric::new((id, label, Section::Payments), Unit::Money, Measure::Flow, Compute::Balance(adds))
    }
}

/// How many there were of something that there had better be none of.
const fn number(
    id: &'static str,
    label: &'static str,
    compute: fn(&MoneyFigures) -> Option<Value>,
) -> Metric {
    let metric = sum(id, label, Section::Payments, compute);
    Metric { unit: Unit::Count, better: Some(Better::Down), ..metric }
}
