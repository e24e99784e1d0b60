#![no_main]

#[path = "../../tests/properties/inject.rs"]
mod inject;

libfuzzer_sys::fuzz_target!(|text: &str| inject::check(text));
