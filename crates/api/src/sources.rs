//! The billing systems that can be connected.

pub mod list;
