//! Reads all objects in the order of the file, one stretch at a time, so that several threads can share the work. In the order of
//! ids, nearly every object would be on another page.

use model::ObjectKind;

use super::{Objects, Stored};
use crate::StoreError;

/// A few megabytes of bodies.
const ROWS: usize = 2_048;

/// Neighboring rows of the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stretch {
    first: i64,
    last: i64,
}

impl Objects {
    /// Divides the file: every object that is stored now is in exactly one stretch. An object keeps its place when it changes.
    ///
    /// # Errors
    /// Those of the file.
    pub fn stretches(&self) -> Result<Vec<Stretch>, StoreError> {
        self.shared.readers.read(|reader| {
            let last = reader.last_row()?;
            let mut firsts = (1..=last).step_by(ROWS).peekable();
            let mut stretches = Vec::new();
            while let Some(first) = firsts.next() {
                stretches.push(Stretch { first, last: firsts.peek().map_or(last, |next| next - 1) });
            }
            Ok(stretches)
        })
    }

    /// The objects of these kinds in a stretch, including deleted ones.
    ///
    /// # Errors
    /// Those of the file.
    pub fn read_stretch(&self, stretch: Stretch, kinds: &[ObjectKind]) -> Result<Vec<Stored>, StoreError> {
        self.shared.readers.read(|reader| {
            let mask = reader.mask(kinds)?;
            reader.stretch(stretch.first, stretch.last, mask)
        })
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use model::{Counterparts, RawObject, UnixSeconds};

    use super::*;
    use crate::objects::Batch;
    use crate::{ConnectionFiles, kind};

    fn object(number: usize) -> RawObject {
        let kind = [kind::CUSTOMER, kind::INVOICE, kind::CHARGE][number % 3];
        let (id, counterparts) = (format!("id_{}", number * 7919 % 10_007), Counterparts::default());
        let (body, is_deleted) = (number.to_string().into(), number.is_multiple_of(5));
        RawObject { kind, id, created_at: None, counterparts, is_deleted, body }
    }

    #[test]
    fn each_object_of_the_kinds_is_in_one_stretch() {
        let dir = tempfile::tempdir().unwrap();
        let objects = ConnectionFiles::in_folder(dir.path()).objects_to_write().unwrap();
        assert_eq!(objects.stretches().unwrap(), []);
        let all: Vec<RawObject> = (0..2 * ROWS + 1).map(object).collect();
        let batch = Batch { objects: all.clone(), seen_at: UnixSeconds(1), ..Batch::default() };
        objects.commit_blocking(batch).unwrap();
        let stretches = objects.stretches().unwrap();
        assert_eq!(stretches.len(), 3);
        let kinds = [kind::INVOICE, kind::CHARGE];
        let read = stretches.iter().flat_map(|stretch| objects.read_stretch(*stretch, &kinds).unwrap());
        let read: Vec<RawObject> = read.map(|stored| stored.object).collect();
        let bodies = |objects: &[RawObject]| {
            objects.iter().map(|object| object.body.to_string()).collect::<BTreeSet<String>>()
        };
        let wanted: Vec<RawObject> = all.into_iter().filter(|object| kinds.contains(&object.kind)).collect();
        assert_eq!((read.len(), bodies(&read)), (wanted.len(), bodies(&wanted)));
    }
}
