//! The command line of podviz.

fn main() {}
