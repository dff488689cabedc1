//! One array of objects, an object on each line: a valid document that can also be read line by line.

use std::fs::File;
use std::io::{BufWriter, Write};

use super::super::table::{Cell, Table};
use super::Rows;

pub struct Writer {
    out: BufWriter<File>,
    table: &'static Table,
    is_empty: bool,
}

impl Writer {
    pub fn new(file: File, table: &'static Table) -> anyhow::Result<Self> {
        let mut out = BufWriter::new(file);
        out.write_all(b"[")?;
        Ok(Self { out, table, is_empty: true })
    }
}

impl Rows for Writer {
    fn add(&mut self, row: &[Cell<'_>]) -> anyhow::Result<()> {
        self.out.write_all(if self.is_empty { b"\n{" } else { b",\n{" })?;
        self.is_empty = false;
        for (index, (column, cell)) in self.table.columns.iter().zip(row).enumerate() {
            let comma = if index == 0 { "" } else { "," };
            write!(self.out, "{comma}\"{}\":", column.name)?;
            write(&mut self.out, cell)?;
        }
        Ok(self.out.write_all(b"}")?)
    }

    fn finish(mut self: Box<Self>) -> anyhow::Result<()> {
        self.out.write_all(b"\n]\n")?;
        let file = self.out.into_inner().map_err(std::io::IntoInnerError::into_error)?;
        Ok(file.sync_all()?)
    }
}

fn write(out: &mut impl Write, cell: &Cell<'_>) -> std::io::Result<()> {
    match cell {
        Cell::Missing => out.write_all(b"null"),
        Cell::Text(text) => Ok(serde_json::to_writer(out, text)?),
        Cell::Integer(number) => write!(out, "{number}"),
        Cell::Decimal(number) => write!(out, "{}", number.normalize()),
        Cell::Flag(is_so) => write!(out, "{is_so}"),
        Cell::Day(day) => write!(out, "\"{day}\""),
        Cell::Instant(at) => write!(out, "\"{at}\""),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::super::Format;
    use super::super::tests::{sample, written};

    #[test]
    fn the_file_is_one_array_and_each_row_one_line() {
        let (_folder, path) = written(Format::Json, &sample("=\"1\"\n"));
        let text = std::fs::read_to_string(path).unwrap();
        let rows: Value = serde_json::from_str(&text).unwrap();
        let full = json!({ "id": "=\"1\"\n", "amount_minor": i64::MIN, "quantity": -12.5, "is_deleted": true,
            "on": "2024-02-29", "created_at": "2024-02-29T00:00:00Z" });
        let empty = json!({ "id": "=\"1\"\n", "amount_minor": null, "quantity": null, "is_deleted": null,
            "on": null, "created_at": null });
        assert_eq!(rows, json!([full, empty]));
        assert_eq!(text.lines().count(), 4);
    }

    #[test]
    fn a_table_without_rows_is_an_empty_array() {
        let (_folder, path) = written(Format::Json, &[]);
        assert_eq!(serde_json::from_slice::<Value>(&std::fs::read(path).unwrap()).unwrap(), json!([]));
    }
}
