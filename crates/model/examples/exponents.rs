//! Writes the exponents of currencies as the pages read them: `cargo xtask gen currencies`.

fn main() {
    print!("{}", model::Currency::exponents_json());
}
