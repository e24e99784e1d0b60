//! The rounds in which helm renders the templates of a set.

use super::super::super::tool::{self, Failure, Left, Tool};
use super::super::renderings::{Renderings, Request, Texts};
use super::chart::Chart;
use std::collections::BTreeSet;
use std::ffi::OsString;
use std::fs;
use std::io;

/// Most calls of helm for one set: a round each, and one more for each template that fails.
const CALLS: usize = 16;

/// Why templates are not rendered.
#[derive(Debug)]
pub enum Unrendered {
    /// There is no helm, or it may not be started: which of both.
    NoTool(Tool),
    /// The time or the bytes of all tools are spent, or a limit of one call.
    Limit(Failure),
    /// helm fails, and does not say at which of them.
    Failed,
    /// A template fails in one round after another.
    Endless,
}

/// helm at work for one set.
#[derive(Debug)]
pub struct Renderer<'a> {
    tool: &'a Tool,
    left: &'a Left,
    known: &'a Renderings,
    calls: usize,
}

impl<'a> Renderer<'a> {
    /// helm, and what is left for it.
    pub fn new(tool: &'a Tool, left: &'a Left, known: &'a Renderings) -> Renderer<'a> {
        Renderer { tool, left, known, calls: 0 }
    }

    /// Renders what is wanted; what fails is noted as such, and some of the rest may be wanted again.
    pub fn render(&mut self, wanted: BTreeSet<Request>, texts: &mut Texts) -> Result<(), Unrendered> {
        let wanted = self.known.take(wanted, texts);
        let chart = Chart::of(wanted);
        texts.extend(chart.faults.iter().map(|(request, fault)| (request.clone(), Err(fault.clone()))));
        if chart.lines.is_empty() {
            return Ok(());
        }
        let Tool::Program(program) = self.tool else { return Err(Unrendered::NoTool(self.tool.clone())) };
        self.calls += 1;
        if self.calls > CALLS {
            return Err(Unrendered::Endless);
        }
        let folder = write(&chart).map_err(|_| Unrendered::Failed)?;
        let arguments: Vec<OsString> = ["template", "--", "set", "."].map(OsString::from).to_vec();
        let made: Texts = match tool::run(program, &arguments, folder.path(), self.left) {
            Ok(printed) => {
                let made = chart.read(&printed).ok_or(Unrendered::Failed)?;
                chart.lines.iter().cloned().zip(made.into_iter().map(Ok)).collect()
            }
            Err(Failure::Failed { message }) => {
                let (requests, fault) = chart.blame(&message).ok_or(Unrendered::Failed)?;
                requests.into_iter().map(|request| (request, Err(fault.clone()))).collect()
            }
            Err(limit) => return Err(Unrendered::Limit(limit)),
        };
        self.known.keep(made.clone());
        texts.extend(made);
        Ok(())
    }
}

/// The chart in a folder of our own.
fn write(chart: &Chart) -> io::Result<tool::Scratch> {
    let folder = tool::scratch()?;
    fs::create_dir(folder.path().join("templates"))?;
    for (path, bytes) in &chart.files {
        fs::write(folder.path().join(path), bytes)?;
    }
    Ok(folder)
}

#[cfg(test)]
mod tests {
    use super::super::super::renderings::{Fault, Renderings, Request, Texts};
    use super::Renderer;
    use crate::source::tool::{Left, Tool, find_on};
    use std::collections::BTreeSet;
    use std::time::{Duration, Instant};

    /// What helm makes of some texts with the same root, in their order; nothing without helm.
    fn rendered(texts: &[&str], params: &str) -> Option<Vec<Result<String, Fault>>> {
        let path = std::env::var_os("PODVIZ_TEST_TOOLS")?;
        let tool = Tool::Program(find_on(&path, &["helm"], &[])?);
        let left = Left { end: Instant::now() + Duration::from_secs(60), bytes: 1 << 20 };
        let known = Renderings::default();
        let mut renderer = Renderer::new(&tool, &left, &known);
        let request = |text: &&str| Request { text: (*text).to_owned(), params: params.to_owned() };
        let mut made = Texts::new();
        loop {
            let requests = texts.iter().map(request);
            let wanted: BTreeSet<Request> = requests.filter(|request| !made.contains_key(request)).collect();
            if wanted.is_empty() {
                return Some(texts.iter().map(|text| made[&request(text)].clone()).collect());
            }
            renderer.render(wanted, &mut made).expect("texts");
        }
    }

    fn check(params: &str, pairs: &[(&str, Result<&str, Fault>)]) {
        let texts: Vec<&str> = pairs.iter().map(|(text, _)| *text).collect();
        let Some(made) = rendered(&texts, params) else { return };
        for ((text, want), made) in pairs.iter().zip(made) {
            assert_eq!(made, want.clone().map(str::to_owned), "{text}");
        }
    }

    #[test]
    fn texts_become_what_argo_cd_makes_of_them() {
        check(
            r#"{"name":"Log_Shipper","path":{"basename":"log","segments":["a","log"]},"n":1234567,"nul":null,"y":"a: [1, 2]\n"}"#,
            &[
                ("{{ .name | replace \"_\" \"-\" | lower }}", Ok("log-shipper")),
                ("{{ index .path.segments 0 }}-{{ .path.basename | upper }}", Ok("a-LOG")),
                ("{{ .missing }}", Ok("<no value>")),
                ("{{ .missing | default \"x\" }}", Ok("x")),
                ("{{ .n }} {{ .n | int }}", Ok("1.234567e+06 1234567")),
                ("{{ if .nul }}a{{ else }}b{{ end }}", Ok("b")),
                ("{{ normalize .name }} {{ .name | normalize }}", Ok("log-shipper log-shipper")),
                ("{{- if true }}\nspec:\n  a: {{ .path.basename }}\n{{- end }}\n", Ok("\nspec:\n  a: log\n")),
                ("{{ toYaml .path }}", Ok("basename: log\nsegments:\n- a\n- log")),
                ("{{ (fromYaml .y).a | join \",\" }}", Ok("1,2")),
                ("---\n{{ \"{{ x }}\" }}\n...", Ok("---\n{{ x }}\n...")),
                ("{{ range $k, $v := .path }}{{ $k }};{{ end }}", Ok("basename;segments;")),
                ("{{ $.path.basename }}{{ with .path }}{{ .basename }}{{ end }}", Ok("loglog")),
                ("{{ define \"t\" }}<{{ . }}>{{ end }}{{ template \"t\" .name }}", Ok("<Log_Shipper>")),
            ],
        );
    }

    #[test]
    fn slugs_are_cut_at_words() {
        check(
            r#"{"s":"feat/ABC_123 add a long name","l":"0123456789"}"#,
            &[
                ("{{ slugify .s }}", Ok("feat-abc-123-add-a-long-name")),
                ("{{ .s | slugify 14 }}", Ok("feat-abc-123")),
                ("{{ slugify 14 false .s }}", Ok("feat-abc-123-a")),
                ("{{ slugify 4 .l }}", Ok("0123")),
                ("{{ slugify 4 true .l | quote }}", Ok("\"0123\"")),
            ],
        );
    }

    #[test]
    fn what_fails_costs_only_itself() {
        check(
            r#"{"a":{"b":"c"}}"#,
            &[
                ("{{ .a.b }}", Ok("c")),
                ("{{ .x.y }}", Err(Fault::Missing)),
                ("{{ .a.b.c }}", Err(Fault::Missing)),
                ("{{ nothing .a }}", Err(Fault::NoFunction("nothing".to_owned()))),
                ("{{ tpl .a . }}", Err(Fault::NoFunction("tpl".to_owned()))),
                ("{{ end }}", Err(Fault::Failed("a template is not valid".to_owned()))),
                ("{{ fail \"secret\" }}", Err(Fault::Failed("a template says that it must fail".to_owned()))),
                (
                    "{{ define \"r\" }}{{ template \"r\" }}{{ end }}{{ template \"r\" }}",
                    Err(Fault::Failed("a template includes itself without end".to_owned())),
                ),
                ("{{ randAlpha 5 }}", Ok("random1")),
            ],
        );
    }
}
