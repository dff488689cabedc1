//! How commands print what they list: as a table for people, as CSV for spreadsheets, as JSON for programs.

use std::fmt::Display;
use std::io::{StdoutLock, Write};
use std::ops::Range;

use clap::ValueEnum;
use comfy_table::{Cell, CellAlignment, Table, presets};
use model::{Currency, Money};
use serde::Serialize;

#[derive(Debug, Clone, Copy, ValueEnum)]
pub enum Format {
    Table,
    Json,
    Csv,
}

impl Format {
    /// Writes the same in the format that was asked for.
    pub fn print(
        self,
        json: &impl Serialize,
        csv: impl FnOnce(&mut StdoutLock<'static>) -> anyhow::Result<()>,
        table: impl FnOnce(&mut StdoutLock<'static>) -> anyhow::Result<()>,
    ) -> anyhow::Result<()> {
        let mut out = std::io::stdout().lock();
        match self {
            Self::Json => Ok(writeln!(out, "{}", serde_json::to_string_pretty(json)?)?),
            Self::Csv => csv(&mut out),
            Self::Table => table(&mut out),
        }
    }
}

/// A table without rows. Its columns of numbers stand to the right.
pub fn table<T: Into<Cell>>(header: impl IntoIterator<Item = T>, numbers: Range<usize>) -> Table {
    let mut table = Table::new();
    table.load_style(presets::NOTHING);
    table.set_header(header.into_iter().map(Into::into).collect::<Vec<Cell>>());
    for column in table.column_iter_mut().take(numbers.end).skip(numbers.start) {
        column.set_cell_alignment(CellAlignment::Right);
    }
    table
}

/// `1 line`, `2 lines`.
pub fn counted<N: Display + PartialEq + From<u8>>(count: N, one: &str) -> String {
    format!("{count} {one}{}", if count == N::from(1) { "" } else { "s" })
}

/// An amount in the currency's main unit, without the currency.
pub fn in_main_units(amount_minor: i64, currency: Currency) -> String {
    let money = Money { amount_minor, currency }.to_string();
    money.split(' ').next().unwrap_or_default().to_owned()
}
