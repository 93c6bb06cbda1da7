//! Histories: the calls of a shared object and their replies, recorded as they are made.

use std::collections::BTreeSet;
use std::convert::Infallible;
use std::fmt::{self, Debug};
use std::marker::PhantomData;
use std::sync::{Arc, Mutex, PoisonError};

use super::property::Linearizable;
use super::{SequentialSpec, World};
use crate::sync::{Runtime, inert};
use crate::trace::{self, ActorId, Datum, Kind, ObjectId};

impl<R: Runtime> World<R> {
    /// Checks the calls of a shared object, called `name` in timelines, against the specification `S`,
    /// which begins in the state `initial`. However calls overlap, each must seem to take effect at one
    /// instant between its beginning and its end
    /// ([`Property::Linearizable`](super::Property::Linearizable)).
    ///
    /// ```
    /// use std::sync::Arc;
    /// use lockproof::bank::{Account, Bank, Money, Transaction};
    /// use lockproof::scenario::{Books, Scenario, World};
    /// use lockproof::sync::Runtime;
    ///
    /// /// Two withdrawals, each told what is left.
    /// #[derive(Clone)]
    /// struct Withdraw;
    ///
    /// impl Scenario for Withdraw {
    ///     fn run<R: Runtime>(&self, world: &World<R>) {
    ///         let account = Account::new("11111".parse().unwrap(), Money::from_minor(100));
    ///         let withdrawal = Transaction::new(account.number.clone(), Money::from_minor(-70));
    ///         let bank = Arc::new(Bank::<R>::new([account.clone()]).unwrap());
    ///         let history = world.history("bank", Books::new([account]));
    ///         world.clients(2, move |_| {
    ///             history.call(withdrawal.clone(), || bank.apply(&withdrawal))
    ///         });
    ///     }
    /// }
    /// # let exploration = lockproof::explore::exhaustive(&Withdraw, Default::default());
    /// # assert!(exploration.violation().is_none(), "{exploration}");
    /// ```
    #[must_use = "only the calls made through it are judged"]
    pub fn history<S: SequentialSpec>(&self, name: &str, initial: S) -> History<R, S> {
        let object = R::object(name);
        self.monitor(Linearizable::new(object, initial));
        History { object, callers: Callers::default(), types: PhantomData }
    }
}

/// Records the calls of one shared object; clones record into the same history. See
/// [`World::history`].
///
/// A call begins with its first step, not before. It could have begun later than it was made, and the
/// later it begins, the more calls it is known to follow. It ends with its last step. So the calls that
/// are judged are the shortest that the steps allow, and overlap as little as possible. (On real threads,
/// where a step and its record are two, a call begins when it is made.)
///
/// A call whose actor crashes has taken effect, or takes effect later, or never does.
pub struct History<R: Runtime, S: SequentialSpec> {
    object: ObjectId,
    callers: Callers,
    types: PhantomData<fn() -> (R, S)>,
}

impl<R: Runtime, S: SequentialSpec> History<R, S> {
    /// Makes a call: `body` carries out `request`, and returns the reply.
    ///
    /// # Panics
    ///
    /// If it is made within another call that the same actor makes of the same object.
    pub fn call<U: Clone + Into<S::Reply>>(
        &self,
        request: impl Into<S::Request>,
        body: impl FnOnce() -> U,
    ) -> U {
        let Ok(answer) = self.try_call(request, || Ok::<U, Infallible>(body()));
        answer
    }

    /// Makes a call that may fail. A failure leaves open whether the request has taken effect, or will:
    /// the request may have been lost on its way, or the reply.
    ///
    /// # Errors
    ///
    /// The error that `body` returned.
    ///
    /// # Panics
    ///
    /// If it is made within another call that the same actor makes of the same object.
    pub fn try_call<U: Clone + Into<S::Reply>, E: Debug>(
        &self,
        request: impl Into<S::Request>,
        body: impl FnOnce() -> Result<U, E>,
    ) -> Result<U, E> {
        if inert() {
            return body();
        }
        let (object, me, request) = (self.object, R::me(), request.into());
        let _busy = self.callers.enter(me);
        let invoke = || Kind::Invoke { object, request: Datum::new(request) };
        if R::records_at_once() {
            R::announce(me, invoke);
        } else {
            R::record(me, invoke);
        }
        let answer = body();
        R::record(me, || {
            let reply = answer.as_ref().map(|answer| Datum::new::<S::Reply>(answer.clone().into()));
            Kind::Return { object, reply: reply.map_err(|error| format!("{error:?}")) }
        });
        answer
    }
}

impl<R: Runtime, S: SequentialSpec> Clone for History<R, S> {
    fn clone(&self) -> Self {
        Self { object: self.object, callers: self.callers.clone(), types: PhantomData }
    }
}

impl<R: Runtime, S: SequentialSpec> Debug for History<R, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("History").field("object", &self.object).finish_non_exhaustive()
    }
}

/// The actors that are in the middle of a call of one object.
#[derive(Clone, Default)]
struct Callers(Arc<Mutex<BTreeSet<ActorId>>>);

impl Callers {
    /// Notes that `caller` is in a call, until the returned value is dropped.
    ///
    /// # Panics
    ///
    /// If it is already.
    fn enter(&self, caller: ActorId) -> Busy<'_> {
        let entered = self.with(|callers| callers.insert(caller));
        if !entered {
            let name = trace::current().map(|recorder| recorder.actor_name(caller));
            let name = name.unwrap_or_else(|| "an actor".to_owned());
            panic!(
                "{name} makes a call within a call of its own to the same object: make one at a time"
            );
        }
        Busy { callers: self, caller }
    }

    fn with<U>(&self, work: impl FnOnce(&mut BTreeSet<ActorId>) -> U) -> U {
        work(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// A caller in the middle of a call. Dropping it ends the call, also when the call unwinds.
struct Busy<'a> {
    callers: &'a Callers,
    caller: ActorId,
}

impl Drop for Busy<'_> {
    fn drop(&mut self) {
        self.callers.with(|callers| callers.remove(&self.caller));
    }
}

#[cfg(all(test, not(loom)))]
mod tests {
    use std::panic::{AssertUnwindSafe, catch_unwind};

    use super::Callers;
    use crate::trace::ActorId;

    #[test]
    #[should_panic(expected = "an actor makes a call within a call of its own to the same object")]
    fn a_call_within_a_call_panics() {
        let callers = Callers::default();
        let _outer = callers.enter(ActorId(1));
        callers.enter(ActorId(1));
    }

    #[test]
    fn calls_of_different_actors_may_overlap() {
        let callers = Callers::default();
        let shared = callers.clone();
        let _alice = callers.enter(ActorId(1));
        let _bob = shared.enter(ActorId(2));
    }

    #[test]
    fn a_caller_is_free_again_after_a_call_that_panicked() {
        let callers = Callers::default();
        let call = || {
            let _busy = callers.enter(ActorId(1));
            panic!("on purpose");
        };
        catch_unwind(AssertUnwindSafe(call)).expect_err("it panics");
        let _again = callers.enter(ActorId(1));
    }
}
