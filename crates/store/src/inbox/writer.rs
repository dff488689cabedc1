//! The single thread that writes deliveries.

use std::path::{Path, PathBuf};

use model::ObjectKind;
use rusqlite::{Connection, TransactionBehavior, params};
use tokio::sync::{mpsc, oneshot};

use super::NewDelivery;
use crate::StoreError;
use crate::error::{Fault, InFile};
use crate::kinds::first_code;

/// Deliveries of one transaction.
const GROUP: usize = 500;

pub(super) struct Job {
    pub delivery: NewDelivery,
    pub reply: oneshot::Sender<Result<bool, StoreError>>,
}

pub(super) struct Writer {
    conn: Connection,
    path: PathBuf,
}

impl Writer {
    pub fn new(conn: Connection, path: &Path) -> Self {
        Self { conn, path: path.to_owned() }
    }

    /// Writes until every sender is gone and the queue is empty.
    pub fn run(mut self, mut jobs: mpsc::Receiver<Job>) {
        while let Some(first) = jobs.blocking_recv() {
            let mut group = vec![first];
            while group.len() < GROUP
                && let Ok(job) = jobs.try_recv()
            {
                group.push(job);
            }
            let outcomes: Vec<_> = match self.write(&group) {
                Ok(are_new) => are_new.into_iter().map(Ok).collect(),
                Err(error) if group.len() == 1 => vec![Err(error)],
                // So that none fails for another.
                Err(_) => group.iter().map(|job| self.write_one(job)).collect(),
            };
            // A provider that stopped waiting will deliver again.
            for (job, outcome) in group.into_iter().zip(outcomes) {
                drop(job.reply.send(outcome));
            }
        }
    }

    fn write_one(&mut self, job: &Job) -> Result<bool, StoreError> {
        Ok(self.write(std::slice::from_ref(job))?.contains(&true))
    }

    fn write(&mut self, group: &[Job]) -> Result<Vec<bool>, StoreError> {
        let conn = &mut self.conn;
        let mut write = || -> Result<Vec<bool>, Fault> {
            let tx = conn.transaction_with_behavior(TransactionBehavior::Immediate)?;
            let are_new = group.iter().map(|job| insert(&tx, &job.delivery)).collect::<Result<_, _>>()?;
            tx.commit()?;
            Ok(are_new)
        };
        write().in_file(&self.path)
    }
}

fn insert(conn: &Connection, delivery: &NewDelivery) -> Result<bool, Fault> {
    let sql = "INSERT INTO deliveries (event_id, event_type, kind, object_id, created_at, received_at_ms,
            kind_name)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7) ON CONFLICT (event_id) DO NOTHING";
    let inserted = conn.prepare_cached(sql)?.execute(params![
        delivery.event_id,
        delivery.event_type,
        delivery.kind.and_then(first_code),
        delivery.object_id,
        delivery.created_at.0,
        delivery.received_at_ms,
        delivery.kind.map(ObjectKind::as_str),
    ])?;
    Ok(inserted == 1)
}
