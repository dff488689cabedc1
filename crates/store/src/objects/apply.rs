//! What a batch does to the tables, inside the writer's transaction.

use std::collections::{BTreeMap, BTreeSet};

use model::{Column, CustomerId, ObjectKind, RawObject, UnixSeconds};
use rusqlite::{CachedStatement, Connection, OptionalExtension, params};
use zstd::zstd_safe::DCtx;

use super::codec::{Codec, Compressed};
use super::index::WriterIndex;
use super::{Batch, Committed};
use crate::error::Fault;
use crate::kinds::Kinds;

const INSERT: &str =
    "INSERT INTO objects (kind, id, created_at, customer, is_owner_derived, subscription, invoice,
    charge, is_deleted, seen_at, dictionary, body)
    VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12) RETURNING row";

const FIND: &str =
    "SELECT created_at, customer, subscription, invoice, charge, is_deleted, seen_at, dictionary, body
    FROM objects WHERE row = ?1";

const MARK_SEEN: &str = "UPDATE objects SET seen_at = ?2 WHERE row = ?1";

/// A tombstone says little more than its id: what was known of whose it is stays.
const UPDATE: &str = "UPDATE objects SET created_at = coalesce(?2, created_at),
    is_owner_derived = CASE WHEN ?3 IS NULL THEN is_owner_derived ELSE ?4 END, customer = coalesce(?3, customer),
    subscription = coalesce(?5, subscription), invoice = coalesce(?6, invoice), charge = coalesce(?7, charge),
    is_deleted = ?8, seen_at = ?9, dictionary = ?10, body = ?11 WHERE row = ?1 RETURNING customer";

const OWNER: &str = "SELECT customer FROM objects WHERE row = ?1";

/// What may say whose an object is, where that is not said of itself.
const PARENTS: [Column; 3] = [Column::Invoice, Column::Subscription, Column::Charge];

/// What was changed so far by one batch.
#[derive(Default)]
pub(super) struct Changes {
    committed: Committed,
    touched: BTreeSet<CustomerId>,
    kinds: BTreeMap<ObjectKind, KindChange>,
}

#[derive(Default)]
struct KindChange {
    live: i64,
    deleted: i64,
    oldest_created_at: Option<i64>,
    newest_created_at: Option<i64>,
}

/// What writing one object needs, made ready once a batch.
struct Pen<'c> {
    conn: &'c Connection,
    codec: &'c Codec,
    index: &'c mut WriterIndex,
    context: Option<DCtx<'static>>,
    insert: CachedStatement<'c>,
    find: CachedStatement<'c>,
    mark_seen: CachedStatement<'c>,
    update: CachedStatement<'c>,
    owner: CachedStatement<'c>,
}

enum Outcome {
    Inserted { owner: Option<String> },
    Updated { previous_owner: Option<String>, owner: Option<String>, was_deleted: bool },
    Unchanged,
}

/// The owner of an object.
#[derive(Default)]
struct Owner {
    customer: Option<String>,
    /// It does not say so itself: its invoice, subscription or charge does.
    is_derived: bool,
}

/// The version that is there.
struct Present {
    row: i64,
    owner: Option<String>,
    is_deleted: bool,
    seen_at: i64,
    /// Whether everything but the body is as in the one that came, deletion included.
    has_same_columns: bool,
    dictionary: u32,
    body: Vec<u8>,
}

/// Writes the objects that are newer than what is there.
pub(super) fn objects(
    conn: &Connection,
    codec: &Codec,
    index: &mut WriterIndex,
    batch: &Batch,
    bodies: &[Compressed],
    changes: &mut Changes,
) -> Result<(), Fault> {
    let mut pen = Pen {
        conn,
        codec,
        index,
        context: None,
        insert: conn.prepare_cached(INSERT)?,
        find: conn.prepare_cached(FIND)?,
        mark_seen: conn.prepare_cached(MARK_SEEN)?,
        update: conn.prepare_cached(UPDATE)?,
        owner: conn.prepare_cached(OWNER)?,
    };
    for (object, body) in batch.objects.iter().zip(bodies) {
        let outcome = pen.write(object, body, batch.seen_at)?;
        changes.note(object, &outcome);
        let (previous, owner) = match outcome {
            Outcome::Inserted { owner } => {
                if owner.is_none() {
                    changes.note_ownerless(&codec.kinds, object.kind, &object.id);
                }
                (None, owner)
            }
            Outcome::Updated { previous_owner, owner, .. } => {
                if owner.is_none() || previous_owner.is_none() {
                    changes.note_ownerless(&codec.kinds, object.kind, &object.id);
                }
                (previous_owner, owner)
            }
            Outcome::Unchanged => continue,
        };
        let Some(owner) = owner else { continue };
        let (kinds, index) = (&codec.kinds, &mut *pen.index);
        let mut heirs = Heirs { conn, kinds, index, owner: &owner, changes: &mut *changes };
        heirs.adopt_orphans(object.kind, &object.id)?;
        // The figures of both customers change.
        if let Some(previous) = previous.filter(|previous| *previous != owner) {
            heirs.take_from(&previous, object.kind, &object.id)?;
            changes.touched.insert(CustomerId::from(previous));
        }
        changes.touched.insert(CustomerId::from(owner));
    }
    Ok(())
}

impl Pen<'_> {
    fn write(
        &mut self,
        object: &RawObject,
        body: &Compressed,
        seen_at: UnixSeconds,
    ) -> Result<Outcome, Fault> {
        let owner = self.owner(object)?;
        let of = &object.counterparts;
        let code = self.codec.kinds.code_to_write(self.conn, object.kind)?;
        let Some(row) = self.index.row(self.conn, code, &object.id)? else {
            let values = params![
                code,
                object.id,
                object.created_at.map(|at| at.0),
                owner.customer,
                owner.is_derived,
                of.subscription,
                of.invoice,
                of.charge,
                object.is_deleted,
                seen_at.0,
                body.dictionary,
                body.bytes,
            ];
            let row = self.insert.query_row(values, |row| row.get(0))?;
            self.index.add(code, &object.id, row);
            return Ok(Outcome::Inserted { owner: owner.customer });
        };
        let present = find(&mut self.find, row, object, owner.customer.as_deref())?;
        if !self.is_news(&present, object, seen_at)? {
            if seen_at.0 > present.seen_at {
                self.mark_seen.execute(params![present.row, seen_at.0])?;
            }
            return Ok(Outcome::Unchanged);
        }
        let values = params![
            present.row,
            object.created_at.map(|at| at.0),
            owner.customer,
            owner.is_derived,
            of.subscription,
            of.invoice,
            of.charge,
            object.is_deleted,
            seen_at.0,
            body.dictionary,
            body.bytes,
        ];
        let owner: Option<String> = self.update.query_row(values, |row| row.get(0))?;
        let previous_owner = present.owner;
        self.index.move_row(self.conn, (code, row), previous_owner.as_deref(), owner.as_deref())?;
        Ok(Outcome::Updated { previous_owner, owner, was_deleted: present.is_deleted })
    }

    /// The owner of an object: as stated by itself, or else by its invoice, subscription or charge.
    fn owner(&mut self, object: &RawObject) -> Result<Owner, Fault> {
        let of = &object.counterparts;
        if self.codec.kinds.named_in(object.kind) == Some(Column::Customer) {
            return Ok(Owner { customer: Some(object.id.clone()), is_derived: false });
        }
        if of.customer.is_some() {
            return Ok(Owner { customer: of.customer.clone(), is_derived: false });
        }
        for column in PARENTS {
            let Some(id) = of.get(column) else { continue };
            for code in self.codec.kinds.codes_named_in(column) {
                let Some(row) = self.index.row(self.conn, code, id)? else { continue };
                let customer: Option<String> = self.owner.query_row([row], |row| row.get(0))?;
                if customer.is_some() {
                    return Ok(Owner { customer, is_derived: true });
                }
            }
        }
        Ok(Owner::default())
    }

    /// Whether an object is to be written over the version that is there.
    fn is_news(
        &mut self,
        present: &Present,
        object: &RawObject,
        seen_at: UnixSeconds,
    ) -> Result<bool, Fault> {
        if seen_at.0 < present.seen_at {
            return Ok(false);
        }
        if seen_at.0 == present.seen_at && present.is_deleted && !object.is_deleted {
            return Ok(false);
        }
        if !present.has_same_columns {
            return Ok(true);
        }
        // Bodies themselves, not a hash of them: only a second version pays for it, and no chance is taken.
        let context = self.context.get_or_insert_with(DCtx::create);
        let body = self.codec.decompress(context, self.conn, present.dictionary, &present.body)?;
        Ok(body != object.body)
    }
}

/// Gives a customer what follows from an invoice, a subscription or a charge of theirs.
struct Heirs<'c> {
    conn: &'c Connection,
    kinds: &'c Kinds,
    index: &'c mut WriterIndex,
    owner: &'c str,
    changes: &'c mut Changes,
}

impl Heirs<'_> {
    /// Where others name an object that says whose they are.
    fn column_of(&self, kind: ObjectKind) -> Option<&'static str> {
        self.kinds.named_in(kind).filter(|column| PARENTS.contains(column)).map(Column::as_str)
    }

    /// The objects that came before what says whose they are, and theirs in turn.
    fn adopt_orphans(&mut self, kind: ObjectKind, id: &str) -> Result<(), Fault> {
        let Some(column) = self.column_of(kind) else { return Ok(()) };
        let sql = format!(
            "UPDATE objects SET customer = ?1, is_owner_derived = 1 WHERE customer IS NULL AND {column} = ?2
            RETURNING kind, id, row"
        );
        let mut adopted = Vec::new();
        {
            let mut statement = self.conn.prepare_cached(&sql)?;
            let mut rows = statement.query(params![self.owner, id])?;
            while let Some(row) = rows.next()? {
                adopted.push((row.get(0)?, row.get::<_, String>(1)?, row.get(2)?));
            }
        }
        for (code, id, row) in adopted {
            let kind = self.kinds.kind(self.conn, code)?;
            self.changes.kinds.entry(kind).or_default();
            self.changes.note_ownerless(self.kinds, kind, &id);
            self.index.move_row(self.conn, (code, row), None, Some(self.owner))?;
            self.adopt_orphans(kind, &id)?;
        }
        Ok(())
    }

    /// What the previous owner had by it alone, and theirs in turn.
    fn take_from(&mut self, previous: &str, kind: ObjectKind, id: &str) -> Result<(), Fault> {
        let Some(column) = self.column_of(kind) else { return Ok(()) };
        let sql = format!(
            "UPDATE objects SET customer = ?1 WHERE row = ?2 AND {column} = ?3 AND is_owner_derived = 1
            RETURNING id"
        );
        for (code, row) in self.index.rows_of(self.conn, previous)? {
            let mut statement = self.conn.prepare_cached(&sql)?;
            let taken: Option<String> =
                statement.query_row(params![self.owner, row, id], |row| row.get(0)).optional()?;
            drop(statement);
            let Some(taken) = taken else { continue };
            let kind = self.kinds.kind(self.conn, code)?;
            self.changes.kinds.entry(kind).or_default();
            self.index.move_row(self.conn, (code, row), Some(previous), Some(self.owner))?;
            self.take_from(previous, kind, &taken)?;
        }
        Ok(())
    }
}

fn find(
    statement: &mut CachedStatement<'_>,
    number: i64,
    object: &RawObject,
    owner: Option<&str>,
) -> Result<Present, Fault> {
    let of = &object.counterparts;
    let present = statement.query_row([number], |row| {
        let is_deleted: bool = row.get(5)?;
        let is_same = |column: usize, new: Option<&str>| -> rusqlite::Result<bool> {
            let old: Option<String> = row.get(column)?;
            Ok(new.is_none() || new == old.as_deref())
        };
        let created_at: Option<i64> = row.get(0)?;
        let has_same_columns = is_deleted == object.is_deleted
            && (object.created_at.is_none() || object.created_at.map(|at| at.0) == created_at)
            && is_same(1, owner)?
            && is_same(2, of.subscription.as_deref())?
            && is_same(3, of.invoice.as_deref())?
            && is_same(4, of.charge.as_deref())?;
        Ok(Present {
            row: number,
            owner: row.get(1)?,
            is_deleted,
            seen_at: row.get(6)?,
            has_same_columns,
            dictionary: row.get(7)?,
            body: row.get(8)?,
        })
    })?;
    Ok(present)
}

/// Writes what is not an object: windows, follow-ups and facts.
pub(super) fn cursors(conn: &Connection, kinds: &Kinds, batch: &Batch) -> Result<(), Fault> {
    for kind in &batch.windows_cleared {
        conn.prepare_cached("DELETE FROM windows WHERE kind = ?1")?.execute([kinds.code(conn, *kind)?])?;
    }
    for window in &batch.windows {
        let sql = "INSERT OR REPLACE INTO windows
            (kind, number, created_gte, created_lte, starting_after, is_done, objects)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)";
        conn.prepare_cached(sql)?.execute(params![
            kinds.code_to_write(conn, window.kind)?,
            window.number,
            window.created_gte,
            window.created_lte,
            window.starting_after,
            window.is_done,
            i64::try_from(window.objects).unwrap_or(i64::MAX),
        ])?;
    }
    for followup in &batch.followups_done {
        let sql = "DELETE FROM followups WHERE kind = ?1 AND id = ?2";
        conn.prepare_cached(sql)?.execute(params![kinds.code(conn, followup.kind)?, followup.id])?;
    }
    for followup in &batch.followups_added {
        let sql = "INSERT OR REPLACE INTO followups (kind, id, starting_after) VALUES (?1, ?2, ?3)";
        conn.prepare_cached(sql)?.execute(params![
            kinds.code_to_write(conn, followup.kind)?,
            followup.id,
            followup.starting_after
        ])?;
    }
    for (key, value) in &batch.meta {
        let sql = "INSERT OR REPLACE INTO meta (key, value) VALUES (?1, ?2)";
        conn.prepare_cached(sql)?.execute([key, value])?;
    }
    Ok(())
}

impl KindChange {
    fn of(&mut self, is_deleted: bool) -> &mut i64 {
        if is_deleted { &mut self.deleted } else { &mut self.live }
    }
}

impl Changes {
    fn note(&mut self, object: &RawObject, outcome: &Outcome) {
        match outcome {
            Outcome::Unchanged => self.committed.unchanged += 1,
            Outcome::Inserted { .. } => {
                self.committed.inserted += 1;
                *self.kind(object).of(object.is_deleted) += 1;
            }
            Outcome::Updated { was_deleted, .. } => {
                self.committed.updated += 1;
                let kind = self.kind(object);
                *kind.of(*was_deleted) -= 1;
                *kind.of(object.is_deleted) += 1;
            }
        }
    }

    fn note_ownerless(&mut self, kinds: &Kinds, kind: ObjectKind, id: &str) {
        if kinds.may_be_ownerless(kind) {
            self.committed.touched_ownerless.push((kind, id.to_owned()));
        }
    }

    /// One that is deleted without a version that says so.
    pub fn note_gone(&mut self, kind: ObjectKind, owner: Option<CustomerId>) {
        self.committed.updated += 1;
        self.touched.extend(owner);
        let kind = self.kinds.entry(kind).or_default();
        (kind.live, kind.deleted) = (kind.live - 1, kind.deleted + 1);
    }

    fn kind(&mut self, object: &RawObject) -> &mut KindChange {
        let kind = self.kinds.entry(object.kind).or_default();
        if let Some(at) = object.created_at {
            kind.oldest_created_at = Some(kind.oldest_created_at.map_or(at.0, |oldest| oldest.min(at.0)));
            kind.newest_created_at = kind.newest_created_at.max(Some(at.0));
        }
        kind
    }

    /// Adds the counts up in the file; the last step of a batch.
    pub fn finish(mut self, conn: &Connection, kinds: &Kinds) -> Result<Committed, Fault> {
        let sql = "INSERT INTO kinds (kind, live, deleted, oldest_created_at, newest_created_at)
            VALUES (?1, ?2, ?3, ?4, ?5) ON CONFLICT (kind) DO UPDATE SET
            live = live + excluded.live, deleted = deleted + excluded.deleted,
            oldest_created_at = min(coalesce(oldest_created_at, excluded.oldest_created_at),
                coalesce(excluded.oldest_created_at, oldest_created_at)),
            newest_created_at = max(coalesce(newest_created_at, excluded.newest_created_at),
                coalesce(excluded.newest_created_at, newest_created_at))";
        for (kind, change) in &self.kinds {
            conn.prepare_cached(sql)?.execute(params![
                kinds.code_to_write(conn, *kind)?,
                change.live,
                change.deleted,
                change.oldest_created_at,
                change.newest_created_at,
            ])?;
        }
        self.committed.touched_customers = self.touched.into_iter().collect();
        self.committed.changed_kinds = self.kinds.into_keys().collect();
        Ok(self.committed)
    }
}
