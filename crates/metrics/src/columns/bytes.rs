//! Chunks and catalog as bytes, for keeping on disk.
//!
//! A blob is a header (magic, format version, length and checksum of what follows) and the columns behind it,
//! compressed. The checksum is looked at before anything is unpacked and every number is checked before it is used:
//! damaged bytes are an error, never wrong figures.

mod balance;
mod reader;
mod tables;

use rayon::prelude::*;

use super::balance::{Balance, BalanceMonth};
use super::build::is_in_place;
use super::catalog::PlanCatalog;
use super::chunk::Chunk;
use super::days::CalendarDays;
use super::{BALANCE_BLOBS, CATALOG_BLOB, Ledger, chunk_blob};

/// Goes up whenever blobs of the version before would be misread. Another version's blobs are to be rebuilt.
pub const FORMAT_VERSION: u32 = 9;

const MAGIC: &[u8; 4] = b"CLGR";
const HEADER_BYTES: usize = 4 + 4 + 8 + 8;
/// A chunk is some hundred kilobytes; nothing that says it is larger than this is one.
const UNPACKED_BYTES_MAX: u64 = 1 << 30;
/// Fast to write, and a stronger level gains a tenth.
const COMPRESSION_LEVEL: i32 = 3;

/// A blob that cannot be read. The ledger has to be rebuilt from the objects.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Damaged {
    #[error("ledger blob {blob} is damaged ({what}): rebuild the ledger")]
    Blob { blob: u32, what: &'static str },
    #[error(
        "ledger blob {blob} has format version {found}, this version reads {FORMAT_VERSION}: rebuild the ledger"
    )]
    Version { blob: u32, found: u32 },
    #[error("ledger blob {blob} is missing: rebuild the ledger")]
    Missing { blob: u32 },
}

impl Ledger {
    /// The numbers of all blobs: the catalog's, one a chunk, and one a month of the balance.
    pub fn blob_ids(&self) -> impl Iterator<Item = u32> + use<> {
        let months: Vec<u32> = self.balance.numbers().map(|number| BALANCE_BLOBS + number).collect();
        std::iter::once(CATALOG_BLOB).chain((0..self.chunks.len()).map(chunk_blob)).chain(months)
    }

    /// A blob's bytes; `None` where the ledger has no blob of this number. The same ledger gives the same bytes,
    /// whichever way it came about.
    pub fn to_bytes(&self, blob: u32) -> Option<Vec<u8>> {
        if blob == CATALOG_BLOB {
            let months: Vec<u32> = self.balance.numbers().collect();
            return Some(seal(&tables::write_catalog(&self.catalog, &months)));
        }
        if let Some(number) = blob.checked_sub(BALANCE_BLOBS) {
            return self.balance.month(number).map(|month| seal(&balance::write(month)));
        }
        let chunk = self.chunks.get(blob as usize - 1)?;
        Some(seal(&tables::write_chunk(chunk, &self.catalog, self.chunks.len())))
    }

    /// A ledger from all of its blobs, in any order.
    ///
    /// # Errors
    /// When a blob is missing, damaged, or of another format version.
    pub fn from_bytes(mut blobs: Vec<(u32, Vec<u8>)>, zone: jiff::tz::TimeZone) -> Result<Self, Damaged> {
        blobs.sort_unstable_by_key(|blob| blob.0);
        let months = blobs.split_off(blobs.partition_point(|(blob, _)| *blob < BALANCE_BLOBS));
        for (expected, (blob, _)) in (0_u32..).zip(&blobs) {
            if *blob != expected {
                return Err(Damaged::Missing { blob: expected });
            }
        }
        let Some(((_, first), rest)) = blobs.split_first() else {
            return Err(Damaged::Missing { blob: CATALOG_BLOB });
        };
        let (catalog, listed_months) = open(CATALOG_BLOB, first).and_then(|unpacked| {
            tables::read_catalog(&unpacked).map_err(|what| Damaged::Blob { blob: CATALOG_BLOB, what })
        })?;
        let calendar = CalendarDays::of(&zone);
        let chunks: Result<Vec<_>, Damaged> = rest
            .par_iter()
            .map(|(blob, bytes)| read_chunk(*blob, bytes, rest.len(), &catalog, &calendar))
            .collect();
        let chunks: Vec<_> = chunks?.into_iter().map(std::sync::Arc::new).collect();
        let balance = read_balance(&months, &listed_months)?;
        let ledger = Self {
            catalog: std::sync::Arc::new(catalog),
            chunks,
            balance,
            calendar,
            parts: std::sync::Arc::default(),
        };
        if ledger.chunks.is_empty() {
            return Err(Damaged::Missing { blob: chunk_blob(0) });
        }
        if !is_in_place(&ledger) {
            return Err(Damaged::Blob { blob: CATALOG_BLOB, what: "customers are in the wrong chunk" });
        }
        Ok(ledger)
    }
}

fn read_chunk(
    blob: u32,
    bytes: &[u8],
    chunks: usize,
    catalog: &PlanCatalog,
    calendar: &CalendarDays,
) -> Result<Chunk, Damaged> {
    let unpacked = open(blob, bytes)?;
    let (of, columns) =
        tables::read_chunk(&unpacked, catalog).map_err(|what| Damaged::Blob { blob, what })?;
    if of != chunks {
        return Err(Damaged::Missing { blob: chunk_blob(chunks) });
    }
    Ok(Chunk::new(columns, calendar))
}

fn read_balance(blobs: &[(u32, Vec<u8>)], listed: &[u32]) -> Result<Balance, Damaged> {
    for (place, number) in listed.iter().enumerate() {
        let expected = BALANCE_BLOBS.saturating_add(*number);
        if blobs.get(place).is_none_or(|(blob, _)| *blob != expected) {
            return Err(Damaged::Missing { blob: expected });
        }
    }
    if let Some((blob, _)) = blobs.get(listed.len()) {
        return Err(Damaged::Blob { blob: *blob, what: "the catalog does not list it" });
    }
    let read = |(blob, bytes): &(u32, Vec<u8>)| {
        let unpacked = open(*blob, bytes)?;
        balance::read(&unpacked, *blob - BALANCE_BLOBS).map_err(|what| Damaged::Blob { blob: *blob, what })
    };
    let months: Result<Vec<BalanceMonth>, Damaged> = blobs.par_iter().map(read).collect();
    Ok(Balance::of_months(months?))
}

fn seal(unpacked: &[u8]) -> Vec<u8> {
    // Compressing into memory has no way to fail; an empty body would be found out when it is read.
    let body = zstd::bulk::compress(unpacked, COMPRESSION_LEVEL).unwrap_or_default();
    let mut bytes = Vec::with_capacity(HEADER_BYTES + body.len());
    bytes.extend_from_slice(MAGIC);
    bytes.extend_from_slice(&FORMAT_VERSION.to_le_bytes());
    bytes.extend_from_slice(&(unpacked.len() as u64).to_le_bytes());
    bytes.extend_from_slice(&checksum(unpacked.len() as u64, &body).to_le_bytes());
    bytes.extend_from_slice(&body);
    bytes
}

fn open(blob: u32, bytes: &[u8]) -> Result<Vec<u8>, Damaged> {
    let damaged = |what| Damaged::Blob { blob, what };
    let mut header = reader::Reader::new(bytes);
    let cut = |_| damaged("it is truncated");
    if header.bytes(4).map_err(cut)? != MAGIC {
        return Err(damaged("it is not a ledger blob"));
    }
    let version = header.u32().map_err(cut)?;
    if version != FORMAT_VERSION {
        return Err(Damaged::Version { blob, found: version });
    }
    let length = header.u64().map_err(cut)?;
    let expected = header.u64().map_err(cut)?;
    let body = header.rest();
    if checksum(length, body) != expected {
        return Err(damaged("its checksum differs"));
    }
    if length > UNPACKED_BYTES_MAX {
        return Err(damaged("it is too large"));
    }
    let capacity = usize::try_from(length).map_err(|_| damaged("it is too large"))?;
    let unpacked = zstd::bulk::decompress(body, capacity).map_err(|_| damaged("it can't be decompressed"))?;
    if unpacked.len() == capacity { Ok(unpacked) } else { Err(damaged("its length differs")) }
}

/// Eight bytes at a time. Every step can be undone, so two texts that differ in one word never have the same sum.
fn checksum(length: u64, bytes: &[u8]) -> u64 {
    let mix = |hash: u64, word: u64| (hash ^ word).wrapping_mul(0x9e37_79b9_7f4a_7c15).rotate_left(29);
    let mut hash = mix(bytes.len() as u64, length);
    let mut words = bytes.chunks_exact(8);
    for word in &mut words {
        hash = mix(hash, word.iter().rev().fold(0, |value, byte| value << 8 | u64::from(*byte)));
    }
    let tail = words.remainder().iter().rev().fold(0, |value, byte| value << 8 | u64::from(*byte));
    let hash = mix(hash, tail);
    mix(hash, hash >> 32)
}
