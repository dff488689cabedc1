//! `chartsy explain`: what a customer's MRR, or any value of a metric, is made of.

mod customer;
mod metric;

use metrics::query::{Dimension, Reporting};
use metrics::registry::Metric;
use model::{Day, UnixSeconds};

use super::metrics::{filter, metric as metric_named};
use crate::arguments::{ConnectionArgs, TextOrJson};

#[derive(Debug, clap::Args)]
#[command(group(clap::ArgGroup::new("what").required(true).args(["customer", "metric"])))]
pub struct Explain {
    #[command(flatten)]
    connection: ConnectionArgs,
    /// The provider's id of a customer: its MRR is explained
    #[arg(long, value_name = "ID")]
    customer: Option<String>,
    /// Of a customer: an instant, as seconds since 1970 or such as 2026-01-31T12:00:00Z; by default the complete history
    #[arg(long, value_name = "INSTANT", value_parser = customer::instant, conflicts_with = "metric")]
    at: Option<UnixSeconds>,
    /// Such as mrr or customer_churn_rate: its value over a period is explained
    #[arg(long, value_name = "NAME", value_parser = metric_named)]
    metric: Option<&'static Metric>,
    #[command(flatten)]
    period: Period,
    #[arg(long, value_enum, default_value_t = TextOrJson::Text)]
    format: TextOrJson,
}

/// What a metric's value is asked for.
#[derive(Debug, clap::Args)]
struct Period {
    /// Of a metric: first day, such as 2026-01-01; by default that of the last twelve months
    #[arg(long, value_name = "YYYY-MM-DD", conflicts_with = "customer")]
    from: Option<Day>,
    /// Of a metric: last day; by default today
    #[arg(long, value_name = "YYYY-MM-DD", conflicts_with = "customer")]
    to: Option<Day>,
    /// Of a metric: native (default), or the code of a currency to convert to
    #[arg(long, conflicts_with = "customer")]
    currency: Option<Reporting>,
    /// Of a metric: such as plan=price_123; may be repeated
    #[arg(long, value_name = "DIMENSION=VALUE", value_parser = filter, conflicts_with = "customer")]
    filter: Vec<(Dimension, String)>,
    /// Of a metric: the part of the value whose customers or balance transactions are listed
    #[arg(long, value_name = "PART", conflicts_with = "customer")]
    part: Option<String>,
}

pub async fn run(args: Explain) -> anyhow::Result<()> {
    match (args.metric, args.customer) {
        (Some(named), _) => metric::run(&args.connection, named, args.period, args.format).await,
        (None, Some(id)) => customer::run(&args.connection, &id, args.at, args.format).await,
        (None, None) => Ok(()),
    }
}
