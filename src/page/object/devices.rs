//! Which devices a ResourceClaim, or the template of one, asks for.
//!
//! Source: `k8s.io/api/resource/v1/types.go`, `DeviceRequest`, `ExactDeviceRequest`, `DeviceSubRequest`: one device where
//! no number is said; of alternatives the first that can be had.

use crate::catalog::FieldPath;
use crate::document::Value;
use crate::model::Object;
use crate::names::count;
use crate::page::Prose;
use crate::page::knowledge::Knowledge;
use crate::page::prose::{code, concat, joined, plain};

/// A sentence for each request.
pub fn sentences(know: &Knowledge, object: &Object) -> Vec<Prose> {
    let requests = match &*object.identity.kind {
        "ResourceClaim" => FieldPath::of("spec.devices.requests"),
        "ResourceClaimTemplate" => FieldPath::of("spec.spec.devices.requests"),
        _ => return Vec::new(),
    };
    let list = requests.find(&object.value).map(Value::items).unwrap_or_default();
    let sentence = |(index, request): (usize, &Value)| {
        let name = request.get("name").and_then(Value::scalar_text).unwrap_or_default();
        let alternatives = request.get("firstAvailable").map(Value::items).unwrap_or_default();
        let asks = match alternatives {
            // Before v1beta2, the request itself said what it wants.
            [] => concat(vec![plain(" asks for "), devices(request.get("exactly").unwrap_or(request))]),
            [only] => concat(vec![plain(" asks for "), devices(only)]),
            several => concat(vec![
                plain(" takes the first that is free: "),
                joined(several.iter().map(devices).collect(), "or"),
            ]),
        };
        let source = vec![know.source(object, &requests.item(index, request))];
        concat(vec![plain("Request "), vec![code(name)], asks, plain(". "), source])
    };
    list.iter().enumerate().map(sentence).collect()
}

/// How many devices of which class: "2 devices of class `gpu`".
fn devices(request: &Value) -> Prose {
    let text = |key: &str| request.get(key).and_then(Value::scalar_text);
    let number = match text("allocationMode").as_deref() {
        Some("All") => "all devices".to_owned(),
        _ => {
            let number = request.get("count").and_then(Value::as_i64).unwrap_or(1);
            count(usize::try_from(number).unwrap_or(1), "device", "devices")
        }
    };
    match text("deviceClassName") {
        Some(class) => concat(vec![plain(format!("{number} of class ")), vec![code(class)]]),
        None => plain(number),
    }
}
