//! The catalogue: one file a race, each with the bug and its fix as two whole scenarios one idea apart.
//!
//! | race | breaks | the idea |
//! |---|---|---|
//! | [`lost_update`] | `conserved-balance` | read and write are two steps |
//! | [`check_then_act`] | `no-overdraft` | check and debit are two steps |
//! | [`lock_order`] | `no-deadlock` | each holds what the other waits for |
//! | [`stolen_wakeup`] | `no-overdraft` | what a waiter was told of is gone |
//! | [`get_del_release`] | `owner-only-release` | compare and delete are two steps |
//! | [`shared_token`] | `owner-only-release` | every holder passes the owner check |
//! | [`fence_only_on_writes`] | `conserved-balance` | a read does not raise the store's mark |

pub mod check_then_act;
pub mod fence_only_on_writes;
pub mod get_del_release;
pub mod lock_order;
pub mod lost_update;
pub mod shared_token;
pub mod stolen_wakeup;

mod race;

pub(crate) use race::variant;
pub use race::{Race, Variant, Which};

/// Every race of the catalogue: in-process first, then distributed.
pub const ALL: &[&Race] = &[
    &lost_update::RACE,
    &check_then_act::RACE,
    &lock_order::RACE,
    &stolen_wakeup::RACE,
    &get_del_release::RACE,
    &shared_token::RACE,
    &fence_only_on_writes::RACE,
];

/// The race of this name.
#[must_use]
pub fn find(id: &str) -> Option<&'static Race> {
    ALL.iter().copied().find(|race| race.id == id)
}
