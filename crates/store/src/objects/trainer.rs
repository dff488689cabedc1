//! What dictionaries are made of: outlines of bodies of the kind. The first is the outline of one typical body, which shrinks the
//! few bodies of a small account to a third; the second is trained on hundreds of outlines.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use model::ObjectKind;

/// Of a body: what it looks like without anything that a person wrote or is called by. Dictionaries quote what they are
/// made of, and outlast whoever is erased. `None`: it can't be read.
pub type Outline = Arc<dyn Fn(ObjectKind, &str) -> Option<Box<str>> + Send + Sync>;

/// Fewer bodies are longer together with a starter than without one.
const STARTER_BODIES: usize = 4;
/// How many bodies a dictionary is trained on.
const SAMPLES: usize = 800;
/// A few long bodies say as much as many short ones.
const SAMPLES_BYTES: usize = 4 << 20;
const DICTIONARY_BYTES: usize = 16 << 10;

/// Collects outlines of bodies of kinds without a trained dictionary, until there are enough to train one.
pub(super) struct Trainer {
    /// `None`: there are no dictionaries, since nobody knows what must not be quoted.
    outline: Option<Outline>,
    kinds: HashMap<ObjectKind, Samples>,
}

#[derive(Default)]
struct Samples {
    bodies: Vec<Vec<u8>>,
    bytes: usize,
    /// Bodies that are too few or too alike for a dictionary; trying again would not help.
    is_hopeless: bool,
}

impl Trainer {
    pub fn new(outline: Option<Outline>) -> Self {
        Self { outline, kinds: HashMap::new() }
    }

    /// Takes one more body in; returns whether there are enough of its kind now.
    pub fn collect(&mut self, kind: ObjectKind, body: &str) -> bool {
        let Some(outline) = &self.outline else { return false };
        let samples = self.kinds.entry(kind).or_default();
        if samples.is_hopeless {
            return false;
        }
        if !samples.is_full()
            && let Some(sample) = outline(kind, body)
        {
            samples.bytes += sample.len();
            samples.bodies.push(sample.as_bytes().to_vec());
        }
        samples.is_full()
    }

    /// The first dictionary of each of these kinds, from what was collected of it and from these bodies, which come next.
    pub fn starters<'b>(
        &self,
        bodies: impl Iterator<Item = (ObjectKind, &'b str)>,
    ) -> BTreeMap<ObjectKind, Vec<u8>> {
        let Some(outline) = &self.outline else { return BTreeMap::new() };
        let mut outlines: BTreeMap<ObjectKind, Vec<Cow<'_, [u8]>>> = BTreeMap::new();
        for (kind, body) in bodies {
            let of_kind = outlines.entry(kind).or_insert_with(|| self.collected(kind).collect());
            of_kind.extend(outline(kind, body).map(|outline| Cow::Owned(outline.as_bytes().to_vec())));
        }
        outlines.into_iter().filter_map(|(kind, outlines)| Some((kind, starter(outlines)?))).collect()
    }

    /// The same of every kind that anything was collected of.
    pub fn collected_starters(&self) -> BTreeMap<ObjectKind, Vec<u8>> {
        let kinds = self.kinds.keys();
        kinds.filter_map(|kind| Some((*kind, starter(self.collected(*kind).collect())?))).collect()
    }

    fn collected(&self, kind: ObjectKind) -> impl Iterator<Item = Cow<'_, [u8]>> {
        let bodies = self.kinds.get(&kind).map(|samples| samples.bodies.as_slice()).unwrap_or_default();
        bodies.iter().map(|body| Cow::Borrowed(body.as_slice()))
    }

    /// A dictionary from what was collected of a kind, which is then forgotten; `None` when no use can be made of it.
    pub fn train(&mut self, kind: ObjectKind) -> Option<Vec<u8>> {
        let samples = self.kinds.get_mut(&kind)?;
        let bodies = std::mem::take(&mut samples.bodies);
        let dictionary = zstd::dict::from_samples(&bodies, DICTIONARY_BYTES);
        samples.is_hopeless = true;
        match dictionary {
            Ok(dictionary) => Some(dictionary),
            Err(error) => {
                tracing::debug!(%kind, %error, "a compression dictionary could not be trained");
                None
            }
        }
    }
}

impl Samples {
    fn is_full(&self) -> bool {
        self.bodies.len() >= SAMPLES || self.bytes >= SAMPLES_BYTES
    }
}

/// The outline of medium length.
fn starter(mut outlines: Vec<Cow<'_, [u8]>>) -> Option<Vec<u8>> {
    outlines.retain(|outline| outline.len() <= DICTIONARY_BYTES);
    if outlines.len() < STARTER_BODIES {
        return None;
    }
    outlines.sort_by_key(|outline| outline.len());
    let middle = outlines.len() / 2;
    Some(outlines.swap_remove(middle).into_owned())
}
