//! The catalogue: one file a race, each with the bug and its fix as two whole scenarios one idea apart.
//!
//! | race | breaks | the idea |
//! |---|---|---|
//! | [`lost_update`] | `conserved-balance` | read and write are two steps |

pub mod lost_update;
