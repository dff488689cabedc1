//! `chartsy rates`: your own exchange rates, which take precedence over pegs and published ones.

use std::io::{Read, Write};
use std::path::PathBuf;

use anyhow::Context;
use jiff::tz::TimeZone;
use metrics::fx::{EnteredRate, read_csv};
use model::Clock;
use store::RateRecord;
use sync::{EnterError, ReferenceRates};

use crate::arguments::{DataArgs, TextOrJson};
use crate::commands::printed::counted;
use crate::failure::Advice;
use crate::folder::Folder;

/// The name recorded for rates entered here.
const ENTERED_BY: &str = "command line";

#[derive(Debug, clap::Args)]
pub struct Rates {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, clap::Subcommand)]
enum Action {
    /// List the rates that were entered
    List {
        #[command(flatten)]
        data: DataArgs,
        #[arg(long, value_enum, default_value_t = TextOrJson::Text)]
        format: TextOrJson,
    },
    /// Enter a rate: on these days one BASE is worth RATE units of CURRENCY
    Set {
        #[command(flatten)]
        data: DataArgs,
        /// The currency, such as KWD
        currency: String,
        /// A number with a decimal point, such as 0.3071
        rate: String,
        /// The currency that the rate is in
        #[arg(long, default_value = "EUR")]
        base: String,
        /// The first day, or the only one
        #[arg(long, value_name = "DATE")]
        from: String,
        /// The last day
        #[arg(long, value_name = "DATE")]
        to: Option<String>,
    },
    /// Enter the rates of a CSV file with the columns currency, base, from, to and rate; all or none of them
    Import {
        #[command(flatten)]
        data: DataArgs,
        /// The file; use - for standard input
        file: PathBuf,
    },
    /// Delete a rate that was entered
    Remove {
        #[command(flatten)]
        data: DataArgs,
        /// Its id, from 'chartsy rates list'
        id: String,
    },
}

pub fn run(args: Rates) -> anyhow::Result<()> {
    match args.action {
        Action::List { data, format } => list(&Folder::existing(&data.data)?, format),
        Action::Set { data, currency, rate, base, from, to } => {
            let entry = EnteredRate::parse(&currency, &base, &from, to.as_deref(), &rate)?;
            enter(&Folder::open(&data.data)?, &[entry], |_| None)
        }
        Action::Import { data, file } => import(&Folder::open(&data.data)?, &file),
        Action::Remove { data, id } => remove(&Folder::existing(&data.data)?, &id),
    }
}

fn import(folder: &Folder, file: &std::path::Path) -> anyhow::Result<()> {
    let mut bytes = Vec::new();
    if file.as_os_str() == "-" {
        std::io::stdin().read_to_end(&mut bytes).context("standard input can't be read")?;
    } else {
        bytes = std::fs::read(file).with_context(|| format!("{} can't be read", file.display()))?;
    }
    let text = String::from_utf8(bytes).map_err(|_| {
        Advice::new("this file is not UTF-8 text", "save it as UTF-8 CSV and import it again")
    })?;
    let lines = read_csv(&text)?;
    let entries: Vec<EnteredRate> = lines.iter().map(|(_, entry)| *entry).collect();
    enter(folder, &entries, |index| lines.get(index).map(|(line, _)| *line))
}

fn enter(
    folder: &Folder,
    entries: &[EnteredRate],
    line: impl Fn(usize) -> Option<u64>,
) -> anyhow::Result<()> {
    let rates = ReferenceRates::open(folder.data.clone(), folder.catalog.clone());
    let entered = rates.enter(&folder.catalog, &folder.workspace, entries, ENTERED_BY, Clock::System.now());
    entered.map_err(|error| match error {
        EnterError::Entry { index, error } => match line(index) {
            Some(line) => anyhow::anyhow!("line {line}: {error}"),
            None => error.into(),
        },
        other => other.into(),
    })?;
    let what = counted(entries.len(), "rate");
    let them = if entries.len() == 1 { "it" } else { "them" };
    folder.record(Some(&folder.workspace), "rates.entered", &what)?;
    let today = Clock::System.now().day(&TimeZone::UTC);
    match entries.iter().map(|entry| entry.first).min().filter(|first| *first > today) {
        Some(first) => eprintln!("{what} entered; figures use {them} from {first} on"),
        None => eprintln!("{what} entered; figures use {them} now"),
    }
    Ok(())
}

fn list(folder: &Folder, format: TextOrJson) -> anyhow::Result<()> {
    let records = folder.catalog.rates(&folder.workspace)?;
    let mut out = std::io::stdout().lock();
    if format == TextOrJson::Json {
        let rows: Vec<_> = records.into_iter().map(api::rates::dto::RateView::from).collect();
        writeln!(out, "{}", serde_json::to_string_pretty(&rows)?)?;
        return Ok(());
    }
    for RateRecord { id, rate, entered_by, entered_at } in records {
        let (base, currency) = (rate.base.as_str(), rate.currency.as_str());
        let (base, currency) = (base.to_ascii_uppercase(), currency.to_ascii_uppercase());
        let days = if rate.first_on == rate.last_on {
            rate.first_on.to_string()
        } else {
            format!("{} to {}", rate.first_on, rate.last_on)
        };
        writeln!(out, "{id}  {days}  1 {base} = {} {currency}  by {entered_by}, {entered_at}", rate.rate)?;
    }
    Ok(())
}

fn remove(folder: &Folder, id: &str) -> anyhow::Result<()> {
    if folder.catalog.delete_rate(&folder.workspace, id)? {
        folder.record(Some(&folder.workspace), "rates.deleted", id)?;
        eprintln!("rate {id} removed; pegs and published rates apply again on its days");
        return Ok(());
    }
    Err(Advice::new(format!("rate '{id}' not found"), "list them with 'chartsy rates list'").into())
}
