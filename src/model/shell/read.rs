//! The reader: one pass over the bytes of a script.

use super::{Command, Output, Pipeline, Word};
use std::ops::Range;

/// What a line break means.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum LineBreaks {
    /// It ends a command, as in a script.
    #[default]
    End,
    /// It is a space, as in a folded scalar of YAML; only an empty line ends a command.
    Fold,
}

/// The pipelines of a script in the order of their text, those in substitutions after the one around them.
pub fn read(text: &str, line_breaks: LineBreaks) -> Vec<Pipeline> {
    read_within(text, line_breaks, MAX_DEPTH)
}

/// Substitutions in substitutions: nobody writes more, and the reader must end.
const MAX_DEPTH: usize = 8;
/// Groups in groups: what is opened deeper is read as if it stood in the last one.
const MAX_GROUPS: usize = 64;
/// Substitutions inside of quotes inside of substitutions. Deeper ones are read as text, or the stack would end first.
const MAX_SUBSTITUTIONS: usize = 64;

fn read_within(text: &str, line_breaks: LineBreaks, depth: usize) -> Vec<Pipeline> {
    let mut reader = Reader { text, line_breaks, ..Reader::default() };
    reader.script();
    let nested = std::mem::take(&mut reader.nested);
    if depth > 0 {
        for range in nested {
            let inner = read_within(&text[range.clone()], line_breaks, depth - 1);
            reader.pipelines.extend(inner.into_iter().map(|pipeline| shifted(pipeline, range.start)));
        }
    }
    reader.pipelines
}

fn shifted(mut pipeline: Pipeline, by: usize) -> Pipeline {
    for command in &mut pipeline.commands {
        let outputs = command.outputs.iter_mut().map(|output| &mut output.target);
        for word in command.words.iter_mut().chain(outputs) {
            word.range = word.range.start + by..word.range.end + by;
        }
    }
    pipeline
}

#[derive(Default)]
struct Reader<'t> {
    text: &'t str,
    line_breaks: LineBreaks,
    at: usize,
    pipelines: Vec<Pipeline>,
    pipeline: Pipeline,
    command: Command,
    /// Open groups: how each was opened, and the number of pipelines before it.
    groups: Vec<(Group, usize)>,
    /// The group that was just closed: redirections that follow are those of all pipelines since.
    closed: Option<usize>,
    /// Here-documents whose bodies begin with the next line.
    heredocs: Vec<String>,
    /// Command substitutions.
    nested: Vec<Range<usize>>,
    /// Whether a `[[` is open in the command.
    is_in_test: bool,
    /// Up to this byte no template ends.
    without_template: usize,
    /// How many substitutions stand around this place.
    substitutions: usize,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Group {
    Parenthesis,
    Brace,
    Loop,
    If,
    Case,
}

impl Reader<'_> {
    fn script(&mut self) {
        while let Some(byte) = self.peek(0) {
            match byte {
                b' ' | b'\t' | b'\r' => self.at += 1,
                b'\\' if self.line_break_length(1) > 0 => self.at += 1 + self.line_break_length(1),
                b'\n' => self.line_break(),
                b'#' => self.at = self.line_end(),
                _ if self.is_in_test => self.word(),
                b';' => self.operator(1),
                b'&' if self.peek(1) == Some(b'>') => self.redirection(1),
                b'&' => self.operator(if self.peek(1) == Some(b'&') { 2 } else { 1 }),
                b'|' => self.bar(),
                b'(' => self.open(Group::Parenthesis),
                b')' => self.close_parenthesis(),
                b'<' | b'>' => self.redirection(1),
                b'0'..=b'9' if matches!(self.peek(1), Some(b'<' | b'>')) => {
                    self.at += 1;
                    self.redirection(byte - b'0');
                }
                _ => self.word(),
            }
        }
        self.end_pipeline();
    }

    fn peek(&self, ahead: usize) -> Option<u8> {
        self.text.as_bytes().get(self.at + ahead).copied()
    }

    fn line_end(&self) -> usize {
        let rest = &self.text.as_bytes()[self.at..];
        memchr::memchr(b'\n', rest).map_or(self.text.len(), |length| self.at + length)
    }

    fn line_break_length(&self, ahead: usize) -> usize {
        match (self.peek(ahead), self.peek(ahead + 1)) {
            (Some(b'\n'), _) => 1,
            (Some(b'\r'), Some(b'\n')) => 2,
            _ => 0,
        }
    }

    fn line_break(&mut self) {
        self.at += 1;
        let line = &self.text[self.at..self.line_end()];
        let ends = self.line_breaks == LineBreaks::End || line.trim().is_empty();
        // The command behind a `|` may stand on the next line.
        let is_awaited = !self.pipeline.commands.is_empty() && self.command.words.is_empty();
        if ends && !is_awaited {
            self.end_pipeline();
        }
        for delimiter in std::mem::take(&mut self.heredocs) {
            self.skip_heredoc(&delimiter);
        }
    }

    /// The delimiter may be indented: the whole script may stand in a block scalar.
    fn skip_heredoc(&mut self, delimiter: &str) {
        while self.at < self.text.len() {
            let end = self.line_end();
            let is_last = self.text[self.at..end].trim() == delimiter;
            self.at = (end + 1).min(self.text.len());
            if is_last {
                return;
            }
        }
    }

    fn operator(&mut self, length: usize) {
        self.at += length;
        self.end_pipeline();
    }

    fn bar(&mut self) {
        match self.peek(1) {
            Some(b'|') => self.operator(2),
            Some(b'&') => self.pipe(2),
            _ => self.pipe(1),
        }
    }

    fn pipe(&mut self, length: usize) {
        self.at += length;
        let command = self.take_command();
        self.pipeline.commands.push(command);
    }

    fn open(&mut self, group: Group) {
        if group == Group::Parenthesis {
            self.at += 1;
            self.end_pipeline();
        }
        if self.groups.len() < MAX_GROUPS {
            self.groups.push((group, self.pipelines.len()));
        }
    }

    /// A parenthesis also ends a pattern of `case`, where none was opened.
    fn close_parenthesis(&mut self) {
        self.at += 1;
        self.end_pipeline();
        if matches!(self.groups.last(), Some((Group::Parenthesis, _))) {
            self.close(Group::Parenthesis);
        }
    }

    fn close(&mut self, group: Group) {
        let Some(index) = self.groups.iter().rposition(|open| open.0 == group) else { return };
        self.closed = Some(self.groups[index].1);
        self.groups.truncate(index);
    }

    fn end_pipeline(&mut self) {
        let command = self.take_command();
        let mut pipeline = std::mem::take(&mut self.pipeline);
        pipeline.commands.push(command);
        match self.closed.take() {
            Some(start) if pipeline.commands[0].words.is_empty() => self.end_group(start, pipeline),
            _ => self.push(pipeline),
        }
    }

    fn take_command(&mut self) -> Command {
        self.is_in_test = false;
        std::mem::take(&mut self.command)
    }

    /// What stands behind a group is done to the output of everything in it.
    fn end_group(&mut self, start: usize, pipeline: Pipeline) {
        let mut commands = pipeline.commands.into_iter();
        // Other descriptors are nobody's business, and copied into every group they would multiply.
        let outputs = commands.next().map(|group| group.outputs).unwrap_or_default();
        let outputs: Vec<_> = outputs.into_iter().filter(|output| output.descriptor == 1).collect();
        let inside = self.pipelines[start..].iter_mut().filter_map(|inside| inside.commands.last_mut());
        for last in inside.filter(|last| last.outputs.iter().all(|output| output.descriptor != 1)) {
            last.outputs.extend(outputs.iter().cloned());
        }
        match self.pipelines[start..].last_mut() {
            Some(last) => last.commands.extend(commands),
            None => self.push(Pipeline { commands: commands.collect() }),
        }
    }

    fn push(&mut self, mut pipeline: Pipeline) {
        pipeline.commands.retain(|command| !command.words.is_empty());
        if !pipeline.commands.is_empty() {
            self.pipelines.push(pipeline);
        }
    }

    fn redirection(&mut self, descriptor: u8) {
        let start = self.at;
        while matches!(self.peek(0), Some(b'<' | b'>' | b'&' | b'|' | b'-')) && self.at - start < 3 {
            self.at += 1;
        }
        let operator = &self.text[start..self.at];
        if self.peek(0) == Some(b'(') {
            return self.process_substitution();
        }
        while matches!(self.peek(0), Some(b' ' | b'\t')) {
            self.at += 1;
        }
        let target = self.read_word();
        if operator.starts_with("<<") {
            if operator != "<<<" {
                self.heredocs.push(target.text);
            }
        } else if !operator.starts_with('<') && !operator.ends_with(">&") && !target.text.is_empty() {
            let appends = operator.contains(">>");
            self.command.outputs.push(Output { target, descriptor, appends });
        }
    }

    /// `<(…)` and `>(…)` stand for a file.
    fn process_substitution(&mut self) {
        let start = self.at;
        self.at += 1;
        let end = self.skip_to_parenthesis();
        self.nested.push(start + 1..end);
        let text = self.text[start..self.at].to_owned();
        self.command.words.push(Word { text, range: start..self.at, expands: true });
    }

    fn word(&mut self) {
        let start = self.at;
        let word = self.read_word();
        if self.at == start {
            self.at += 1;
            return;
        }
        if self.command.words.is_empty() && self.command.outputs.is_empty() && self.reserved(&word.text) {
            return;
        }
        // Inside `[[ … ]]` the signs of redirection compare.
        self.is_in_test = match word.text.as_str() {
            "[[" if self.command.words.is_empty() => true,
            "]]" => false,
            _ => self.is_in_test,
        };
        self.command.words.push(word);
    }

    /// Whether a word at the beginning of a command belongs to the shell and not to the command.
    fn reserved(&mut self, text: &str) -> bool {
        match text {
            "{" => self.open(Group::Brace),
            "if" => self.open(Group::If),
            "while" | "until" => self.open(Group::Loop),
            "}" => self.close(Group::Brace),
            "done" => self.close(Group::Loop),
            "fi" => self.close(Group::If),
            "esac" => self.close(Group::Case),
            "for" | "select" | "case" => {
                self.open(if text == "case" { Group::Case } else { Group::Loop });
                return false;
            }
            _ => return matches!(text, "then" | "elif" | "else" | "do" | "!" | "time"),
        }
        true
    }

    fn read_word(&mut self) -> Word {
        let start = self.at;
        let mut word = Word::default();
        while let Some(byte) = self.peek(0) {
            match byte {
                b' ' | b'\t' | b'\r' | b'\n' => break,
                b';' | b'&' | b'|' | b'(' | b')' | b'<' | b'>' if !self.is_in_test => break,
                _ => self.part(byte, &mut word),
            }
        }
        word.range = start..self.at;
        word
    }

    /// One part of a word: a quoted text, an expansion or a character.
    fn part(&mut self, byte: u8, word: &mut Word) {
        match byte {
            b'\'' => self.single_quoted(word),
            b'"' => self.double_quoted(word),
            b'\\' if self.line_break_length(1) > 0 => self.at += 1 + self.line_break_length(1),
            b'\\' => {
                self.at += 1;
                self.copy_character(word);
            }
            b'$' | b'`' => self.expansion(word),
            b'{' if self.peek(1) == Some(b'{') => self.template(word),
            _ => self.copy_character(word),
        }
    }

    fn copy_character(&mut self, word: &mut Word) {
        let Some(character) = self.text[self.at..].chars().next() else { return };
        word.text.push(character);
        self.at += character.len_utf8();
    }

    fn single_quoted(&mut self, word: &mut Word) {
        let start = self.at + 1;
        let rest = &self.text.as_bytes()[start..];
        let end = memchr::memchr(b'\'', rest).map_or(self.text.len(), |length| start + length);
        word.text.push_str(&self.text[start..end]);
        self.at = (end + 1).min(self.text.len());
    }

    fn double_quoted(&mut self, word: &mut Word) {
        self.at += 1;
        while let Some(byte) = self.peek(0) {
            match byte {
                b'"' => {
                    self.at += 1;
                    return;
                }
                b'\\' => {
                    self.at += 1;
                    self.copy_character(word);
                }
                b'$' | b'`' => self.expansion(word),
                b'{' if self.peek(1) == Some(b'{') => self.template(word),
                _ => self.copy_character(word),
            }
        }
    }

    fn expansion(&mut self, word: &mut Word) {
        let start = self.at;
        self.at += 1;
        match (self.text.as_bytes()[start], self.peek(0)) {
            (b'`', _) => self.backticks(),
            (_, Some(b'(')) if self.substitutions < MAX_SUBSTITUTIONS => self.substitution(),
            (_, Some(b'{')) => self.skip_braces(),
            (_, Some(byte)) if byte.is_ascii_alphanumeric() || b"_@*#?$!-".contains(&byte) => self.variable(),
            // A lone dollar, or `$'…'`.
            _ => {
                word.text.push('$');
                return;
            }
        }
        word.expands = true;
        word.text.push_str(&self.text[start..self.at]);
    }

    fn variable(&mut self) {
        self.at += 1;
        while self.peek(0).is_some_and(|byte| byte.is_ascii_alphanumeric() || byte == b'_') {
            self.at += 1;
        }
    }

    fn backticks(&mut self) {
        let start = self.at;
        let rest = &self.text.as_bytes()[start..];
        let end = memchr::memchr(b'`', rest).map_or(self.text.len(), |length| start + length);
        self.nested.push(start..end);
        self.at = (end + 1).min(self.text.len());
    }

    fn substitution(&mut self) {
        let start = self.at + 1;
        self.at = start;
        let is_arithmetic = self.peek(0) == Some(b'(');
        self.substitutions += 1;
        let end = self.skip_to_parenthesis();
        self.substitutions -= 1;
        if !is_arithmetic {
            self.nested.push(start..end);
        }
    }

    /// Moves behind the parenthesis that closes the one before this place, and says where it stands.
    fn skip_to_parenthesis(&mut self) -> usize {
        let mut depth = 1;
        let mut ignored = Word::default();
        while let Some(byte) = self.peek(0) {
            match byte {
                b'\'' => self.single_quoted(&mut ignored),
                b'\\' => self.at = (self.at + 2).min(self.text.len()),
                b'"' => self.skip_double_quoted(),
                _ => {
                    depth += i32::from(byte == b'(') - i32::from(byte == b')');
                    self.at += 1;
                }
            }
            if depth == 0 {
                return self.at - 1;
            }
            self.skip_to_character();
        }
        self.text.len()
    }

    /// What is substituted inside is read with the substitution around it.
    fn skip_double_quoted(&mut self) {
        let before = self.nested.len();
        self.double_quoted(&mut Word::default());
        self.nested.truncate(before);
    }

    /// `${…}`, and `${{ … }}` of GitHub's workflows.
    fn skip_braces(&mut self) {
        let mut depth = 0;
        while let Some(byte) = self.peek(0) {
            depth += i32::from(byte == b'{') - i32::from(byte == b'}');
            self.at += 1;
            if depth == 0 || byte == b'\n' {
                return;
            }
        }
    }

    /// `{{ … }}` of Go's templates, which are one word whatever stands in them.
    fn template(&mut self, word: &mut Word) {
        let start = self.at;
        self.at += 2;
        // Where one does not end on its line, none after it does, and nobody looks again.
        if self.at > self.without_template {
            let end = self.line_end();
            match self.text[start..end].find("}}") {
                Some(length) => self.at = start + length + 2,
                None => self.without_template = end,
            }
        }
        word.expands = true;
        word.text.push_str(&self.text[start..self.at]);
    }

    fn skip_to_character(&mut self) {
        while !self.text.is_char_boundary(self.at) {
            self.at += 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Each command as its words joined, pipelines by `|`, outputs by `>`.
    fn shown(text: &str) -> Vec<String> {
        let command = |command: &Command| {
            let words: Vec<_> = command.words.iter().map(|word| word.text.as_str()).collect();
            let outputs =
                command.outputs.iter().map(|output| format!(" {}>{}", output.descriptor, output.target.text));
            words.join(" ") + &outputs.collect::<String>()
        };
        let pipeline = |p: Pipeline| p.commands.iter().map(command).collect::<Vec<_>>().join(" | ");
        read(text, LineBreaks::End).into_iter().map(pipeline).collect()
    }

    #[test]
    fn commands_end_where_the_shell_ends_them() {
        let cases: &[(&str, &[&str])] = &[
            ("a b; c && d || e\nf & g", &["a b", "c", "d", "e", "f", "g"]),
            ("a \\\n  b \\\r\n c", &["a b c"]),
            ("a | b |& c", &["a | b | c"]),
            ("a | # x\n  b", &["a | b"]),
            ("# a > b\na # b > c\n", &["a"]),
            ("a#b 'c # d' \"e;f\" g\\;h", &["a#b c # d e;f g;h"]),
            ("if a; then b; else c; fi", &["a", "b", "c"]),
            ("for x in 1 2; do a $x; done", &["for x in 1 2", "a $x"]),
            ("case $x in a) b ;; c|d) e ;; esac", &["case $x in a", "b", "c | d", "e"]),
            ("f() { a; }", &["f", "a"]),
            ("[[ a > b && c ]] && d", &["[[ a > b && c ]]", "d"]),
            ("日本 'é' > ü", &["日本 é 1>ü"]),
        ];
        for (text, expected) in cases {
            assert_eq!(shown(text), *expected, "{text}");
        }
    }

    #[test]
    fn redirections_belong_to_commands() {
        let cases: &[(&str, &[&str])] = &[
            ("a > b", &["a 1>b"]),
            ("a >b 2>&1 2>c", &["a 1>b 2>c"]),
            ("a &> b; c >> \"d e\"", &["a 1>b", "c 1>d e"]),
            ("> b a", &["a 1>b"]),
            ("a < b > c", &["a 1>c"]),
            ("(a; b) > c", &["a 1>c", "b 1>c"]),
            ("{ a; b > d; } > c", &["a 1>c", "b 1>d"]),
            ("while a; do b; done > c", &["a 1>c", "b 1>c"]),
            ("for x in y; do b; done | c", &["for x in y", "b | c"]),
            ("cat <<EOF > a\nb > c\nEOF\nd", &["cat 1>a", "d"]),
            ("cat <<-'X' | a\n\tb\n\tX\nd", &["cat | a", "d"]),
            ("a <<< b; c", &["a", "c"]),
        ];
        for (text, expected) in cases {
            assert_eq!(shown(text), *expected, "{text}");
        }
    }

    #[test]
    fn substitutions_are_read_too() {
        let cases: &[(&str, &[&str])] = &[
            ("x=$(a | b > c) d", &["x=$(a | b > c) d", "a | b 1>c"]),
            ("a \"$(b \"$(c)\")\"", &["a $(b \"$(c)\")", "b $(c)", "c"]),
            ("a `b c`", &["a `b c`", "b c"]),
            ("diff <(a) <(b)", &["diff (a) (b)", "a", "b"]),
            ("a $((1 > 2)) ${b:-c > d}", &["a $((1 > 2)) ${b:-c > d}"]),
            ("a ${{ inputs.x || 'y' }} {{ .Z }}", &["a ${{ inputs.x || 'y' }} {{ .Z }}"]),
        ];
        for (text, expected) in cases {
            assert_eq!(shown(text), *expected, "{text}");
        }
    }

    #[test]
    fn folded_lines_are_one_command() {
        let pipelines = read("a\n  b > c\n\nd\n", LineBreaks::Fold);
        assert_eq!(pipelines.len(), 2);
        assert_eq!(pipelines[0].commands[0].words.len(), 2);
    }

    #[test]
    fn any_text_is_read_to_its_end() {
        for text in
            ["'", "\"", "$(", "${", "`", "<<", ">", "{{", "$((", "[[ <", "\\", "é$(é", "$(\\é", ")", "<("]
        {
            read(text, LineBreaks::End);
        }
    }

    #[test]
    fn nothing_nests_too_deep_or_takes_too_long() {
        let groups = "(a;".repeat(1500) + &") 2>x".repeat(1500);
        for text in ["\"$(".repeat(100_000), "$(".repeat(100_000), "(".repeat(100_000), groups] {
            read(&text, LineBreaks::End);
        }
    }

    #[test]
    fn programs_are_found_behind_wrappers() {
        let program = |text: &str| read(text, LineBreaks::End)[0].commands[0].program();
        let cases = [
            "kubectl get",
            "sudo -E kubectl get",
            "A=b /usr/bin/kubectl get",
            "$(KUBECTL) get",
            "${KUBECTL} get",
            "@kubectl get",
            "xargs -n 1 kubectl get",
            "timeout 30s kubectl get",
            "env A=b kubectl get",
        ];
        for text in cases {
            assert_eq!(program(text).as_deref(), Some("kubectl"), "{text}");
        }
    }

    #[test]
    fn flags_are_read_in_every_spelling() {
        for text in ["k -o yaml", "k -oyaml", "k -o=yaml", "k --output yaml", "k --output=yaml"] {
            let pipelines = read(text, LineBreaks::End);
            assert_eq!(pipelines[0].commands[0].flag(&["-o", "--output"]), Some("yaml"), "{text}");
        }
    }
}
