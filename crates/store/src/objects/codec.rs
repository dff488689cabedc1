//! Bodies to fewer bytes and back: zstd, against a dictionary trained on outlines of the first bodies of the kind, and the
//! CRC-32 of the plain text behind it. SQLite has no checksums, and neither do zstd's frames against a shared dictionary: without one, a
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
/// How many bodies a dictionary is trained on.
const SAMPLES: usize = 800;
/// A few long bodies say as much as many short ones.
const SAMPLES_BYTES: usize = 4 << 20;
const DICTIONARY_BYTES: usize = 16 << 10;
/// No body is longer; a length beyond it can only be damage.
const BODY_BYTES_MAX: u64 = 256 << 20;

/// Of the checksum. Bodies that were written before format 3 end with their frame.
const CHECKSUM_BYTES: usize = size_of::<u32>();

/// Of a body: what it looks like without anything that a person wrote or is called by. Dictionaries quote what they are
/// trained on, and outlast whoever is erased. `None`: it can't be read.
pub type Outline = Arc<dyn Fn(ObjectKind, &str) -> Option<Box<str>> + Send + Sync>;

/// A body as it is written.
#[derive(Debug)]
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

struct Dictionary {
    id: u32,
    encoder: CDict<'static>,
    decoder: DDict<'static>,
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
            self.add(id, kind, &row.get::<_, Vec<u8>>(2)?)?;
        }
        Ok(())
    }

    /// Puts a dictionary to use. It must be in the file already: a body may follow that needs it.
    fn add(&self, id: u32, kind: ObjectKind, bytes: &[u8]) -> Result<(), Fault> {
        let (encoder, decoder) = (CDict::try_create(bytes, LEVEL), DDict::try_create(bytes));
        let (Some(encoder), Some(decoder)) = (encoder, decoder) else {
            return Err(Fault::Damaged(format!("dictionary {id} is unreadable")));
        };
        let dictionary = Arc::new(Dictionary { id, encoder, decoder });
        let mut shelf = self.shelf.write().unwrap_or_else(PoisonError::into_inner);
        shelf.by_id.insert(id, Arc::clone(&dictionary));
        shelf.newest.insert(kind, dictionary);
        Ok(())
    }

    /// Keeps a new dictionary: into the file first, then to use.
    pub fn keep(&self, conn: &Connection, kind: ObjectKind, bytes: &[u8]) -> Result<(), Fault> {
        let sql = "INSERT INTO dictionaries (kind, bytes) VALUES (?1, ?2)";
        conn.execute(sql, params![self.kinds.code_to_write(conn, kind)?, bytes])?;
        let id = u32::try_from(conn.last_insert_rowid());
        self.add(id.map_err(|_| Fault::Damaged("dictionary ids".into()))?, kind, bytes)
    }

    /// Whether bodies of this kind are compressed against a dictionary yet.
    pub fn is_trained(&self, kind: ObjectKind) -> bool {
        self.read().newest.contains_key(&kind)
    }

    /// Compresses a body on the calling thread.
    pub fn compress(&self, kind: ObjectKind, body: &str) -> Result<Compressed, Fault> {
        thread_local! {
            static CONTEXT: RefCell<(CCtx<'static>, Vec<u8>)> = RefCell::default();
        }
        let dictionary = self.read().newest.get(&kind).cloned();
        CONTEXT.with_borrow_mut(|(context, buffer)| {
            buffer.clear();
            buffer.reserve(zstd_safe::compress_bound(body.len()) + CHECKSUM_BYTES);
            let written = match &dictionary {
                Some(dictionary) => {
                    context.compress_using_cdict(buffer, body.as_bytes(), &dictionary.encoder)
                }
                None => context.compress(buffer, body.as_bytes(), LEVEL),
            };
            written.map_err(|code| Fault::Damaged(format!("zstd: {}", zstd_safe::get_error_name(code))))?;
            buffer.extend_from_slice(&crc32fast::hash(body.as_bytes()).to_le_bytes());
            let id = dictionary.map_or(NO_DICTIONARY, |dictionary| dictionary.id);
            Ok(Compressed { dictionary: id, bytes: buffer.as_slice().into() })
        })
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

/// Collects outlines of bodies of kinds that have no dictionary yet, until there are enough to train one.
pub(super) struct Trainer {
    /// `None`: nothing is trained, since nobody knows what must not be quoted.
    outline: Option<Outline>,
    kinds: HashMap<ObjectKind, Samples>,
}

#[derive(Default)]
struct Samples {
    bodies: Vec<Vec<u8>>,
    bytes: usize,
    /// Bodies that are too few or too alike for a dictionary; trying again would not help.
    is_hopeless: bool,
}

impl Trainer {
    pub fn new(outline: Option<Outline>) -> Self {
        Self { outline, kinds: HashMap::new() }
    }

    /// Takes one more body in; returns whether there are enough of its kind now.
    pub fn collect(&mut self, kind: ObjectKind, body: &str) -> bool {
        let Some(outline) = &self.outline else { return false };
        let samples = self.kinds.entry(kind).or_default();
        if samples.is_hopeless {
            return false;
        }
        if !samples.is_full()
            && let Some(sample) = outline(kind, body)
        {
            samples.bytes += sample.len();
            samples.bodies.push(sample.as_bytes().to_vec());
        }
        samples.is_full()
    }

    /// A dictionary from what was collected of a kind, which is then forgotten; `None` when no use can be made of it.
    pub fn train(&mut self, kind: ObjectKind) -> Option<Vec<u8>> {
        let samples = self.kinds.get_mut(&kind)?;
        let bodies = std::mem::take(&mut samples.bodies);
        let dictionary = zstd::dict::from_samples(&bodies, DICTIONARY_BYTES);
        samples.is_hopeless = true;
        match dictionary {
            Ok(dictionary) => Some(dictionary),
            Err(error) => {
                tracing::debug!(%kind, %error, "a compression dictionary could not be trained");
                None
            }
        }
    }
}

impl Samples {
    fn is_full(&self) -> bool {
        self.bodies.len() >= SAMPLES || self.bytes >= SAMPLES_BYTES
    }
}
