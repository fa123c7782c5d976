//! A whole codebase in memory: a line that begins with `%%% ` names the next file. `cargo fuzz run codebase`
#![no_main]

#[path = "../../tests/common/promises.rs"]
mod promises;

use libfuzzer_sys::fuzz_target;
use std::collections::BTreeMap;

fuzz_target!(|bytes: &[u8]| {
    let text = String::from_utf8_lossy(bytes);
    let parts = text.split("%%% ").filter_map(|part| part.split_once('\n'));
    let files: BTreeMap<_, _> = parts.filter(|(path, _)| !path.is_empty()).collect();
    let report = promises::check(&files.into_iter().collect::<Vec<_>>());
    promises::human(&report, 80, true);
    promises::json(&report);
});
