//! Silence while engines work: a violation is a value, and a panic inside a model is caught and recorded, so
//! neither may write to standard error.

use std::cell::{Cell, RefCell};
use std::panic;
use std::sync::Once;

use super::config::config;
use crate::sync::model::session;
use crate::sync::model::vitals::give_up;
use crate::trace;

thread_local! {
    static QUIET: Cell<u32> = const { Cell::new(0) };
    static LAST: RefCell<String> = const { RefCell::new(String::new()) };
}

/// While it lives, panics on this OS thread are not printed; nor are they on threads that belong to a
/// recorded execution, as those of the stress engine do.
pub(super) struct Quiet {
    /// loom abandons the stacks of a deadlocked execution, and with them the scope of its recorder: this
    /// one puts the OS thread back to what it was.
    _scope: trace::Scope,
}

impl Quiet {
    pub(super) fn new() -> Self {
        install();
        QUIET.set(QUIET.get() + 1);
        Self { _scope: trace::enter(None) }
    }
}

impl Drop for Quiet {
    fn drop(&mut self) {
        QUIET.set(QUIET.get() - 1);
        // A panic that leaves an engine is a defect of the engine, and must not pass in silence.
        if std::thread::panicking() {
            eprintln!("an engine of lockproof failed: {}", LAST.take());
        }
    }
}

/// Puts our panic hook in front of the process's own.
///
/// shuttle installs a hook once a process, at its first execution; it prints lines of its own and keeps
/// the configuration of that first run. So it is made to install it here, around nothing, and then taken
/// out again.
fn install() {
    static INSTALLED: Once = Once::new();
    INSTALLED.call_once(|| {
        let original = panic::take_hook();
        let once = shuttle::scheduler::RoundRobinScheduler::new(1);
        shuttle::Runner::new(once, config()).run(|| ());
        drop(panic::take_hook());
        panic::set_hook(Box::new(move |info| {
            if QUIET.get() > 0 {
                LAST.set(info.to_string());
                // A second panic while the first is unwound would end the process.
                if session::is_unwinding() {
                    eprintln!("a destructor panics while its actor is unwound: {info}");
                    give_up(format!(
                        "a destructor panics while its actor is unwound ({info}): let destructors ignore \
                         what fails, or run the scenario without that fault"
                    ));
                }
            } else if !trace::is_recording() {
                original(info);
            }
        }));
    });
}
