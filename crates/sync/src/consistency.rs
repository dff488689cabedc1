//! After a load: references to objects that are missing. They are requested by id; those that the provider no longer
//! has are listed as problems, with what they cost.

mod prices;

use connect::Source;
use model::ObjectKind;
use store::{Batch, Dangling, References};

use crate::SyncError;
use crate::blocking::blocking;
use crate::context::Context;
use crate::problems::{Example, PROBLEMS, Problem};
use crate::update;

/// Deleted customers, inline prices and subscriptions on a test clock are in no list. At most this many objects are
/// requested individually.
const REQUESTED_MAX: usize = 20_000;

/// Fetches what is named and missing, then records the references that still point nowhere.
///
/// # Errors
/// What the provider and the store say.
pub(crate) async fn check(context: &Context) -> Result<Vec<Problem>, SyncError> {
    let (found, unpriced) = tokio::try_join!(references(context), prices::unknown(context))?;
    let (agreements, mut missing): (Vec<_>, Vec<_>) =
        found.missing.into_iter().partition(|(kind, _)| context.source().agreements().contains(kind));
    fetch_listed_nowhere(context, agreements).await?;
    missing.extend(unpriced.missing(context.source(), REQUESTED_MAX));
    let mut dangling = found.dangling;
    if !missing.is_empty() {
        update::retrieve_all(context, missing).await?;
        dangling = references(context).await?.dangling;
    }
    // Some products are named by prices that have only just arrived.
    let products = prices::unknown_products(context, REQUESTED_MAX).await?;
    update::retrieve_all(context, products).await?;

    let mut problems: Vec<Problem> = dangling.into_iter().map(|one| problem(context.source(), one)).collect();
    problems.extend(prices::problem(context, unpriced).await?);
    let json = serde_json::to_string(&problems).unwrap_or_default();
    context.commit(Batch { meta: vec![(PROBLEMS.to_owned(), json)], ..Batch::default() }).await?;
    Ok(problems)
}

/// Fetches objects that no list shows. What is gone is not noted as deleted: without it figures are incomplete, and that stays
/// a problem that is listed.
async fn fetch_listed_nowhere(context: &Context, wanted: Vec<(ObjectKind, String)>) -> Result<(), SyncError> {
    for (kind, id) in wanted {
        let requested_at = context.requested_at();
        match update::retrieve(context, kind, &id).await {
            Ok(fetched) if fetched.objects.iter().all(|object| !object.is_deleted) => {
                fetched.commit(context, requested_at).await?;
            }
            Ok(_) => {}
            Err(SyncError::Provider(error)) => tracing::warn!(%kind, %error, "an object cannot be fetched"),
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

/// Reads every row, so never on a thread that answers requests.
async fn references(context: &Context) -> Result<References, SyncError> {
    let objects = context.objects.clone();
    let source = context.source();
    let wanted = [&[source.customers()], source.agreements()].concat();
    blocking(move || Ok(objects.references(source.references(), &wanted, REQUESTED_MAX)?)).await
}

fn problem(source: Source, dangling: Dangling) -> Problem {
    let Dangling { from, to, count, examples } = dangling;
    Problem {
        code: "dangling_reference".to_owned(),
        title: format!("{} whose {} is missing", source.label(from), to.as_str().replace('_', " ")),
        detail:
            "The provider did not return it: it may have been deleted, or the key doesn't have access to it."
                .to_owned(),
        count,
        examples: examples
            .into_iter()
            .map(|example| Example { kind: from, id: example.id, points_to: Some(example.points_to) })
            .collect(),
    }
}
