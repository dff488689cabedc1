//! Parquet: columns with their types, for data frames and warehouses.

use std::fs::File;
use std::sync::Arc;

use parquet::basic::{Compression, LogicalType, Repetition, TimeUnit, Type as PhysicalType, ZstdLevel};
use parquet::column::writer::ColumnWriterImpl;
use parquet::data_type::{
    BoolType, ByteArray, ByteArrayType, DataType, FixedLenByteArray, FixedLenByteArrayType, Int32Type,
    Int64Type,
};
use parquet::file::properties::WriterProperties;
use parquet::file::writer::{SerializedColumnWriter, SerializedFileWriter};
use parquet::schema::types::Type;
use rust_decimal::Decimal;

use super::super::table::{Cell, Column, Kind, Table};
use super::Rows;

/// Rows that are kept until they are written together. There is a writer for each table at the same time.
const ROW_GROUP: usize = 16_384;
/// As many digits as 16 bytes hold, 12 of them decimals: a quantity may have those.
const PRECISION: i32 = 38;
const SCALE: u32 = 12;
const DECIMAL_BYTES: i32 = 16;

pub struct Writer {
    file: SerializedFileWriter<File>,
    columns: Vec<Values>,
    rows: usize,
}

/// The values of one column in the rows that are kept, and for each row whether it has one (1) or not (0).
struct Values {
    present: Vec<i16>,
    data: Data,
}

enum Data {
    Text(Vec<ByteArray>),
    Integer(Vec<i64>),
    Decimal(Vec<FixedLenByteArray>),
    Flag(Vec<bool>),
    Day(Vec<i32>),
    Instant(Vec<i64>),
}

impl Writer {
    pub fn new(file: File, table: &'static Table) -> anyhow::Result<Self> {
        let fields = table.columns.iter().map(field).collect::<anyhow::Result<Vec<_>>>()?;
        let schema = Type::group_type_builder(table.name).with_fields(fields).build()?;
        let compression = Compression::ZSTD(ZstdLevel::default());
        let properties = WriterProperties::builder().set_compression(compression).build();
        let file = SerializedFileWriter::new(file, Arc::new(schema), Arc::new(properties))?;
        Ok(Self { file, columns: table.columns.iter().map(Values::new).collect(), rows: 0 })
    }

    fn write_group(&mut self) -> anyhow::Result<()> {
        if self.rows == 0 {
            return Ok(());
        }
        let mut group = self.file.next_row_group()?;
        for values in &mut self.columns {
            let Some(column) = group.next_column()? else { break };
            values.write(column)?;
        }
        group.close()?;
        self.rows = 0;
        Ok(())
    }
}

impl Rows for Writer {
    fn add(&mut self, row: &[Cell<'_>]) -> anyhow::Result<()> {
        for (values, cell) in self.columns.iter_mut().zip(row) {
            let is_there = values.data.push(cell);
            values.present.push(i16::from(is_there));
        }
        self.rows += 1;
        if self.rows == ROW_GROUP {
            self.write_group()?;
        }
        Ok(())
    }

    fn finish(mut self: Box<Self>) -> anyhow::Result<()> {
        self.write_group()?;
        Ok(self.file.into_inner()?.sync_all()?)
    }
}

impl Values {
    fn new(column: &Column) -> Self {
        let data = match column.kind {
            Kind::Text => Data::Text(Vec::new()),
            Kind::Integer => Data::Integer(Vec::new()),
            Kind::Decimal => Data::Decimal(Vec::new()),
            Kind::Flag => Data::Flag(Vec::new()),
            Kind::Day => Data::Day(Vec::new()),
            Kind::Instant => Data::Instant(Vec::new()),
        };
        Self { present: Vec::new(), data }
    }

    fn write(&mut self, mut column: SerializedColumnWriter<'_>) -> anyhow::Result<()> {
        let present = std::mem::take(&mut self.present);
        match &mut self.data {
            Data::Text(values) => put(column.typed::<ByteArrayType>(), values, &present)?,
            Data::Integer(values) | Data::Instant(values) => {
                put(column.typed::<Int64Type>(), values, &present)?;
            }
            Data::Decimal(values) => put(column.typed::<FixedLenByteArrayType>(), values, &present)?,
            Data::Flag(values) => put(column.typed::<BoolType>(), values, &present)?,
            Data::Day(values) => put(column.typed::<Int32Type>(), values, &present)?,
        }
        Ok(column.close()?)
    }
}

impl Data {
    /// Whether there was a value to add.
    fn push(&mut self, cell: &Cell<'_>) -> bool {
        match (self, cell) {
            (Self::Text(values), Cell::Text(text)) => values.push(ByteArray::from(text.as_ref())),
            (Self::Integer(values), Cell::Integer(number)) => values.push(*number),
            (Self::Decimal(values), Cell::Decimal(number)) => match unscaled(*number) {
                Some(number) => {
                    values.push(FixedLenByteArray::from(number.to_be_bytes().to_vec()));
                }
                None => return false,
            },
            (Self::Flag(values), Cell::Flag(is_so)) => values.push(*is_so),
            (Self::Day(values), Cell::Day(day)) => values.push(day.0),
            (Self::Instant(values), Cell::Instant(at)) => values.push(at.0.saturating_mul(1000)),
            _ => return false,
        }
        true
    }
}

fn put<T: DataType>(
    column: &mut ColumnWriterImpl<'_, T>,
    values: &mut Vec<T::T>,
    present: &[i16],
) -> anyhow::Result<()> {
    column.write_batch(values, Some(present), None)?;
    values.clear();
    Ok(())
}

/// The number in units of its last decimal. `None`: it has more digits than fit, which no quantity that was billed has.
fn unscaled(number: Decimal) -> Option<i128> {
    let rounded = number.round_dp(SCALE);
    let more = 10_i128.checked_pow(SCALE.checked_sub(rounded.scale())?)?;
    let unscaled = rounded.mantissa().checked_mul(more)?;
    (unscaled.unsigned_abs() < 10_u128.pow(PRECISION.unsigned_abs())).then_some(unscaled)
}

fn field(column: &Column) -> anyhow::Result<Arc<Type>> {
    let millis = LogicalType::timestamp(true, TimeUnit::MILLIS);
    let (physical, logical) = match column.kind {
        Kind::Text => (PhysicalType::BYTE_ARRAY, Some(LogicalType::String)),
        Kind::Integer => (PhysicalType::INT64, None),
        Kind::Decimal => {
            let scale = i32::try_from(SCALE)?;
            (PhysicalType::FIXED_LEN_BYTE_ARRAY, Some(LogicalType::decimal(scale, PRECISION)))
        }
        Kind::Flag => (PhysicalType::BOOLEAN, None),
        Kind::Day => (PhysicalType::INT32, Some(LogicalType::Date)),
        Kind::Instant => (PhysicalType::INT64, Some(millis)),
    };
    let mut field = Type::primitive_type_builder(column.name, physical)
        .with_repetition(Repetition::OPTIONAL)
        .with_logical_type(logical);
    if column.kind == Kind::Decimal {
        field = field.with_length(DECIMAL_BYTES).with_precision(PRECISION).with_scale(i32::try_from(SCALE)?);
    }
    Ok(Arc::new(field.build()?))
}

#[cfg(test)]
mod tests {
    use parquet::file::reader::{FileReader, SerializedFileReader};
    use parquet::record::Row;

    use super::super::Format;
    use super::super::tests::{sample, written};
    use super::*;

    fn rows(path: &std::path::Path) -> Vec<Row> {
        let reader = SerializedFileReader::new(File::open(path).unwrap()).unwrap();
        reader.get_row_iter(None).unwrap().map(Result::unwrap).collect()
    }

    #[test]
    fn each_column_has_its_type_and_a_gap_is_a_gap() {
        let (_folder, path) = written(Format::Parquet, &sample("=1"));
        let rows: Vec<String> = rows(&path).iter().map(ToString::to_string).collect();
        assert_eq!(
            rows,
            [
                "{id: \"=1\", amount_minor: -9223372036854775808, quantity: -12.500000000000, is_deleted: true, \
                 on: 2024-02-29, created_at: 2024-02-29 00:00:00.000 +00:00}",
                "{id: \"=1\", amount_minor: null, quantity: null, is_deleted: null, on: null, created_at: null}",
            ]
        );
    }

    #[test]
    fn more_rows_than_are_kept_are_all_there() {
        let row = sample("x").concat();
        let row = &row[..6];
        let all = vec![row.to_vec(); 2 * ROW_GROUP + 1];
        let (_folder, path) = written(Format::Parquet, &all);
        let reader = SerializedFileReader::new(File::open(&path).unwrap()).unwrap();
        assert_eq!(reader.metadata().num_row_groups(), 3);
        assert_eq!(rows(&path).len(), all.len());
    }

    #[test]
    fn a_decimal_that_does_not_fit_is_missing() {
        assert_eq!(unscaled("0.5".parse().unwrap()), Some(500_000_000_000));
        assert_eq!(unscaled(Decimal::MAX), None);
    }
}
