//! A race of the catalogue as a document: the failure, its occurrences, the picture, the fix.

use std::fmt::Write as _;

use super::cell::cell;
use super::diff::{bug_and_fix, caption, texts};
use super::markdown::{code, paragraph, table};
use super::mermaid::mermaid;
use super::mutants::{Fate, of_race};
use super::timeline::Timeline;
use crate::explore::{Engine, Exploration, Verdict};
use crate::races::{Counterexample, Race, Search, Which, source};

/// Writes the page of a race. `found` has the results of the engines on its variants, `fates` those on the
/// mutants of its fix.
///
/// # Errors
///
/// Where the counterexample of the entry does not fit its scenario.
pub fn page(
    race: &Race,
    found: &[(Search, Exploration)],
    fates: &[Fate],
) -> Result<String, String> {
    let clients = *race.clients.start();
    let (command, picture) = counterexample(race, clients)?;
    let mut page = String::new();
    let text = &mut page;
    let _ = writeln!(text, "# {}\n", title(race));
    let _ = writeln!(text, "{}\n", paragraph(&format!("{}.", capitalised(race.title))));
    let _ = writeln!(text, "{}\n", paragraph(race.mechanism));
    let _ = writeln!(text, "{}", facts(race, &picture));
    let _ = writeln!(text, "## Where it was met\n");
    for source in race.provenance {
        let what = format!("{} ([{}]({})).", source.what, source.checked.words(), source.link);
        let _ = writeln!(text, "* {}", paragraph(&what).replace('\n', "\n  "));
    }
    let _ =
        writeln!(text, "\n## The shortest way there\n\n{}", picture_text(race, &command, &picture));
    let _ = writeln!(text, "## The bug and the fix\n\n{}", change(race));
    let _ = writeln!(text, "## Which engine sees it\n\n{}", verdicts(race, found));
    let _ = writeln!(text, "## Mutants of the fix\n\n{}", of_race(fates, race));
    let _ = writeln!(text, "## What to take away\n\n{}\n", paragraph(race.lesson));
    let file = race.id.replace('-', "_");
    let _ = writeln!(
        text,
        "---\n\n[All races](README.md) · [`src/races/{file}.rs`](../../src/races/{file}.rs) · This page is \
         written by `lockproof docs`."
    );
    Ok(page)
}

/// The name of a race as a heading: the first words of its file, up to the colon.
pub(super) fn title(race: &Race) -> String {
    let head = source(race.id).and_then(|text| text.strip_prefix("//! ")?.split_once(": "));
    head.map_or_else(|| race.id.to_owned(), |(name, _)| name.to_owned())
}

fn capitalised(text: &str) -> String {
    let mut signs = text.chars();
    signs.next().map(|first| first.to_uppercase().chain(signs).collect()).unwrap_or_default()
}

/// The command that replays the counterexample, and its result.
fn counterexample(race: &Race, clients: usize) -> Result<(String, Exploration), String> {
    let replay = format!("cargo run --release -- replay {}", race.id);
    match race.counterexample {
        Counterexample::Schedule(names) => {
            let schedule = names.parse().map_err(|error| format!("{}: {error}", race.id))?;
            let found = (race.buggy.replay)(clients, &schedule);
            let found = found.map_err(|divergence| format!("{}: {divergence}", race.id))?;
            Ok((format!("{replay} {names}"), found))
        }
        Counterexample::LoomExecution(execution) => {
            let found = (race.buggy.loom_execution)(clients, execution);
            Ok((format!("{replay} --execution {execution}"), found))
        }
    }
}

fn facts(race: &Race, picture: &Exploration) -> String {
    let breaks = code(race.breaks.name());
    let faults = match (race.counterexample, picture.cost) {
        (Counterexample::LoomExecution(_), _) | (_, None) => "a weak memory order".to_owned(),
        (_, Some(cost)) => cost.to_string(),
    };
    let budgets = (race.buggy.budgets)(*race.clients.start()).to_string();
    let cwe = race.cwe.map_or_else(
        || "none fits".to_owned(),
        |cwe| {
            let number = cwe.number;
            format!(
                "[CWE-{number}](https://cwe.mitre.org/data/definitions/{number}.html), {}",
                cwe.name
            )
        },
    );
    let rows = [
        ("breaks", breaks),
        ("takes at least", faults),
        ("may happen in the scenario", budgets),
        ("weakness", cwe),
    ];
    let rows: Vec<Vec<String>> = rows.map(|(name, value)| vec![name.to_owned(), value]).into();
    table(&["".to_owned(), "".to_owned()], &rows)
}

fn picture_text(race: &Race, command: &str, picture: &Exploration) -> String {
    let Some(trace) = &picture.trace else { return String::new() };
    let timeline = Timeline::of(trace);
    let heads: Vec<String> = ["".to_owned()].into_iter().chain(timeline.heads).collect();
    let rows = timeline.rows.iter().zip(1..).map(|(row, at)| {
        let number: u64 = at;
        [number.to_string()].into_iter().chain(row.iter().map(|cell| code(cell))).collect()
    });
    let rows: Vec<Vec<String>> = rows.collect();
    let end = match &picture.verdict {
        Verdict::Broken(violation) => violation.detail.clone(),
        verdict => verdict.to_string(),
    };
    let order = match race.counterexample {
        Counterexample::Schedule(_) => {
            "Each line is a step, in the column of the actor that takes it. No interleaving with fewer \
             faults, or with as many and fewer preemptions, breaks the property."
        }
        Counterexample::LoomExecution(_) => {
            "Each line is a step, in the column of the actor that takes it. Under weak memory the order of \
             the lines does not say what each step saw; the values do."
        }
    };
    format!(
        "{}\n\n```sh\n{command}\n```\n\n{}\n**{}**: {end}.\n\n```mermaid\n{}```\n",
        paragraph(order),
        table(&heads, &rows),
        race.breaks,
        mermaid(trace)
    )
}

fn change(race: &Race) -> String {
    let source = source(race.id).unwrap_or_default();
    let mut text = format!(
        "* The bug: {}\n* The fix: {}\n\n{}\n\n```diff\n{}```\n",
        caption(source, "Buggy"),
        caption(source, "Fixed"),
        paragraph(race.fix),
        bug_and_fix(source)
    );
    let texts = texts(source);
    if !texts.is_empty() {
        let _ = write!(text, "\n```rust\n{texts}```\n");
    }
    text
}

fn verdicts(race: &Race, found: &[(Search, Exploration)]) -> String {
    let of = |which: Which, engine: Engine| {
        let mut hits = found.iter().filter(|(search, _)| {
            search.race.id == race.id && search.which == which && search.engine == engine
        });
        hits.next().map(|(search, found)| cell(search.engine, found)).unwrap_or_default()
    };
    let rows = Engine::ALL.map(|engine| {
        let row = [format!("`{engine}`"), of(Which::Buggy, engine), of(Which::Fixed, engine)];
        row.to_vec()
    });
    let mut text = table(&["engine".to_owned(), "bug".to_owned(), "fix".to_owned()], &rows);
    for (reason, engines) in reasons(race, found) {
        let names: Vec<String> = engines.iter().map(|engine| format!("`{engine}`")).collect();
        let _ = write!(text, "\n{}\n", paragraph(&format!("{}, {reason}.", names.join(", "))));
    }
    text
}

/// The reasons why engines are blind to the race or were not run on it, each once, with the engines that give
/// it.
fn reasons(race: &Race, found: &[(Search, Exploration)]) -> Vec<(String, Vec<Engine>)> {
    let mut reasons: Vec<(String, Vec<Engine>)> = Vec::new();
    for (search, found) in found.iter().filter(|(search, _)| search.race.id == race.id) {
        let (Verdict::Blind(why) | Verdict::NotRun(why)) = &found.verdict else { continue };
        // The obstacle between an engine and the bug also keeps it from the fix.
        if reasons.iter().any(|(_, engines)| engines.contains(&search.engine)) {
            continue;
        }
        let name = found.verdict.name().replace('-', " ");
        let what = if search.which == Which::Fixed { " on the fix" } else { "" };
        let reason = format!("{name}{what}: {why}");
        match reasons.iter_mut().find(|(known, _)| *known == reason) {
            Some((_, engines)) => engines.push(search.engine),
            None => reasons.push((reason, vec![search.engine])),
        }
    }
    reasons
}
