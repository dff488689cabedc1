//! A `provider-mrr` block: customers as in a `metric` block, what the provider says its MRR was at the end of a day, and,
//! behind `=>`, our MRR on that day, the difference and its reason.
//!
//! ```text
//! provider 2026-02-10 58.00
//! => 2026-02-10 60.00 -2.00 rates
//! ```

use std::sync::Arc;

use metrics::statement::provider_mrr::ProviderMrrReport;
use metrics::view::{Reach, View};
use model::{
    Currency, ProviderMrr, ProviderMrrDay, ProviderMrrOutcome, ProviderMrrReading, Settings, UnixSeconds,
};

use crate::{answer, at, minor, scenario};

/// What is documented and what comes out, a day a line: the day, our MRR, the difference and the reason.
pub type Days = Vec<(String, i64, i64, String)>;

pub fn compared(block: &str) -> (Days, Days) {
    let (mut customers, mut days, mut expected) = (String::new(), Vec::new(), Vec::new());
    for text in block.lines() {
        match text.split_whitespace().collect::<Vec<_>>().as_slice() {
            ["provider", on, amount] => {
                days.push(ProviderMrrDay { on: on.parse().unwrap(), mrr_minor: minor(amount) });
            }
            ["=>", on, ours, difference, reason] => {
                expected.push(((*on).to_owned(), minor(ours), minor(difference), (*reason).to_owned()));
            }
            _ => customers.extend([text, "\n"]),
        }
    }
    let scenario = scenario::read(&customers);
    let view = View {
        ledger: Arc::new(answer::ledger(&scenario)),
        rates: Arc::new(answer::rates(&scenario)),
        settings: Settings::default(),
        default_currency: None,
        mrr_method: None,
        now: scenario.now.unwrap_or_else(|| at("2026-12-31")),
        reach: Reach::default(),
        absent: Vec::new(),
        late: Vec::new(),
        answers: None,
    };
    let outcome = ProviderMrrOutcome::Read(ProviderMrr { currency: Currency::USD, days });
    let report = ProviderMrrReport::of(&view, true, Some(ProviderMrrReading { at: UnixSeconds(1), outcome }));
    let found = report.days.iter().map(|day| {
        let reason = serde_json::to_value(day.reason).unwrap();
        (day.on.to_string(), day.mrr_minor, day.difference_minor, reason.as_str().unwrap().to_owned())
    });
    (found.collect(), expected)
}
