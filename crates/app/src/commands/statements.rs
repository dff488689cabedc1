//! `chartsy statements`: from one figure to another, computed by the same functions as in the API.

mod cash;

#[derive(Debug, clap::Args)]
pub struct Statements {
    #[command(subcommand)]
    statement: Statement,
}

#[derive(Debug, clap::Subcommand)]
enum Statement {
    /// From the payments that were collected to net cash, by month and currency
    Cash(cash::Cash),
}

pub async fn run(args: Statements) -> anyhow::Result<()> {
    match args.statement {
        Statement::Cash(args) => cash::run(args).await,
    }
}
