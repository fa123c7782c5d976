//! A Go template that is masked and then read as YAML. `cargo fuzz run template`
#![no_main]

#[path = "../../tests/common/invariants.rs"]
mod invariants;

use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| invariants::check_template(&String::from_utf8_lossy(bytes)));
