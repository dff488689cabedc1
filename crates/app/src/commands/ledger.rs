//! `chartsy ledger`: every change of every customer's MRR, customer by customer.

use std::io::{BufWriter, Write};

use clap::ValueEnum;
use metrics::query;

use crate::arguments::ConnectionArgs;
use crate::{folder, work};

#[derive(Debug, clap::Args)]
pub struct Ledger {
    #[command(flatten)]
    connection: ConnectionArgs,
    #[arg(long, value_enum, default_value_t = Format::Ndjson)]
    format: Format,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Format {
    Ndjson,
    Csv,
}

pub async fn run(args: &Ledger) -> anyhow::Result<()> {
    let (folder, business) = folder::business(&args.connection)?;
    let view = work::view(&folder, &business).await?;
    let mut out = BufWriter::new(std::io::stdout().lock());
    let steps = query::steps(&view.ledger, view.now);
    match args.format {
        Format::Ndjson => {
            for step in steps {
                serde_json::to_writer(&mut out, &step).map_err(std::io::Error::from)?;
                out.write_all(b"\n")?;
            }
        }
        Format::Csv => {
            let mut csv = csv::Writer::from_writer(&mut out);
            for step in steps {
                csv.serialize(&step)?;
            }
            csv.flush()?;
        }
    }
    Ok(out.flush()?)
}
