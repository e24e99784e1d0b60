//! The words that stand for views and formats on the command line.

use crate::diagram::View;
use crate::diagram::host::Host;
use crate::output::Flavour;
use crate::{ChartsFormat, DiagramFormat, GraphFormat, ReachFormat};
use clap::builder::{PossibleValue, StringValueParser, TypedValueParser};
use clap::{Arg, Command, ValueEnum};
use std::ffi::OsStr;

impl ValueEnum for View {
    fn value_variants<'a>() -> &'a [View] {
        View::ALL
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        Some(PossibleValue::new(self.name()))
    }
}

impl ValueEnum for Host {
    fn value_variants<'a>() -> &'a [Host] {
        &Host::ALL
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        Some(PossibleValue::new(self.name()))
    }
}

/// The name of a flavour: podviz's own are offered, and the user's templates may describe others.
#[derive(Clone)]
pub(super) struct FlavorName;

impl TypedValueParser for FlavorName {
    type Value = String;

    fn parse_ref(
        &self,
        command: &Command,
        argument: Option<&Arg>,
        value: &OsStr,
    ) -> Result<String, clap::Error> {
        StringValueParser::new().parse_ref(command, argument, value)
    }

    fn possible_values(&self) -> Option<Box<dyn Iterator<Item = PossibleValue> + '_>> {
        Some(Box::new(Flavour::markdown().map(|flavour| PossibleValue::new(flavour.name()))))
    }
}

impl ValueEnum for DiagramFormat {
    fn value_variants<'a>() -> &'a [DiagramFormat] {
        &[DiagramFormat::Mermaid, DiagramFormat::Svg]
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        Some(PossibleValue::new(match self {
            DiagramFormat::Mermaid => "mermaid",
            DiagramFormat::Svg => "svg",
        }))
    }
}

impl ValueEnum for ChartsFormat {
    fn value_variants<'a>() -> &'a [ChartsFormat] {
        &[ChartsFormat::Text, ChartsFormat::Json]
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        Some(PossibleValue::new(match self {
            ChartsFormat::Text => "text",
            ChartsFormat::Json => "json",
        }))
    }
}

impl ValueEnum for GraphFormat {
    fn value_variants<'a>() -> &'a [GraphFormat] {
        &[GraphFormat::Json, GraphFormat::Dot, GraphFormat::Mermaid]
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        Some(PossibleValue::new(match self {
            GraphFormat::Json => "json",
            GraphFormat::Dot => "dot",
            GraphFormat::Mermaid => "mermaid",
        }))
    }
}

impl ValueEnum for ReachFormat {
    fn value_variants<'a>() -> &'a [ReachFormat] {
        &[ReachFormat::Text, ReachFormat::Json]
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        Some(PossibleValue::new(match self {
            ReachFormat::Text => "text",
            ReachFormat::Json => "json",
        }))
    }
}
