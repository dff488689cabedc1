//! Which figures each page has.

use ::metrics::query::Dimension;
use ::metrics::registry::Metric;

use super::UiPage;

impl UiPage {
    pub(crate) fn named(name: &str) -> Option<Self> {
        Some(match name {
            "overview" => Self::Overview,
            "mrr" => Self::Mrr,
            "plans" => Self::Plans,
            "churn" => Self::Churn,
            "retention" => Self::Retention,
            "trials" => Self::Trials,
            "revenue" => Self::Revenue,
            "payments" => Self::Payments,
            "geography" => Self::Geography,
            _ => Self::Metric(Metric::find(name.strip_prefix("metrics/")?)?),
        })
    }

    /// Its figures that are not broken down.
    pub(super) fn wholes(self) -> &'static [&'static str] {
        match self {
            Self::Overview => &[
                "mrr",
                "arr",
                "active_customers",
                "arpa",
                "customer_churn_rate",
                "net_revenue_retention",
                "ltv",
                "gross_mrr_churn_rate",
                "net_revenue",
                "refund_rate",
                "recovery_rate",
                "trial_conversion_rate",
                "failed_invoices",
                "payments_collected",
                "net_cash",
                "scheduled_churn",
                "at_risk_mrr",
                "trial_mrr",
            ],
            Self::Mrr => {
                &["mrr", "arr", "arpa", "active_customers", "customer_churn_rate", "net_revenue", "refunds"]
            }
            Self::Plans => &["mrr", "customer_churn_rate"],
            Self::Churn => &[
                "customer_churn_rate",
                "gross_mrr_churn_rate",
                "net_mrr_churn_rate",
                "churned_customers",
                "voluntary_churn_rate",
                "involuntary_churn_rate",
                "scheduled_churn",
            ],
            Self::Retention => &[
                "net_revenue_retention",
                "gross_revenue_retention",
                "customer_churn_rate",
                "customer_lifetime_months",
                "ltv",
            ],
            Self::Trials => &[
                "trials_started",
                "trials_converted",
                "trial_conversion_rate",
                "days_to_convert",
                "trial_mrr",
            ],
            Self::Revenue => &[
                "net_revenue",
                "gross_revenue",
                "refunds",
                "credit_notes",
                "refund_rate",
                "average_revenue_per_customer",
                "fees",
                "net_cash",
            ],
            Self::Payments => &[
                "payments_collected",
                "failed_amount",
                "recovered_amount",
                "recovery_rate",
                "failed_invoices",
                "failed_attempts",
                "at_risk_mrr",
                "disputes_opened",
                "disputes_lost",
            ],
            Self::Geography => &["mrr"],
            Self::Metric(_) => &[],
        }
    }

    /// Its figures that are broken down, whatever the address says.
    pub(super) fn parts(self) -> &'static [(&'static str, Dimension)] {
        match self {
            Self::Mrr => &[
                ("mrr", Dimension::Plan),
                ("expansion_mrr", Dimension::Cause),
                ("contraction_mrr", Dimension::Cause),
            ],
            Self::Plans => &[
                ("mrr", Dimension::Plan),
                ("mrr", Dimension::Product),
                ("customer_churn_rate", Dimension::Plan),
                ("customer_churn_rate", Dimension::Product),
            ],
            Self::Churn => &[
                ("churned_customers", Dimension::ChurnReason),
                ("churned_mrr", Dimension::ChurnReason),
                ("churned_customers", Dimension::Feedback),
                ("churned_mrr", Dimension::Feedback),
                ("churned_customers", Dimension::Plan),
                ("churned_customers", Dimension::Country),
            ],
            Self::Trials => &[("trials_started", Dimension::Plan), ("trials_converted", Dimension::Plan)],
            Self::Revenue => &[("net_revenue", Dimension::Country), ("net_revenue", Dimension::Currency)],
            Self::Payments => &[("failed_attempts", Dimension::DeclineCode), ("at_risk_mrr", Dimension::Age)],
            Self::Geography => &[("mrr", Dimension::Country)],
            Self::Overview | Self::Retention | Self::Metric(_) => &[],
        }
    }

    /// What its address can break its figures down by.
    pub(super) fn dimensions(self) -> &'static [Dimension] {
        match self {
            Self::Mrr => &[Dimension::Plan, Dimension::Product, Dimension::Interval, Dimension::Country],
            Self::Plans => &[Dimension::Plan, Dimension::Product],
            Self::Retention => &Dimension::RECURRING,
            Self::Metric(metric) => metric.dimensions,
            Self::Overview
            | Self::Churn
            | Self::Trials
            | Self::Revenue
            | Self::Payments
            | Self::Geography => &[],
        }
    }
}
