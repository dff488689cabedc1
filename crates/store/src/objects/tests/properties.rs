use crate::kind;
use std::collections::BTreeSet;

use proptest::prelude::*;

use super::*;

/// What was seen at one second: some objects, alive or deleted. No two batches were seen at the same time.
fn batches() -> impl Strategy<Value = Vec<Batch>> {
    let ids = proptest::collection::btree_set(0..6_u8, 1..4);
    proptest::collection::vec((ids, any::<bool>()), 1..30).prop_map(|seen| {
        seen.iter().enumerate().map(|(second, (ids, is_deleted))| seen_at(second, ids, *is_deleted)).collect()
    })
}

fn seen_at(second: usize, ids: &BTreeSet<u8>, is_deleted: bool) -> Batch {
    let version = |id: &u8| {
        let live = invoice(&format!("in_{id}"), "cus_1", &format!("version {second}"));
        RawObject { is_deleted, ..live }
    };
    batch(second as i64, ids.iter().map(version).collect())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    /// Whatever the order in which versions arrive, the newest is what is there.
    #[test]
    fn the_newest_version_wins(
        (all, shuffled) in batches().prop_flat_map(|all| (Just(all.clone()), Just(all).prop_shuffle())),
    ) {
        let (_dir, objects) = temp();
        for batch in shuffled {
            objects.commit_blocking(batch).unwrap();
        }
        for wanted in 0..6_u8 {
            let id = format!("in_{wanted}");
            let newest = all.iter().rev().flat_map(|batch| &batch.objects).find(|object| object.id == id);
            let stored = objects.get(kind::INVOICE, &id).unwrap();
            prop_assert_eq!(stored.map(|stored| stored.object), newest.cloned());
        }
        prop_assert_eq!(objects.integrity_check().unwrap(), Vec::<String>::new());
    }
}
