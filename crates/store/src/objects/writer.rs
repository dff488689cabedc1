//! The single thread that writes to a file.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use model::ObjectKind;
use rusqlite::{Connection, TransactionBehavior};
use tokio::sync::mpsc::error::TryRecvError;
use tokio::sync::{mpsc, oneshot};

use super::apply::{self, Changes};
use super::codec::{Codec, Compressed, NO_DICTIONARY, Outline, Trainer};
use super::index::WriterIndex;
use super::older::{self, Older};
use super::{Batch, Committed, lists, restatements};
use crate::StoreError;
use crate::error::{Fault, InFile};

/// Batches that wait at the writer are put into one transaction up to about this many objects: a transaction of
/// 10,000 costs a third less than ten of 1,000.
const GROUP_OBJECTS: usize = 10_000;

/// A batch with its bodies compressed, and where to say how it went.
pub(super) struct Job {
    pub batch: Batch,
    /// One for each object of the batch.
    pub bodies: Vec<Compressed>,
    pub reply: oneshot::Sender<Result<Committed, StoreError>>,
}

pub(super) struct Writer {
    conn: Connection,
    codec: Arc<Codec>,
    outline: Option<Outline>,
    trainer: Trainer,
    older: Older,
    /// `None`: to be read from the file, as after a transaction that failed.
    index: Option<WriterIndex>,
    path: PathBuf,
}

impl Writer {
    pub fn new(conn: Connection, codec: Arc<Codec>, outline: Option<Outline>, path: &Path) -> Self {
        let (trainer, older) = (Trainer::new(outline.clone()), Older::in_file(&codec));
        Self { conn, codec, outline, trainer, older, index: None, path: path.to_owned() }
    }

    /// Writes until every sender is gone and the queue is empty.
    pub fn run(mut self, mut jobs: mpsc::Receiver<Job>) {
        while let Some(first) = self.next(&mut jobs) {
            let mut objects = first.batch.objects.len();
            let mut group = vec![first];
            while objects < GROUP_OBJECTS
                && let Ok(job) = jobs.try_recv()
            {
                objects += job.batch.objects.len();
                group.push(job);
            }
            self.write(group);
        }
    }

    /// The next job; `None` when there is none left. Until it comes, what is older is rewritten.
    fn next(&mut self, jobs: &mut mpsc::Receiver<Job>) -> Option<Job> {
        while !self.older.is_empty() {
            match jobs.try_recv() {
                Ok(job) => return Some(job),
                Err(TryRecvError::Disconnected) => return None,
                Err(TryRecvError::Empty) => self.rewrite_some(),
            }
        }
        jobs.blocking_recv()
    }

    fn rewrite_some(&mut self) {
        if let Err(error) = self.older.rewrite_some(&mut self.conn, &self.codec).in_file(&self.path) {
            // Longer than they need be, but as good as before.
            tracing::warn!(%error, "older objects could not be compressed again");
            self.older.give_up();
        }
    }

    /// One transaction for the group; when it fails, one for each, so that no batch fails for another.
    fn write(&mut self, group: Vec<Job>) {
        let together = self.transact(&group);
        let outcomes: Vec<_> = match together {
            Ok(committed) => committed.into_iter().map(Ok).collect(),
            Err(error) if group.len() == 1 => vec![Err(error)],
            Err(_) => group.iter().map(|job| self.transact_one(job)).collect(),
        };
        let plain = group.iter().zip(&outcomes).filter(|(_, outcome)| outcome.is_ok());
        let (trainable, older) = collect_samples(&self.codec, &mut self.trainer, plain.map(|(job, _)| job));
        older.into_iter().for_each(|kind| self.older.expect(kind));
        let is_last_for_now = group.iter().any(|job| job.batch.is_last_for_now);
        // A caller that stopped waiting must not roll the write back.
        for (job, outcome) in group.into_iter().zip(outcomes) {
            drop(job.reply.send(outcome));
        }
        for kind in trainable {
            // Without a dictionary bodies are longer, and that is all.
            if let Err(error) = self.train(kind) {
                tracing::warn!(%kind, %error, "a compression dictionary could not be stored");
            }
        }
        if is_last_for_now && let Err(error) = self.train_on_few() {
            tracing::warn!(%error, "compression dictionaries could not be trained");
        }
    }

    fn transact_one(&mut self, job: &Job) -> Result<Committed, StoreError> {
        self.transact(std::slice::from_ref(job)).map(|mut committed| committed.pop().unwrap_or_default())
    }

    fn transact(&mut self, group: &[Job]) -> Result<Vec<Committed>, StoreError> {
        self.try_transact(group).in_file(&self.path)
    }

    fn try_transact(&mut self, group: &[Job]) -> Result<Vec<Committed>, Fault> {
        // Objects can be fetched again after a power cut; this list is nowhere else.
        let is_irreplaceable = group.iter().any(|job| !job.batch.restatements.is_empty());
        if !is_irreplaceable {
            return self.in_one_transaction(group);
        }
        self.conn.pragma_update(None, "synchronous", "full")?;
        let committed = self.in_one_transaction(group);
        self.conn.pragma_update(None, "synchronous", "normal")?;
        committed
    }

    fn in_one_transaction(&mut self, group: &[Job]) -> Result<Vec<Committed>, Fault> {
        let tx = self.conn.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let mut index = match self.index.take() {
            Some(index) => index,
            None => WriterIndex::load(&tx)?,
        };
        index.prepare(&tx, group.iter().map(|job| job.batch.objects.len()).sum())?;
        let mut committed = Vec::with_capacity(group.len());
        for job in group {
            let mut changes = Changes::default();
            lists::begin(&tx, &self.codec.kinds, &job.batch)?;
            apply::objects(&tx, &self.codec, &mut index, &job.batch, &job.bodies, &mut changes)?;
            lists::end(&tx, &self.codec.kinds, &job.batch, &mut changes)?;
            apply::cursors(&tx, &self.codec.kinds, &job.batch)?;
            let restated = restatements::record(&tx, &job.batch.restatements, job.batch.seen_at)?;
            committed.push(Committed { restated, ..changes.finish(&tx, &self.codec.kinds)? });
        }
        index.compact(&tx)?;
        tx.commit()?;
        self.index = Some(index);
        Ok(committed)
    }

    fn train(&mut self, kind: ObjectKind) -> Result<(), StoreError> {
        let Some(bytes) = self.trainer.train(kind) else { return Ok(()) };
        self.codec.keep(&self.conn, kind, &bytes).in_file(&self.path)?;
        self.older.expect(kind);
        Ok(())
    }

    fn train_on_few(&mut self) -> Result<(), StoreError> {
        let Some(outline) = &self.outline else { return Ok(()) };
        let trained = older::train_on_few(&self.conn, &self.codec, outline).in_file(&self.path)?;
        trained.into_iter().for_each(|kind| self.older.expect(kind));
        Ok(())
    }
}

/// Hands the trainer what was written without a dictionary. Returns the kinds that it has enough of now, and those that
/// were given one only after the batch had been compressed.
fn collect_samples<'a>(
    codec: &Codec,
    trainer: &mut Trainer,
    jobs: impl Iterator<Item = &'a Job>,
) -> (Vec<ObjectKind>, BTreeSet<ObjectKind>) {
    let (mut trainable, mut older) = (Vec::new(), BTreeSet::new());
    for job in jobs {
        for (object, body) in job.batch.objects.iter().zip(&job.bodies) {
            if body.dictionary != NO_DICTIONARY || trainable.contains(&object.kind) {
                continue;
            }
            if codec.is_trained(object.kind) {
                older.insert(object.kind);
            } else if trainer.collect(object.kind, &object.body) {
                trainable.push(object.kind);
            }
        }
    }
    (trainable, older)
}
