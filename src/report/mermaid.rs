//! A trace as a sequence diagram, in the notation of
//! [Mermaid](https://mermaid.js.org/syntax/sequenceDiagram.html).

use std::fmt::Write as _;

use super::phrase::{held, phrase, stored};
use super::timeline::told;
use crate::trace::{ActorId, Event, Kind, ObjectId, Trace};

/// The diagram: a lifeline for each actor and each object, an arrow for each step.
#[must_use]
pub fn mermaid(trace: &Trace) -> String {
    let mut diagram = Diagram { trace, lifelines: Vec::new(), text: String::new() };
    // Actors stand to the left, what they act on to the right.
    let actors = told(trace).map(|event| Lifeline::Actor(event.actor));
    let objects = told(trace).filter_map(|event| object(&event.kind)).map(Lifeline::Object);
    let mut actors: Vec<Lifeline> = actors.collect();
    actors.sort_unstable();
    for lifeline in actors.into_iter().chain(objects) {
        if !diagram.lifelines.contains(&lifeline) {
            diagram.lifelines.push(lifeline);
        }
    }
    diagram.begin();
    told(trace).for_each(|event| diagram.add(event));
    diagram.text
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Lifeline {
    Actor(ActorId),
    Object(ObjectId),
}

/// The object of a step, if it has one.
fn object(kind: &Kind) -> Option<ObjectId> {
    match kind {
        Kind::Lock { object, .. }
        | Kind::Unlock { object, .. }
        | Kind::Wait { object, .. }
        | Kind::Wake(object)
        | Kind::Notify { object, .. }
        | Kind::Atomic { object, .. }
        | Kind::Access { object, .. }
        | Kind::Truth { object, .. }
        | Kind::Invoke { object, .. }
        | Kind::Return { object, .. } => Some(*object),
        _ => None,
    }
}

struct Diagram<'a> {
    trace: &'a Trace,
    lifelines: Vec<Lifeline>,
    text: String,
}

impl Diagram<'_> {
    fn begin(&mut self) {
        self.line("sequenceDiagram");
        for at in 0..self.lifelines.len() {
            let name = match self.lifelines[at] {
                Lifeline::Actor(ActorId::MAIN) => "(time)",
                Lifeline::Actor(actor) => self.trace.actor(actor),
                Lifeline::Object(object) => self.trace.object(object),
            };
            let line = format!("participant p{at} as {}", escaped(name));
            self.line(&line);
        }
    }

    fn add(&mut self, event: &Event) {
        let me = self.at(Lifeline::Actor(event.actor));
        let said = escaped(&phrase(self.trace, &event.kind));
        let line = match &event.kind {
            Kind::Access { object, request, reply, .. } => {
                let (object, request) = (self.at(Lifeline::Object(*object)), escaped(request));
                self.line(&format!("{me}->>{object}: {request}"));
                format!("{object}-->>{me}: {}", escaped(reply))
            }
            Kind::Truth { object, key, value, until } => {
                let object = self.at(Lifeline::Object(*object));
                let stored = stored(key, value.as_deref(), *until);
                format!("Note right of {object}: {}", escaped(&stored))
            }
            Kind::Believe { key, until, .. } => {
                format!("Note over {me}: believes it holds {}", escaped(&held(key, *until)))
            }
            Kind::Tick(now) => {
                let last = self.lifelines.len() - 1;
                format!("Note over p0,p{last}: time passes: {now} ms")
            }
            // The end of a hold, or of a wait, is shown as an answer.
            Kind::Unlock { object, .. } | Kind::Wait { object, .. } => {
                format!("{me}-->>{}: {said}", self.at(Lifeline::Object(*object)))
            }
            kind => match object(kind) {
                Some(object) => format!("{me}->>{}: {said}", self.at(Lifeline::Object(object))),
                None => format!("Note over {me}: {said}"),
            },
        };
        self.line(&line);
    }

    fn at(&self, lifeline: Lifeline) -> String {
        let at = self.lifelines.iter().position(|known| *known == lifeline);
        format!("p{}", at.expect("every lifeline was noted before"))
    }

    fn line(&mut self, line: &str) {
        let indent = if self.text.is_empty() { "" } else { "    " };
        writeln!(self.text, "{indent}{line}").expect("a string takes every text");
    }
}

/// Text without the signs that mean something to Mermaid.
fn escaped(text: &str) -> String {
    text.chars()
        .map(|sign| match sign {
            '#' => "#35;".to_owned(),
            ';' => "#59;".to_owned(),
            '<' => "#lt;".to_owned(),
            '>' => "#gt;".to_owned(),
            '\n' => " ".to_owned(),
            sign => sign.to_string(),
        })
        .collect()
}

#[cfg(all(test, not(loom)))]
mod tests {
    use super::{escaped, mermaid};
    use crate::explore::replay;
    use crate::races::lost_update::Buggy;

    #[test]
    fn every_step_is_an_arrow_between_lifelines() {
        let schedule = "alice bob bob alice".parse().expect("a schedule");
        let found = replay(&Buggy, &schedule).expect("the schedule fits");
        let diagram = mermaid(&found.trace.expect("the race is lost"));
        let lines: Vec<&str> = diagram.lines().map(str::trim).collect();
        assert_eq!(
            lines[..4],
            [
                "sequenceDiagram",
                "participant p0 as alice",
                "participant p1 as bob",
                "participant p2 as balance",
            ]
        );
        assert_eq!(
            lines[4..7],
            [
                "p0->>p2: lock balance -#gt; 100",
                "p0-->>p2: unlock balance = 100",
                "p1->>p2: lock balance -#gt; 100",
            ]
        );
        assert_eq!(lines.len(), 12);
    }

    #[test]
    fn signs_that_mean_something_are_written_out() {
        assert_eq!(escaped("a; b#c -> d"), "a#59; b#35;c -#gt; d");
    }
}
