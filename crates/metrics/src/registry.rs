//! Every metric once: how it is called, in what it is measured, what it means and where that is explained.

use serde::Serialize;

/// What a metric is measured in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Unit {
    /// Smallest units of a currency.
    Money,
    Count,
    Ratio,
}

/// The name that the API, the command line and links use.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum MetricId {
    Mrr,
    Arr,
    ActiveCustomers,
    ActiveSubscriptions,
    Arpa,
    NetNewMrr,
    MrrGrowthRate,
    QuickRatio,
    CustomerChurnRate,
    GrossMrrChurnRate,
    NetMrrChurnRate,
    NetRevenueRetention,
    GrossRevenueRetention,
    NetRevenue,
    Refunds,
}

#[derive(Debug, Clone, Copy, Serialize)]
pub struct Metric {
    pub id: MetricId,
    pub label: &'static str,
    pub unit: Unit,
    pub formula: &'static str,
    /// Path of its page under `docs/`.
    pub docs_page: &'static str,
    /// Whether it can be filtered and broken down by plan, product and interval: revenue has none of them.
    pub supports_filters: bool,
}

impl Metric {
    pub fn find(id: &str) -> Option<&'static Self> {
        METRICS.iter().find(|metric| metric.id.as_str() == id)
    }
}

impl MetricId {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Mrr => "mrr",
            Self::Arr => "arr",
            Self::ActiveCustomers => "active_customers",
            Self::ActiveSubscriptions => "active_subscriptions",
            Self::Arpa => "arpa",
            Self::NetNewMrr => "net_new_mrr",
            Self::MrrGrowthRate => "mrr_growth_rate",
            Self::QuickRatio => "quick_ratio",
            Self::CustomerChurnRate => "customer_churn_rate",
            Self::GrossMrrChurnRate => "gross_mrr_churn_rate",
            Self::NetMrrChurnRate => "net_mrr_churn_rate",
            Self::NetRevenueRetention => "net_revenue_retention",
            Self::GrossRevenueRetention => "gross_revenue_retention",
            Self::NetRevenue => "net_revenue",
            Self::Refunds => "refunds",
        }
    }
}

/// In the order in which they are listed.
pub static METRICS: [Metric; 15] = [
    metric(
        MetricId::Mrr,
        "MRR",
        Unit::Money,
        "What all subscriptions are worth per month at the end of the period, from what was billed",
        "metrics/mrr.md",
    ),
    metric(MetricId::Arr, "ARR", Unit::Money, "MRR × 12", "metrics/arr.md"),
    metric(
        MetricId::ActiveCustomers,
        "Active customers",
        Unit::Count,
        "Customers whose MRR is above 0 at the end of the period",
        "metrics/active-customers.md",
    ),
    metric(
        MetricId::ActiveSubscriptions,
        "Active subscriptions",
        Unit::Count,
        "Subscriptions whose MRR is above 0 at the end of the period",
        "metrics/active-subscriptions.md",
    ),
    metric(MetricId::Arpa, "ARPA", Unit::Money, "MRR ÷ active customers", "metrics/arpa.md"),
    metric(
        MetricId::NetNewMrr,
        "Net new MRR",
        Unit::Money,
        "New + reactivation + expansion + contraction + churn + fx: MRR at the end less MRR just before the period",
        "metrics/net-new-mrr.md",
    ),
    metric(
        MetricId::MrrGrowthRate,
        "MRR growth rate",
        Unit::Ratio,
        "(MRR at the end − MRR just before the period) ÷ MRR just before the period",
        "metrics/mrr-growth-rate.md",
    ),
    metric(
        MetricId::QuickRatio,
        "Quick ratio",
        Unit::Ratio,
        "(New + reactivation + expansion) ÷ (lost by contraction + lost by churn)",
        "metrics/quick-ratio.md",
    ),
    metric(
        MetricId::CustomerChurnRate,
        "Customer churn rate",
        Unit::Ratio,
        "Of the customers above 0 just before the period, the share that is at 0 at its end",
        "metrics/customer-churn-rate.md",
    ),
    metric(
        MetricId::GrossMrrChurnRate,
        "Gross MRR churn rate",
        Unit::Ratio,
        "What the customers above 0 just before the period lost by contraction and churn ÷ MRR just before the period",
        "metrics/gross-mrr-churn-rate.md",
    ),
    metric(
        MetricId::NetMrrChurnRate,
        "Net MRR churn rate",
        Unit::Ratio,
        "1 − net revenue retention",
        "metrics/net-mrr-churn-rate.md",
    ),
    metric(
        MetricId::NetRevenueRetention,
        "Net revenue retention",
        Unit::Ratio,
        "MRR at the end of the customers above 0 just before the period ÷ MRR just before the period",
        "metrics/net-revenue-retention.md",
    ),
    metric(
        MetricId::GrossRevenueRetention,
        "Gross revenue retention",
        Unit::Ratio,
        "For each customer above 0 just before the period the smaller of its MRR then and at the end, summed ÷ MRR \
         just before the period",
        "metrics/gross-revenue-retention.md",
    ),
    revenue(
        MetricId::NetRevenue,
        "Net revenue",
        "Paid invoices without tax, plus charges without an invoice, less refunds and credit notes after payment",
        "metrics/net-revenue.md",
    ),
    revenue(
        MetricId::Refunds,
        "Refunds",
        "Refunds that succeeded, by the day of the refund",
        "metrics/refunds.md",
    ),
];

const fn metric(
    id: MetricId,
    label: &'static str,
    unit: Unit,
    formula: &'static str,
    docs_page: &'static str,
) -> Metric {
    Metric { id, label, unit, formula, docs_page, supports_filters: true }
}

const fn revenue(
    id: MetricId,
    label: &'static str,
    formula: &'static str,
    docs_page: &'static str,
) -> Metric {
    Metric { id, label, unit: Unit::Money, formula, docs_page, supports_filters: false }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_metric_has_its_page() {
        for metric in &METRICS {
            let page = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/").to_owned() + metric.docs_page;
            assert!(std::fs::exists(&page).unwrap(), "{page}");
        }
    }

    #[test]
    fn a_metric_is_found_by_the_name_it_is_written_with() {
        for metric in &METRICS {
            let json = serde_json::to_value(metric.id).unwrap();
            assert_eq!(json, metric.id.as_str());
            assert_eq!(Metric::find(metric.id.as_str()).unwrap().id, metric.id);
        }
        assert!(Metric::find("nrr").is_none());
    }
}
