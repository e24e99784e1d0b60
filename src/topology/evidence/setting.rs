//! What is known of an address in a file: where it stands, and what the words around it say.

use crate::topology::address::Address;
use crate::topology::address::known::Means;

/// One address that a file names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Setting {
    /// The key that holds it; empty where there is none.
    pub key: String,
    /// The address.
    pub address: Address,
    /// The line of the text, from 1.
    pub line: u32,
    /// What it is, as the keys around it say.
    pub means: Option<Means>,
    /// Whether the name of another program's Service is called all the same.
    pub weak: bool,
    /// Whether the file was read line by line, so that nobody knows its format.
    pub is_written: bool,
}
