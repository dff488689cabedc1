//! The objects of one connection: the newest version of everything that the provider sent, and how far each list has
//! been read.

mod apply;
mod batch;
mod check;
mod codec;
mod cursors;
mod erase;
mod file;
mod filter;
mod index;
mod lists;
mod reader;
mod restatements;
mod rewrite;
mod start_over;
mod stretches;
mod sweep;
mod trainer;
mod writer;

use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use model::{CustomerId, KindShape, ObjectKind, Reference, UnixSeconds};
use tokio::sync::{mpsc, oneshot};

use self::codec::Codec;
use self::reader::Readers;
use self::writer::{Job, Writer};
use crate::StoreError;
use crate::data_dir::{FileIdentity, create_private_dir, lock_file};
use crate::error::InFile;
use crate::writer_thread::WriterThread;

pub use batch::{
    Batch, Committed, Dangling, DanglingExample, Followup, KindFacts, References, Stored, Window,
};
pub use erase::{Erasure, Rewritable, Rewritten, Whose};
pub use restatements::RecordedRestatement;
pub use stretches::Stretch;
pub use trainer::Outline;

pub(crate) const FILE_NAME: &str = "objects.db";
/// Held by the one process that writes.
pub(crate) const LOCK_NAME: &str = "writer.lock";
/// Batches that may wait for the writer; a caller that brings one more waits too.
const QUEUE_BATCHES: usize = 64;

/// A handle on one `objects.db`, cheap to clone and usable from many threads.
///
/// Each method reads in one transaction, so it sees one state of the file; readers never wait for the writer or delay
/// it. The errors are those of the file: full, read-only, damaged.
#[derive(Clone)]
pub struct Objects {
    shared: Arc<Shared>,
}

struct Shared {
    path: PathBuf,
    identity: FileIdentity,
    codec: Arc<Codec>,
    readers: Readers,
    /// `None` when opened for reading only.
    writer: Option<LockedWriter>,
}

/// In this order: what is queued is written, then the lock goes.
struct LockedWriter {
    thread: WriterThread<Job>,
    _lock: File,
}

impl Objects {
    /// Opens the objects in a connection's folder for reading and writing; makes them when there are none. Only one
    /// handle (with its clones) may write, in all processes together. Without an `outline` there are no new dictionaries.
    ///
    /// # Errors
    /// `AlreadyOpen` when another handle writes.
    pub(crate) fn open(
        connection_dir: &Path,
        shapes: &[KindShape],
        outline: Option<Outline>,
    ) -> Result<Self, StoreError> {
        create_private_dir(connection_dir)?;
        let what = || format!("the data in {}", connection_dir.display());
        let lock = lock_file(&connection_dir.join(LOCK_NAME), what)?;

        let path = connection_dir.join(FILE_NAME);
        let mut conn = file::open_for_writing(&path)?;
        let identity = FileIdentity::of(&path).in_file(&path)?;
        let codec = Arc::new(Codec::default());
        codec.load(&conn).in_file(&path)?;
        codec.kinds.declare(&mut conn, shapes).in_file(&path)?;

        let writer = Writer::new(conn, Arc::clone(&codec), outline, &path);
        let thread = WriterThread::spawn("objects-writer", QUEUE_BATCHES, move |jobs| writer.run(jobs));
        let thread = thread.in_file(&path)?;
        Ok(Self::new(path, identity, codec, Some(LockedWriter { thread, _lock: lock })))
    }

    /// Opens for reading only, also while another process writes.
    ///
    /// # Errors
    /// `Missing` when nothing was ever written.
    pub(crate) fn open_read_only(connection_dir: &Path) -> Result<Self, StoreError> {
        let path = connection_dir.join(FILE_NAME);
        // Before anything is read, so that what is read is never of an older file than this.
        let identity = FileIdentity::of(&path).in_file(&path)?;
        let codec = Arc::new(Codec::default());
        codec.load(&file::open_for_reading(&path)?).in_file(&path)?;
        Ok(Self::new(path, identity, codec, None))
    }

    /// The same; `None` when nothing was ever written.
    ///
    /// # Errors
    /// Those of the file.
    pub(crate) fn open_if_any(connection_dir: &Path) -> Result<Option<Self>, StoreError> {
        match Self::open_read_only(connection_dir) {
            Err(StoreError::Missing { .. }) => Ok(None),
            opened => opened.map(Some),
        }
    }

    fn new(path: PathBuf, identity: FileIdentity, codec: Arc<Codec>, writer: Option<LockedWriter>) -> Self {
        let readers = Readers::new(&path, Arc::clone(&codec));
        Self { shared: Arc::new(Shared { path, identity, codec, readers, writer }) }
    }

    /// Whether another file has taken the place of the one that this handle is on.
    pub fn is_replaced(&self) -> bool {
        FileIdentity::of(&self.shared.path).is_ok_and(|now| now != self.shared.identity)
    }

    /// How many objects this handle and its clones have read, for measurements and tests of what work costs.
    pub fn read_count(&self) -> u64 {
        self.shared.readers.bodies_read()
    }

    /// Whether this handle may write.
    pub fn is_writer(&self) -> bool {
        self.shared.writer.is_some()
    }

    /// Writes a batch: all of it or nothing. Needs a tokio runtime. When the future is dropped the batch may still
    /// be written, whole.
    ///
    /// # Errors
    /// `OpenedForReading` without the right to write; `DiskFull` and `ReadOnly` when the disk says so.
    pub async fn commit(&self, batch: Batch) -> Result<Committed, StoreError> {
        let objects = self.clone();
        let written = tokio::task::spawn_blocking(move || objects.commit_blocking(batch)).await;
        written.map_err(|_| self.stopped())?
    }

    /// As [`Objects::commit`], for threads outside of a runtime. Bodies are compressed on the calling thread, so two
    /// callers use two cores.
    ///
    /// # Errors
    /// As [`Objects::commit`].
    pub fn commit_blocking(&self, batch: Batch) -> Result<Committed, StoreError> {
        let jobs = self.jobs()?;
        let (job, outcome) = self.shared.compress(batch)?;
        jobs.blocking_send(job).map_err(|_| self.stopped())?;
        outcome.blocking_recv().map_err(|_| self.stopped())?
    }

    fn jobs(&self) -> Result<&mpsc::Sender<Job>, StoreError> {
        let jobs = self.shared.writer.as_ref().and_then(|writer| writer.thread.jobs());
        jobs.ok_or_else(|| StoreError::OpenedForReading { path: self.shared.path.clone() })
    }

    fn stopped(&self) -> StoreError {
        StoreError::WriterStopped { path: self.shared.path.clone() }
    }

    /// The newest version of one object, tombstone or not.
    ///
    /// # Errors
    /// Those of the file.
    pub fn get(&self, kind: ObjectKind, id: &str) -> Result<Option<Stored>, StoreError> {
        self.shared.readers.read(|reader| reader.get(kind, id))
    }

    /// Those of the ids that are there, in the order asked for.
    ///
    /// # Errors
    /// Those of the file.
    pub fn get_many(&self, kind: ObjectKind, ids: &[String]) -> Result<Vec<Stored>, StoreError> {
        self.shared.readers.read(|reader| reader.get_many(kind, ids))
    }

    /// Everything of these kinds that belongs to a customer, itself or through its invoice, subscription or charge;
    /// the customer object included if asked for. Sorted by kind, then by when it first came.
    ///
    /// # Errors
    /// Those of the file.
    pub fn by_customer(
        &self,
        customer: &CustomerId,
        kinds: &[ObjectKind],
    ) -> Result<Vec<Stored>, StoreError> {
        let mut found = self.read_customers(std::slice::from_ref(customer), kinds)?;
        Ok(found.pop().unwrap_or_default())
    }

    /// Objects that count though they belong to no customer, such as the charges of guests. Sorted by kind, then by when they first came.
    ///
    /// # Errors
    /// Those of the file.
    pub fn ownerless(&self) -> Result<Vec<Stored>, StoreError> {
        self.shared.readers.read(|reader| reader.ownerless())
    }

    /// Whether there is any object that counts though it belongs to no customer, without reading one.
    ///
    /// # Errors
    /// Those of the file.
    pub fn has_ownerless(&self) -> Result<bool, StoreError> {
        self.shared.readers.read(|reader| reader.has_ownerless())
    }

    /// [`Objects::by_customer`] for many customers in one go: one answer per customer, in their order. What is in no
    /// run of the index yet is read once for all of them.
    ///
    /// # Errors
    /// Those of the file.
    pub fn read_customers(
        &self,
        customers: &[CustomerId],
        kinds: &[ObjectKind],
    ) -> Result<Vec<Vec<Stored>>, StoreError> {
        self.shared.readers.read(|reader| {
            let mask = reader.mask(kinds)?;
            reader.by_customers(customers, mask)
        })
    }

    /// Every customer id that is there or that any object names, in order; at most `limit` of those after `after`.
    ///
    /// # Errors
    /// Those of the file.
    pub fn customer_ids(
        &self,
        after: Option<&CustomerId>,
        limit: usize,
    ) -> Result<Vec<CustomerId>, StoreError> {
        let after = after.map_or("", CustomerId::as_str);
        self.shared.readers.read(|reader| reader.customer_ids(after, limit))
    }

    /// Every customer id, see [`Objects::customer_ids`].
    ///
    /// # Errors
    /// Those of the file.
    pub fn all_customer_ids(&self) -> Result<Vec<CustomerId>, StoreError> {
        self.customer_ids(None, usize::MAX)
    }

    /// Kinds and ids of what is a customer's, without reading it.
    ///
    /// # Errors
    /// Those of the file.
    pub fn ids_by_customer(&self, customer: &CustomerId) -> Result<Vec<(ObjectKind, String)>, StoreError> {
        self.ids_by_customers(std::slice::from_ref(customer))
    }

    /// The same for many customers in one go.
    ///
    /// # Errors
    /// Those of the file.
    pub fn ids_by_customers(
        &self,
        customers: &[CustomerId],
    ) -> Result<Vec<(ObjectKind, String)>, StoreError> {
        self.shared.readers.read(|reader| reader.ids_by_customers(customers))
    }

    /// Customers of whom nothing was created at `before` or later.
    ///
    /// # Errors
    /// Those of the file.
    pub fn idle_customers(&self, before: UnixSeconds) -> Result<Vec<CustomerId>, StoreError> {
        self.shared.readers.read(|reader| reader.idle_customers(before))
    }

    /// Objects of a kind in the order of their ids, tombstones too; at most `limit` of those after the id `after`.
    ///
    /// # Errors
    /// Those of the file.
    pub fn scan(
        &self,
        kind: ObjectKind,
        after: Option<&str>,
        limit: usize,
    ) -> Result<Vec<Stored>, StoreError> {
        self.shared.readers.read(|reader| reader.scan(kind, after.unwrap_or(""), limit))
    }

    /// Those of `all` references that point to objects neither there nor known to be deleted, and what of the kinds `wanted`
    /// is missing, at most `limit` objects, in order. Reads every row.
    ///
    /// # Errors
    /// Those of the file.
    pub fn references(
        &self,
        all: &[Reference],
        wanted: &[ObjectKind],
        limit: usize,
    ) -> Result<References, StoreError> {
        self.shared.readers.read(|reader| check::references(reader, all, wanted, limit))
    }

    /// What the database's own check, a recount and the checksums of all bodies find wrong; empty when all is well. Reads
    /// the whole file.
    ///
    /// # Errors
    /// Those of the file, when it is too damaged to be checked.
    pub fn integrity_check(&self) -> Result<Vec<String>, StoreError> {
        self.shared.readers.read(|reader| {
            let mut wrong = check::integrity(reader)?;
            wrong.extend(reader.unreadable()?);
            Ok(wrong)
        })
    }
}

type Outcome = oneshot::Receiver<Result<Committed, StoreError>>;

impl Shared {
    fn compress(&self, batch: Batch) -> Result<(Job, Outcome), StoreError> {
        let bodies = batch.objects.iter().map(|object| self.codec.compress(object.kind, &object.body));
        let bodies = bodies.collect::<Result<_, _>>().in_file(&self.path)?;
        let (reply, outcome) = oneshot::channel();
        Ok((Job { batch, bodies, reply }, outcome))
    }
}

#[cfg(test)]
mod tests;
