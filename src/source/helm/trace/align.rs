//! Which line of a template each line of its output comes from: the most alike in order, a longest common subsequence in
//! which equal lines weigh more than equal keys.

/// Most pairs of lines that are compared; beyond that, each line takes the next one that is alike.
const PAIRS: usize = 4_000_000;

/// How alike the two are, and for each line of `output` the index of its line in `template`, which is never empty.
pub fn align(template: &[String], output: &[&str]) -> (u32, Vec<usize>) {
    let template: Vec<Pattern> = template.iter().map(|line| Pattern::new(line)).collect();
    let output: Vec<&str> = output.iter().map(|line| normal(line)).collect();
    let (score, partners) = if template.len() * output.len() <= PAIRS {
        best(&template, &output)
    } else {
        next(&template, &output)
    };
    (score, fill(&template, &partners))
}

/// One line of a template, whatever its indentation.
struct Pattern<'t> {
    /// What stands before the first action, and after the last one; the whole line, and nothing, where there is none.
    before: &'t str,
    after: &'t str,
    has_action: bool,
    key: Option<&'t str>,
    /// Whether it prints lines of its own: `toYaml`, `include` and the like.
    prints: bool,
}

impl<'t> Pattern<'t> {
    fn new(line: &'t str) -> Pattern<'t> {
        let line = normal(line);
        let (before, after) = match (line.find("{{"), line.rfind("}}")) {
            (Some(from), Some(to)) if from < to => (line[..from].trim_end(), line[to + 2..].trim_start()),
            (Some(from), _) => (line[..from].trim_end(), ""),
            _ => (line, ""),
        };
        let has_action = line.contains("{{");
        let prints = has_action
            && ["toYaml", "include", "template", "tpl", "indent"].iter().any(|word| line.contains(word));
        Pattern { before, after, has_action, key: key(before), prints }
    }

    /// How alike an output line is: 0 if not at all.
    fn likeness(&self, output: &str) -> u32 {
        if output.is_empty() || output.starts_with("---") {
            return 0;
        }
        if !self.has_action {
            return match self.before == output {
                true => 6,
                false => u32::from(self.key.is_some() && self.key == key(output)),
            };
        }
        if self.before.is_empty() && self.after.is_empty() {
            return 0;
        }
        let fits = output.starts_with(self.before) && output.ends_with(self.after);
        match fits && self.before.len() + self.after.len() <= output.len() {
            // A name with a value says more than a bare dash or quote.
            true if self.before.contains(char::is_alphanumeric) => 5,
            true => 1,
            false => u32::from(self.key.is_some() && self.key == key(output)),
        }
    }
}

/// The line without indentation and without the dash of a list item.
fn normal(line: &str) -> &str {
    let mut line = line.trim();
    while let Some(rest) = line.strip_prefix("- ") {
        line = rest.trim_start();
    }
    line
}

fn key(line: &str) -> Option<&str> {
    let (key, rest) = line.split_once(':')?;
    let plain = !key.is_empty() && !key.contains([' ', '{', '#']);
    (plain && (rest.is_empty() || rest.starts_with(' '))).then_some(key)
}

fn best(template: &[Pattern], output: &[&str]) -> (u32, Vec<Option<usize>>) {
    let width = output.len() + 1;
    let mut scores = vec![0u32; (template.len() + 1) * width];
    // From the end, so that the way is found from the beginning.
    for (t, pattern) in template.iter().enumerate().rev() {
        for (o, line) in output.iter().enumerate().rev() {
            let likeness = pattern.likeness(line);
            let both = if likeness == 0 { 0 } else { likeness + scores[(t + 1) * width + o + 1] };
            scores[t * width + o] = both.max(scores[(t + 1) * width + o]).max(scores[t * width + o + 1]);
        }
    }
    let mut partners = vec![None; output.len()];
    let (mut t, mut o) = (0, 0);
    while t < template.len() && o < output.len() {
        let score = scores[t * width + o];
        let likeness = template[t].likeness(output[o]);
        if likeness > 0 && score == likeness + scores[(t + 1) * width + o + 1] {
            partners[o] = Some(t);
            (t, o) = (t + 1, o + 1);
        } else if score == scores[(t + 1) * width + o] {
            t += 1;
        } else {
            o += 1;
        }
    }
    (scores[0], partners)
}

fn next(template: &[Pattern], output: &[&str]) -> (u32, Vec<Option<usize>>) {
    let (mut score, mut from) = (0, 0);
    let partner = |line: &&str| {
        let window = template.iter().enumerate().skip(from).take(200);
        let (at, likeness) =
            window.map(|(at, pattern)| (at, pattern.likeness(line))).find(|(_, likeness)| *likeness > 1)?;
        from = at + 1;
        score += likeness;
        Some(at)
    };
    let partners = output.iter().map(partner).collect();
    (score, partners)
}

/// A line without a partner comes from the action that prints lines between its neighbors' partners, else from the same line
/// as the one before it.
fn fill(template: &[Pattern], partners: &[Option<usize>]) -> Vec<usize> {
    let mut lines = Vec::with_capacity(partners.len());
    let first = partners.iter().flatten().next().copied();
    let mut following: Vec<usize> = Vec::with_capacity(partners.len());
    for partner in partners.iter().rev() {
        following.push(partner.or(following.last().copied()).unwrap_or(template.len()));
    }
    following.reverse();
    let mut last = None;
    for (at, partner) in partners.iter().enumerate() {
        if let Some(line) = partner {
            last = Some(*line);
            lines.push(*line);
            continue;
        }
        let from = last.map_or(0, |line| line + 1);
        let until = following[at];
        let action = (from..until).find(|&line| template[line].prints && template[line].before.is_empty());
        let alone = last.or(first.filter(|_| last.is_none())).unwrap_or(0);
        // What stands above the first partner is the separator and the comment of helm.
        let line = if last.is_none() && first.is_some() { alone } else { action.unwrap_or(alone) };
        lines.push(line);
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::align;

    fn check(template: &str, output: &str, want: &[usize]) {
        let template: Vec<String> = template.lines().map(str::to_owned).collect();
        let output: Vec<&str> = output.lines().collect();
        let lines: Vec<usize> = align(&template, &output).1.into_iter().map(|line| line + 1).collect();
        assert_eq!(lines, want);
    }

    #[test]
    fn values_are_filled_in() {
        check(
            "kind: Deployment\nmetadata:\n  name: {{ .Release.Name }}\nspec:\n  replicas: {{ .Values.n }}",
            "---\n# Source: x\nkind: Deployment\nmetadata:\n  name: a\nspec:\n  replicas: 2",
            &[1, 1, 1, 2, 3, 4, 5],
        );
    }

    #[test]
    fn what_is_left_out_moves_nothing() {
        check(
            "kind: A\n{{- if .Values.x }}\nx: 1\ny: 2\n{{- else }}\nx: 3\n{{- end }}\nz: 4",
            "kind: A\nx: 3\nz: 4",
            &[1, 6, 8],
        );
    }

    #[test]
    fn printed_blocks_come_from_their_action() {
        check(
            "kind: A\nmetadata:\n  labels:\n    {{- include \"labels\" . | nindent 4 }}\nspec:\n  {{- with .Values.s }}\n  s:\n    {{- toYaml . | nindent 4 }}\n  {{- end }}",
            "kind: A\nmetadata:\n  labels:\n    app: a\n    chart: b\nspec:\n  s:\n    t: u\n    v: w",
            &[1, 2, 3, 4, 4, 5, 7, 8, 8],
        );
    }

    #[test]
    fn a_wholly_included_document_comes_from_one_line() {
        check("{{- include \"all\" . }}", "---\n# Source: x\nkind: A\nname: b", &[1, 1, 1, 1]);
    }

    #[test]
    fn repeated_lines_come_from_where_they_stand() {
        check(
            "ports:\n  {{- range .Values.p }}\n  - name: {{ .n }}\n    port: {{ .p }}\n  {{- end }}\nselector:\n  app: x",
            "ports:\n  - name: a\n    port: 1\n  - name: b\n    port: 2\nselector:\n  app: x",
            &[1, 3, 4, 4, 4, 6, 7],
        );
    }
}
