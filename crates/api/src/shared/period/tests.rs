use std::collections::BTreeSet;

use serde::Deserialize;

use super::*;
use crate::shared::page::SharedView;

#[derive(Deserialize)]
struct Case {
    view: String,
    today: Day,
    first_on: Day,
    ahead: bool,
    spans: BTreeSet<String>,
}

#[test]
fn a_page_asks_about_the_same_spans_here_and_in_a_browser() {
    // Relative to the package, where tests are run.
    let text = std::fs::read_to_string("../../ui/src/view/spans.cases.json").unwrap();
    let cases: Vec<Case> = serde_json::from_str(&text).unwrap();
    assert!(cases.len() > 200);
    for Case { view, today, first_on, ahead, spans } in cases {
        let choice = SharedView::read("mrr", &format!("{view}&currency=usd")).unwrap().choice();
        let usual = if ahead { NamedRange::Ahead } else { NamedRange::USUAL };
        let period = Period::of(choice, today, Some(first_on), usual);
        let named = |span: &ChartRange| format!("{} {} {}", span.start, span.end, span.interval);
        let told: BTreeSet<String> = period.spans().iter().map(named).collect();
        assert_eq!(told, spans, "'{view}' on {today}");
    }
}
