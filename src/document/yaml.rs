//! YAML text becomes a [`Sheet`], with granit's events: one broken document costs only itself.

use super::Limits;
use super::compose::{Composer, Fault, Spot};
use super::scalar::{self, Tag};
use super::sheet::{Form, Lexeme, Part, Sheet};
use crate::document::{Kind, TokenClass, Value};
use crate::problem::Code;
use granit_parser::{ErrorKind, Event, Marker, Parser, ScalarStyle, ScanError, Span, options};

/// Reads every document of `text`.
pub fn read(text: &str, limits: &Limits) -> Sheet {
    let options = options! {
        emit_anchor_events: true,
        emit_unresolved_aliases: true,
        max_buffered_comment_events: 1_000_000,
        flow_nesting_limit: limits.depth,
        block_nesting_limit: limits.depth,
    };
    let mut parser = Parser::new_from_str_with_options(text, options);
    let mut reader = Reader { text, limits, sheet: Sheet::default(), open: None, last_line: 0 };
    while let Some(next) = parser.next_event() {
        let fault = match next {
            Ok((Event::StreamEnd, _)) => break,
            Ok((event, span)) => reader.event(event, &span).err(),
            Err(error) => Some(fault(&error)),
        };
        if let Some(fault) = fault {
            reader.give_up(fault);
            match parser.proceed_next_document() {
                Ok(true) => {}
                Ok(false) => break,
                Err(error) => {
                    reader.give_up(self::fault(&error));
                    break;
                }
            }
        }
    }
    reader.sheet.lexemes.sort_by_key(|lexeme| lexeme.start);
    reader.sheet
}

struct Reader<'t, 'l> {
    text: &'t str,
    limits: &'l Limits,
    sheet: Sheet,
    open: Option<(u32, Composer<'l>)>,
    last_line: u32,
}

impl<'l> Reader<'_, 'l> {
    fn event(&mut self, event: Event<'_>, span: &Span) -> Result<(), Fault> {
        let spot = spot(&span.start);
        if let Some(tag) = span.tag_span() {
            self.lexeme(&tag, TokenClass::Meta, Form::Other);
        }
        match event {
            Event::DocumentStart(explicit, _) => {
                if explicit {
                    self.lexeme(span, TokenClass::Meta, Form::Other);
                }
                self.open = Some((spot.line, Composer::new(self.limits)));
                self.last_line = spot.line;
            }
            Event::DocumentEnd => {
                if span.start != span.end {
                    self.lexeme(span, TokenClass::Meta, Form::Other);
                }
                if let Some((begin, composer)) = self.open.take() {
                    let null = Value { line: begin, column: 1, written: None, kind: Kind::Null };
                    let outcome = Ok(composer.into_root().unwrap_or(null));
                    self.sheet.parts.push(Part { begin, last_line: self.last_line, outcome });
                }
            }
            Event::Comment(..) => self.lexeme(span, TokenClass::Comment, Form::Other),
            Event::Anchor(..) => self.lexeme(span, TokenClass::Meta, Form::Other),
            Event::UnresolvedAlias(_) => {
                return Err(
                    spot.fault(Code::UnknownAlias, "an alias refers to an anchor that is not defined")
                );
            }
            Event::Alias(id) => {
                self.lexeme(span, TokenClass::Meta, Form::Other);
                self.composer(|composer| composer.alias(spot, id))?;
            }
            Event::Scalar(text, style, anchor, tag) => {
                let tag = tag.map_or(Tag::None, |tag| meaning(&tag));
                self.scalar(&text, style, anchor, tag, span)?;
            }
            Event::SequenceStart(_, anchor, _) => {
                self.composer(|composer| composer.begin_list(spot, anchor))?;
            }
            Event::MappingStart(_, anchor, _) => {
                self.composer(|composer| composer.begin_map(spot, anchor))?;
            }
            Event::SequenceEnd | Event::MappingEnd => {
                if span.start != span.end {
                    self.last_line = self.last_line.max(spot.line);
                }
                self.composer(Composer::end)?;
            }
            _ => {}
        }
        Ok(())
    }

    fn scalar(
        &mut self,
        text: &str,
        style: ScalarStyle,
        anchor: usize,
        tag: Tag,
        span: &Span,
    ) -> Result<(), Fault> {
        let spot = spot(&span.start);
        let form = match style {
            ScalarStyle::Plain => Form::Plain,
            ScalarStyle::SingleQuoted => Form::Single,
            ScalarStyle::DoubleQuoted => Form::Double,
            _ => Form::Block,
        };
        let plain = form == Form::Plain;
        // granit spells an absent scalar `~`.
        let text = if plain && span.start == span.end { "" } else { text };
        let kind =
            scalar::resolve(text, plain, tag).map_err(|reason| spot.fault(Code::InvalidYaml, reason))?;
        let key = self.open.as_ref().is_some_and(|(_, composer)| composer.expects_key());
        let class = match (&kind, key) {
            (_, true) => TokenClass::Key,
            (Kind::Number(_), _) => TokenClass::Number,
            (Kind::Bool(_) | Kind::Null, _) => TokenClass::Word,
            _ => TokenClass::String,
        };
        if span.start != span.end {
            self.lexeme(span, class, form);
            let raw = span.slice(self.text).unwrap_or_default();
            let breaks = raw.trim_end().bytes().filter(|&byte| byte == b'\n').count();
            self.last_line = self.last_line.max(spot.line + u32::try_from(breaks).unwrap_or(u32::MAX));
        }
        let written = match &kind {
            Kind::Bool(value) if plain => (value.to_string() != text).then(|| text.into()),
            Kind::Number(number) if plain => (number.to_string() != text).then(|| text.into()),
            _ => None,
        };
        let merge = plain && text == "<<" && tag == Tag::None;
        let value = Value { line: spot.line, column: spot.column, written, kind };
        self.composer(|composer| composer.scalar(value, anchor, merge))
    }

    fn composer(&mut self, act: impl FnOnce(&mut Composer<'l>) -> Result<(), Fault>) -> Result<(), Fault> {
        self.open.as_mut().map_or(Ok(()), |(_, composer)| act(composer))
    }

    fn lexeme(&mut self, span: &Span, class: TokenClass, form: Form) {
        if let Some(range) = span.byte_range() {
            let spot = spot(&span.start);
            self.sheet.lexemes.push(Lexeme { start: range.start, end: range.end, spot, class, form });
        }
    }

    fn give_up(&mut self, fault: Fault) {
        // Without an open document the region begins right after the one before, comments included.
        let begin = self.open.take().map_or(self.last_line + 1, |(begin, _)| begin);
        self.sheet.parts.push(Part { begin, last_line: begin.max(fault.line), outcome: Err(fault) });
    }
}

fn spot(marker: &Marker) -> Spot {
    let number = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
    Spot { line: number(marker.line()), column: number(marker.col()).saturating_add(1) }
}

fn meaning(tag: &granit_parser::Tag) -> Tag {
    match tag.core_suffix() {
        Some("bool") => Tag::Bool,
        Some("int") => Tag::Int,
        Some("float") => Tag::Float,
        Some("null") => Tag::Null,
        _ if tag.handle() == "tag:yaml.org,2002:" && tag.suffix() == "binary" => Tag::Binary,
        _ => Tag::String,
    }
}

/// granit's reason in our words: its own could quote the input.
fn fault(error: &ScanError) -> Fault {
    use ErrorKind as E;
    let (code, message) = match error.kind() {
        E::RecursionLimitExceeded => (Code::TooDeep, "nested deeper than a manifest ever is"),
        E::UnknownAnchor => (Code::UnknownAlias, "an alias refers to an anchor that is not defined"),
        E::TooManyComments | E::AnchorCountOverflow => {
            (Code::TooLarge, "the document is too large: too many comments or anchors")
        }
        kind => (Code::InvalidYaml, reason(kind)),
    };
    spot(error.marker()).fault(code, message)
}

fn reason(kind: &ErrorKind) -> &'static str {
    use ErrorKind as E;
    match kind {
        E::TabNotAllowed | E::TabInBlockIndentation | E::TabInIndentation | E::TabAtBlockScalarStart => {
            "a tab is used for indentation; YAML wants spaces"
        }
        E::TabInPlainScalar => "a tab stands where YAML does not allow one",
        E::UnclosedQuotedScalar => "a quoted string is not closed",
        E::DocumentIndicatorInQuotedScalar => "a document separator stands inside a quoted string",
        E::InvalidTrailingSingleQuotedScalar | E::InvalidTrailingDoubleQuotedScalar => {
            "something follows the closing quote of a string"
        }
        E::UnclosedFlowCollection { .. } => "a `{` or `[` is not closed",
        E::MismatchedFlowCollectionEnd { .. } | E::MisplacedFlowCollectionEnd => {
            "a closing `}` or `]` does not match what was opened"
        }
        E::UnexpectedEofFlowSequence
        | E::UnexpectedEofFlowMapping
        | E::UnexpectedEofImplicitFlowMapping
        | E::UnexpectedEofBlockSequence
        | E::UnexpectedEofBlockMapping
        | E::UnexpectedEof => "the file ends in the middle of a value",
        E::ExpectedFlowMappingSeparator | E::ExpectedFlowSequenceSeparator => {
            "a `,` or a closing bracket is missing between `{` and `}` or `[` and `]`"
        }
        E::BlockEntryInFlowCollection => "a list item `-` stands between brackets",
        E::BlockSequenceEntryNotAllowed | E::ExpectedBlockSequenceEntry => {
            "a list item `-` stands where none is allowed; check the indentation"
        }
        E::MappingValueNotAllowed | E::InvalidColonPlacement | E::InvalidMappingValueWhitespace => {
            "a `:` stands where no key is allowed; check the indentation, or quote the value"
        }
        E::MappingKeyNotAllowed | E::ExpectedBlockMappingKey | E::SimpleKeyExpected | E::InvalidSimpleKey => {
            "a key with its `:` was expected here; check the indentation"
        }
        E::InvalidIndentation | E::InvalidQuotedScalarIndent | E::InvalidFlowScalarIndent => {
            "the indentation does not fit what stands above"
        }
        E::InvalidBlockScalarIndent | E::InvalidBlockScalarHeader | E::ZeroBlockScalarIndent => {
            "a block of text after `|` or `>` is not indented as its header says"
        }
        E::UnexpectedCharacter { .. } => "a character stands here that cannot begin a value; quote the value",
        E::UnknownQuotedScalarEscape
        | E::InvalidQuotedScalarHexEscape
        | E::InvalidLowSurrogateHexEscape
        | E::InvalidLowSurrogate
        | E::MissingLowSurrogate
        | E::UnpairedLowSurrogate
        | E::InvalidUnicodeEscape => "a quoted string holds an escape that YAML does not know",
        E::UndeclaredTagHandle => "a tag uses a handle that is not declared",
        E::CommentNotSeparated | E::CommentInterceptedScalar => "a comment cuts a value in two",
        E::BomInsideDocument => "a byte-order mark stands inside a document",
        E::ExpectedDocumentStart | E::MissingDocumentEndBeforeDirective | E::InvalidDocumentEnd => {
            "a document ends here, but something follows that is not a new one"
        }
        _ => "not valid YAML",
    }
}
