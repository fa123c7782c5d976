//! A tree of kustomizations: a line that begins with `%%% ` names the next file. `cargo fuzz run kustomization`
#![no_main]

#[path = "../../tests/common/readers.rs"]
mod readers;

use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| readers::kustomization(&String::from_utf8_lossy(bytes)));
