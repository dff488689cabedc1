//! Answers that were given before are those that a new one would be.

use std::sync::Arc;

use jiff::tz::TimeZone;
use metrics::answers::Answers;
use metrics::envelope;
use metrics::query::{Query, QueryError};
use metrics::question::Question;
use metrics::registry::METRICS;
use metrics::view::{Reach, View};
use model::{Settings, UnixSeconds};
use proptest::prelude::*;
use proptest::sample::select;

use super::generated::{ZONES, question, rates, world};

fn asked(query: &Query) -> Question {
    Question {
        from: Some(query.from),
        to: Some(query.to),
        interval: Some(query.interval),
        currency: Some(query.currency),
        by: query.by,
        filter: query.filter.clone(),
        within_days: query.within_days,
        ..Question::default()
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 60, ..ProptestConfig::default() })]

    #[test]
    fn what_is_asked_again_is_answered_as_if_for_the_first_time(
        world in world(), zone in select(ZONES.to_vec()), query in question(),
        change in any::<prop::sample::Index>(), moments in prop::collection::vec(-150..150_i64, 4),
    ) {
        // Around a moment at which something happens, within the range.
        let changes: Vec<UnixSeconds> = world.instants();
        let at = if changes.is_empty() { query.now } else { *change.get(&changes) };
        let since = UnixSeconds(at.0 - 150);
        let today = at.day(&TimeZone::get(zone).unwrap());
        let query = Query { from: query.from.min(today), to: query.to.max(today), ..query };
        let (ledger, rates) = (Arc::new(world.ledger(zone)), Arc::new(rates()));
        let answers = Arc::new(Answers::new(&ledger, &rates, since));
        let view = |now, answers| View {
            ledger: Arc::clone(&ledger),
            rates: Arc::clone(&rates),
            settings: Settings::default(),
            default_currency: None,
            mrr_method: None,
            now,
            reach: Reach::default(),
            absent: Vec::new(),
            late: Vec::new(),
            answers,
        };
        for after in moments {
            let now = UnixSeconds(at.0 + after);
            for metric in METRICS.iter().step_by(3) {
                let given = envelope::value(&view(now, Some(Arc::clone(&answers))), metric, asked(&query));
                let made = envelope::value(&view(now, None), metric, asked(&query));
                if !matches!(made, Err(QueryError::UnknownDimension { .. })) {
                    prop_assert_eq!(given.unwrap(), made.unwrap(), "{} at {}", metric.id, now);
                }
            }
        }
    }
}
