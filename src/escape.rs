//! Every escaper: raw text goes in, a type that only one target accepts comes out.

use std::fmt;

/// Text that is safe in XML: as character data and as an attribute's value in double quotes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Xml(String);

/// `raw` for XML, with control, bidirectional and zero-width characters made visible.
pub fn xml(raw: &str) -> Xml {
    let mut escaped = String::with_capacity(raw.len());
    for c in raw.chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            '\n' | '\t' => escaped.push(' '),
            '\0'..='\u{1f}'
            | '\u{7f}'..='\u{9f}'
            | '\u{200b}'..='\u{200f}'
            | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}'
            | '\u{feff}'
            | '\u{fff9}'..='\u{ffff}' => {
                escaped.push_str(&format!("&lt;U+{:04X}&gt;", c as u32));
            }
            _ => escaped.push(c),
        }
    }
    Xml(escaped)
}

impl fmt::Display for Xml {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
