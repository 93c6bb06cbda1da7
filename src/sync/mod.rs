//! The seam: every mutex, condition variable, atomic, thread and clock that the rest of the crate
//! uses, written once against [`Runtime`] and supplied by three of them.
//!
//! | runtime | what it is |
//! |---|---|
//! | [`Std`] | real threads and the locks of `std` |
//! | [`Loom`] | loom's, explored exhaustively under the C11 memory model |
//! | [`Model`] | a world that is a value: actors run live as tasks of shuttle, or are learned one at a time |
//!
//! Each step is recorded into [`crate::trace`], by these wrappers or by the machine; callers record nothing.
//! One type parameter, `R: Runtime`, selects the primitives, so one scenario compiles under all of them in
//! one build. (The usual `cfg(loom)` facade is one engine a build.)
//!
//! * An actor that unwinds (it panicked, or a fault crashed it) finds the seam **inert**: its calls
//!   reach no scheduling point and record nothing, so a `Drop` cannot influence the schedule.
//! * `lock()` returns a guard: there is no poisoning. A panic in a critical section is a violation
//!   that the explorers report, not something a model should have to handle.
//! * A value that is shared is `Clone + Hash + Debug`, so that a search can keep and compare it; any other
//!   value is `opaque`, at the price of a slower search.
//! * With [`retry()`] and [`local()`] a search learns which parts of a loop's past do not matter, so that a
//!   loop that polls has few states. On the other runtimes they change nothing.

mod atomic;
mod clock;
mod codec;
mod condvar;
mod home;
#[cfg(feature = "model")]
pub(crate) mod loom;
#[cfg(feature = "model")]
pub(crate) mod model;
mod mutex;
mod retry;
mod runtime;
mod shared;
mod std;
mod thread;

pub use atomic::Atomic;
pub use clock::Clock;
pub use codec::Codec;
pub use condvar::Condvar;
#[cfg(feature = "model")]
pub(crate) use home::{Home, Thing};
#[cfg(feature = "model")]
pub(crate) use loom::Awaited;
#[cfg(feature = "model")]
pub use loom::Loom;
#[cfg(feature = "model")]
pub use model::Model;
pub use mutex::{Mutex, MutexGuard};
pub use retry::{local, retry};
pub use runtime::Runtime;
pub use shared::Shared;
pub use std::Std;
#[cfg(feature = "model")]
pub(crate) use thread::{Doom, panic_message, start};
pub use thread::{JoinHandle, spawn};

/// Returns whether the caller is unwinding, which makes the seam inert.
pub(crate) fn inert() -> bool {
    ::std::thread::panicking()
}
