//! Go templates are rendered by helm, which is a Go template engine: a chart of our own holds the author's texts, each a file
//! of its own, and prints what they become.
//!
//! Argo CD offers sprig without what reads its machine, and a few functions of its own; helm offers the same and some more.
//! Source: `init` in `applicationset/utils/utils.go`, `template_functions.go`; helm's `pkg/engine/funcs.go`.

use super::super::super::helm::{Kind, StandIns, TEMPLATES, Token, actions};
use super::super::renderings::{Fault, Request};
use serde_json::{Map, Value as Json, json};
use std::collections::{BTreeMap, BTreeSet};

/// Functions of helm that Argo CD does not have.
const FOREIGN: [&str; 12] = [
    "env",
    "expandenv",
    "fromJsonArray",
    "fromToml",
    "getHostByName",
    "include",
    "lookup",
    "mustToToml",
    "mustToYaml",
    "required",
    "toToml",
    "tpl",
];

/// The name of the chart.
const CHART: &str = "set";

/// What Argo CD's own functions are in helm.
const OWN: &str = include_str!("argo.tpl");

/// The chart that renders some requests.
#[derive(Debug, Default)]
pub struct Chart {
    /// Its files, by path.
    pub files: BTreeMap<String, Vec<u8>>,
    /// The requests, in the order of the lines of its template.
    pub lines: Vec<Request>,
    /// Requests that no chart can render.
    pub faults: Vec<(Request, Fault)>,
}

/// Before the first line of a request.
const LINES_BEFORE: usize = 1;

impl Chart {
    /// A chart for these requests.
    pub fn of(requests: impl IntoIterator<Item = Request>) -> Chart {
        let mut chart = Chart::default();
        let mut stand_ins = StandIns::default();
        let (mut texts, mut params) = (BTreeMap::new(), Vec::<String>::new());
        let mut known = BTreeMap::new();
        let mut main = String::from("# One line a text.\n");
        for request in requests {
            if let Some(name) = foreign(&request.text) {
                let fault = Fault::NoFunction(name.to_owned());
                chart.faults.push((request, fault));
                continue;
            }
            let next = texts.len();
            let text = *texts.entry(request.text.clone()).or_insert(next);
            let place = *known.entry(request.params.clone()).or_insert_with(|| {
                params.push(request.params.clone());
                params.len() - 1
            });
            main.push_str(&format!(
                "t{}: {{{{ include \"{CHART}/templates/_{text}\" (fromJson (index .Values.params {place})) | b64enc | quote }}}}\n",
                chart.lines.len()
            ));
            chart.lines.push(request);
        }
        for (text, at) in texts {
            let text = translated(&text);
            let text = stand_ins.put_into(&text).unwrap_or(text);
            chart.files.insert(format!("templates/_{at}"), text.into_bytes());
        }
        if stand_ins.included {
            chart.files.insert(TEMPLATES.0.to_owned(), TEMPLATES.1.into());
        }
        let values = json!({ "params": params });
        chart.files.insert(
            "Chart.yaml".to_owned(),
            format!("apiVersion: v2\nname: {CHART}\nversion: 0.0.0\n").into(),
        );
        chart.files.insert("templates/_argo.tpl".to_owned(), OWN.into());
        chart.files.insert("templates/main.yaml".to_owned(), main.into());
        chart.files.insert("values.yaml".to_owned(), values.to_string().into_bytes());
        chart
    }

    /// What the texts became, in the order of the lines; `None` if it is not what the chart prints.
    pub fn read(&self, printed: &[u8]) -> Option<Vec<String>> {
        let printed = std::str::from_utf8(printed).ok()?;
        let mut texts = vec![None; self.lines.len()];
        for line in printed.lines() {
            let Some((at, text)) = line.strip_prefix('t').and_then(|line| line.split_once(": ")) else {
                continue;
            };
            let bytes = crate::document::base64::decode(text.trim_matches('"'))?;
            *texts.get_mut(at.parse::<usize>().ok()?)? = Some(String::from_utf8_lossy(&bytes).into_owned());
        }
        texts.into_iter().collect()
    }

    /// Which requests a complaint of helm is about, and why: those of the line that it names, else those of the text.
    pub fn blame(&self, message: &str) -> Option<(Vec<Request>, Fault)> {
        let number = |before: &str| {
            let (_, rest) = message.split_once(before)?;
            let end = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
            rest[..end].parse::<usize>().ok()
        };
        let line = number(&format!("{CHART}/templates/main.yaml:"));
        let of_line = line.and_then(|line| self.lines.get(line.checked_sub(1 + LINES_BEFORE)?));
        if let Some(request) = of_line {
            return Some((vec![request.clone()], fault(message)));
        }
        let text = self.files.get(&format!("templates/_{}", number(&format!("{CHART}/templates/_"))?))?;
        let is_it = |request: &&Request| {
            let own = translated(&request.text);
            StandIns::default().put_into(&own).unwrap_or(own).as_bytes() == text.as_slice()
        };
        let requests: Vec<Request> = self.lines.iter().filter(is_it).cloned().collect();
        (!requests.is_empty()).then(|| (requests, fault(message)))
    }
}

/// The functions in all texts of a set that have stand-ins, since they make something up.
pub fn made_up(value: &Json) -> BTreeSet<&'static str> {
    match value {
        Json::String(text) => {
            let mut stand_ins = StandIns::default();
            stand_ins.put_into(text);
            stand_ins.functions
        }
        Json::Array(items) => items.iter().flat_map(made_up).collect(),
        Json::Object(entries) => entries.values().flat_map(made_up).collect(),
        _ => BTreeSet::new(),
    }
}

/// Why a template fails, in words that quote nothing but names.
fn fault(message: &str) -> Fault {
    let why = |text: &str| Fault::Failed(text.to_owned());
    let missing =
        ["map has no entry", "nil pointer evaluating", "can't evaluate field", "nil data; no entry"];
    if missing.iter().any(|words| message.contains(words)) {
        return Fault::Missing;
    }
    if let Some((_, rest)) = message.split_once("function \"")
        && let Some((name, _)) = rest.split_once("\" not defined")
        && name.chars().all(|c| c.is_alphanumeric() || c == '_')
    {
        return Fault::NoFunction(name.to_owned());
    }
    match () {
        () if message.contains("parse error") => why("a template is not valid"),
        () if message.contains("exceeded maximum template depth") || message.contains("nested reference") => {
            why("a template includes itself without end")
        }
        () if message.contains("execution error at") => why("a template says that it must fail"),
        () => why("a template cannot be evaluated"),
    }
}

/// The first function of a template that Argo CD does not have, and helm does.
fn foreign(text: &str) -> Option<&str> {
    let actions = actions(text);
    let mut names = actions.iter().flatten().filter(|token| token.kind == Kind::Name);
    names.find_map(|token| {
        let name = &text[token.range.clone()];
        FOREIGN.contains(&name).then_some(name)
    })
}

/// The template with what helm has in the place of Argo CD's own functions.
fn translated(text: &str) -> String {
    let mut edits: Vec<(std::ops::Range<usize>, String)> = Vec::new();
    for tokens in actions(text) {
        for (at, token) in tokens.iter().enumerate().filter(|(_, token)| token.kind == Kind::Name) {
            match &text[token.range.clone()] {
                "normalize" => edits.push((token.range.clone(), "include `podviz.normalize`".to_owned())),
                "slugify" => {
                    let end = end_of_command(&tokens, at);
                    edits.push((token.range.clone(), "list".to_owned()));
                    edits.push((end..end, " | include `podviz.slugify`".to_owned()));
                }
                _ => {}
            }
        }
    }
    edits.sort_by_key(|(range, _)| (range.start, range.end));
    let (mut out, mut from) = (String::with_capacity(text.len()), 0);
    for (range, new) in edits {
        out.push_str(&text[from..range.start]);
        out.push_str(&new);
        from = range.end;
    }
    out.push_str(&text[from..]);
    out
}

/// Where the arguments of a function end.
fn end_of_command(tokens: &[Token], at: usize) -> usize {
    let (mut depth, mut end) = (0_usize, tokens[at].range.end);
    for token in &tokens[at + 1..] {
        match token.kind {
            Kind::Pipe | Kind::Close if depth == 0 => break,
            Kind::Open => depth += 1,
            Kind::Close => depth -= 1,
            _ => {}
        }
        end = token.range.end;
    }
    end
}

/// Whether a template uses a value of its root that is not among `params`.
pub fn uses_other_than(text: &str, params: &Map<String, Json>) -> bool {
    actions(text).iter().any(|tokens| {
        tokens.iter().enumerate().any(|(at, token)| {
            // `.b` right behind `.a`, `$x` or `)` is a part of that.
            let follows =
                at > 0 && tokens[at - 1].range.end == token.range.start && tokens[at - 1].kind != Kind::Open;
            let name = &text[token.range.clone()];
            token.kind == Kind::Field && !follows && name.len() > 1 && !params.contains_key(&name[1..])
        })
    })
}

#[cfg(test)]
mod tests {
    use super::super::super::renderings::Request;
    use super::{Chart, Fault, fault, foreign, made_up, translated, uses_other_than};
    use serde_json::json;

    fn request(text: &str, params: &str) -> Request {
        Request { text: text.to_owned(), params: params.to_owned() }
    }

    #[test]
    fn own_functions_become_those_of_helm() {
        assert_eq!(translated("{{ .a | normalize }}"), "{{ .a | include `podviz.normalize` }}");
        assert_eq!(translated("{{ normalize .a }}"), "{{ include `podviz.normalize` .a }}");
        assert_eq!(
            translated("{{ slugify 23 true .a | quote }}"),
            "{{ list 23 true .a | include `podviz.slugify` | quote }}"
        );
        assert_eq!(
            translated("x {{ printf \"%s\" (.a | slugify) }}{{ .normalize }}"),
            "x {{ printf \"%s\" (.a | list | include `podviz.slugify`) }}{{ .normalize }}"
        );
        assert_eq!(translated("normalize {{ \"slugify\" }}"), "normalize {{ \"slugify\" }}");
    }

    #[test]
    fn what_only_helm_has_is_refused() {
        assert_eq!(foreign("{{ .a }} {{ tpl .a . }}"), Some("tpl"));
        assert_eq!(foreign("{{ .tpl }} tpl {{ \"lookup\" }}"), None);
        let chart = Chart::of([request("{{ lookup \"v1\" }}", "{}"), request("{{ .a }}", "{}")]);
        assert_eq!(chart.faults.len(), 1);
        assert_eq!(chart.lines, [request("{{ .a }}", "{}")]);
    }

    #[test]
    fn texts_and_parameters_stand_there_once() {
        let chart = Chart::of([
            request("{{ .a }}", "{}"),
            request("{{ .b }}", "{}"),
            request("{{ .a }}", "{\"a\":1}"),
        ]);
        let texts =
            chart.files.keys().filter(|path| path.starts_with("templates/_") && !path.ends_with(".tpl"));
        assert_eq!(texts.count(), 2);
        assert_eq!(chart.files["values.yaml"], br#"{"params":["{}","{\"a\":1}"]}"#);
        let printed = b"---\n# Source: set/templates/main.yaml\n# One line a text.\nt0: \"YQ==\"\nt1: \"\"\nt2: \"Ygo=\"\n";
        assert_eq!(chart.read(printed), Some(vec!["a".to_owned(), String::new(), "b\n".to_owned()]));
        assert_eq!(chart.read(b"t0: \"YQ==\"\n"), None);
    }

    #[test]
    fn what_is_made_up_is_found_in_all_texts() {
        let set = json!({"spec": {"goTemplate": true, "template": {"metadata": {"name": "x-{{ randAlpha 5 }}"}, "l": ["{{ now }}", "now"]}}});
        assert_eq!(made_up(&set).into_iter().collect::<Vec<_>>(), ["now", "randAlpha"]);
    }

    #[test]
    fn complaints_are_about_a_line_or_a_text() {
        let chart = Chart::of([request("{{ .a.b }}", "{}"), request("{{ nothing }}", "{}")]);
        let about = |message: &str| chart.blame(message);
        let line = "template: set/templates/main.yaml:2:7: executing \"x\" at <include>: error calling include: template: set/templates/_0:1:4: executing at <.a.b>: nil pointer evaluating interface {}.b";
        assert_eq!(about(line), Some((vec![request("{{ .a.b }}", "{}")], Fault::Missing)));
        let text = "parse error at (set/templates/_1:1): function \"nothing\" not defined";
        let why = Fault::NoFunction("nothing".to_owned());
        assert_eq!(about(text), Some((vec![request("{{ nothing }}", "{}")], why)));
        assert_eq!(about("something else"), None);
        assert_eq!(
            fault("execution error at (set/templates/_0:1:3): x"),
            Fault::Failed("a template says that it must fail".to_owned())
        );
    }

    #[test]
    fn values_of_the_root_are_told_from_parts_of_others() {
        let params = json!({"a": {"b": 1}}).as_object().cloned().unwrap_or_default();
        assert!(!uses_other_than("{{ .a.b }}-{{ (index .a \"c\").d }} {{ $x.y }} {{ . }}", &params));
        assert!(uses_other_than("{{ .c }}", &params));
        assert!(uses_other_than("{{ if (.c) }}x{{ end }}", &params));
    }
}
