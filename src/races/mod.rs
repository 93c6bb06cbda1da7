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

pub mod check_then_act;
pub mod fence_only_on_writes;
pub mod get_del_release;
pub mod lock_order;
pub mod lost_update;
pub mod shared_token;
pub mod stolen_wakeup;
