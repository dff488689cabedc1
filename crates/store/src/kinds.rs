//! Numbers for object kinds: a file names a kind by a number in each row, and by its text once.
//!
//! The first kinds have the same number in every file, from when there were no others. What a source declares beyond them is
//! numbered by the file itself, in a table that only such files have.

use std::sync::{PoisonError, RwLock};

use model::{Column, KindShape, ObjectKind};
use rusqlite::{Connection, TransactionBehavior, params};

use crate::error::Fault;

/// A kind with its number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Numbered {
    pub code: u8,
    pub shape: KindShape,
}

const fn plain(code: u8, name: &'static str) -> Numbered {
    let shape = KindShape::new(ObjectKind::new(name));
    Numbered { code, shape }
}

impl Numbered {
    const fn named_in(mut self, column: Column) -> Self {
        self.shape.named_in = Some(column);
        self
    }

    const fn part_of(mut self, column: Column) -> Self {
        self.shape.part_of = Some(column);
        self
    }

    const fn may_be_ownerless(mut self) -> Self {
        self.shape.may_be_ownerless = true;
        self
    }
}

/// Never change one: rows and indexes use these numbers.
const FIRST: [Numbered; 19] = [
    plain(1, "account"),
    plain(2, "customer").named_in(Column::Customer),
    plain(3, "product"),
    plain(4, "price"),
    plain(5, "coupon"),
    plain(6, "promotion_code"),
    plain(7, "subscription").named_in(Column::Subscription),
    plain(8, "subscription_item").part_of(Column::Subscription),
    plain(9, "invoice").named_in(Column::Invoice).may_be_ownerless(),
    plain(10, "invoice_line").part_of(Column::Invoice),
    plain(11, "invoice_item"),
    plain(12, "charge").named_in(Column::Charge).may_be_ownerless(),
    plain(13, "refund").may_be_ownerless(),
    plain(14, "dispute").may_be_ownerless(),
    plain(15, "credit_note"),
    plain(16, "payment_intent"),
    plain(17, "invoice_payment").may_be_ownerless(),
    plain(18, "balance_transaction"),
    plain(19, "event"),
];
/// No kind has it, so that nothing is found under it.
const NO_CODE: u8 = 0;
/// Sets of kinds are asked for as the bits of one number.
const CODE_MAX: u8 = 62;

/// The number that a kind has in every file.
pub(crate) fn first_code(kind: ObjectKind) -> Option<u8> {
    FIRST.iter().find(|known| known.shape.kind == kind).map(|known| known.code)
}

pub(crate) fn first_kind(code: u8) -> Option<ObjectKind> {
    FIRST.iter().find(|known| known.code == code).map(|known| known.shape.kind)
}

/// The kinds of one file, shared by its writer and all its readers.
#[derive(Default)]
pub(crate) struct Kinds {
    /// Beyond the first.
    declared: RwLock<Vec<Numbered>>,
}

impl Kinds {
    /// Takes in what the file declares.
    pub fn load(&self, conn: &Connection) -> Result<(), Fault> {
        let has_table = "SELECT count(*) FROM sqlite_schema WHERE type = 'table' AND name = 'declared_kinds'";
        let tables: i64 = conn.query_row(has_table, [], |row| row.get(0))?;
        if tables == 0 {
            return Ok(());
        }
        let sql = "SELECT code, name, named_in, part_of, may_be_ownerless FROM declared_kinds ORDER BY code";
        let mut statement = conn.prepare_cached(sql)?;
        let mut rows = statement.query([])?;
        let mut declared = Vec::new();
        while let Some(row) = rows.next()? {
            let column = |name: Option<String>| name.and_then(|name| Column::named(&name));
            let shape = KindShape {
                kind: ObjectKind::named(&row.get::<_, String>(1)?).map_err(Fault::Damaged)?,
                named_in: column(row.get(2)?),
                part_of: column(row.get(3)?),
                may_be_ownerless: row.get(4)?,
            };
            declared.push(Numbered { code: row.get(0)?, shape });
        }
        *self.declared.write().unwrap_or_else(PoisonError::into_inner) = declared;
        Ok(())
    }

    /// Numbers the kinds that the file has no number for, and makes the indexes that they are looked up by.
    pub fn declare(&self, conn: &mut Connection, shapes: &[KindShape]) -> Result<(), Fault> {
        let is_known = |shape: &KindShape| {
            first_code(shape.kind).is_some() || self.all().iter().any(|known| known.shape == *shape)
        };
        if shapes.iter().all(is_known) {
            return Ok(());
        }
        let tx = conn.transaction_with_behavior(TransactionBehavior::Immediate)?;
        tx.execute_batch(
            "CREATE TABLE IF NOT EXISTS declared_kinds (
                code INTEGER PRIMARY KEY,
                name TEXT NOT NULL UNIQUE,
                named_in TEXT,
                part_of TEXT,
                may_be_ownerless INTEGER NOT NULL
            ) STRICT",
        )?;
        let mut next = 1 + tx.query_row(
            "SELECT coalesce(max(code), ?1) FROM declared_kinds",
            [FIRST.len() as i64],
            |row| row.get::<_, u8>(0),
        )?;
        for shape in shapes.iter().filter(|shape| !is_known(shape)) {
            let known =
                self.all().iter().find(|known| known.shape.kind == shape.kind).map(|known| known.code);
            let code = known.unwrap_or(next);
            next += u8::from(known.is_none());
            if code > CODE_MAX {
                return Err(Fault::Damaged(format!("more than {CODE_MAX} object kinds in one file")));
            }
            let sql =
                "INSERT OR REPLACE INTO declared_kinds (code, name, named_in, part_of, may_be_ownerless)
                VALUES (?1, ?2, ?3, ?4, ?5)";
            let (named_in, part_of) = (shape.named_in.map(Column::as_str), shape.part_of.map(Column::as_str));
            tx.execute(sql, params![code, shape.kind.as_str(), named_in, part_of, shape.may_be_ownerless])?;
            if let Some(column) = part_of {
                tx.execute_batch(&format!(
                    "CREATE INDEX IF NOT EXISTS parts_{code} ON objects ({column}) WHERE kind = {code}"
                ))?;
            }
            if shape.may_be_ownerless {
                tx.execute_batch(&format!(
                    "CREATE INDEX IF NOT EXISTS ownerless_{code} ON objects (kind)
                        WHERE customer IS NULL AND kind = {code}"
                ))?;
            }
        }
        tx.commit()?;
        self.load(conn)
    }

    /// The kind's number. One that is not in this file has a number that nothing is filed under.
    pub fn code(&self, conn: &Connection, kind: ObjectKind) -> Result<u8, Fault> {
        if let Some(code) = self.known_code(kind) {
            return Ok(code);
        }
        // Another process may have declared it meanwhile.
        self.load(conn)?;
        Ok(self.known_code(kind).unwrap_or(NO_CODE))
    }

    /// The same for what is written: it needs a number.
    pub fn code_to_write(&self, conn: &Connection, kind: ObjectKind) -> Result<u8, Fault> {
        match self.code(conn, kind)? {
            NO_CODE => Err(Fault::Damaged(format!("{kind} objects were never declared to this file"))),
            code => Ok(code),
        }
    }

    pub fn kind(&self, conn: &Connection, code: u8) -> Result<ObjectKind, Fault> {
        if let Some(kind) = self.known_kind(code) {
            return Ok(kind);
        }
        self.load(conn)?;
        self.known_kind(code).ok_or_else(|| Fault::Damaged(format!("no kind has the number {code}")))
    }

    /// A bit for each kind, for the question `(mask >> kind) & 1`.
    pub fn mask(&self, conn: &Connection, kinds: &[ObjectKind]) -> Result<i64, Fault> {
        kinds.iter().try_fold(0, |mask, kind| Ok(mask | 1 << self.code(conn, *kind)?))
    }

    /// Every kind of the file.
    pub fn all(&self) -> Vec<Numbered> {
        let declared = self.declared.read().unwrap_or_else(PoisonError::into_inner);
        FIRST.iter().chain(declared.iter()).copied().collect()
    }

    /// Where others name objects of this kind.
    pub fn named_in(&self, kind: ObjectKind) -> Option<Column> {
        self.find(|known| known.shape.kind == kind)?.shape.named_in
    }

    /// The kinds that are named in a column, by their numbers.
    pub fn codes_named_in(&self, column: Column) -> Vec<u8> {
        let named = |known: &Numbered| known.shape.named_in == Some(column);
        self.all().into_iter().filter(named).map(|known| known.code).collect()
    }

    /// What the truncated lists of a kind's objects are made of, and the column that names their parent.
    pub fn parts_of(&self, parent: ObjectKind) -> Vec<(Column, Numbered)> {
        let Some(column) = self.named_in(parent) else { return Vec::new() };
        let parts = self.all().into_iter().filter(|known| known.shape.part_of == Some(column));
        parts.map(|part| (column, part)).collect()
    }

    pub fn may_be_ownerless(&self, kind: ObjectKind) -> bool {
        self.find(|known| known.shape.kind == kind).is_some_and(|known| known.shape.may_be_ownerless)
    }

    /// Beyond the first, which have an index of their own.
    pub fn declared_ownerless(&self) -> Vec<u8> {
        let declared = self.declared.read().unwrap_or_else(PoisonError::into_inner);
        declared.iter().filter(|known| known.shape.may_be_ownerless).map(|known| known.code).collect()
    }

    fn known_code(&self, kind: ObjectKind) -> Option<u8> {
        first_code(kind).or_else(|| Some(self.find(|known| known.shape.kind == kind)?.code))
    }

    fn known_kind(&self, code: u8) -> Option<ObjectKind> {
        first_kind(code).or_else(|| Some(self.find(|known| known.code == code)?.shape.kind))
    }

    fn find(&self, is_it: impl Fn(&Numbered) -> bool) -> Option<Numbered> {
        let declared = self.declared.read().unwrap_or_else(PoisonError::into_inner);
        FIRST.iter().chain(declared.iter()).find(|known| is_it(known)).copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_numbers_are_those_of_every_file() {
        for (index, known) in FIRST.iter().enumerate() {
            assert_eq!(usize::from(known.code), index + 1);
        }
        assert_eq!(
            first_code(ObjectKind::new("invoice_line")),
            Some(10),
            "the schema's index is on this number"
        );
        assert_eq!(first_code(ObjectKind::new("subscription_item")), Some(8), "and on this");
        let ownerless = FIRST.iter().filter(|known| known.shape.may_be_ownerless);
        assert_eq!(
            ownerless.map(|known| known.code).collect::<Vec<_>>(),
            [9, 12, 13, 14, 17],
            "and on these"
        );
    }
}
