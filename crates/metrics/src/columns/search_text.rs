//! What a chunk's customers are searched by, in lower case. It is made when something is first searched for, and takes as
//! much memory as the names, email addresses and ids themselves.

use std::sync::{Arc, OnceLock};

use memchr::memmem::Finder;

use super::chunk::Columns;
use super::texts::Texts;

/// Of each customer: its name, its email address and its id.
const TEXTS: usize = 3;

#[derive(Debug, Clone, Default)]
pub(super) struct SearchText(Arc<OnceLock<Texts>>);

impl SearchText {
    /// For each customer, whether a text that is in lower case is in one of its own, in any case.
    pub(super) fn find(&self, columns: &Columns, search: &Finder<'_>) -> Vec<bool> {
        let Texts { text, ends } = self.0.get_or_init(|| lowered(columns));
        let mut found = vec![false; columns.ids.len()];
        let end_of = |index: usize| ends[index] as usize;
        let (mut from, mut index) = (0, 0);
        // All of them at once: it takes a fraction of the time that one after the other would.
        while let Some(at) = search.find(&text.as_bytes()[from..]) {
            let start = from + at;
            while end_of(index) <= start {
                index += 1;
            }
            if start + search.needle().len() <= end_of(index) {
                let customer = index / TEXTS;
                found[customer] = true;
                from = end_of(customer * TEXTS + TEXTS - 1);
            } else {
                // It begins in one text and ends in another.
                from = start + 1;
            }
        }
        found
    }
}

fn lowered(columns: &Columns) -> Texts {
    let mut lowered = Texts::default();
    for customer in 0..columns.ids.len() {
        for texts in [&columns.names, &columns.emails, &columns.ids] {
            lowered.push(&texts.get(customer).to_lowercase());
        }
    }
    lowered.text.shrink_to_fit();
    lowered.ends.shrink_to_fit();
    lowered
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXTS_OF_CUSTOMERS: [[&str; TEXTS]; 6] = [
        ["Zoë Fischer", "zoe@Example.com", "cus_1"],
        ["ZOË", "", "cus_2"],
        ["", "", "cus_3"],
        ["\u{212a}elvin", "k@k.k", "K"],
        ["aaab", "aab", "ab"],
        ["ΟΔΟΣ", "x", "ς"],
    ];

    #[test]
    fn a_text_is_found_in_any_case_within_one_of_a_customers_texts() {
        let mut columns = Columns::default();
        for [name, email, id] in TEXTS_OF_CUSTOMERS {
            columns.names.push(name);
            columns.emails.push(email);
            columns.ids.push(id);
        }
        let texts = SearchText::default();
        for search in [
            "zo",
            "zoë",
            "example.com",
            "k",
            "\u{e9}",
            "fischerz",
            "1z",
            "cus_",
            "us_1",
            "aab",
            "ab",
            "b",
            "bab",
            "ς",
            "σ",
            "οδο",
            "cus_3k",
        ] {
            let found = texts.find(&columns, &Finder::new(search));
            let expected =
                TEXTS_OF_CUSTOMERS.map(|own| own.iter().any(|text| text.to_lowercase().contains(search)));
            assert_eq!(found, expected, "{search}");
        }
    }
}
