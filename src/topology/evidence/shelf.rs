//! What ConfigMaps say, read once however many pods read them.

use super::file::settings_of;
use super::setting::Setting;
use super::variable::Layer;
use crate::document::Identity;
use crate::model::Object;
use std::collections::BTreeMap;
use std::rc::Rc;

/// What ConfigMaps say, read once however many pods read them.
#[derive(Default)]
pub struct Shelf<'a> {
    files: BTreeMap<(&'a Identity, &'a str), Rc<[Setting]>>,
    layers: BTreeMap<(&'a Identity, String), Rc<Layer>>,
}

impl<'a> Shelf<'a> {
    /// The addresses in the text at a key of a ConfigMap, read as a file.
    pub(super) fn settings(&mut self, map: &'a Object, key: &'a str, text: &str) -> Rc<[Setting]> {
        let known = self.files.entry((&map.identity, key));
        Rc::clone(known.or_insert_with(|| settings_of(key, text, 0).into()))
    }

    /// The keys of a ConfigMap as variables, each with a prefix in front.
    pub(super) fn layer(&mut self, map: &'a Object, prefix: &str) -> Rc<Layer> {
        let key = (&map.identity, prefix.to_owned());
        Rc::clone(self.layers.entry(key).or_insert_with(|| Rc::new(Layer::of_config_map(map, prefix))))
    }
}
