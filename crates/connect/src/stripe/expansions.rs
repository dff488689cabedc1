//! What is asked for inside of an object: fields that a server sends only when they are expanded, and refuses to expand if it
//! lacks them or the key may not read them.

use std::sync::atomic::{AtomicUsize, Ordering};

use model::ObjectKind;

use super::refusal::Refusal;
use super::{catalog, kind};
use crate::attempts::Failed;

/// Fields of a kind that are refused together.
struct Ladder {
    kind: ObjectKind,
    /// The longest list first, and none at last.
    levels: &'static [&'static [&'static str]],
    /// What a refusal of them names.
    words: &'static [&'static str],
    is_methods: bool,
}

/// What a refusal to expand a payment method names: the permission, or the field.
const METHODS: &[&str] = &["payment_method", "default_source", "rak_source"];

/// Where a refusal names nothing, the first is given up first.
const LADDERS: [Ladder; 4] = [
    // What it is paid with says which card that is. What is older than payment methods is a source.
    Ladder {
        kind: kind::SUBSCRIPTION,
        levels: &[&["default_payment_method", "default_source"], &["default_payment_method"], &[]],
        words: METHODS,
        is_methods: true,
    },
    Ladder {
        kind: kind::CUSTOMER,
        levels: &[
            &["invoice_settings.default_payment_method", "default_source"],
            &["invoice_settings.default_payment_method"],
            &[],
        ],
        words: METHODS,
        is_methods: true,
    },
    Ladder {
        kind: kind::PRICE,
        levels: &[&["tiers", "currency_options"], &["tiers"], &[]],
        words: &[],
        is_methods: false,
    },
    // A discount does not say what it takes off, its coupon does.
    Ladder {
        kind: kind::SUBSCRIPTION,
        levels: &[&["discounts.source.coupon"], &["discounts"], &[]],
        words: &["discount", "coupon"],
        is_methods: false,
    },
];

/// For each ladder, which of its lists the server answers to.
pub(super) struct Expansions {
    levels: [AtomicUsize; LADDERS.len()],
    wants_methods: bool,
}

/// The lists that one request asks for.
pub(super) struct Levels([usize; LADDERS.len()]);

impl Expansions {
    pub(super) fn new(wants_methods: bool) -> Self {
        let levels = LADDERS.each_ref().map(|ladder| {
            let is_out = ladder.is_methods && !wants_methods;
            AtomicUsize::new(if is_out { ladder.levels.len() - 1 } else { 0 })
        });
        Self { levels, wants_methods }
    }

    pub(super) fn now(&self) -> Levels {
        Levels(self.levels.each_ref().map(|level| level.load(Ordering::Relaxed)))
    }

    /// Whether to ask again for less, because what was asked for may be why there is no answer. What was answered is
    /// remembered.
    pub(super) fn lower<T>(&self, levels: &mut Levels, kind: ObjectKind, answer: &Result<T, Failed>) -> bool {
        match answer {
            Ok(_) => {
                for (known, asked) in self.levels.iter().zip(levels.0) {
                    known.fetch_max(asked, Ordering::Relaxed);
                }
                false
            }
            Err(Failed::Answer(answer)) if matches!(answer.status, 400 | 403) => {
                levels.lower(kind, &Refusal::of(answer))
            }
            Err(_) => false,
        }
    }

    /// Whether a refusal to expand payment methods is remembered, although they are wanted.
    pub(super) fn lack_methods(&self) -> bool {
        let mut methods = self.levels.iter().zip(&LADDERS).filter(|(_, ladder)| ladder.is_methods);
        self.wants_methods
            && methods.any(|(level, ladder)| level.load(Ordering::Relaxed) + 1 == ladder.levels.len())
    }

    /// Forgets such a refusal.
    pub(super) fn ask_for_methods_again(&self) {
        for (level, ladder) in self.levels.iter().zip(&LADDERS) {
            if ladder.is_methods && self.wants_methods {
                level.store(0, Ordering::Relaxed);
            }
        }
    }
}

impl Levels {
    /// As parts of an address; `prefix` is where the objects are in the answer.
    pub(super) fn query(&self, prefix: &str, kind: ObjectKind) -> Vec<(&'static str, String)> {
        let own = self.0.iter().zip(&LADDERS).filter(|(_, ladder)| ladder.kind == kind);
        let fields = own.flat_map(|(level, ladder)| ladder.levels[*level]);
        fields.map(|field| ("expand[]", format!("{prefix}{field}"))).collect()
    }

    /// Gives up what the refusal names, or else the first that can be given up. Not if it is about all of the list.
    fn lower(&mut self, kind: ObjectKind, refusal: &Refusal) -> bool {
        let own_scope = catalog::LISTS.iter().find(|list| list.kind == kind).map(|list| list.scope);
        if own_scope.is_some() && refusal.permission().as_deref() == own_scope {
            return false;
        }
        let is_open =
            |place: &usize| LADDERS[*place].kind == kind && self.0[*place] + 1 < LADDERS[*place].levels.len();
        let open: Vec<usize> = (0..LADDERS.len()).filter(is_open).collect();
        let is_named = |place: &&usize| LADDERS[**place].words.iter().any(|word| refusal.names(word));
        match open.iter().find(is_named).or(open.first()) {
            Some(place) => {
                self.0[*place] += 1;
                true
            }
            None => false,
        }
    }
}
