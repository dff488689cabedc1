//! What is found when it is over, and what was meant.

use metrics::query::steps;
use model::UnixSeconds;
use store::Objects;

use super::{DAY, Simulation};
use crate::exactly;
use crate::money;
use crate::months;
use crate::support::lines;

impl Simulation {
    /// The first of which everything is reported.
    fn first_whole_day(&self, objects: &Objects) -> UnixSeconds {
        let by = self.source().lately().unwrap().kind;
        let facts = objects.kinds().unwrap().into_iter().find(|facts| facts.kind == by);
        let first = facts.and_then(|facts| facts.oldest_created_at).unwrap_or_default();
        UnixSeconds((first.0.div_euclid(DAY) + 1) * DAY)
    }

    /// Until an update goes through; then what was meant and what is found, of every customer and of every month.
    pub fn end(&mut self) -> [(String, String); 3] {
        self.read();
        let (now, settings) = (self.world.sandbox.now(), self.now().settings);
        let meant = self.world.sandbox.expected_mrr();
        let (found, by_month) = self.process(async {
            let snapshot = self.runner().ledger(&self.record.workspace, &self.record.id).await.unwrap();
            (lines(steps(&snapshot.ledger, now)), months::found(&snapshot.ledger, now))
        });
        let rebuilt = self.process(async {
            self.runner().rebuild(&self.record.workspace, &self.record.id, |_, _| {}).await.unwrap()
        });
        assert_eq!(rebuilt.differed, Some(false), "{}", self.log);
        let objects = self.files().objects_to_read().unwrap();
        let wrong = objects.integrity_check().unwrap();
        assert!(wrong.is_empty(), "{wrong:?}\n{}", self.log);
        let is_exact = self.source().lately().is_none();
        if is_exact {
            let restated = objects.restatements(None, usize::MAX).unwrap();
            months::check_restated(&restated, &meant, &settings, &self.log);
        }
        for (customer, email) in &self.erased {
            let kinds: Vec<_> = self.source().shapes().iter().map(|shape| shape.kind).collect();
            let theirs = objects.by_customer(customer, &kinds).unwrap();
            assert!(!theirs.is_empty());
            let came_back = theirs.iter().any(|stored| stored.object.body.contains(email));
            assert!(!came_back, "the address of {customer} is there again\n{}", self.log);
        }
        let since = if is_exact { UnixSeconds(i64::MIN) } else { self.first_whole_day(&objects) };
        let money = (money::meant(&self.world.sandbox, since), money::found(self.source(), &objects, since));
        let money = if money.0.is_empty() { Default::default() } else { money };
        if is_exact {
            let meant_by_month = months::meant(&meant, &settings, now);
            return [(lines(meant), found), (meant_by_month, by_month), money];
        }
        let borders = exactly::borders(self.source(), &objects, now);
        let differing = exactly::differing(&lines(meant), &found, &borders).join("\n");
        assert!(borders.values().any(|border| border.exact_since.is_some()), "{}", self.log);
        [(String::new(), differing), Default::default(), money]
    }
}
