//! The seam: every mutex, condition variable, atomic, thread and clock that the rest of the crate
//! uses, written once against [`Runtime`] and supplied by three of them.
//!
//! | runtime | what it is |
//! |---|---|
//! | [`Std`] | real threads and the locks of `std` |
//! | [`Loom`] | loom's, explored exhaustively under the C11 memory model |
//! | [`Shuttle`] | tasks of shuttle, scheduled one visible step at a time |
//!
//! The wrappers here record each step into [`crate::trace`]; callers record nothing. One type
//! parameter, `R: Runtime`, says who supplies the primitives, so one scenario compiles under all of
//! them in one build. (The usual `cfg(loom)` facade is one engine a build.)
//!
//! * An actor that unwinds (it panicked, or a fault crashed it) finds the seam **inert**: its calls
//!   reach no scheduling point and record nothing, so a `Drop` cannot steer the schedule.
//! * `lock()` returns a guard: there is no poisoning. A panic in a critical section is a violation
//!   that the explorers report, not something a model should have to handle.

mod atomic;
#[cfg(feature = "model")]
pub(crate) mod board;
mod clock;
mod condvar;
#[cfg(feature = "model")]
mod loom;
mod mutex;
mod runtime;
mod shared;
#[cfg(feature = "model")]
mod shuttle;
mod std;
pub(crate) mod tape;
mod thread;

pub use atomic::Atomic;
pub use clock::Clock;
pub use condvar::Condvar;
#[cfg(feature = "model")]
pub use loom::Loom;
#[cfg(feature = "model")]
pub(crate) use loom::{Awaited, awaited, recover as forget_collapse};
pub use mutex::{Mutex, MutexGuard};
pub use runtime::Runtime;
pub use shared::Shared;
#[cfg(feature = "model")]
pub use shuttle::Shuttle;
pub use std::Std;
#[cfg(feature = "model")]
pub(crate) use thread::{Doom, panic_message};
pub use thread::{JoinHandle, spawn};

/// Whether the caller is being unwound, and the seam therefore inert.
pub(crate) fn inert() -> bool {
    ::std::thread::panicking()
}
