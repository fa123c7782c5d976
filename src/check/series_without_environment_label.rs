//! Series that say which cluster they come from, and not from which environment.

use super::spot::Spot;
use super::{Check, Missing, Outcome};
use crate::codebase::Codebase;
use crate::model::series_labels::{Label, SeriesLabels, adds_environment, injects_environment};
use crate::source::Span;
use std::collections::BTreeMap;

/// Looks at the labels that monitoring agents put on everything.
#[derive(Debug, Default, serde::Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct SeriesWithoutEnvironmentLabel {}

impl Check for SeriesWithoutEnvironmentLabel {
    fn run(&self, codebase: &Codebase, outcome: &mut Outcome) {
        let mut found: BTreeMap<Span, (String, Spot<'_>)> = BTreeMap::new();
        codebase.visit_settings(&WORDS, &mut |setting| {
            let all = SeriesLabels::all(setting.root);
            outcome.looked_at(all.len());
            let mut alone = all.iter().filter_map(SeriesLabels::cluster_alone).peekable();
            if alone.peek().is_none() || adds_environment(setting.root) {
                return;
            }
            for label in alone.filter(|label| !tells_environment(codebase, label)) {
                let spot = Spot::within(codebase, &setting, label.node, label.span);
                match found.get_mut(&label.span) {
                    Some((_, known)) => known.merge(spot),
                    None => drop(found.insert(label.span, (label.key.clone(), spot))),
                }
            }
        });
        let label = || Missing::anywhere().that_belongs_here().with_one_of(WORDS);
        let violations = found.values().map(|(key, spot)| spot.violation(message(key)).for_want_of(label()));
        outcome.report_all(violations);
    }
}

/// One of them stands wherever such labels do.
const WORDS: [&str; 6] =
    ["xternalLabels", "xternal_labels", "xternal-labels", "remoteWrite.label", "DD_TAGS", "datadog"];

/// Whether the name is put together of the environment and something else.
fn tells_environment(codebase: &Codebase, label: &Label<'_>) -> bool {
    let written = label.node.place().map(|place| place.sources().collect::<Vec<_>>()).unwrap_or_default();
    let mut written = written.into_iter().map(|span| codebase.source(span.file).slice(span));
    injects_environment(&label.value) || written.any(injects_environment)
}

fn message(key: &str) -> String {
    format!(
        "series are marked with `{key}` and with no environment; whoever wants those of production has to ask for a cluster \
         by its name, and misses the next one"
    )
}
