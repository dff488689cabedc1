//! `chartsy statements`: from one figure to another, computed by the same functions as in the API.

mod cash;
mod mrr;
mod paid;
mod provider_mrr;
mod renewals;

#[derive(Debug, clap::Args)]
pub struct Statements {
    #[command(subcommand)]
    statement: Statement,
}

#[derive(Debug, clap::Subcommand)]
enum Statement {
    /// From paid invoices to MRR: what was paid, what of it counts, and what was left out, by month and currency
    Paid(paid::Paid),
    /// From the payments that were collected to net cash, by month and currency
    Cash(cash::Cash),
    /// From MRR to the number by the provider's own published method, by currency
    Mrr(mrr::Mrr),
    /// MRR beside what the provider itself says it was, by day
    ProviderMrr(provider_mrr::ProviderMrr),
    /// Renewals whose bill is not what the bills before them had led to, where changes are billed as differences
    Renewals(renewals::Renewals),
}

pub async fn run(args: Statements) -> anyhow::Result<()> {
    match args.statement {
        Statement::Paid(args) => paid::run(args).await,
        Statement::Cash(args) => cash::run(args).await,
        Statement::Mrr(args) => mrr::run(args).await,
        Statement::ProviderMrr(args) => provider_mrr::run(args).await,
        Statement::Renewals(args) => renewals::run(args).await,
    }
}
