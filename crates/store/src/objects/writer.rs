//! The single thread that writes to a file.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use model::ObjectKind;
use rusqlite::{Connection, TransactionBehavior};
use tokio::sync::{mpsc, oneshot};

use super::apply::{self, Changes};
use super::codec::{self, Codec, Compressed, Dictionary, NO_DICTIONARY};
use super::index::WriterIndex;
use super::trainer::{Outline, Trainer};
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
    trainer: Trainer,
    /// `None`: to be read from the file, as after a transaction that failed.
    index: Option<WriterIndex>,
    path: PathBuf,
}

impl Writer {
    pub fn new(conn: Connection, codec: Arc<Codec>, outline: Option<Outline>, path: &Path) -> Self {
        Self { conn, codec, trainer: Trainer::new(outline), index: None, path: path.to_owned() }
    }

    /// Writes until every sender is gone and the queue is empty.
    pub fn run(mut self, mut jobs: mpsc::Receiver<Job>) {
        while let Some(first) = jobs.blocking_recv() {
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

    /// One transaction for the group; when it fails, one for each, so that no batch fails for another.
    fn write(&mut self, group: Vec<Job>) {
        let together = self.transact(&group);
        let outcomes: Vec<_> = match together {
            Ok(committed) => committed.into_iter().map(Ok).collect(),
            Err(error) if group.len() == 1 => vec![Err(error)],
            Err(_) => group.iter().map(|job| self.transact_one(job)).collect(),
        };
        let plain = group.iter().zip(&outcomes).filter(|(_, outcome)| outcome.is_ok());
        let trainable = collect_samples(&self.codec, &mut self.trainer, plain.map(|(job, _)| job));
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
        let objects = group.iter().map(|job| job.batch.objects.len()).sum();
        index.prepare(&tx, objects)?;
        let starters = starters(&tx, &self.codec, &self.trainer, group)?;
        let mut committed = Vec::with_capacity(group.len());
        for job in group {
            let mut changes = Changes::default();
            lists::begin(&tx, &self.codec.kinds, &job.batch)?;
            let bodies = bodies(&self.codec, &starters, job)?;
            apply::objects(&tx, &self.codec, &mut index, &job.batch, &bodies, &mut changes)?;
            lists::end(&tx, &self.codec.kinds, &job.batch, &mut changes)?;
            apply::cursors(&tx, &self.codec.kinds, &job.batch)?;
            let restated = restatements::record(&tx, &job.batch.restatements, job.batch.seen_at)?;
            committed.push(Committed { restated, ..changes.finish(&tx, &self.codec.kinds)? });
        }
        index.compact(&tx, objects)?;
        tx.commit()?;
        for (kind, starter) in starters {
            self.codec.put_to_use(kind, starter);
        }
        self.index = Some(index);
        Ok(committed)
    }

    fn train(&mut self, kind: ObjectKind) -> Result<(), StoreError> {
        let Some(bytes) = self.trainer.train(kind) else { return Ok(()) };
        let dictionary = self.codec.insert(&self.conn, kind, &bytes).in_file(&self.path)?;
        self.codec.put_to_use(kind, dictionary);
        Ok(())
    }
}

/// Puts a first dictionary into the file for each kind in the group that has none. Bodies that need it come in the same
/// transaction, and nobody else uses it before that is committed.
fn starters(
    conn: &Connection,
    codec: &Codec,
    trainer: &Trainer,
    group: &[Job],
) -> Result<BTreeMap<ObjectKind, Arc<Dictionary>>, Fault> {
    let objects = group.iter().flat_map(|job| job.batch.objects.iter().zip(&job.bodies));
    let without = objects
        .filter(|(object, body)| body.dictionary == NO_DICTIONARY && codec.newest(object.kind).is_none())
        .map(|(object, _)| (object.kind, &*object.body));
    let starters = trainer.starters(without).into_iter();
    starters.map(|(kind, bytes)| Ok((kind, codec.insert(conn, kind, &bytes)?))).collect()
}

/// The bodies of a job. Those of kinds that have got a dictionary since they were compressed are compressed again.
fn bodies<'j>(
    codec: &Codec,
    starters: &BTreeMap<ObjectKind, Arc<Dictionary>>,
    job: &'j Job,
) -> Result<Cow<'j, [Compressed]>, Fault> {
    let mut bodies = Cow::Borrowed(job.bodies.as_slice());
    for (place, (object, body)) in job.batch.objects.iter().zip(&job.bodies).enumerate() {
        if body.dictionary != NO_DICTIONARY {
            continue;
        }
        let Some(dictionary) = starters.get(&object.kind).cloned().or_else(|| codec.newest(object.kind))
        else {
            continue;
        };
        if let Some(body) = bodies.to_mut().get_mut(place) {
            *body = codec::compress(&object.body, Some(&dictionary))?;
        }
    }
    Ok(bodies)
}

/// Hands the trainer what was written of kinds without a trained dictionary; returns the kinds that it has enough of now.
fn collect_samples<'a>(
    codec: &Codec,
    trainer: &mut Trainer,
    jobs: impl Iterator<Item = &'a Job>,
) -> Vec<ObjectKind> {
    let mut trainable = Vec::new();
    for job in jobs {
        for object in &job.batch.objects {
            let is_sample = !trainable.contains(&object.kind) && !codec.is_trained(object.kind);
            if is_sample && trainer.collect(object.kind, &object.body) {
                trainable.push(object.kind);
            }
        }
    }
    trainable
}
