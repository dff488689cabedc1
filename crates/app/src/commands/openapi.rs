//! `chartsy openapi`: the API's description, for client generators.

use std::io::Write;

pub fn run() -> anyhow::Result<()> {
    let mut out = std::io::stdout().lock();
    writeln!(out, "{}", api::openapi().to_pretty_json()?)?;
    Ok(())
}
