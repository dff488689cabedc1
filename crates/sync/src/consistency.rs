//! After a load: references to objects that are missing. They are listed, not hidden.

use store::{Batch, Dangling, References};

use crate::SyncError;
use crate::blocking::blocking;
use crate::context::Context;
use crate::problems::{Example, Problem};
use crate::projection::PROBLEMS;
use crate::update;

/// Deleted customers vanish from the list while their payments stay: up to this many are requested one by one.
const PROBED_MAX: usize = 2_000;

/// Fetches the customers that are named and not there, then notes the references that point nowhere.
///
/// # Errors
/// What the provider and the store say.
pub(crate) async fn check(context: &Context) -> Result<Vec<Problem>, SyncError> {
    let found = references(context).await?;
    let dangling = if found.missing.is_empty() {
        found.dangling
    } else {
        let customers = context.source().customers();
        let missing = found.missing.into_iter().map(|id| (customers, id)).collect();
        update::retrieve_all(context, missing).await?;
        references(context).await?.dangling
    };
    let problems: Vec<Problem> = dangling.into_iter().map(problem).collect();
    let json = serde_json::to_string(&problems).unwrap_or_default();
    context.commit(Batch { meta: vec![(PROBLEMS.to_owned(), json)], ..Batch::default() }).await?;
    Ok(problems)
}

/// Reads every row, so never on a thread that answers requests.
async fn references(context: &Context) -> Result<References, SyncError> {
    let objects = context.objects.clone();
    let source = context.source();
    let found = move || Ok(objects.references(source.references(), source.customers(), PROBED_MAX)?);
    blocking(found).await
}

fn problem(dangling: Dangling) -> Problem {
    let Dangling { from, to, count, examples } = dangling;
    Problem {
        code: "dangling_reference".to_owned(),
        title: format!("{from} objects whose {to} is missing"),
        detail: format!(
            "The provider did not return the {to}: it may have been deleted, or the key may not read it."
        ),
        count,
        examples: examples
            .into_iter()
            .map(|example| Example { kind: from, id: example.id, points_to: Some(example.points_to) })
            .collect(),
    }
}
