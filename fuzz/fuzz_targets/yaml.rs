//! Any bytes: reading them breaks no promise. `cargo fuzz run yaml fuzz/corpus fixtures/yaml/seeds`
#![no_main]

#[path = "../../tests/common/invariants.rs"]
mod invariants;

use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| invariants::check(&String::from_utf8_lossy(bytes)));
