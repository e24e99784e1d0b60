//! What `podviz impact` prints: what depends on a subject, or what it needs.

use super::{Study, Subject};
use crate::facts::impact::{Direction, impact, meant, needs};
use crate::output::terminal;
use crate::page;
use crate::request::{Error, ExplainFormat, Product};

impl Study {
    /// What depends on a subject, or what it needs.
    pub(super) fn impact(
        &self,
        (subject, namespace): &Subject,
        direction: Direction,
        format: ExplainFormat,
    ) -> Result<Product, Error> {
        let (topology, facts, catalog) = (&self.topology, &self.facts, &self.catalog);
        let meant = meant(topology, facts, catalog, subject, namespace.as_deref())?;
        let found = match direction {
            Direction::Impact => impact(topology, facts, &meant.ends),
            Direction::Needs => needs(topology, facts, &meant.ends),
        };
        if format == ExplainFormat::Json {
            return Ok(Product::Text(page::impact::json(topology, catalog, &meant, &found)));
        }
        let page = page::impact::page(topology, facts, catalog, &meant, &found);
        match format {
            ExplainFormat::Text { width } => Ok(Product::Styled(terminal::page(&page, width))),
            _ => self.markdown(vec![page]),
        }
    }
}
