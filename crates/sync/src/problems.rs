//! Problems with the data itself: listed, never hidden and never fatal.

use connect::Unreadable;
use model::ObjectKind;
use serde::{Deserialize, Serialize};

/// Under which problems are kept, as JSON: with the objects those of the last check, with the ledger those of its build.
pub(crate) const PROBLEMS: &str = "problems";
/// Examples that are kept of one problem.
pub(crate) const EXAMPLES_MAX: usize = 20;

/// One kind of problem, with its number and examples.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Problem {
    /// Such as `unreadable_object` or `dangling_reference`.
    pub code: String,
    pub title: String,
    pub detail: String,
    pub count: u64,
    pub examples: Vec<Example>,
}

/// An object that has the problem.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Example {
    pub kind: ObjectKind,
    pub id: String,
    /// The id of the missing object that it names; or what is wrong with it.
    pub points_to: Option<String>,
}

impl Problem {
    /// Objects that were skipped, as one problem per kind.
    pub fn of_unreadable(skipped: &[Unreadable]) -> Vec<Self> {
        let mut sorted: Vec<&Unreadable> = skipped.iter().collect();
        sorted.sort_by(|a, b| (a.kind, &a.id).cmp(&(b.kind, &b.id)));
        sorted.dedup();
        let by_kind = sorted.chunk_by(|a, b| a.kind == b.kind);
        let problem = |group: &[&Unreadable]| Self {
            code: "unreadable_object".to_owned(),
            title: format!("{} objects that can't be read", group[0].kind),
            detail: "They were skipped and are not included in any figure.".to_owned(),
            count: group.len() as u64,
            examples: group.iter().take(EXAMPLES_MAX).map(|unreadable| example(unreadable)).collect(),
        };
        by_kind.map(problem).collect()
    }
}

fn example(unreadable: &Unreadable) -> Example {
    let Unreadable { kind, id, reason } = unreadable.clone();
    Example { kind, id, points_to: Some(reason) }
}
