//! Numbers and texts to and from little-endian bytes, with every length checked.

use model::Currency;

use super::super::texts::Texts;

pub(super) type Read<T> = Result<T, &'static str>;

const CUT_OFF: &str = "it ends too early";

pub(super) struct Reader<'a> {
    bytes: &'a [u8],
}

impl<'a> Reader<'a> {
    pub(super) fn new(bytes: &'a [u8]) -> Self {
        Self { bytes }
    }

    pub(super) fn bytes(&mut self, count: usize) -> Read<&'a [u8]> {
        let (taken, rest) = self.bytes.split_at_checked(count).ok_or(CUT_OFF)?;
        self.bytes = rest;
        Ok(taken)
    }

    pub(super) fn rest(&self) -> &'a [u8] {
        self.bytes
    }

    pub(super) fn finish(self) -> Read<()> {
        if self.bytes.is_empty() { Ok(()) } else { Err("there is more than there should be") }
    }

    pub(super) fn u32(&mut self) -> Read<u32> {
        self.number(u32::from_le_bytes)
    }

    pub(super) fn u64(&mut self) -> Read<u64> {
        self.number(u64::from_le_bytes)
    }

    /// How many entries follow. Each takes a byte or more, so more than there are bytes cannot be.
    pub(super) fn count(&mut self) -> Read<usize> {
        let count = usize::try_from(self.u32()?).map_err(|_| CUT_OFF)?;
        if count <= self.bytes.len() { Ok(count) } else { Err(CUT_OFF) }
    }

    pub(super) fn column<T, const N: usize>(&mut self, count: usize, from: fn([u8; N]) -> T) -> Read<Vec<T>> {
        let bytes = self.bytes(count.checked_mul(N).ok_or(CUT_OFF)?)?;
        Ok(bytes.as_chunks::<N>().0.iter().map(|bytes| from(*bytes)).collect())
    }

    pub(super) fn i64s(&mut self, count: usize) -> Read<Vec<i64>> {
        self.column(count, i64::from_le_bytes)
    }

    pub(super) fn u32s(&mut self, count: usize) -> Read<Vec<u32>> {
        self.column(count, u32::from_le_bytes)
    }

    /// Ends of slices of something that has `total` entries.
    pub(super) fn ends(&mut self, count: usize, total: usize) -> Read<Vec<u32>> {
        let ends = self.u32s(count)?;
        let is_whole = ends.last().map_or(0, |last| *last as usize) == total;
        if ends.is_sorted() && is_whole { Ok(ends) } else { Err("its slices do not add up") }
    }

    pub(super) fn texts(&mut self, count: usize) -> Read<Texts> {
        let length = self.count()?;
        let text = str::from_utf8(self.bytes(length)?).map_err(|_| "its text is not UTF-8")?.to_owned();
        let ends = self.ends(count, length)?;
        if ends.iter().all(|end| text.is_char_boundary(*end as usize)) {
            Ok(Texts { text, ends })
        } else {
            Err("its texts are cut within a letter")
        }
    }

    fn number<T, const N: usize>(&mut self, from: fn([u8; N]) -> T) -> Read<T> {
        let bytes = self.bytes(N)?;
        bytes.first_chunk::<N>().map(|bytes| from(*bytes)).ok_or(CUT_OFF)
    }
}

#[derive(Default)]
pub(super) struct Writer {
    pub(super) bytes: Vec<u8>,
}

impl Writer {
    /// Counts and offsets within one chunk are far below four billion.
    pub(super) fn count(&mut self, count: usize) {
        self.u32s(&[u32::try_from(count).unwrap_or(u32::MAX)]);
    }

    pub(super) fn u32s(&mut self, column: &[u32]) {
        self.bytes.extend(column.iter().flat_map(|value| value.to_le_bytes()));
    }

    pub(super) fn i64s(&mut self, column: &[i64]) {
        self.bytes.extend(column.iter().flat_map(|value| value.to_le_bytes()));
    }

    pub(super) fn u8s(&mut self, column: impl Iterator<Item = u8>) {
        self.bytes.extend(column);
    }

    pub(super) fn currencies(&mut self, column: &[Currency]) {
        self.bytes.extend(column.iter().flat_map(|currency| currency.code()));
    }

    pub(super) fn texts(&mut self, texts: &Texts) {
        self.count(texts.text.len());
        self.bytes.extend_from_slice(texts.text.as_bytes());
        self.u32s(&texts.ends);
    }
}
