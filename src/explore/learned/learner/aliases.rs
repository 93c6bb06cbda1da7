//! Detection of values whose clones share mutable state, such as an `Arc` of an atomic. A search takes a
//! clone for a copy, so each value is hashed again after it was handed out.

use super::super::local::Status;
use super::super::stop::Stop;
use super::Learner;

impl Learner {
    /// Checks that an observation is unchanged after an actor received it and ran on.
    pub(super) fn is_not_shared(&self, from: u32, observation: u32) -> Result<(), Stop> {
        if self.tables.is_unchanged(observation) {
            return Ok(());
        }
        let Status::Before(operation) = self.locals[from as usize].status else { return Ok(()) };
        let entry = &self.tables.operations[operation as usize];
        let whose = match (entry.operation.joins(), entry.footprint.objects[0]) {
            (Some(child), _) => format!("what {} returned", self.trace.actor(child)),
            (None, Some(object)) => format!("the value of {}", self.trace.object(object)),
            (None, None) => "a value".to_owned(),
        };
        Err(Stop::Uncontrolled(shared_by_clones(&whose)))
    }

    /// Describes a value that was changed after it had been put into a state, if there is one.
    pub(in crate::explore::learned) fn shared_value(&self) -> Option<String> {
        let object = self.tables.changed_object()?;
        Some(shared_by_clones(&format!("the value of {}", self.trace.object(object))))
    }
}

fn shared_by_clones(whose: &str) -> String {
    format!(
        "{whose} is shared by its clones: a change to one of them shows in all. Let `Clone` copy all that \
         can change, or share the value with `Shared::opaque` or `Mutex::opaque`"
    )
}
