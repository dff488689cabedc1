//! What a handler needs, as a type that it names in its arguments. The API's description and the test that walks it read the
//! same types.

use std::marker::PhantomData;

use axum::extract::{Path, State};
use axum::http::HeaderMap;
use model::Permission;

use super::identity::{Access, AnyMembership, Connection, Figures, Membership, Person};
use super::visit::Visit;
use crate::http::client::Client;
use crate::http::json::{Body, Query};

/// A permission as a type.
pub trait Needed: Send + Sync + 'static {
    const PERMISSION: Permission;
}

/// See [`Permission::ReadMetrics`].
#[derive(Debug, Clone, Copy)]
pub struct ReadMetrics;
/// See [`Permission::ReadCustomers`].
#[derive(Debug, Clone, Copy)]
pub struct ReadCustomers;
/// See [`Permission::Share`].
#[derive(Debug, Clone, Copy)]
pub struct Share;
/// See [`Permission::Manage`].
#[derive(Debug, Clone, Copy)]
pub struct Manage;
/// See [`Permission::Own`].
#[derive(Debug, Clone, Copy)]
pub struct Own;

impl Needed for ReadMetrics {
    const PERMISSION: Permission = Permission::ReadMetrics;
}
impl Needed for ReadCustomers {
    const PERMISSION: Permission = Permission::ReadCustomers;
}
impl Needed for Share {
    const PERMISSION: Permission = Permission::Share;
}
impl Needed for Manage {
    const PERMISSION: Permission = Permission::Manage;
}
impl Needed for Own {
    const PERMISSION: Permission = Permission::Own;
}

/// Who may send a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Demand {
    /// Anybody.
    Nothing,
    /// A signed-in user, of whatever workspace.
    Person,
    /// A member with this permission; no token.
    Member(Permission),
    /// A member or a token with this permission.
    Access(Permission),
    /// Whoever has opened a link: no member, and no token.
    Link,
}

/// What one argument of a handler demands.
pub trait Argument {
    const DEMAND: Demand = Demand::Nothing;
}

impl<S> Argument for State<S> {}
impl<T> Argument for Path<T> {}
impl<T> Argument for Query<T> {}
impl<T> Argument for Body<T> {}
impl Argument for HeaderMap {}
impl Argument for Client {}
impl Argument for Person {
    const DEMAND: Demand = Demand::Person;
}
impl Argument for AnyMembership {
    // The least that a member has.
    const DEMAND: Demand = Demand::Member(Permission::ReadMetrics);
}
impl<P: Needed> Argument for Membership<P> {
    const DEMAND: Demand = Demand::Member(P::PERMISSION);
}
impl<P: Needed> Argument for Access<P> {
    const DEMAND: Demand = Demand::Access(P::PERMISSION);
}
impl<P: Needed> Argument for Connection<P> {
    const DEMAND: Demand = Demand::Access(P::PERMISSION);
}
impl<P: Needed> Argument for Figures<P> {
    const DEMAND: Demand = Demand::Access(P::PERMISSION);
}
impl Argument for Visit {
    const DEMAND: Demand = Demand::Link;
}
impl<T, E> Argument for Result<T, E> {}

/// All arguments of a handler: the type parameter by which axum tells handlers apart. Its first part is axum's own.
pub trait Arguments {
    const DEMAND: Demand;
}

const fn stricter(one: Demand, other: Demand) -> Demand {
    match one {
        Demand::Nothing => other,
        _ => one,
    }
}

macro_rules! arguments {
    ($($name:ident),*) => {
        impl<M, $($name: Argument),*> Arguments for (M, $($name,)*) {
            const DEMAND: Demand = {
                let demand = Demand::Nothing;
                $(let demand = stricter(demand, $name::DEMAND);)*
                demand
            };
        }
    };
}

arguments!();
arguments!(A);
arguments!(A, B);
arguments!(A, B, C);
arguments!(A, B, C, D);
arguments!(A, B, C, D, E);
arguments!(A, B, C, D, E, F);

/// What a handler demands, told by its arguments.
pub fn demand_of<H, T: Arguments>(_: &H) -> Demand
where
    H: axum::handler::Handler<T, crate::context::Shared>,
{
    T::DEMAND
}

/// Marks what was let in with a permission.
pub(super) fn granted<P: Needed>() -> PhantomData<P> {
    PhantomData
}
