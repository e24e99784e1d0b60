//! The tools: what each answers, and what it takes.

use serde_json::{Value, json};

/// One tool.
pub(super) struct Tool {
    pub name: &'static str,
    about: &'static str,
    takes: &'static [Takes],
}

/// One argument of a tool.
struct Takes {
    name: &'static str,
    sort: &'static str,
    about: &'static str,
    is_needed: bool,
}

const fn needs(name: &'static str, about: &'static str) -> Takes {
    Takes { name, sort: "string", about, is_needed: true }
}

const fn may(name: &'static str, sort: &'static str, about: &'static str) -> Takes {
    Takes { name, sort, about, is_needed: false }
}

const NAMESPACE: Takes = may("namespace", "string", "the namespace of the subject");
const CURSOR: Takes = may("cursor", "string", "`next` of the last answer");
const SUBJECT: &str = "such as `deployment/web`, `Service shop/db`";

const TOOLS: [Tool; 8] = [
    Tool {
        name: "overview",
        about: "What there is: environments, kinds, ways in from outside, workloads, and how much advice.",
        takes: &[may("environment", "string", "only this one"), CURSOR],
    },
    Tool {
        name: "search",
        about: "Objects and containers by a part of their name, image, variable, label or file.",
        takes: &[
            needs("query", "words that must all be found"),
            may("kind", "string", "only this kind"),
            CURSOR,
        ],
    },
    Tool {
        name: "explain",
        about: "What one object is, and what is true of it; with `fact`, one fact with its reason, file and line.",
        takes: &[needs("subject", SUBJECT), NAMESPACE, may("fact", "string", "the name of a fact")],
    },
    Tool {
        name: "impact",
        about: "What depends on something, up to the ways in from outside, and what happens to each; with `needs`, what it needs.",
        takes: &[
            needs("subject", "as in explain, also `ns/shop`, `image/redis`, `pool/disk=ssd`"),
            NAMESPACE,
            may("needs", "boolean", "the other way round"),
            may("paths", "boolean", "whole paths, not only the first step"),
            CURSOR,
        ],
    },
    Tool {
        name: "reach",
        about: "Whether the NetworkPolicies let one end connect to the other, and which rules decide.",
        takes: &[
            needs("from", "a pod or workload, an IP or a CIDR"),
            needs("to", "the same, or a Service"),
            needs("port", "such as `80` or `53/UDP`"),
            may("namespace", "string", "the namespace of both"),
        ],
    },
    Tool {
        name: "advise",
        about: "What will go wrong and the smallest change that prevents it: counts by rule, then findings.",
        takes: &[
            may("subject", "string", "only of this object"),
            NAMESPACE,
            may("code", "string", "only this rule"),
            may("level", "string", "from `error`, `warning` or `note` on"),
            CURSOR,
        ],
    },
    Tool {
        name: "diff",
        about: "What the files change compared with a git revision: effects, the worst first.",
        takes: &[needs("base", "a revision, such as `main` or `HEAD~1`"), CURSOR],
    },
    Tool {
        name: "page",
        about: "The page of an object as Markdown: its sections by name, then one of them.",
        takes: &[needs("subject", SUBJECT), NAMESPACE, may("section", "string", "such as `storage`"), CURSOR],
    },
];

/// The tool of a name.
pub(super) fn find(name: &str) -> Option<&'static Tool> {
    TOOLS.iter().find(|tool| tool.name == name)
}

/// Whether a tool takes these arguments.
///
/// # Errors
///
/// If one is missing, unknown, or of another sort; says which.
pub(super) fn checked(tool: &Tool, arguments: &Value) -> Result<(), String> {
    let names = || tool.takes.iter().map(|takes| takes.name).collect::<Vec<_>>().join(", ");
    let given = arguments.as_object().ok_or_else(|| format!("arguments are a mapping of {}", names()))?;
    let is_known = |name: &String| tool.takes.iter().any(|takes| takes.name == name);
    if let Some(unknown) = given.keys().find(|name| !is_known(name)) {
        let unknown: String = unknown.chars().take(60).collect();
        return Err(format!("`{}` takes no `{unknown}`; it takes {}", tool.name, names()));
    }
    for takes in tool.takes {
        match given.get(takes.name).filter(|value| !value.is_null()) {
            None if takes.is_needed => {
                return Err(format!("`{}` needs `{}`: {}", tool.name, takes.name, takes.about));
            }
            Some(value) if takes.sort == "string" && !value.is_string() => {
                return Err(format!("`{}` is text", takes.name));
            }
            Some(value) if takes.sort == "boolean" && !value.is_boolean() => {
                return Err(format!("`{}` is true or false", takes.name));
            }
            _ => {}
        }
    }
    Ok(())
}

/// The tools as the protocol lists them.
pub(super) fn list() -> Vec<Value> {
    TOOLS.iter().map(listed).collect()
}

fn listed(tool: &Tool) -> Value {
    let properties = tool
        .takes
        .iter()
        .map(|takes| (takes.name.to_owned(), json!({ "type": takes.sort, "description": takes.about })));
    let needed: Vec<&str> =
        tool.takes.iter().filter(|takes| takes.is_needed).map(|takes| takes.name).collect();
    json!({
        "name": tool.name,
        "description": tool.about,
        "inputSchema": {
            "type": "object",
            "properties": properties.collect::<serde_json::Map<_, _>>(),
            "required": needed,
            "additionalProperties": false,
        },
        "annotations": { "readOnlyHint": true, "openWorldHint": false },
    })
}
