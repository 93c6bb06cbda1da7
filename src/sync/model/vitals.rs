//! Whether a thread that an engine works on is alive, and how it gives up.

use std::cell::RefCell;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};
use std::sync::mpsc::Sender;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::thread;

use crate::trace::ActorId;

thread_local! {
    static HERE: RefCell<Option<Here>> = const { RefCell::new(None) };
}

/// What a thread that an engine works on knows of whoever waits for it.
struct Here {
    vitals: Vitals,
    gave_up: Sender<String>,
}

/// How many steps a thread has taken, and who goes on at the moment.
#[derive(Clone, Debug, Default)]
pub(crate) struct Vitals(Arc<Counts>);

#[derive(Debug, Default)]
struct Counts {
    steps: AtomicU64,
    actor: AtomicU32,
    /// The number of the thread, where the system tells.
    thread: OnceLock<u64>,
    /// The names of the actors.
    names: Mutex<Vec<String>>,
}

impl Vitals {
    /// Those of this thread.
    pub(super) fn of_this_thread() -> Self {
        HERE.with_borrow(|here| here.as_ref().map(|here| here.vitals.clone())).unwrap_or_default()
    }

    /// Installs these in this thread; what it gives up with goes to `gave_up`.
    pub(crate) fn install(&self, gave_up: Sender<String>, thread: Option<u64>) {
        thread.map(|thread| self.0.thread.set(thread));
        HERE.set(Some(Here { vitals: self.clone(), gave_up }));
    }

    /// An actor takes a step.
    pub(super) fn beat(&self, actor: ActorId) {
        self.goes_on(actor);
        self.0.steps.fetch_add(1, Ordering::Relaxed);
    }

    /// An actor goes on from here.
    pub(crate) fn goes_on(&self, actor: ActorId) {
        self.0.actor.store(actor.0, Ordering::Relaxed);
    }

    /// How many steps were taken.
    pub(crate) fn steps(&self) -> u64 {
        self.0.steps.load(Ordering::Relaxed)
    }

    /// Notes the name of an actor.
    pub(super) fn name_actor(&self, actor: ActorId, name: &str) {
        let mut names = self.0.names.lock().unwrap_or_else(PoisonError::into_inner);
        if names.len() <= actor.index() {
            names.resize_with(actor.index() + 1, String::new);
        }
        if names[actor.index()].is_empty() {
            name.clone_into(&mut names[actor.index()]);
        }
    }

    /// The name of the actor that goes on at the moment.
    pub(crate) fn name(&self) -> Option<String> {
        let names = self.0.names.lock().unwrap_or_else(PoisonError::into_inner);
        names.get(self.0.actor.load(Ordering::Relaxed) as usize).cloned()
    }

    /// The number of the thread, where the system tells.
    pub(crate) fn thread(&self) -> Option<u64> {
        self.0.thread.get().copied()
    }

    /// Whether an engine works on this thread already.
    pub(crate) fn is_installed() -> bool {
        HERE.with_borrow(Option::is_some)
    }
}

/// Ends the work of this thread with a sentence that says why: nothing that the actors' code does from here
/// on could be made sense of. The thread is left as it is, for ever; whoever waits for it gets the
/// sentence.
pub(crate) fn give_up(why: String) -> ! {
    let told = HERE.with_borrow(|here| {
        here.as_ref().is_some_and(|here| here.gave_up.send(why.clone()).is_ok())
    });
    if !told {
        panic!("{why}");
    }
    loop {
        thread::park();
    }
}
