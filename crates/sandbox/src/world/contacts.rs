//! Names for customers who never lived, on domains that nobody can own.

use super::chance::Chance;

const FIRST: [&str; 24] = [
    "Ada", "Amir", "Beatriz", "Chidi", "Clara", "Dmitri", "Elif", "Emil", "Farah", "Grace", "Hiro", "Ines",
    "Jonas", "Kaito", "Leila", "Mateo", "Mina", "Noor", "Olga", "Priya", "Rafael", "Sofia", "Tomás", "Yuki",
];
const LAST: [&str; 24] = [
    "Abe", "Almeida", "Bauer", "Castro", "Costa", "Demir", "Eriksen", "Fischer", "Garcia", "Haddad", "Ito",
    "Jensen", "Khan", "Larsen", "Moreau", "Nakamura", "Okafor", "Petrov", "Quinn", "Rossi", "Silva",
    "Tanaka", "Weber", "Young",
];
const FIRM: [&str; 16] = [
    "Alder",
    "Beacon",
    "Cobalt",
    "Drift",
    "Ember",
    "Fathom",
    "Granite",
    "Harbor",
    "Indigo",
    "Juniper",
    "Kestrel",
    "Lumen",
    "Meridian",
    "Northwind",
    "Orchard",
    "Pinnacle",
];
const TRADE: [&str; 10] =
    ["Analytics", "Books", "Coffee", "Design", "Fitness", "Labs", "Logistics", "Media", "Studio", "Travel"];

pub(crate) struct Person {
    pub name: String,
    pub email: String,
}

pub(crate) fn person(chance: &mut Chance, number: usize) -> Person {
    let (first, last) = (chance.pick(&FIRST), chance.pick(&LAST));
    let (firm, trade) = (chance.pick(&FIRM), chance.pick(&TRADE));
    let local = first.to_lowercase().replace('á', "a");
    let email = format!("{local}.{number}@{}-{}.example", firm.to_lowercase(), trade.to_lowercase());
    let name = if chance.per_mille(600) { format!("{firm} {trade}") } else { format!("{first} {last}") };
    Person { name, email }
}

/// Where customers who pay in a currency live.
pub(super) fn country(chance: &mut Chance, currency: &str) -> &'static str {
    match currency {
        "eur" => chance.pick(&["DE", "FR", "ES", "IT", "NL", "IE", "AT", "PT"]),
        "gbp" => "GB",
        "jpy" => "JP",
        "kwd" => "KW",
        _ => chance.pick(&["US", "US", "US", "US", "CA", "AU", "BR", "IN"]),
    }
}
