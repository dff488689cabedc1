//! The formats that a table can be written in. Each keeps a bounded number of rows in memory.

mod csv;
mod json;
mod parquet;

use std::fs::File;
use std::path::Path;

use clap::ValueEnum;

use super::table::{Cell, Table};

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// Comma-separated values with a header line
    Csv,
    /// An array of objects, one on each line
    Json,
    /// Columns with their types, compressed
    Parquet,
}

/// A file that takes the rows of one table.
pub trait Rows {
    /// Adds a row: one cell for each column, in their order.
    fn add(&mut self, row: &[Cell<'_>]) -> anyhow::Result<()>;

    /// Completes the file and waits until the disk has it.
    fn finish(self: Box<Self>) -> anyhow::Result<()>;
}

impl Format {
    pub const ALL: [Self; 3] = [Self::Csv, Self::Json, Self::Parquet];

    pub fn extension(self) -> &'static str {
        match self {
            Self::Csv => "csv",
            Self::Json => "json",
            Self::Parquet => "parquet",
        }
    }

    /// Creates the file of a table.
    pub fn create(self, path: &Path, table: &'static Table) -> anyhow::Result<Box<dyn Rows>> {
        let file = File::create_new(path)?;
        Ok(match self {
            Self::Csv => Box::new(csv::Writer::new(file, table)?),
            Self::Json => Box::new(json::Writer::new(file, table)?),
            Self::Parquet => Box::new(parquet::Writer::new(file, table)?),
        })
    }
}

#[cfg(test)]
pub mod tests {
    use std::path::PathBuf;

    use super::super::table::{Column, Kind};
    use super::*;

    pub static SAMPLE: Table = Table {
        name: "sample",
        columns: &[
            Column { name: "id", kind: Kind::Text },
            Column { name: "amount_minor", kind: Kind::Integer },
            Column { name: "quantity", kind: Kind::Decimal },
            Column { name: "is_deleted", kind: Kind::Flag },
            Column { name: "on", kind: Kind::Day },
            Column { name: "created_at", kind: Kind::Instant },
        ],
    };

    /// A row that has everything, and one that has nothing but its id.
    pub fn sample(id: &str) -> [Vec<Cell<'_>>; 2] {
        let full = vec![
            Cell::from(id),
            Cell::from(i64::MIN),
            Cell::from("-12.5".parse::<rust_decimal::Decimal>().unwrap()),
            Cell::from(true),
            Cell::from("2024-02-29".parse::<model::Day>().unwrap()),
            Cell::from(model::UnixSeconds(1_709_164_800)),
        ];
        let empty = SAMPLE.columns.iter().skip(1).map(|_| Cell::Missing);
        [full, std::iter::once(Cell::from(id)).chain(empty).collect()]
    }

    /// A file with these rows.
    pub fn written(format: Format, rows: &[Vec<Cell<'_>>]) -> (tempfile::TempDir, PathBuf) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("sample");
        let mut file = format.create(&path, &SAMPLE).unwrap();
        for row in rows {
            file.add(row).unwrap();
        }
        file.finish().unwrap();
        (folder, path)
    }
}
