//! Spells a flow in the language of Graphviz, for programs that read that.

use super::{Body, Class, Diagram, Flow, Line};
use crate::escape::{Dot, dot};
use std::fmt::Write;

/// The DOT text of a diagram; a graph without nodes where the diagram is no flow.
pub fn write(diagram: &Diagram) -> String {
    let mut text = format!("digraph {} {{\n  rankdir=LR;\n  node [shape=box];\n", dot(&diagram.title));
    if let Body::Flow(flow) | Body::States(flow) = &diagram.body {
        body(flow, &mut text);
    }
    text.push_str("}\n");
    text
}

fn body(flow: &Flow, text: &mut String) {
    let nodes = |parent: Option<&super::Id>, indent: &str| {
        let members = flow.nodes.iter().filter(|node| node.parent.as_ref() == parent);
        let lines = members.map(|node| {
            let style = if node.class == Class::Missing { ", style=dashed" } else { "" };
            let label: Dot = dot(&format!("{}\n{}", node.label, node.note));
            format!("{indent}{} [label={label}{style}];\n", node.id)
        });
        lines.collect::<String>()
    };
    for group in &flow.groups {
        // Writing to a string cannot fail.
        let _ = writeln!(text, "  subgraph cluster_{} {{\n    label={};", group.id, dot(&group.label));
        text.push_str(&nodes(Some(&group.id), "    "));
        text.push_str("  }\n");
    }
    text.push_str(&nodes(None, "  "));
    for edge in &flow.edges {
        let style = match edge.line {
            Line::Solid => "",
            Line::Dashed => ", style=dashed",
            Line::Dotted => ", style=dotted",
        };
        let _ = writeln!(text, "  {} -> {} [label={}{style}];", edge.from, edge.to, dot(&edge.verb));
    }
}
