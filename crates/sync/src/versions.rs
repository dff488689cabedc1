//! Of several copies of an object the newest counts, where objects say themselves when they were changed: copies come inside
//! older objects, too, and answers may be older than what was delivered.

use std::collections::{BTreeMap, HashMap};

use connect::Source;
use model::{ObjectKind, RawObject};
use store::{Objects, StoreError};

/// Leaves out what is older than what is stored, or than another copy among these.
///
/// # Errors
/// What the store says.
pub(crate) fn keep_newest(
    source: Source,
    stored: &Objects,
    objects: &mut Vec<RawObject>,
) -> Result<(), StoreError> {
    let mut newest: HashMap<(ObjectKind, String), i64> = HashMap::new();
    for object in objects.iter() {
        let Some(version) = source.version(object) else { continue };
        let known = newest.entry((object.kind, object.id.clone())).or_insert(version);
        *known = version.max(*known);
    }
    let mut ids: BTreeMap<ObjectKind, Vec<String>> = BTreeMap::new();
    for (kind, id) in newest.keys() {
        ids.entry(*kind).or_default().push(id.clone());
    }
    // All of a kind at once: to find one, what is new in the file is read.
    for (kind, ids) in ids {
        for there in stored.get_many(kind, &ids)? {
            let (version, id) = (source.version(&there.object), there.object.id);
            if let Some((known, version)) = newest.get_mut(&(kind, id)).zip(version) {
                *known = version.max(*known);
            }
        }
    }
    if newest.is_empty() {
        return Ok(());
    }
    objects.retain(|object| {
        let newest = newest.get(&(object.kind, object.id.clone()));
        source.version(object).zip(newest).is_none_or(|(version, newest)| version >= *newest)
    });
    Ok(())
}

#[cfg(test)]
mod tests {
    use model::{Counterparts, UnixSeconds};
    use store::Batch;

    use super::*;

    fn copy(source: Source, id: &str, second: u32) -> RawObject {
        RawObject {
            kind: source.prices(),
            id: id.to_owned(),
            created_at: None,
            counterparts: Counterparts::default(),
            is_deleted: false,
            body: format!(r#"{{"id":"{id}","updated_at":"2026-01-01T00:00:{second:02}Z"}}"#).into(),
        }
    }

    fn second_of(body: &str) -> &str {
        &body[body.len() - 5..body.len() - 3]
    }

    #[tokio::test]
    async fn an_older_copy_never_takes_the_place_of_a_newer_one() {
        let dir = tempfile::tempdir().unwrap();
        let data = store::DataDir::open(dir.path()).unwrap();
        let stored = data.connection_files(&"con_1".into()).objects_to_write().unwrap();
        let says = |source: &&Source| source.version(&copy(**source, "x", 1)).is_some();
        let source = *Source::ALL.iter().find(says).unwrap();
        let batch =
            Batch { objects: vec![copy(source, "a", 30)], seen_at: UnixSeconds(1), ..Batch::default() };
        stored.commit(batch).await.unwrap();
        let mut objects = vec![
            copy(source, "a", 20),
            copy(source, "b", 20),
            copy(source, "b", 40),
            copy(source, "a", 30),
            copy(source, "b", 10),
            copy(source, "c", 10),
        ];
        keep_newest(source, &stored, &mut objects).unwrap();
        let kept: Vec<_> =
            objects.iter().map(|object| (object.id.as_str(), second_of(&object.body))).collect();
        assert_eq!(kept, [("b", "40"), ("a", "30"), ("c", "10")]);
    }
}
