//! A `.k8factor.yaml`. `cargo fuzz run configuration`
#![no_main]

#[path = "../../tests/common/readers.rs"]
mod readers;

use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| readers::configuration(&String::from_utf8_lossy(bytes)));
