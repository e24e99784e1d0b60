//! The knowledge files as the build left them: JSON, which is read many times as fast as the YAML that people write.

use serde::de::DeserializeOwned;

/// What a knowledge file says, by its path below `src` with `.json` at its end.
macro_rules! compiled {
    ($path:literal) => {
        $crate::document::compiled::read(include_str!(concat!(env!("OUT_DIR"), "/src/", $path)))
    };
}
pub(crate) use compiled;

/// What a compiled file says. The files are part of the program, and tests read each of them.
pub(crate) fn read<T: DeserializeOwned>(json: &str) -> T {
    serde_json::from_str(json).expect("the file follows its vocabulary; a test reads it")
}

#[cfg(test)]
mod tests {
    use crate::document::parse;
    use ignore::Walk;
    use serde_json::Value;
    use std::path::Path;

    #[test]
    fn the_build_reads_yaml_as_the_program_does() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        let mut number = 0;
        let out = Path::new(env!("OUT_DIR"));
        for entry in Walk::new(out.join("src")).map(Result::unwrap).filter(|entry| entry.path().is_file()) {
            let relative = entry.path().strip_prefix(out).unwrap();
            // What an older build left behind is not compiled any more.
            let Ok(text) = std::fs::read(root.join(relative.with_extension("yaml"))) else { continue };
            let compiled: Value = serde_json::from_slice(&std::fs::read(entry.path()).unwrap()).unwrap();
            assert_eq!(compiled, without_nothing(parse(&text).unwrap().to_json()), "{}", relative.display());
            number += 1;
        }
        assert!(number > 300);
    }

    /// The same without keys that have no value: the build leaves them out.
    fn without_nothing(value: Value) -> Value {
        match value {
            Value::Array(items) => items.into_iter().map(without_nothing).collect(),
            Value::Object(map) => {
                let map = map.into_iter().filter(|(_, value)| !value.is_null());
                map.map(|(key, value)| (key, without_nothing(value))).collect()
            }
            other => other,
        }
    }
}
