//! Plans played against a list that answers as a provider's does.

use crate::testing::{SOURCE, kind};
use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;

use super::*;

const NOW: i64 = 1_700_000_000;
const YEAR: i64 = 365 * 86_400;
const HORIZON: Horizon = Horizon { floor: NOW - 6 * YEAR, now: NOW };
const CURSORS: Cursors = Cursors { total: 8, per_kind: 4 };

/// One list of a provider: (created, id), newest first.
#[derive(Debug, Clone)]
struct List {
    objects: Vec<(i64, u32)>,
    page: usize,
    honours_window: bool,
}

impl List {
    fn new(mut created: Vec<i64>, page: usize) -> Self {
        created.sort_unstable_by(|a, b| b.cmp(a));
        let objects = created.into_iter().zip(0..).collect();
        Self { objects, page, honours_window: true }
    }

    fn answer(&self, request: &ListRequest) -> (Vec<u32>, PageFacts) {
        let is_requested = |created: i64| {
            request.created_gte.is_none_or(|gte| created >= gte)
                && request.created_lte.is_none_or(|lte| created <= lte)
        };
        let after = request.starting_after.as_ref().map(|id| id.parse::<u32>().unwrap());
        let rest = self.objects.iter().filter(|(created, id)| {
            (!self.honours_window || is_requested(*created)) && after.is_none_or(|after| *id > after)
        });
        let rest: Vec<&(i64, u32)> = rest.collect();
        let page = &rest[..rest.len().min(self.page)];
        let facts = PageFacts {
            objects: page.len() as u64,
            oldest: page.last().map(|(created, _)| *created),
            last_id: page.last().map(|(_, id)| id.to_string()),
            has_more: rest.len() > page.len(),
            honours_window: page.iter().all(|(created, _)| is_requested(*created)),
        };
        (page.iter().map(|(_, id)| *id).collect(), facts)
    }
}

/// What a database would hold: objects, and ranges as they were when their last page was committed.
#[derive(Debug, Default, Clone)]
struct Stored {
    objects: BTreeMap<ObjectKind, BTreeSet<u32>>,
    ranges: BTreeMap<RangeId, Range>,
    plain: BTreeSet<ObjectKind>,
}

struct Run {
    lists: BTreeMap<ObjectKind, List>,
    kept: Stored,
    requests: usize,
    most_at_once: usize,
}

impl Run {
    fn new(lists: Vec<(ObjectKind, List)>) -> Self {
        Self { lists: lists.into_iter().collect(), kept: Stored::default(), requests: 0, most_at_once: 0 }
    }

    fn plan(&self) -> LoadPlan {
        let kinds = self.lists.keys().map(|kind| {
            let ranges: Vec<Range> =
                self.kept.ranges.values().filter(|s| s.id.kind == *kind).cloned().collect();
            if ranges.is_empty() {
                return KindPlan::new(*kind, false);
            }
            KindPlan::resumed(*kind, ranges, self.kept.plain.contains(kind))
        });
        LoadPlan::new(SOURCE, kinds.collect(), HORIZON, CURSORS)
    }

    /// Plays until done, or until `stop_after` pages. `picks` says which of the pages on their way comes next.
    fn play(&mut self, picks: &mut impl Iterator<Item = usize>, stop_after: usize) -> LoadPlan {
        let mut plan = self.plan();
        let mut on_their_way: Vec<PageTask> = Vec::new();
        for _ in 0..stop_after {
            while let Some(task) = plan.next() {
                self.keep(&plan, &task.changed);
                on_their_way.push(task);
            }
            self.most_at_once = self.most_at_once.max(on_their_way.len());
            if on_their_way.is_empty() {
                break;
            }
            let index = picks.next().unwrap_or(0) % on_their_way.len();
            self.answer(&mut plan, on_their_way.remove(index));
            assert!(self.requests < 100_000, "it does not end");
        }
        plan
    }

    fn answer(&mut self, plan: &mut LoadPlan, task: PageTask) {
        self.requests += 1;
        let kind = task.range.kind;
        let (objects, facts) = self.lists[&kind].answer(&task.request);
        let changes = plan.page_read(task.range, &facts);
        if changes.turned_plain.is_some() {
            self.kept.ranges.retain(|id, _| id.kind != kind);
            self.kept.plain.insert(kind);
        }
        self.kept.objects.entry(kind).or_default().extend(objects);
        self.keep(plan, &changes.ranges);
    }

    fn keep(&mut self, plan: &LoadPlan, ids: &[RangeId]) {
        for id in ids {
            let range = Range { is_running: false, ..plan.range(*id).unwrap().clone() };
            self.kept.ranges.insert(*id, range);
        }
    }

    fn assert_all_is_here(&self) {
        for (kind, list) in &self.lists {
            let all: BTreeSet<u32> = list.objects.iter().map(|(_, id)| *id).collect();
            let kept = self.kept.objects.get(kind).cloned().unwrap_or_default();
            assert_eq!(kept, all, "{kind}");
        }
    }
}

fn evenly(count: i64, seconds: i64) -> Vec<i64> {
    (0..count).map(|n| NOW - n * seconds / count).collect()
}

#[test]
fn a_small_account_costs_one_request_a_kind() {
    let kinds = [kind::CUSTOMER, kind::INVOICE, kind::PRICE];
    let mut run = Run::new(kinds.map(|kind| (kind, List::new(evenly(80, YEAR), 100))).to_vec());
    let plan = run.play(&mut std::iter::empty(), usize::MAX);
    assert!(plan.is_done());
    run.assert_all_is_here();
    assert_eq!(run.requests, 3);
}

#[test]
fn a_long_list_is_read_by_as_many_cursors_as_it_may_have() {
    let mut run = Run::new(vec![(kind::INVOICE, List::new(evenly(50_000, 4 * YEAR), 100))]);
    let plan = run.play(&mut std::iter::empty(), usize::MAX);
    assert!(plan.is_done());
    run.assert_all_is_here();
    assert_eq!(run.most_at_once, CURSORS.per_kind);
    assert!(run.requests < 560, "{} requests for 500 pages", run.requests);
}

#[test]
fn what_is_needed_for_today_comes_before_history_and_the_rest() {
    let kinds = [kind::CHARGE, kind::SUBSCRIPTION, kind::INVOICE, kind::PRICE];
    let run = Run::new(kinds.map(|kind| (kind, List::new(evenly(5_000, YEAR), 100))).to_vec());
    let mut plan = run.plan();
    let order: Vec<ObjectKind> = std::iter::from_fn(|| plan.next()).map(|task| task.range.kind).collect();
    let expected = [kind::PRICE, kind::SUBSCRIPTION, kind::INVOICE, kind::CHARGE];
    assert_eq!(order, expected);
}

#[test]
fn the_running_month_is_read_in_parallel_before_older_invoices() {
    let mut run = Run::new(vec![(kind::INVOICE, List::new(evenly(120_000, YEAR), 100))]);
    let mut picks = std::iter::repeat(0);
    run.play(&mut picks, 160);
    let month_ago = NOW - 35 * 86_400;
    let list = &run.lists[&kind::INVOICE];
    let month: BTreeSet<u32> = list.objects.iter().filter(|o| o.0 >= month_ago).map(|o| o.1).collect();
    let kept = &run.kept.objects[&kind::INVOICE];
    let missing = month.difference(kept).count();
    assert!(missing < month.len() / 10, "{missing} of {} are missing after 160 pages", month.len());
}

#[test]
fn a_server_that_ignores_windows_is_read_by_one_cursor() {
    let mut list = List::new(evenly(5_000, 3 * YEAR), 100);
    list.honours_window = false;
    let mut run = Run::new(vec![(kind::CUSTOMER, list)]);
    let plan = run.play(&mut std::iter::empty(), usize::MAX);
    assert!(plan.is_done());
    run.assert_all_is_here();
    assert!(run.requests < 60, "{} requests for 50 pages", run.requests);
    assert_eq!(run.kept.plain.len(), 1, "it is remembered");
    assert_eq!(run.kept.ranges.len(), 1);
}

#[test]
fn objects_of_one_second_are_no_reason_to_cut_or_to_stop() {
    let mut run = Run::new(vec![(kind::CUSTOMER, List::new(vec![NOW - YEAR; 3_000], 100))]);
    let plan = run.play(&mut std::iter::empty(), usize::MAX);
    assert!(plan.is_done());
    run.assert_all_is_here();
}

#[test]
fn a_list_that_gives_the_same_page_again_and_again_ends() {
    let mut plan = LoadPlan::new(SOURCE, vec![KindPlan::new(kind::COUPON, false)], HORIZON, CURSORS);
    let page = PageFacts {
        objects: 10,
        oldest: None,
        last_id: Some("same".to_owned()),
        has_more: true,
        honours_window: true,
    };
    for _ in 0..2 {
        let task = plan.next().unwrap();
        plan.page_read(task.range, &page);
    }
    assert!(plan.is_done());
}

#[test]
fn a_cursor_whose_object_is_gone_goes_on_from_its_time_once() {
    let mut plan = LoadPlan::new(SOURCE, vec![KindPlan::new(kind::CUSTOMER, false)], HORIZON, CURSORS);
    let id = plan.next().unwrap().range;
    assert_eq!(plan.cursor_gone(id), None, "there was no cursor to blame");
    let page = PageFacts {
        objects: 100,
        oldest: Some(NOW - 50),
        last_id: Some("cus_1".to_owned()),
        has_more: true,
        honours_window: true,
    };
    plan.next().unwrap();
    plan.page_read(id, &page);
    assert!(plan.cursor_gone(id).is_some());
    let again = plan.next().unwrap().request;
    assert_eq!((again.created_lte, again.starting_after), (Some(NOW - 50), None));
    assert_eq!(plan.cursor_gone(id), None, "the second time it is not the cursor");
}

#[test]
fn a_refused_kind_holds_nothing_up() {
    let kinds = vec![KindPlan::new(kind::CHARGE, false), KindPlan::new(kind::CUSTOMER, false)];
    let mut plan = LoadPlan::new(SOURCE, kinds, HORIZON, CURSORS);
    plan.refuse(kind::CHARGE, KindState::Forbidden);
    let task = plan.next().unwrap();
    assert_eq!(task.range.kind, kind::CUSTOMER);
    assert_eq!(plan.next(), None);
    let (_, page) = List::new(vec![NOW], 100).answer(&task.request);
    plan.page_read(task.range, &page);
    assert!(plan.is_done());
    assert_eq!(plan.progress()[0].state, KindState::Forbidden);
}

#[test]
fn an_estimate_is_unknown_until_something_was_read_and_exact_at_the_end() {
    let mut run = Run::new(vec![(kind::INVOICE, List::new(evenly(10_000, 6 * YEAR), 100))]);
    let progress = |plan: &LoadPlan| plan.progress()[0].clone();
    assert_eq!(progress(&run.plan()).estimated_total, None);
    let plan = run.play(&mut std::iter::empty(), 10);
    let guess = progress(&plan).estimated_total.unwrap();
    assert!((9_000..=11_000).contains(&guess), "{guess}");
    let plan = run.play(&mut std::iter::empty(), usize::MAX);
    assert_eq!((plan.rest(), progress(&plan).state), (Some(0), KindState::Done));
    assert_eq!(progress(&plan).estimated_total, Some(progress(&plan).done));
}

#[test]
fn history_reaches_back_as_far_as_it_has_no_gap() {
    let range = |number, from, to, reached, is_done| {
        let mut range = Range::new(RangeId { kind: kind::INVOICE, number }, from, to);
        (range.reached, range.is_done) = (reached, is_done);
        range
    };
    let back_to = |ranges| KindPlan::resumed(kind::INVOICE, ranges, false).reaches_back_to(HORIZON);
    assert_eq!(back_to(vec![range(0, None, None, None, false)]), None);
    assert_eq!(back_to(vec![range(0, None, None, Some(70), false)]), Some(70));
    let (newest, middle) = (range(0, Some(70), None, None, true), range(1, Some(50), Some(69), None, true));
    let open = range(2, None, Some(49), None, false);
    assert_eq!(back_to(vec![newest.clone(), open.clone(), middle.clone()]), Some(50));
    let begun = range(1, Some(50), Some(69), Some(60), false);
    assert_eq!(back_to(vec![newest, begun, range(2, None, Some(49), None, true)]), Some(60));
    assert_eq!(back_to(vec![range(0, None, None, Some(3), true)]), Some(i64::MIN));
}

/// Lists that are dense and thin by turns, as accounts are.
fn lists() -> impl Strategy<Value = Vec<i64>> {
    let burst = (0..6 * YEAR, 1..40 * 86_400_i64, 0..900_i64);
    proptest::collection::vec(burst, 0..6).prop_map(|bursts| {
        let burst =
            |(age, length, count): (i64, i64, i64)| (0..count).map(move |n| NOW - age - n * length / count);
        bursts.into_iter().flat_map(burst).collect()
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]

    /// Whatever order pages arrive in and wherever it is stopped, everything is read once it has run to its end.
    #[test]
    fn nothing_is_left_out(
        created in proptest::collection::vec(lists(), 1..4),
        picks in proptest::collection::vec(0..8_usize, 50),
        stops in proptest::collection::vec(1..40_usize, 0..6),
        page in 5..100_usize,
    ) {
        let kinds = [kind::INVOICE, kind::CUSTOMER, kind::CHARGE];
        let lists = kinds.into_iter().zip(created.into_iter().map(|created| List::new(created, page)));
        let mut run = Run::new(lists.collect());
        let mut picks = picks.into_iter().cycle();
        for stop in stops {
            run.play(&mut picks, stop);
        }
        let plan = run.play(&mut picks, usize::MAX);
        prop_assert!(plan.is_done());
        run.assert_all_is_here();
        prop_assert!(run.most_at_once <= CURSORS.total);
        // Once more changes nothing and asks for nothing.
        let before = run.requests;
        run.play(&mut picks, usize::MAX);
        prop_assert_eq!(run.requests, before);
    }
}
