//! Who buys: with an account, as a guest, or first as a guest and later with an account.

use super::market::Market;

/// Ids of customers are whole numbers from here.
pub const FIRST_CUSTOMER: i64 = 11;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Habit {
    /// Has an account before the first order.
    Registered,
    Guest,
    /// Makes an account after two orders.
    GuestAtFirst,
}

/// Somebody who buys, with an account or without.
#[derive(Debug)]
pub struct Buyer {
    pub habit: Habit,
    pub name: String,
    pub email: String,
    pub market: &'static Market,
    /// Place among the customers.
    pub customer: Option<usize>,
    pub orders: u32,
}

/// How a guest types an e-mail address: the `number`th time, never twice the same.
pub fn typed(email: &str, number: u32) -> String {
    match number % 4 {
        0 => email.to_owned(),
        1 => {
            let (first, rest) = email.split_at(1.min(email.len()));
            format!("{}{rest}", first.to_uppercase())
        }
        2 => email.to_uppercase(),
        _ => format!("{email} "),
    }
}

/// A registered customer.
#[derive(Debug, Clone)]
pub struct Customer {
    pub id: i64,
    pub first_name: String,
    pub last_name: String,
    pub email: String,
    pub phone: String,
    pub market: &'static Market,
    pub created_at: i64,
    pub modified_at: i64,
    pub is_deleted: bool,
}

/// First and last name; firms have the first word as the first name.
pub fn names(name: &str) -> (&str, &str) {
    name.split_once(' ').unwrap_or((name, ""))
}
