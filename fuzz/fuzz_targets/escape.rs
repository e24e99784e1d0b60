#![no_main]

#[path = "../../tests/properties/escape.rs"]
mod escape;

libfuzzer_sys::fuzz_target!(|text: &str| escape::check(text));
