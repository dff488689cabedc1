//! The only way from an open link to figures: the question is the page's own, and what is hidden is taken out of the answer.

use ::metrics::curtain::{Curtain, Scale};
use ::metrics::envelope::{self, Envelope};
use ::metrics::query::{self, Answer, CohortValue, Cohorts, Dimension, Facets, MrrPoint, ValuePoint};
use ::metrics::question::Question;
use ::metrics::registry::{METRICS, Metric};
use ::metrics::view::View;
use model::UnixSeconds;

use super::page::{FigureRequest, Moment, SharedView};
use crate::access::visit::Visit;
use crate::blocking;
use crate::context::Context;
use crate::problem::Problem;

type Pairs = Vec<(String, String)>;

/// A page that was opened just before midnight asks about the day before.
const GRACE_S: i64 = 120;

pub(super) struct Shown {
    view: View,
    page: SharedView,
    curtain: Curtain,
}

impl Shown {
    /// # Errors
    /// When the ledger can't be read.
    pub(super) async fn to(context: &Context, visit: Visit) -> Result<Self, Problem> {
        let Visit { link, of } = visit;
        // What is stored was checked when the link was made; an update may have taken a metric away.
        let page = SharedView::read(&link.page, &link.view).map_err(|problem| Problem::internal(&problem))?;
        let scale = link.scale.as_ref().map(|scale| serde_json::from_str::<Scale>(scale.expose()));
        let scale = scale.transpose().map_err(|error| Problem::internal(&error))?;
        if link.hides_amounts != scale.is_some() {
            return Err(Problem::internal(&"a link hides amounts and has no scale"));
        }
        let curtain = Curtain { scale, hides_counts: link.hides_counts };
        Ok(Self { view: context.view(&of).await?, page, curtain })
    }

    pub(super) fn facets(&self) -> Facets {
        let View { ledger, rates, now, .. } = &self.view;
        let mut facets = query::facets(ledger, rates, *now);
        self.page.keep_named(&mut facets);
        self.curtain.facets(|dimension| self.page.names(dimension), facets)
    }

    /// The metrics that there are for this page: those that are hidden are left out.
    pub(super) fn metrics(&self) -> Vec<&'static Metric> {
        METRICS.iter().filter(|metric| !self.curtain.hides(metric)).collect()
    }

    pub(super) async fn mrr(self, pairs: Pairs) -> Result<Envelope<Answer<MrrPoint>>, Problem> {
        let metric = Metric::find("mrr").ok_or_else(not_shared)?;
        blocking(move || {
            let (question, by) = self.checked(Some(metric), pairs)?;
            let told = envelope::mrr(&self.view, question)?;
            Ok(Envelope { answer: self.curtain.mrr(by, told.answer), ..told })
        })
        .await?
    }

    pub(super) async fn values(
        self,
        metric: &'static Metric,
        pairs: Pairs,
    ) -> Result<Envelope<Answer<ValuePoint>>, Problem> {
        blocking(move || {
            let (question, by) = self.checked(Some(metric), pairs)?;
            let told = envelope::value(&self.view, metric, question)?;
            Ok(Envelope { answer: self.curtain.values(metric, by, told.answer), ..told })
        })
        .await?
    }

    pub(super) async fn cohorts(self, pairs: Pairs) -> Result<Envelope<Cohorts>, Problem> {
        blocking(move || {
            let (question, by) = self.checked(None, pairs)?;
            let what = self.page.what();
            let told = envelope::cohorts(&self.view, what, question)?;
            let counts = what == CohortValue::Customers;
            Ok(Envelope { answer: self.curtain.cohorts(by, counts, told.answer), ..told })
        })
        .await?
    }

    /// The question, if it is one of the page's.
    fn checked(
        &self,
        metric: Option<&'static Metric>,
        pairs: Pairs,
    ) -> Result<(Question, Option<Dimension>), Problem> {
        let request = FigureRequest::read(metric, &pairs).ok_or_else(not_shared)?;
        let View { ledger, rates, now, .. } = &self.view;
        let first_on =
            if self.page.is_of_all_time() { query::facets(ledger, rates, *now).first_on } else { None };
        let earlier = UnixSeconds(now.0 - GRACE_S).day(ledger.zone());
        let moments = [self.view.today(), earlier].map(|today| Moment { today, first_on });
        if !self.page.asks(&request, &self.curtain, &moments) {
            return Err(not_shared());
        }
        let without_what = pairs.into_iter().filter(|(name, _)| name != "what").collect();
        let (question, _) = Question::from_pairs(without_what)?;
        Ok((question, request.by()))
    }
}

fn not_shared() -> Problem {
    Problem::forbidden("not_shared", "this link doesn't share that")
        .action("open the link to see what it shares")
}
