//! Every metric once: a row says how it is called, in what it is measured, what it means and where that is explained,
//! what feeds it, what it can be filtered by, and how it is computed. Everything else reads the row.

use serde::Serialize;
use utoipa::ToSchema;

use crate::ledger::MoneyKind;
use crate::query::{Dimension, Figures, MovementKind, Value};

/// What a metric is measured in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Unit {
    /// Smallest units of a currency.
    Money,
    Count,
    Ratio,
}

/// What a source may not offer or a key may not be allowed to read, in no source's words. Without it, the metrics
/// that it feeds lack a part.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Feed {
    PendingItems,
    Charges,
    Refunds,
    CreditNotes,
    InvoicePayments,
}

/// One row of the registry.
#[derive(Debug, Clone, Copy, Serialize, ToSchema)]
pub struct Metric {
    /// The name that the API, the command line and links use.
    pub id: &'static str,
    pub label: &'static str,
    pub unit: Unit,
    pub formula: &'static str,
    /// Its page in the documentation, as a path under `docs/`.
    #[serde(rename = "docs_url")]
    pub docs_page: &'static str,
    /// Whether it can be filtered by plan, product and interval.
    pub supports_filters: bool,
    /// What it can be filtered and broken down by.
    pub dimensions: &'static [Dimension],
    #[serde(skip)]
    pub feeds: &'static [Feed],
    #[serde(skip)]
    pub(crate) compute: Compute,
}

/// How a value comes out of the columns.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Compute {
    /// From what one pass over the recurring rows adds up for a period.
    Recurring(fn(&Figures) -> Option<Value>),
    /// From money by the day it moved: how often an amount of a kind is added, so 1, -1 or 0.
    Money(fn(MoneyKind) -> i64),
}

impl Metric {
    pub fn find(id: &str) -> Option<&'static Self> {
        METRICS.iter().find(|metric| metric.id == id)
    }
}

/// In the order in which they are listed.
pub static METRICS: &[Metric] = &[
    MRR,
    recurring("arr", "ARR", Unit::Money, "MRR × 12", "metrics/arr.md", |period| {
        Some(Value::Minor(period.mrr.saturating_mul(12)))
    }),
    recurring(
        "active_customers",
        "Active customers",
        Unit::Count,
        "Customers whose MRR is above 0 at the end of the period",
        "metrics/active-customers.md",
        |period| Some(Value::Count(period.customers)),
    ),
    recurring(
        "active_subscriptions",
        "Active subscriptions",
        Unit::Count,
        "Subscriptions whose MRR is above 0 at the end of the period",
        "metrics/active-subscriptions.md",
        |period| Some(Value::Count(period.subscriptions)),
    ),
    recurring("arpa", "ARPA", Unit::Money, "MRR ÷ active customers", "metrics/arpa.md", |period| {
        Value::mean(period.mrr, period.customers)
    }),
    recurring(
        "average_sale_price",
        "Average sale price",
        Unit::Money,
        "New MRR ÷ new customers",
        "metrics/average-sale-price.md",
        |period| Value::mean(period.moved(MovementKind::New), period.movers(MovementKind::New)),
    ),
    recurring(
        "net_new_mrr",
        "Net new MRR",
        Unit::Money,
        "New + reactivation + expansion + contraction + churn + fx: MRR at the end less MRR just before the period",
        "metrics/net-new-mrr.md",
        |period| Some(Value::Minor(period.mrr - period.mrr_before)),
    ),
    recurring(
        "mrr_growth_rate",
        "MRR growth rate",
        Unit::Ratio,
        "(MRR at the end − MRR just before the period) ÷ MRR just before the period",
        "metrics/mrr-growth-rate.md",
        |period| Value::ratio(period.mrr - period.mrr_before, period.mrr_before),
    ),
    recurring(
        "quick_ratio",
        "Quick ratio",
        Unit::Ratio,
        "(New + reactivation + expansion) ÷ (lost by contraction + lost by churn)",
        "metrics/quick-ratio.md",
        |period| {
            let sum = |kinds: &[MovementKind]| kinds.iter().map(|kind| period.moved(*kind)).sum::<i64>();
            let gained = sum(&[MovementKind::New, MovementKind::Reactivation, MovementKind::Expansion]);
            Value::ratio(gained, -sum(&[MovementKind::Contraction, MovementKind::Churn]))
        },
    ),
    recurring(
        "customer_churn_rate",
        "Customer churn rate",
        Unit::Ratio,
        "Share of the customers above 0 just before the period that are at 0 at its end",
        "metrics/customer-churn-rate.md",
        |period| Value::ratio(period.churned_customers, period.base_customers),
    ),
    recurring(
        "gross_mrr_churn_rate",
        "Gross MRR churn rate",
        Unit::Ratio,
        "MRR that the customers above 0 just before the period lost to contraction and churn ÷ MRR just before the period",
        "metrics/gross-mrr-churn-rate.md",
        |period| Value::ratio(-period.lost, period.base_mrr),
    ),
    recurring(
        "net_mrr_churn_rate",
        "Net MRR churn rate",
        Unit::Ratio,
        "1 − net revenue retention",
        "metrics/net-mrr-churn-rate.md",
        |period| Value::ratio(period.base_mrr - period.retained, period.base_mrr),
    ),
    recurring(
        "net_revenue_retention",
        "Net revenue retention",
        Unit::Ratio,
        "MRR at the end of the period, of the customers above 0 just before it ÷ MRR just before the period",
        "metrics/net-revenue-retention.md",
        |period| Value::ratio(period.retained, period.base_mrr),
    ),
    recurring(
        "gross_revenue_retention",
        "Gross revenue retention",
        Unit::Ratio,
        "Sum over the customers above 0 just before the period of the smaller of their MRR then and at the end ÷ MRR just before the period",
        "metrics/gross-revenue-retention.md",
        |period| Value::ratio(period.kept, period.base_mrr),
    ),
    NET_REVENUE,
    REFUNDS,
];

/// MRR, which is also asked for together with its movements.
pub(crate) const MRR: Metric = recurring(
    "mrr",
    "MRR",
    Unit::Money,
    "What all subscriptions are worth per month at the end of the period, computed from what was billed",
    "metrics/mrr.md",
    |period| Some(Value::Minor(period.mrr)),
);

/// Also part of a summary, as refunds are.
pub(crate) const NET_REVENUE: Metric = money(
    "net_revenue",
    "Net revenue",
    "Paid invoices less tax, plus charges without an invoice, less refunds and credit notes after payment",
    "metrics/net-revenue.md",
    &[Feed::Charges, Feed::Refunds, Feed::CreditNotes, Feed::InvoicePayments],
    |kind| match kind {
        MoneyKind::InvoiceRevenue | MoneyKind::ChargeRevenue => 1,
        MoneyKind::Refund | MoneyKind::CreditNote => -1,
        MoneyKind::Payment | MoneyKind::FailedPayment => 0,
    },
);

pub(crate) const REFUNDS: Metric = money(
    "refunds",
    "Refunds",
    "Succeeded refunds, by the day of the refund",
    "metrics/refunds.md",
    &[Feed::Refunds],
    |kind| i64::from(kind == MoneyKind::Refund),
);

/// A metric of the ledger's recurring value.
const fn recurring(
    id: &'static str,
    label: &'static str,
    unit: Unit,
    formula: &'static str,
    docs_page: &'static str,
    compute: fn(&Figures) -> Option<Value>,
) -> Metric {
    Metric {
        id,
        label,
        unit,
        formula,
        docs_page,
        supports_filters: true,
        dimensions: &Dimension::ALL,
        feeds: &[Feed::PendingItems],
        compute: Compute::Recurring(compute),
    }
}

/// A metric of money by the day it moved: a payment belongs to no plan, product or interval.
const fn money(
    id: &'static str,
    label: &'static str,
    formula: &'static str,
    docs_page: &'static str,
    feeds: &'static [Feed],
    sign: fn(MoneyKind) -> i64,
) -> Metric {
    Metric {
        id,
        label,
        unit: Unit::Money,
        formula,
        docs_page,
        supports_filters: false,
        dimensions: &[Dimension::Currency, Dimension::Country],
        feeds,
        compute: Compute::Money(sign),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_metric_has_its_page_and_the_index_links_to_it() {
        let docs = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/").to_owned();
        let index = std::fs::read_to_string(docs.clone() + "metrics/README.md").unwrap();
        for metric in METRICS {
            let page = docs.clone() + metric.docs_page;
            assert!(std::fs::exists(&page).unwrap(), "{page}");
            let file = metric.docs_page.trim_start_matches("metrics/");
            assert!(index.contains(&format!("({file})")), "{file} is not in docs/metrics/README.md");
        }
    }

    #[test]
    fn a_metric_is_found_by_the_only_row_of_its_name() {
        for metric in METRICS {
            assert_eq!(Metric::find(metric.id).unwrap().label, metric.label);
            assert_eq!(METRICS.iter().filter(|other| other.id == metric.id).count(), 1, "{}", metric.id);
        }
        assert!(Metric::find("nrr").is_none());
    }

    #[test]
    fn a_row_computes_what_its_unit_says() {
        let period = Figures {
            mrr: 1,
            mrr_before: 1,
            base_mrr: 1,
            base_customers: 1,
            customers: 1,
            customers_before: 1,
            moved: [1; 5],
            movers: [1; 5],
            ..Figures::default()
        };
        for metric in METRICS {
            let Compute::Recurring(compute) = metric.compute else { continue };
            let unit = match compute(&period).unwrap() {
                Value::Minor(_) => Unit::Money,
                Value::Count(_) => Unit::Count,
                Value::Ratio(_) => Unit::Ratio,
            };
            assert_eq!(unit, metric.unit, "{}", metric.id);
        }
    }
}
