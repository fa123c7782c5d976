//! The survey for people.

use super::cost::Part;
use super::{Cluster, Environment, Reason, Survey};
use crate::model::name::Promise;
use std::fmt::Write;

/// The survey as text, with every line that names a cluster if they are wanted.
pub fn human(survey: &Survey, wants_lines: bool) -> String {
    let mut text = String::new();
    for cluster in &survey.clusters {
        write_cluster(&mut text, cluster);
        if wants_lines {
            write_lines(&mut text, cluster);
        }
        text.push('\n');
    }
    if !survey.environments.is_empty() {
        text.push_str("Can two exist at once?\n");
    }
    for environment in &survey.environments {
        write_environment(&mut text, environment);
    }
    text
}

fn write_cluster(text: &mut String, cluster: &Cluster) {
    let _ = writeln!(text, "{}", cluster.name);
    let mut line = |name: &str, value: &str| {
        let _ = writeln!(text, "  {name:<13} {value}");
    };
    if let Some((origin, at)) = cluster.named.first() {
        let how = cluster.tool.map_or_else(|| (*origin).to_owned(), |tool| format!("{origin} of {tool}"));
        let word = if cluster.is_declared { "declared" } else { "named" };
        line(word, &format!("{}:{} ({how})", at.path, at.line));
    }
    if !cluster.is_declared {
        line("", "nothing here declares it");
    }
    line("environment", cluster.environment.as_deref().unwrap_or("not known"));
    line("name", promise(cluster.promise));
    if !cluster.aliases.is_empty() {
        line("also called", &cluster.aliases.join(", "));
    }
    line("twins", &if cluster.twins.is_empty() { "none".to_owned() } else { cluster.twins.join(", ") });
    line("replacement", &replacement(cluster));
}

fn write_lines(text: &mut String, cluster: &Cluster) {
    for (part, at) in cluster.cost.lines() {
        let _ = writeln!(text, "    {:<11} {}:{}", part.as_str(), at.path, at.line);
    }
}

fn promise(promise: Promise) -> &'static str {
    match promise {
        Promise::Injected => "injected",
        Promise::Disposable => "disposable",
        Promise::Serial => "numbered, which does not say that a next one will come",
        Promise::Proper => "a proper name: somebody will miss it",
        Promise::Timeless => "timeless: as if there could be only one",
    }
}

/// `31 lines in 12 files to edit: 7 in shared code, 24 in lists and paths; besides 20 in its own layer`
fn replacement(cluster: &Cluster) -> String {
    let cost = &cluster.cost;
    let (files, lines) = cost.replacement();
    let part = |part: Part| cost.of(part).1;
    let mut text = match lines {
        0 => "nothing to edit outside of its own layer".to_owned(),
        _ => format!(
            "{} in {} to edit: {} in shared code, {} in lists and paths",
            count(lines, "line"),
            count(files, "file"),
            part(Part::Shared),
            part(Part::Listed)
        ),
    };
    let others = [
        (Part::OwnLayer, "in its own layer"),
        (Part::Declaration, "where it is declared"),
        (Part::Ignored, "that nobody runs"),
    ];
    let others: Vec<String> = others
        .iter()
        .filter(|(at, _)| part(*at) > 0)
        .map(|(at, words)| format!("{} {words}", part(*at)))
        .collect();
    if !others.is_empty() {
        let _ = write!(text, "; besides {}", others.join(", "));
    }
    text
}

fn write_environment(text: &mut String, environment: &Environment) {
    let name = environment.name.as_deref().unwrap_or("no known environment");
    let answer = match environment.reasons.len() {
        0 => "nothing here says no".to_owned(),
        many => format!(
            "no, {} in the way",
            if many == 1 { "1 thing is".to_owned() } else { format!("{many} things are") }
        ),
    };
    let _ = writeln!(text, "  {name} ({}): {answer}", environment.clusters.join(", "));
    for Reason { rule, severity, message, at, places } in &environment.reasons {
        let more = if *places > 1 { format!(" (+{})", places - 1) } else { String::new() };
        let _ = writeln!(text, "    {severity}[{rule}] {}:{}{more}: {message}", at.path, at.line);
    }
}

fn count(number: usize, word: &str) -> String {
    if number == 1 { format!("1 {word}") } else { format!("{number} {word}s") }
}
