//! Bodies to fewer bytes and back: zstd, against a dictionary of the kind (`trainer.rs` says what of), and the CRC-32 of the
//! plain text behind it. SQLite has no checksums, and neither do zstd's frames against a shared dictionary: without one, a
//! flipped bit on the disk could turn one amount into another.

use std::cell::RefCell;
use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};

use model::ObjectKind;
use rusqlite::{Connection, params};
use zstd::zstd_safe::{self, CCtx, CDict, DCtx, DDict};

use crate::error::Fault;
use crate::kinds::Kinds;

/// As quick as level 1 on bodies of 2 KB with a dictionary, and a little smaller.
const LEVEL: i32 = 3;
/// The dictionary number of bodies compressed without one.
pub(super) const NO_DICTIONARY: u32 = 0;
/// No body is longer; a length beyond it can only be damage.
const BODY_BYTES_MAX: u64 = 256 << 20;

/// Of the checksum. Bodies that were written before format 3 end with their frame.
const CHECKSUM_BYTES: usize = size_of::<u32>();

/// A body as it is written.
#[derive(Debug, Clone)]
pub(super) struct Compressed {
    pub dictionary: u32,
    pub bytes: Box<[u8]>,
}

/// The dictionaries of one file, shared by its writer and all its readers.
#[derive(Default)]
pub(super) struct Codec {
    /// The file's kinds, which the dictionaries are for.
    pub kinds: Kinds,
    shelf: RwLock<Shelf>,
}

#[derive(Default)]
struct Shelf {
    by_id: HashMap<u32, Arc<Dictionary>>,
    newest: HashMap<ObjectKind, Arc<Dictionary>>,
}

pub(super) struct Dictionary {
    id: u32,
    /// Not just an outline.
    is_trained: bool,
    encoder: CDict<'static>,
    decoder: DDict<'static>,
}

impl Dictionary {
    fn new(id: u32, bytes: &[u8]) -> Result<Self, Fault> {
        let (encoder, decoder) = (CDict::try_create(bytes, LEVEL), DDict::try_create(bytes));
        let (Some(encoder), Some(decoder)) = (encoder, decoder) else {
            return Err(Fault::Damaged(format!("dictionary {id} is unreadable")));
        };
        // Training gives each a number of zstd's own, which no text begins with.
        let is_trained = zstd_safe::get_dict_id_from_dict(bytes).is_some();
        Ok(Self { id, is_trained, encoder, decoder })
    }
}

impl Codec {
    /// Takes in the dictionaries that the file has and this codec does not know yet.
    pub fn load(&self, conn: &Connection) -> Result<(), Fault> {
        self.kinds.load(conn)?;
        let mut statement = conn.prepare_cached("SELECT id, kind, bytes FROM dictionaries ORDER BY id")?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            let id: u32 = row.get(0)?;
            if self.read().by_id.contains_key(&id) {
                continue;
            }
            let kind = self.kinds.kind(conn, row.get(1)?)?;
            self.put_to_use(kind, Arc::new(Dictionary::new(id, &row.get::<_, Vec<u8>>(2)?)?));
        }
        Ok(())
    }

    /// Puts a dictionary to use. It must be in the file already: a body may follow that needs it.
    pub fn put_to_use(&self, kind: ObjectKind, dictionary: Arc<Dictionary>) {
        let mut shelf = self.shelf.write().unwrap_or_else(PoisonError::into_inner);
        shelf.by_id.insert(dictionary.id, Arc::clone(&dictionary));
        shelf.newest.insert(kind, dictionary);
    }

    /// Writes a new dictionary into the file. It is put to use once that is committed.
    pub fn insert(
        &self,
        conn: &Connection,
        kind: ObjectKind,
        bytes: &[u8],
    ) -> Result<Arc<Dictionary>, Fault> {
        let sql = "INSERT INTO dictionaries (kind, bytes) VALUES (?1, ?2)";
        conn.execute(sql, params![self.kinds.code_to_write(conn, kind)?, bytes])?;
        let id = u32::try_from(conn.last_insert_rowid());
        let id = id.map_err(|_| Fault::Damaged("dictionary ids".into()))?;
        Ok(Arc::new(Dictionary::new(id, bytes)?))
    }

    /// The dictionary that bodies of this kind are compressed against now.
    pub fn newest(&self, kind: ObjectKind) -> Option<Arc<Dictionary>> {
        self.read().newest.get(&kind).cloned()
    }

    /// Whether bodies of this kind are compressed against a trained dictionary yet.
    pub fn is_trained(&self, kind: ObjectKind) -> bool {
        self.newest(kind).is_some_and(|dictionary| dictionary.is_trained)
    }

    /// Compresses a body on the calling thread, against the newest dictionary of its kind.
    pub fn compress(&self, kind: ObjectKind, body: &str) -> Result<Compressed, Fault> {
        compress(body, self.newest(kind).as_deref())
    }

    /// Gives a body back, byte for byte. `conn` is asked for dictionaries that another process has added.
    pub fn decompress(
        &self,
        context: &mut DCtx<'static>,
        conn: &Connection,
        dictionary: u32,
        bytes: &[u8],
    ) -> Result<Box<str>, Fault> {
        let length = match zstd_safe::get_frame_content_size(bytes) {
            Ok(Some(length)) if length <= BODY_BYTES_MAX => length,
            _ => return Err(Fault::Damaged("a body has no length".to_owned())),
        };
        let unreadable = |code| Fault::Damaged(format!("a body: {}", zstd_safe::get_error_name(code)));
        let frame = zstd_safe::find_frame_compressed_size(bytes).map_err(unreadable)?;
        let (frame, checksum) = bytes.split_at(frame.min(bytes.len()));
        let mut plain = Vec::with_capacity(usize::try_from(length).unwrap_or(0));
        let read = if dictionary == NO_DICTIONARY {
            context.decompress(&mut plain, frame)
        } else {
            let dictionary = self.dictionary(conn, dictionary)?;
            context.decompress_using_ddict(&mut plain, frame, &dictionary.decoder)
        };
        read.map_err(unreadable)?;
        if !checksum.is_empty() && checksum != crc32fast::hash(&plain).to_le_bytes() {
            return Err(Fault::Damaged("a body differs from what was written".to_owned()));
        }
        let text = String::from_utf8(plain);
        text.map(String::into_boxed_str).map_err(|_| Fault::Damaged("a body is not text".to_owned()))
    }

    fn dictionary(&self, conn: &Connection, id: u32) -> Result<Arc<Dictionary>, Fault> {
        if let Some(dictionary) = self.read().by_id.get(&id) {
            return Ok(Arc::clone(dictionary));
        }
        self.load(conn)?;
        let dictionary = self.read().by_id.get(&id).cloned();
        dictionary.ok_or_else(|| Fault::Damaged(format!("dictionary {id} is missing")))
    }

    fn read(&self) -> std::sync::RwLockReadGuard<'_, Shelf> {
        self.shelf.read().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Compresses a body on the calling thread.
pub(super) fn compress(body: &str, dictionary: Option<&Dictionary>) -> Result<Compressed, Fault> {
    thread_local! {
        static CONTEXT: RefCell<(CCtx<'static>, Vec<u8>)> = RefCell::default();
    }
    CONTEXT.with_borrow_mut(|(context, buffer)| {
        buffer.clear();
        buffer.reserve(zstd_safe::compress_bound(body.len()) + CHECKSUM_BYTES);
        let written = match dictionary {
            Some(dictionary) => context.compress_using_cdict(buffer, body.as_bytes(), &dictionary.encoder),
            None => context.compress(buffer, body.as_bytes(), LEVEL),
        };
        written.map_err(|code| Fault::Damaged(format!("zstd: {}", zstd_safe::get_error_name(code))))?;
        buffer.extend_from_slice(&crc32fast::hash(body.as_bytes()).to_le_bytes());
        let id = dictionary.map_or(NO_DICTIONARY, |dictionary| dictionary.id);
        Ok(Compressed { dictionary: id, bytes: buffer.as_slice().into() })
    })
}
