//! Makes `data/ecb.csv.zst` from the ECB's file of all reference rates: `cargo xtask gen rates --csv FILE`.

use std::error::Error;
use std::path::Path;

use metrics::fx::Rates;

/// No provider's accounts are older.
const SINCE: &str = "2008-01-01";
const COMPRESSION_LEVEL: i32 = 19;

fn main() -> Result<(), Box<dyn Error>> {
    let path = std::env::args().nth(1).ok_or("say which file: embed_rates FILE.csv")?;
    let trimmed = trim(&std::fs::read_to_string(path)?);
    let newest = Rates::from_csv(&trimmed)?.latest_on().ok_or("there is no rate in this file")?;
    let packed = zstd::bulk::compress(trimmed.as_bytes(), COMPRESSION_LEVEL)?;
    let package =
        std::env::var_os("CARGO_MANIFEST_DIR").ok_or("run this by `cargo run --example embed_rates`")?;
    std::fs::write(Path::new(&package).join("data/ecb.csv.zst"), &packed)?;
    println!("{} bytes, up to {newest}", packed.len());
    Ok(())
}

/// The days since then, and the currencies that have a rate on any of them; `N/A` becomes nothing.
fn trim(text: &str) -> String {
    let (header, days) = text.split_once('\n').unwrap_or((text, ""));
    let header: Vec<&str> = header.trim().trim_end_matches(',').split(',').collect();
    let rate = |field: &str| if field.trim() == "N/A" { String::new() } else { field.trim().to_owned() };
    let rows: Vec<Vec<String>> = days
        .lines()
        .filter(|line| line.get(..SINCE.len()).is_some_and(|on| on >= SINCE))
        .map(|line| line.split(',').take(header.len()).map(rate).collect())
        .collect();
    let has_rate =
        |column: &usize| rows.iter().any(|row| row.get(*column).is_some_and(|rate| !rate.is_empty()));
    let columns: Vec<usize> = (0..header.len()).filter(has_rate).collect();
    let mut trimmed = columns.iter().map(|column| header[*column]).collect::<Vec<_>>().join(",");
    for row in &rows {
        let fields: Vec<&str> =
            columns.iter().map(|column| row.get(*column).map_or("", String::as_str)).collect();
        trimmed.push('\n');
        trimmed.push_str(&fields.join(","));
    }
    trimmed.push('\n');
    trimmed
}
