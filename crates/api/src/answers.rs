//! What was answered of each ledger, of a connection or of several together, for as long as that is the newest.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use ::metrics::answers::Answers;
use ::metrics::view::View;

#[derive(Debug, Default)]
pub struct GivenAnswers(Mutex<HashMap<String, Arc<Answers>>>);

impl GivenAnswers {
    /// The view with what was answered of the same ledger and rates before. Of an older ledger nothing is kept.
    pub fn remembered(&self, business: &str, view: View) -> View {
        let mut given = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        given.retain(|_, answers| answers.are_wanted());
        let known = given.get(business).filter(|answers| answers.are_of(&view.ledger, &view.rates));
        let answers = match known {
            Some(answers) => Arc::clone(answers),
            None => {
                let answers = Arc::new(Answers::new(&view.ledger, &view.rates, view.now));
                given.insert(business.to_owned(), Arc::clone(&answers));
                answers
            }
        };
        View { answers: Some(answers), ..view }
    }
}
