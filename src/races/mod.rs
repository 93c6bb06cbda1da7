//! The catalogue: one file a race, each with the bug and its fix as two whole scenarios one idea apart.
//!
//! | race | breaks | the idea |
//! |---|---|---|
//! | [`lost_update`] | `conserved-balance` | read and write are two steps |
//! | [`check_then_act`] | `no-overdraft` | check and debit are two steps |
//! | [`lock_order`] | `no-deadlock` | each holds what the other waits for |
//! | [`stolen_wakeup`] | `no-overdraft` | what a waiter was told of is gone |

pub mod check_then_act;
pub mod lock_order;
pub mod lost_update;
pub mod stolen_wakeup;
