//! A shell script. `cargo fuzz run script fuzz/corpus/script fixtures/clusters/before-migration/scripts`
#![no_main]

#[path = "../../tests/common/readers.rs"]
mod readers;

use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| readers::script(&String::from_utf8_lossy(bytes)));
