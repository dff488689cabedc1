//! What fuzzing kept is read or refused, as it was then.

use super::{objects, signature};

fn each(target: &str, what: impl Fn(&[u8])) {
    // Relative to the package, where tests are run: a built test may have been built in another checkout.
    let folder = format!("../../fuzz/corpus/{target}");
    let mut count = 0;
    for file in std::fs::read_dir(folder).unwrap() {
        what(&std::fs::read(file.unwrap().path()).unwrap());
        count += 1;
    }
    assert!(count > 0);
}

#[test]
fn objects_that_were_kept_are_read_or_refused() {
    each("objects", objects::read);
}

#[test]
fn signatures_that_were_kept_are_refused() {
    each("signature", signature::verify);
}
