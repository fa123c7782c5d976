//! Every command line in the documents is one that k8factor accepts, and every snippet is what it says it is.

use clap::error::ErrorKind;
use k8factor::model::shell::{self, Command, LineBreaks};
use serde_yaml::Value;
use std::fs;
use std::path::Path;

/// A fenced block of a document.
struct Block {
    page: String,
    language: String,
    text: String,
}

#[test]
fn every_command_line_is_accepted() {
    let (mut checked, mut refused) = (0, Vec::new());
    for block in blocks() {
        for words in scripts(&block).iter().flat_map(|script| command_lines(script)) {
            let line = format!("{}: k8factor {}", block.page, words.join(" "));
            let is_sentence = block.language.is_empty();
            checked += 1;
            refused.extend(refusal(&words, is_sentence).map(|why| format!("{line}\n{why}")));
        }
    }
    assert!(refused.is_empty(), "\n{}", refused.join("\n"));
    assert!(checked > 40, "only {checked} command lines were found in the documents");
    println!("command lines accepted: {checked}");
}

/// What clap objects to, if it does. `--help` is an answer. A sentence may speak of `k8factor rules new`, or of what
/// takes a SHELL.
fn refusal(words: &[String], is_sentence: bool) -> Option<String> {
    let typed = std::iter::once("k8factor").chain(words.iter().map(String::as_str));
    let error = k8factor::cli::command().try_get_matches_from(typed).err()?;
    let stands_for = |word: &String| word.chars().all(|c| c.is_ascii_uppercase());
    let is_fine = match error.kind() {
        ErrorKind::DisplayHelp | ErrorKind::DisplayVersion => true,
        ErrorKind::MissingRequiredArgument | ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand => {
            is_sentence
        }
        ErrorKind::InvalidValue => is_sentence && words.iter().any(stands_for),
        _ => false,
    };
    (!is_fine).then(|| error.to_string())
}

#[test]
fn every_snippet_of_yaml_is_yaml() {
    let snippets: Vec<_> = blocks().into_iter().filter(|block| block.language == "yaml").collect();
    for Block { page, text, .. } in &snippets {
        let read = serde_yaml::from_str::<Value>(text);
        assert!(read.is_ok(), "{page}: {}\n{text}", read.expect_err("it is no YAML"));
    }
    assert!(snippets.len() > 8, "only {} snippets were found", snippets.len());
}

#[test]
fn snippets_for_the_action_use_inputs_that_there_are() {
    let action = fs::read_to_string("action.yml").expect("the action");
    let action: Value = serde_yaml::from_str(&action).expect("it is YAML");
    let known = |name: &str| action["inputs"].get(name).is_some();
    let table = fs::read_to_string("docs/ci.md").expect("the page");
    for (name, _) in action["inputs"].as_mapping().expect("inputs") {
        let name = name.as_str().expect("a text");
        assert!(table.contains(&format!("| `{name}` |")), "docs/ci.md does not describe `{name}`");
    }
    let (mut steps, mut unknown) = (0, Vec::new());
    for block in blocks().iter().filter(|block| block.language == "yaml") {
        let snippet: Value = serde_yaml::from_str(&block.text).expect("it is YAML");
        for step in mappings(&snippet) {
            if step["uses"].as_str().is_some_and(|uses| uses.starts_with("k8factor/k8factor@")) {
                let given = step["with"].as_mapping().expect("inputs").keys().filter_map(Value::as_str);
                unknown
                    .extend(given.filter(|name| !known(name)).map(|name| format!("{}: {name}", block.page)));
                steps += 1;
            }
        }
    }
    assert_eq!(unknown, Vec::<String>::new(), "the action has no such inputs");
    assert!(steps >= 3, "the snippets were not found");
}

/// Every mapping in a value.
fn mappings(value: &Value) -> Vec<&Value> {
    let below: Vec<_> = match value {
        Value::Sequence(items) => items.iter().flat_map(mappings).collect(),
        Value::Mapping(entries) => entries.values().flat_map(mappings).collect(),
        _ => Vec::new(),
    };
    value.is_mapping().then_some(value).into_iter().chain(below).collect()
}

#[test]
fn the_hooks_are_accepted() {
    let hooks = fs::read_to_string(".pre-commit-hooks.yaml").expect("the hooks");
    let hooks: Vec<Value> = serde_yaml::from_str(&hooks).expect("they are YAML");
    for hook in &hooks {
        let lines = command_lines(hook["entry"].as_str().expect("a command"));
        let [words] = &lines[..] else { panic!("{hook:?} is one command") };
        assert_eq!(refusal(words, false), None);
    }
}

/// The scripts of a block: the whole, what stands behind a prompt, or the texts of a pipeline.
fn scripts(block: &Block) -> Vec<String> {
    match block.language.as_str() {
        // Without a language: commands in a sentence.
        "sh" | "" => vec![block.text.clone()],
        "console" => {
            block.text.lines().filter_map(|line| line.strip_prefix("$ ")).map(str::to_owned).collect()
        }
        "yaml" => serde_yaml::from_str(&block.text).map(|value| texts(&value)).unwrap_or_default(),
        "groovy" => block
            .text
            .split("sh '")
            .skip(1)
            .filter_map(|rest| rest.split('\'').next())
            .map(str::to_owned)
            .collect(),
        _ => Vec::new(),
    }
}

/// Every text in a value.
fn texts(value: &Value) -> Vec<String> {
    match value {
        Value::String(text) => vec![text.clone()],
        Value::Sequence(items) => items.iter().flat_map(texts).collect(),
        Value::Mapping(entries) => entries.values().flat_map(texts).collect(),
        _ => Vec::new(),
    }
}

/// What k8factor is given in each command that runs it, be it through cargo.
fn command_lines(script: &str) -> Vec<Vec<String>> {
    let pipelines = shell::read(script, LineBreaks::End);
    let commands = pipelines.iter().flat_map(|pipeline| &pipeline.commands);
    commands.filter_map(given).filter(|words| !words.is_empty()).collect()
}

fn given(command: &Command) -> Option<Vec<String>> {
    let words: Vec<_> = command.arguments().iter().map(|word| word.text.clone()).collect();
    match command.program()?.as_str() {
        "k8factor" => Some(words),
        "cargo" if words.first().is_some_and(|word| word == "run") => {
            let own = words.iter().position(|word| word == "--")?;
            Some(words[own + 1..].to_vec())
        }
        _ => None,
    }
}

/// The fenced blocks of all documents, and every command that stands in a sentence.
fn blocks() -> Vec<Block> {
    let mut pages = vec!["README.md".to_owned(), "CONTRIBUTING.md".to_owned(), "CHANGELOG.md".to_owned()];
    let docs = fs::read_dir("docs").expect("the folder of documents");
    pages
        .extend(docs.map(|entry| format!("docs/{}", entry.expect("an entry").file_name().to_string_lossy())));
    pages.retain(|page| Path::new(page).extension().is_some_and(|extension| extension == "md"));
    pages.sort();
    pages.iter().flat_map(|page| blocks_of(page)).collect()
}

fn blocks_of(page: &str) -> Vec<Block> {
    let text = fs::read_to_string(page).unwrap_or_else(|error| panic!("{page}: {error}"));
    let block = |language: &str, text: &str| Block {
        page: page.to_owned(),
        language: language.to_owned(),
        text: text.to_owned(),
    };
    let mut blocks = Vec::new();
    for (index, part) in text.split("```").enumerate() {
        if index % 2 == 1 {
            let (language, text) = part.split_once('\n').unwrap_or(("", ""));
            // A fence of four holds a whole page of a rule, which tests/rules.rs runs.
            blocks.push(block(language.split(' ').next().unwrap_or_default(), text));
        } else {
            blocks.extend(inline(part).map(|text| block("", text)));
        }
    }
    blocks
}

/// Whole commands in a sentence. One with capital letters, such as `k8factor explain RULE`, is one as well.
fn inline(text: &str) -> impl Iterator<Item = &str> {
    let is_command = |text: &&str| text.starts_with("k8factor ") && !text.contains(['\n', '…', '<', '|']);
    text.split('`').skip(1).step_by(2).filter(is_command)
}
