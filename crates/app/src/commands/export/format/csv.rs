//! Comma-separated values, for spreadsheets and everything else.

use std::borrow::Cow;
use std::fs::File;

use super::super::table::{Cell, Table};
use super::Rows;
use crate::spreadsheet::guarded;

pub struct Writer(csv::Writer<File>);

impl Writer {
    pub fn new(file: File, table: &'static Table) -> anyhow::Result<Self> {
        let mut csv = csv::Writer::from_writer(file);
        csv.write_record(table.columns.iter().map(|column| column.name)).map_err(cause)?;
        Ok(Self(csv))
    }
}

impl Rows for Writer {
    fn add(&mut self, row: &[Cell<'_>]) -> anyhow::Result<()> {
        for cell in row {
            self.0.write_field(&*text(cell)).map_err(cause)?;
        }
        self.0.write_record(None::<&[u8]>).map_err(cause)
    }

    fn finish(self: Box<Self>) -> anyhow::Result<()> {
        let file = self.0.into_inner().map_err(csv::IntoInnerError::into_error)?;
        Ok(file.sync_all()?)
    }
}

fn text<'a>(cell: &'a Cell<'_>) -> Cow<'a, str> {
    match cell {
        Cell::Missing => Cow::Borrowed(""),
        Cell::Text(text) => guarded(text),
        Cell::Integer(number) => Cow::Owned(number.to_string()),
        Cell::Decimal(number) => Cow::Owned(number.normalize().to_string()),
        Cell::Flag(is_so) => Cow::Borrowed(if *is_so { "true" } else { "false" }),
        Cell::Day(day) => Cow::Owned(day.to_string()),
        Cell::Instant(at) => Cow::Owned(at.to_string()),
    }
}

/// The disk's own error, if it is one: it says whether the disk is full.
fn cause(error: csv::Error) -> anyhow::Error {
    match error.into_kind() {
        csv::ErrorKind::Io(error) => error.into(),
        other => anyhow::anyhow!("{other:?}"),
    }
}

#[cfg(test)]
mod tests {
    use super::super::Format;
    use super::super::tests::{sample, written};

    #[test]
    fn cells_are_plain_text_and_names_never_formulas() {
        let rows = [sample("a,\"b\"\n"), sample("=1+1")].concat();
        let (_folder, path) = written(Format::Csv, &rows);
        assert_eq!(
            std::fs::read_to_string(path).unwrap(),
            "id,amount_minor,quantity,is_deleted,on,created_at\n\
             \"a,\"\"b\"\"\n\",-9223372036854775808,-12.5,true,2024-02-29,2024-02-29T00:00:00Z\n\
             \"a,\"\"b\"\"\n\",,,,,\n\
             '=1+1,-9223372036854775808,-12.5,true,2024-02-29,2024-02-29T00:00:00Z\n\
             '=1+1,,,,,\n"
        );
    }
}
