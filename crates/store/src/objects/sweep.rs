//! Overwrites what SQLite leaves in the unused part of pages.
//!
//! With `secure_delete` SQLite overwrites what it deletes, but not what it moves: a row that grows may move its neighbors to
//! other pages, and a page that is laid out again for that (`rebuildPage`) keeps its old bytes below its new content. So a copy
//! of a body may outlast the row.

use rusqlite::{Connection, OptionalExtension, TransactionBehavior, params};

use crate::error::Fault;

/// Pages that are looked at in one transaction.
const PAGES: usize = 2_000;

/// First bytes of pages of tables. Nothing else is met on the way down from a table's root.
const INTERIOR: u8 = 5;
const LEAF: u8 = 13;

/// Whether this SQLite can be asked for pages. One that is built elsewhere may not.
pub(super) fn is_possible(conn: &Connection) -> Result<bool, Fault> {
    let sql = "SELECT sqlite_compileoption_used('ENABLE_DBPAGE_VTAB')";
    Ok(conn.query_row(sql, [], |row| row.get(0))?)
}

/// Leaves zeros in the unused part of every page of bodies; how many had anything else. Nobody else may write meanwhile.
/// Reads all of the pages and writes only those.
pub(super) fn sweep(conn: &mut Connection) -> Result<usize, Fault> {
    let sql = "SELECT rootpage FROM sqlite_schema WHERE type = 'table' AND name = 'objects'";
    let mut pending = vec![conn.query_row(sql, [], |row| row.get::<_, u32>(0))?];
    let mut swept = 0;
    while !pending.is_empty() {
        let tx = conn.transaction_with_behavior(TransactionBehavior::Immediate)?;
        for _ in 0..PAGES {
            let Some(number) = pending.pop() else { break };
            let (children, is_dirty) = look(&tx, number)?;
            pending.extend(children);
            if is_dirty {
                clean(&tx, number)?;
                swept += 1;
            }
        }
        tx.commit()?;
    }
    Ok(swept)
}

const READ: &str = "SELECT data FROM sqlite_dbpage WHERE pgno = ?1";

/// The pages below one, and whether there is anything in its unused part.
fn look(conn: &Connection, number: u32) -> Result<(Vec<u32>, bool), Fault> {
    let mut statement = conn.prepare_cached(READ)?;
    let looked = statement.query_row([number], |row| {
        let bytes = row.get_ref(0)?.as_blob()?;
        Ok(Page::read(bytes).map(|page| (page.children(), !page.is_clean())))
    });
    looked.optional()?.flatten().ok_or_else(|| not_a_page(number))
}

fn clean(conn: &Connection, number: u32) -> Result<(), Fault> {
    let mut bytes: Vec<u8> = conn.prepare_cached(READ)?.query_row([number], |row| row.get(0))?;
    let unused = Page::read(&bytes).map(|page| page.unused).ok_or_else(|| not_a_page(number))?;
    bytes[unused].fill(0);
    let sql = "UPDATE sqlite_dbpage SET data = ?2 WHERE pgno = ?1";
    conn.prepare_cached(sql)?.execute(params![number, bytes])?;
    Ok(())
}

fn not_a_page(number: u32) -> Fault {
    Fault::Damaged(format!("page {number} is not one of a table"))
}

/// A page of a table, as in "Database File Format" of SQLite's documentation.
struct Page<'b> {
    bytes: &'b [u8],
    is_leaf: bool,
    /// Where in the page the positions of its cells are.
    cells: std::ops::Range<usize>,
    /// Between those positions and the first of its content.
    unused: std::ops::Range<usize>,
}

impl<'b> Page<'b> {
    /// `None` where the bytes are none.
    fn read(bytes: &'b [u8]) -> Option<Self> {
        let is_leaf = match *bytes.first()? {
            LEAF => true,
            INTERIOR => false,
            _ => return None,
        };
        let header = if is_leaf { 8 } else { 12 };
        let end = header + 2 * usize::from(u16_at(bytes, 3)?);
        let content = match u16_at(bytes, 5)? {
            // It does not fit into its two bytes.
            0 => 1 << 16,
            content => usize::from(content),
        };
        let is_sound = end <= content && content <= bytes.len();
        is_sound.then_some(Self { bytes, is_leaf, cells: header..end, unused: end..content })
    }

    fn is_clean(&self) -> bool {
        self.bytes[self.unused.clone()].iter().all(|byte| *byte == 0)
    }

    fn children(&self) -> Vec<u32> {
        if self.is_leaf {
            return Vec::new();
        }
        let cells = self.cells.clone().step_by(2).filter_map(|at| u16_at(self.bytes, at));
        // The last child is named in the header.
        cells.map(usize::from).chain([8]).filter_map(|at| u32_at(self.bytes, at)).collect()
    }
}

fn u16_at(bytes: &[u8], at: usize) -> Option<u16> {
    Some(u16::from_be_bytes(bytes.get(at..at + 2)?.try_into().ok()?))
}

fn u32_at(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_be_bytes(bytes.get(at..at + 4)?.try_into().ok()?))
}
