//! The catalogue: one file a race, each with the bug and its fix as two whole scenarios one idea apart.
//!
//! The list at the end of this file is the table of contents. `docs/adding-a-race.md` explains how to add to
//! it; `docs/races` shows its entries, with pictures.

mod expected;
mod race;
mod survey;
mod variant;

pub use expected::{Expectations, Expected};
pub use race::{Checked, Counterexample, Cwe, Group, Mutant, Race, Source};
pub use survey::{Search, survey};
pub(crate) use variant::variant;
pub use variant::{Variant, Which};

/// The race of this name.
#[must_use]
pub fn find(id: &str) -> Option<&'static Race> {
    ALL.iter().copied().find(|race| race.id == id)
}

/// The text of the file that a race is written in, by the race's name.
#[must_use]
pub fn source(id: &str) -> Option<&'static str> {
    SOURCES.iter().find(|(race, _)| race.id == id).map(|(_, text)| *text)
}

/// Declares the modules of the races, and makes lists of them.
macro_rules! catalogue {
    // A macro that defines one has to be handed the sign that its parameters begin with.
    ($dollar:tt: $($race:ident,)*) => {
        $(pub mod $race;)*

        /// Every race of the catalogue: those of one process first, then the distributed ones.
        pub const ALL: &[&Race] = &[$(&$race::RACE),*];

        const SOURCES: &[(&Race, &str)] =
            &[$((&$race::RACE, include_str!(concat!(stringify!($race), ".rs")))),*];

        /// Calls a macro with the names of the modules of all races, set apart by blanks: how tests are
        /// made for each of them.
        #[doc(hidden)]
        #[macro_export]
        macro_rules! for_each_race {
            ($dollar then:ident) => { $dollar then! { $($race)* } };
        }
    };
}

catalogue! { $:
    lost_update,
    check_then_act,
    write_skew,
    torn_audit,
    lock_order,
    missed_wakeup,
    stolen_wakeup,
    relaxed_publication,
    double_checked_opening,
    plain_del,
    get_del_release,
    shared_token,
    setnx_then_crash,
    lost_reply_to_set,
    lost_signal,
    timer_by_value,
    validity_wraps,
    silent_reacquire,
    pause_beyond_ttl,
    fence_check_not_atomic,
    fence_only_on_writes,
}
