//! What ConfigMaps say, read once however many pods read them.

use super::file::settings_of;
use super::variable::Layer;
use super::{Reading, data};
use crate::document::Identity;
use crate::model::Object;
use std::collections::BTreeMap;
use std::rc::Rc;

/// What ConfigMaps say, read once however many pods read them.
#[derive(Default)]
pub struct Shelf<'a> {
    files: BTreeMap<&'a Identity, Rc<[File<'a>]>>,
    layers: BTreeMap<(&'a Identity, String), Rc<Layer>>,
}

/// A key of a ConfigMap whose text names an address.
pub(super) struct File<'a> {
    pub key: &'a str,
    pub text: &'a str,
    pub readings: Vec<Reading>,
}

impl<'a> Shelf<'a> {
    /// The keys of a ConfigMap that name addresses, read as files, in their order.
    pub(super) fn files(&mut self, map: &'a Object) -> Rc<[File<'a>]> {
        let read = || {
            let texts = data(map).filter_map(|(key, value)| Some((key, value.as_str()?)));
            let files = texts.filter_map(|(key, text)| {
                let settings = settings_of(key, text).into_iter();
                let readings: Vec<Reading> = settings
                    .map(|(setting, address)| (Some(setting).filter(|setting| !setting.is_empty()), address))
                    .collect();
                (!readings.is_empty()).then_some(File { key, text, readings })
            });
            files.collect()
        };
        Rc::clone(self.files.entry(&map.identity).or_insert_with(read))
    }

    /// The keys of a ConfigMap as variables, each with a prefix in front.
    pub(super) fn layer(&mut self, map: &'a Object, prefix: &str) -> Rc<Layer> {
        let key = (&map.identity, prefix.to_owned());
        Rc::clone(self.layers.entry(key).or_insert_with(|| Rc::new(Layer::of_config_map(map, prefix))))
    }
}
