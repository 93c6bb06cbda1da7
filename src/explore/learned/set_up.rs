//! The set-up of a world, run once, and its result.

use std::rc::Rc;

use super::stop::Stop;
use crate::machine::encode::Clients;
use crate::machine::fault::Budgeted;
use crate::machine::names::Names;
use crate::machine::operation::Observation;
use crate::machine::state::State;
use crate::scenario::World;
use crate::scenario::play::Cast;
use crate::scenario::program::Program;
use crate::scenario::property::set::{MonitorSet, Monitors};
use crate::sync::model::session::{self, Session};
use crate::sync::{Doom, panic_message};
use crate::trace::{self, ActorId, Recorder};
use std::panic::{AssertUnwindSafe, catch_unwind};

/// A world that is set up.
pub(super) struct SetUp {
    pub(super) names: Names,
    /// The observations of the main actor.
    pub(super) observations: Rc<[Observation]>,
    pub(super) cast: Vec<Cast>,
    pub(super) faults: Rc<[Budgeted]>,
    pub(super) monitors: MonitorSet,
    pub(super) state: State,
}

impl SetUp {
    /// Sets up the world; `names` may hold names given out before.
    pub(super) fn of(program: &dyn Program, names: Names) -> Result<Self, Stop> {
        let recorder = Recorder::new();
        let _scope = trace::enter(Some(recorder.clone()));
        let monitors = Monitors::default();
        recorder.watch(monitors.clone());
        session::begin(Session::direct(names));
        let came = catch_unwind(AssertUnwindSafe(|| {
            let world = World::new(monitors.clone());
            program.on_model(&world);
            world.start(&program.budgets())
        }));
        let session = session::end().expect("the session of the setting up");
        let cast = match came {
            Ok(cast) => with_threads(&session, cast),
            Err(payload) if payload.is::<Doom>() => {
                return Err(Stop::Refused(session.state.refused.unwrap_or_default()));
            }
            Err(payload) => return Err(Stop::SetUpPanicked(panic_message(payload.as_ref()))),
        };
        if let Some(refused) = session.state.refused {
            return Err(Stop::Refused(refused));
        }
        if let Some(object) = session.opaque.first() {
            return Err(Stop::Opaque(session.names.objects()[object.index()].clone()));
        }
        if monitors.violation().is_some() {
            return Err(Stop::SetUpBroken);
        }
        Ok(Self {
            observations: session.set_up.into(),
            names: session.names,
            cast,
            faults: Rc::clone(&session.state.faults),
            monitors: monitors.snapshot(),
            state: session.state,
        })
    }

    /// The interchangeable clients.
    pub(super) fn clients(&self) -> Clients {
        let clients = self.cast.iter().filter(|cast| cast.client);
        Clients::new(clients.map(|cast| (cast.actor, cast.name.as_str())))
    }
}

/// The cast, with the threads that the set-up itself started.
fn with_threads(session: &Session, cast: Vec<Cast>) -> Vec<Cast> {
    let is_cast = |actor: &ActorId| cast.iter().any(|known| known.actor == *actor);
    let started = session.started.iter().filter(|actor| !is_cast(actor));
    let name = |actor: ActorId| session.names.actors()[actor.index()].clone();
    let threads: Vec<Cast> =
        started.map(|actor| Cast { actor: *actor, name: name(*actor), client: false }).collect();
    threads.into_iter().chain(cast).collect()
}
