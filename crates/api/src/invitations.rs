//! Invitations to a workspace: by email, or by a link that is passed on by hand.

pub mod accept;
pub mod create;
pub mod delete;
pub mod dto;
pub mod list;
pub mod read;
