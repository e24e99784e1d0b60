//! What a container does for others, as a sentence, and what the sentence of a pattern may say.

use super::PodPatterns;
use super::pattern::Telling;
use super::sentence::{Company, Piece, text};
use crate::facts::storage::Access;
use crate::names::english;

/// From which percentage on a part is stated and not only said to look so.
const SURE: u8 = 90;

impl PodPatterns {
    /// What a helper does for the others, as a sentence with a space behind it: `A sidecar: it … `. `None` where the
    /// container, by its index, is no helper.
    pub fn help(&self, position: usize, company: Company) -> Option<Vec<Piece>> {
        let part = self.parts.get(position)?;
        let finding = part.does.as_ref()?;
        let tell = finding.pattern.help()?.tell;
        let services = company.services;
        let telling = Telling { finding, part, services, company, patterns: self, position };
        let title = finding.pattern.title.to_ascii_lowercase();
        let called = format!("{} {title}", english::article(&title));
        let start =
            if finding.percent >= SURE { english::capital(&called) } else { format!("Looks like {called}") };
        let sentence = [vec![text(start)], tell(&telling), vec![text(". ")]];
        Some(sentence.into_iter().flatten().collect())
    }
}

impl Telling<'_> {
    /// The container that it helps.
    pub fn partner(&self) -> Option<Piece> {
        self.finding.partner.map(Piece::Container)
    }

    /// The main container, where it is the only other one.
    pub fn only_other(&self) -> Option<Piece> {
        let main = self.patterns.main()?;
        (self.company.pod.apps().take(3).count() == 2).then_some(Piece::Container(main))
    }

    /// Where the two meet: `localhost:5432`.
    pub fn local(&self) -> Option<Piece> {
        self.finding.port.map(|port| Piece::Code(format!("localhost:{port}")))
    }

    /// The reason alone, for what cannot be told better.
    pub fn because(&self) -> Vec<Piece> {
        vec![text(", because "), Piece::Marked(self.finding.why.clone())]
    }

    /// Whether its image is of a class.
    pub fn is_of_class(&self, class: &str) -> bool {
        self.part.word.as_deref() == Some(class)
    }

    /// What its image is known to do.
    pub fn does(&self) -> Option<&str> {
        let class = self.company.catalog.image(&self.company.pod.containers[self.position].image)?;
        self.part.word.as_ref().map(|_| class.does.as_str())
    }

    /// Whether it writes nothing to a volume.
    pub fn only_reads(&self, volume: &str) -> bool {
        let usage = self.company.volumes.iter().find(|usage| usage.name == volume);
        let mounts = usage.into_iter().flat_map(|usage| &usage.mounts);
        let mut mine = mounts.filter(|mount| mount.container == self.position);
        mine.all(|mount| mount.access == Access::ReadOnly)
    }
}
