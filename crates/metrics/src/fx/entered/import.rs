//! Rates from a CSV file, as spreadsheets write them.

use super::{EnteredRate, EntryError};

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ImportError {
    #[error("the first line must name the columns currency, base, from and rate; a column 'to' may follow")]
    NoHeader,
    #[error("the file contains no rates")]
    Empty,
    #[error("line {line}: {error}")]
    Line { line: u64, error: EntryError },
    #[error("line {line} can't be read: it must have as many fields as the first line")]
    Unreadable { line: u64 },
}

/// Reads a file with the columns `currency`, `base`, `from` (or `date`), `rate` and perhaps `to`, in any order and
/// separated by commas, semicolons or tabs. Between semicolons a rate may have a decimal comma. Each rate comes with
/// its line.
///
/// # Errors
/// What is wrong, with the line.
pub fn read_csv(text: &str) -> Result<Vec<(u64, EnteredRate)>, ImportError> {
    let text = text.trim_start_matches('\u{feff}');
    let header = text.lines().next().unwrap_or_default();
    let delimiter = [b';', b'\t'].into_iter().find(|mark| header.as_bytes().contains(mark)).unwrap_or(b',');
    let mut reader = csv::ReaderBuilder::new().delimiter(delimiter).from_reader(text.as_bytes());
    let headers = reader.headers().map_err(|_| ImportError::NoHeader)?.clone();
    let find = |names: &[&str]| {
        headers.iter().position(|header| names.contains(&header.trim().to_ascii_lowercase().as_str()))
    };
    let place = |names: &[&str]| find(names).ok_or(ImportError::NoHeader);
    let (currency, base) = (place(&["currency"])?, place(&["base"])?);
    let (first, last, rate) = (place(&["from", "date"])?, find(&["to"]), place(&["rate"])?);
    let mut lines = Lines { text, at: 0, line: 1 };
    let mut rates = Vec::new();
    for record in reader.records() {
        let record = record.map_err(|error| ImportError::Unreadable { line: lines.of(error.position()) })?;
        if record.iter().all(|field| field.trim().is_empty()) {
            continue;
        }
        let line = lines.of(record.position());
        let field = |place: usize| record.get(place).unwrap_or_default().trim();
        let last = last.map(field).filter(|last| !last.is_empty());
        let decimal_comma = delimiter == b';' && !field(rate).contains('.');
        let written = if decimal_comma { field(rate).replacen(',', ".", 1) } else { field(rate).to_owned() };
        let entry = EnteredRate::parse(field(currency), field(base), field(first), last, &written);
        rates.push((line, entry.map_err(|error| ImportError::Line { line, error })?));
    }
    if rates.is_empty() { Err(ImportError::Empty) } else { Ok(rates) }
}

/// Which line a place of the text is in. The reader's own count stands before the line ends that it has yet to skip.
struct Lines<'a> {
    text: &'a str,
    at: usize,
    line: u64,
}

impl Lines<'_> {
    /// Places come in ascending order.
    fn of(&mut self, position: Option<&csv::Position>) -> u64 {
        let begins = position.map_or(self.at as u64, csv::Position::byte);
        for byte in self.text.as_bytes().iter().skip(self.at) {
            if self.at as u64 >= begins && !matches!(byte, b'\r' | b'\n') {
                break;
            }
            self.line += u64::from(*byte == b'\n');
            self.at += 1;
        }
        self.line
    }
}
