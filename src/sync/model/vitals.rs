//! Signs of life of a thread on which an engine works, and its way of giving up.

use std::cell::RefCell;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::thread;

use crate::sync::home::{Place, REMEDY, Thing};
use crate::trace::{ActorId, ObjectId};

thread_local! {
    static HERE: RefCell<Option<Arc<Here>>> = const { RefCell::new(None) };
}

/// The state of a thread on which an engine works, shared with the thread that waits for it.
struct Here {
    vitals: Vitals,
    give_up: GiveUp,
}

/// Passes the reason why there is no answer to the thread that waits; returns whether one does.
type GiveUp = Box<dyn Fn(String) -> bool + Send + Sync>;

/// The number of steps that a thread has taken, and the actor that took the last.
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
    /// The names of what they share.
    objects: Mutex<Vec<String>>,
}

impl Vitals {
    /// Those of this thread.
    pub(super) fn of_this_thread() -> Self {
        HERE.with_borrow(|here| here.as_ref().map(|here| here.vitals.clone())).unwrap_or_default()
    }

    /// Installs these in this thread. The reason for giving up goes to `give_up`, which returns whether a
    /// thread waits for it.
    pub(crate) fn install(
        &self,
        give_up: impl Fn(String) -> bool + Send + Sync + 'static,
        thread: Option<u64>,
    ) {
        thread.map(|thread| self.0.thread.set(thread));
        let here = Here { vitals: self.clone(), give_up: Box::new(give_up) };
        HERE.set(Some(Arc::new(here)));
    }

    /// An actor runs from here on.
    pub(super) fn runs(&self, actor: ActorId) {
        self.0.actor.store(actor.0, Ordering::Relaxed);
    }

    /// An actor takes a step.
    pub(super) fn beat(&self, actor: ActorId) {
        self.runs(actor);
        self.0.steps.fetch_add(1, Ordering::Relaxed);
    }

    /// The number of steps taken.
    pub(crate) fn steps(&self) -> u64 {
        self.0.steps.load(Ordering::Relaxed)
    }

    /// Notes the name of an actor.
    pub(super) fn name_actor(&self, actor: ActorId, name: &str) {
        name_at(&self.0.names, actor.index(), name);
    }

    /// Notes the name of something shared.
    pub(super) fn name_object(&self, object: ObjectId, name: &str) {
        name_at(&self.0.objects, object.index(), name);
    }

    /// The name of the actor that runs.
    pub(crate) fn name(&self) -> Option<String> {
        let actor = ActorId(self.0.actor.load(Ordering::Relaxed));
        name_of(&self.0.names, actor.index())
    }

    /// The number of the thread, where the system tells.
    pub(crate) fn thread(&self) -> Option<u64> {
        self.0.thread.get().copied()
    }

    /// Returns whether an engine works on this thread already.
    pub(crate) fn is_installed() -> bool {
        HERE.with_borrow(Option::is_some)
    }
}

fn name_at(names: &Mutex<Vec<String>>, index: usize, name: &str) {
    let mut names = names.lock().unwrap_or_else(PoisonError::into_inner);
    if names.len() <= index {
        names.resize_with(index + 1, String::new);
    }
    if names[index].is_empty() {
        name.clone_into(&mut names[index]);
    }
}

fn name_of(names: &Mutex<Vec<String>>, index: usize) -> Option<String> {
    let names = names.lock().unwrap_or_else(PoisonError::into_inner);
    names.get(index).filter(|name| !name.is_empty()).cloned()
}

/// Where an engine that works on this thread runs all actors.
pub(super) fn place() -> Option<Arc<dyn Place>> {
    HERE.with_borrow(|here| here.clone().map(|here| here as Arc<dyn Place>))
}

impl Place for Here {
    fn is_here(&self) -> bool {
        let is_own = |here: &RefCell<Option<Arc<Self>>>| {
            here.try_borrow()
                .is_ok_and(|here| here.as_deref().is_some_and(|here| std::ptr::eq(here, self)))
        };
        HERE.try_with(is_own).unwrap_or(false)
    }

    fn refuse(&self, thing: Thing) -> ! {
        let who = self.vitals.name().unwrap_or_else(|| "main".to_owned());
        let what = match thing {
            Thing::Object(object) => name_of(&self.vitals.0.objects, object.index()),
            Thing::Result(actor) => name_of(&self.vitals.0.names, actor.index())
                .map(|name| format!("what {name} returns")),
            Thing::Clock => Some("the clock".to_owned()),
        };
        let what = what.unwrap_or_else(|| "what actors share".to_owned());
        let why = format!("{who} uses {what} from a thread that lockproof did not start: {REMEDY}");
        assert!((self.give_up)(why.clone()), "{why}");
        // The thread that waits for the search has its answer; a thread that waits for this one is left
        // behind.
        loop {
            thread::park();
        }
    }
}

/// Ends the work of this thread with a sentence that says why: no later action of the actors' code could be
/// made sense of. The thread is left as it is, for ever; the thread that waits for it gets the sentence.
pub(crate) fn give_up(why: String) -> ! {
    let told =
        HERE.with_borrow(|here| here.as_ref().is_some_and(|here| (here.give_up)(why.clone())));
    if !told {
        panic!("{why}");
    }
    loop {
        thread::park();
    }
}
