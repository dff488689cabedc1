//! Objects that came with the deliveries of their creation, in memory until these are processed. After a restart they are
//! fetched like all others.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use model::{ObjectKind, RawObject};

/// More are not worth their memory: what is dropped is fetched.
const OBJECTS_MAX: usize = 200;
const BODY_MAX: usize = 64 << 10;

#[derive(Clone, Default)]
pub(crate) struct Created(Arc<Mutex<HashMap<(ObjectKind, String), RawObject>>>);

impl Created {
    pub fn put(&self, object: RawObject) {
        if object.body.len() > BODY_MAX {
            return;
        }
        let mut objects = self.objects();
        // Those whose deliveries another process has taken are never asked for.
        if objects.len() >= OBJECTS_MAX {
            objects.clear();
        }
        objects.insert((object.kind, object.id.clone()), object);
    }

    pub fn take(&self, kind: ObjectKind, id: &str) -> Option<RawObject> {
        self.objects().remove(&(kind, id.to_owned()))
    }

    fn objects(&self) -> MutexGuard<'_, HashMap<(ObjectKind, String), RawObject>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
