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

/// A guard that suppresses the panic messages of this OS thread, and of threads that belong to a recorded
/// execution, such as those of the stress engine.
pub(super) struct Quiet {
    /// loom abandons the stacks of a deadlocked execution, and with them the scope of its recorder: this
    /// scope restores the OS thread to its former state.
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
        // A panic that leaves an engine is a defect of the engine, and must not be silent.
        if std::thread::panicking() {
            eprintln!("an engine of lockproof failed: {}", LAST.take());
        }
    }
}

/// Installs our panic hook in front of the process's own.
///
/// shuttle installs a hook once per process, at its first execution; the hook prints lines of its own and
/// keeps the configuration of that first run. So shuttle is made to install it here, around nothing, and then
/// the hook is removed.
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
                // A second panic during unwinding would abort the process.
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
