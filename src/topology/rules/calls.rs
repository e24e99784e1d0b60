//! Workloads call Services: evidence in their manifests, matched with the Services and namespaces of the input. A
//! name that can only be a Service's, and has none, leads to a missing Service; a public name leads outside.

use super::super::address::known::{KNOWN, Means};
use super::super::address::{Form, is_cluster_form, is_localhost, is_unspecified};
use super::super::build::{
    Cast, Draft, DraftCall, DraftLocal, DraftSecretAddress, HOST, Member, Reference, target,
};
use super::super::evidence::{
    Evidence, Named, Place, Shelf, Sources, Wanted, addresses_in_secrets, gather, note_named,
};
use super::service_name::{Names, Target};
use crate::catalog::{Ports, Relation};
use crate::document::Identity;
use crate::model::Object;
use crate::names::count;
use crate::problem::{Code, Level, Problem};
use std::collections::BTreeMap;

/// ConfigMaps that many read may make this many calls, and some more for every object.
const ROOM: usize = 2_000;
/// How many more for every object; and how many each workload still makes where there is no more room.
const ROOM_OF_EACH: usize = 20;
/// So many addresses of ConfigMaps are looked at for each call that there is room for.
const TRIES: usize = 5;

/// How many calls that ConfigMaps show there is room for, and for how many more of their addresses it is looked up whose
/// they are.
struct Room {
    calls: usize,
    tries: usize,
}

/// Adds the calls of every member that makes pods. Where a ConfigMap with many addresses is read by many, that would be
/// more than the input has room for: then each workload keeps the first few, and it is said.
pub fn apply(members: &[Member], cast: &Cast, draft: &mut Draft) -> Option<Problem> {
    let names = &cast.names;
    let (mut shelf, mut named) = (Shelf::default(), Named::new());
    for member in members {
        let Some(pod) = member.pod.as_deref() else { continue };
        let config_map = |name: &str| config_map(member, cast, name);
        let namespace = &member.object.identity.namespace;
        let (secret_keys, service_link) = (&|_: &str| Vec::new(), &|_: &str| None);
        let sources = Sources { namespace, config_map: &config_map, secret_keys, service_link };
        note_named(pod, &sources, &mut named);
    }
    let calls = ROOM + ROOM_OF_EACH * members.len();
    let mut room = Room { calls, tries: TRIES * calls };
    let mut shortened = 0;
    for member in members {
        let Some(pod) = member.pod.as_deref() else { continue };
        let own = &member.object.identity;
        let links = pod.spec.enable_service_links != Some(false);
        let config_map = |name: &str| config_map(member, cast, name);
        let service_link = |variable: &str| links.then(|| names.behind_variable(own, variable))?;
        let secret_keys = |name: &str| secret_keys(member, cast, name);
        let sources = Sources {
            namespace: &own.namespace,
            config_map: &config_map,
            secret_keys: &secret_keys,
            service_link: &service_link,
        };
        let asked = addresses_in_secrets(pod, &sources);
        draft.secret_addresses.extend(asked.into_iter().map(|(container, one)| DraftSecretAddress {
            from: own.clone(),
            container,
            secret: own.sibling("", "Secret", &one.secret),
            variable: one.variable,
            key: one.key,
            field: one.field,
        }));
        let scene = Scene { member, cast, names };
        let mut best: BTreeMap<Identity, Vec<DraftCall>> = BTreeMap::new();
        let (mut shared, mut tried, mut is_short) = (0, 0, false);
        gather(pod, &sources, &named, &mut shelf, &mut |one| {
            let is_shared = one.declared_by.is_some();
            let has_room =
                (room.calls > 0 || shared < ROOM_OF_EACH) && (room.tries > 0 || tried < ROOM_OF_EACH);
            if is_shared && !has_room {
                is_short = true;
                return Wanted::OwnOnly;
            }
            let cost = usize::from(is_shared);
            (room.tries, tried) = (room.tries.saturating_sub(cost), tried + cost);
            match scene.judge(&one) {
                Verdict::Nothing => {}
                Verdict::Local(local) => draft.local.push(local),
                Verdict::Call(call) => {
                    (room.calls, shared) = (room.calls.saturating_sub(cost), shared + cost);
                    best.entry(call.to.clone()).or_default().push(call);
                }
            }
            Wanted::More
        });
        shortened += usize::from(is_short);
        for (to, calls) in best {
            scene.connect(to, &calls, draft);
            draft.calls.extend(calls);
        }
    }
    (shortened > 0).then(|| {
        let message = format!(
            "ConfigMaps name so many addresses for so many readers that of {} only the first {ROOM_OF_EACH} calls to \
             these addresses are listed",
            count(shortened, "workload", "workloads"),
        );
        let help = "the pages of the ConfigMaps show every address";
        Problem::new(Level::Warning, Code::ListShortened, message).help(help)
    })
}

/// The ConfigMap of a name beside a member.
fn config_map<'a>(member: &Member, cast: &Cast<'a>, name: &str) -> Option<&'a Object> {
    let map = cast.find(&member.object.identity.sibling("", "ConfigMap", name))?;
    Some(&*map.object)
}

/// The keys of the Secret of a name beside a member.
fn secret_keys(member: &Member, cast: &Cast, name: &str) -> Vec<String> {
    let secret = cast.find(&member.object.identity.sibling("", "Secret", name));
    let parts = secret.into_iter().flat_map(|secret| {
        ["data", "stringData"].into_iter().filter_map(|part| secret.object.value.get(part))
    });
    parts.flat_map(|part| part.entries().iter().map(|entry| entry.key.to_string())).collect()
}

enum Verdict {
    Nothing,
    Local(DraftLocal),
    Call(DraftCall),
}

/// One workload among all.
struct Scene<'a> {
    member: &'a Member,
    cast: &'a Cast<'a>,
    names: &'a Names<'a>,
}

impl Scene<'_> {
    fn judge(&self, evidence: &Evidence) -> Verdict {
        let address = &evidence.address;
        if address.form == Form::Instance {
            return Verdict::Nothing;
        }
        let ports = self.cast.catalog.ports();
        let default = address.scheme.as_deref().and_then(|scheme| ports.of_scheme(scheme));
        let local = |listens: bool| match address.port.or(default) {
            Some(port) => Verdict::Local(DraftLocal {
                from: self.member.object.identity.clone(),
                container: evidence.container,
                port,
                listens,
                field: evidence.field.clone(),
                declared_by: self.declared_by(evidence).clone(),
            }),
            None => Verdict::Nothing,
        };
        let is_unspecified = is_unspecified(&address.host);
        match evidence.means {
            Some(Means::Prose) => return Verdict::Nothing,
            // Who others are told to call is no call of its own.
            Some(Means::Itself) if is_unspecified || !self.is_called_all_the_same(evidence) => {
                return Verdict::Nothing;
            }
            Some(Means::Listens) if is_unspecified || !self.is_called_all_the_same(evidence) => {
                return local(true);
            }
            // What a file names may be anyone's: only its own `listen` says where this program listens.
            _ if is_unspecified && evidence.place.is_file() => return Verdict::Nothing,
            _ if is_unspecified => return local(true),
            _ => {}
        }
        let alias = self.alias(&address.host);
        if is_localhost(alias.unwrap_or(&address.host)) {
            return local(false);
        }
        let Some((to, confidence, port, port_exists)) = self.target(evidence, ports) else {
            return Verdict::Nothing;
        };
        Verdict::Call(DraftCall {
            from: self.member.object.identity.clone(),
            container: evidence.container,
            to,
            host: address.host.clone(),
            port,
            names_port: address.port.is_some(),
            port_exists,
            via: evidence.via.clone(),
            written: evidence.written.clone(),
            field: evidence.field.clone(),
            line: self.line(evidence),
            declared_by: self.declared_by(evidence).clone(),
            alias: alias.map(str::to_owned),
            is_declared: false,
            confidence,
        })
    }

    /// Whether an address that should be the program's own is that of another program all the same.
    fn is_called_all_the_same(&self, evidence: &Evidence) -> bool {
        if !evidence.weak {
            return false;
        }
        let own = &self.member.object.identity;
        match self.meant_by(&evidence.address.host) {
            Target::Service(service, exact) => {
                let is_sure = exact || evidence.address.form != Form::Bare;
                is_sure && *service.name != *own.name && !self.names.selects(&service, self.member)
            }
            Target::Missing(service, exact) => exact && *service.name != *own.name,
            Target::Outside | Target::Nobody => false,
        }
    }

    /// The line that names the address, where the field has several and its file can be looked at.
    fn line(&self, evidence: &Evidence) -> Option<u32> {
        let object = &self.cast.find(self.declared_by(evidence))?.object;
        let first = evidence.field.find(&object.value)?.line;
        // The text of a block begins in the line below its key.
        let lines = [first + evidence.line?, (first + evidence.line?).saturating_sub(1)];
        lines.into_iter().find(|line| {
            let line = object.file.lines.get((*line as usize).saturating_sub(1));
            line.is_some_and(|line| line.text().contains(&evidence.address.host))
        })
    }

    fn declared_by<'b>(&'b self, evidence: &'b Evidence) -> &'b Identity {
        evidence.declared_by.as_ref().unwrap_or(&self.member.object.identity)
    }

    /// Whom an address means, how sure that is, the port, and whether the Service has it.
    fn target(&self, evidence: &Evidence, ports: &Ports) -> Option<(Identity, u8, Option<u16>, bool)> {
        let address = &evidence.address;
        let default = address.scheme.as_deref().and_then(|scheme| ports.of_scheme(scheme));
        let stated = address.port.or(default);
        if let Some(ip) = self.alias(&address.host) {
            let confidence = confidence_of_alias(evidence)?;
            return Some((self.outside(ip), confidence, stated, true));
        }
        match self.meant_by(&address.host) {
            Target::Service(service, exact) => {
                let known = self.names.ports(&service);
                let port = stated.or(if let [only] = known { Some(*only) } else { None });
                let fits = address.port.is_some_and(|port| known.contains(&port));
                let confidence = self.confidence(evidence, &service, exact, fits)?;
                let port_exists = known.is_empty() || port.is_none_or(|port| known.contains(&port));
                Some((service, confidence, port, port_exists))
            }
            Target::Missing(service, exact) => {
                let confidence = self.confidence_of_missing(evidence, exact)?;
                Some((service, confidence, stated, true))
            }
            Target::Outside => {
                let confidence = confidence_of_outside(evidence)?;
                Some((self.outside(&address.host), confidence, stated, true))
            }
            Target::Nobody => None,
        }
    }

    fn confidence(&self, evidence: &Evidence, service: &Identity, exact: bool, fits: bool) -> Option<u8> {
        let address = &evidence.address;
        let is_called = evidence.means == Some(Means::Called);
        let host_key = KNOWN.is_host(&evidence.key) || matches!(evidence.key.as_str(), "-h" | "-host");
        let in_file = evidence.place.is_file();
        let is_whole = address.alone && !in_file;
        // The name of its own Service is what others call, unless it is that of a group, or a program calls it.
        let is_peer = KNOWN.is_peers(&evidence.key) && !in_file;
        if !is_called && !is_peer && self.names.selects_and_is_not_headless(service, self.member) {
            return None;
        }
        match address.form {
            _ if exact && is_called => Some(100),
            // Dashboards and rules name Services that nobody calls.
            _ if exact && in_file => {
                let is_setting = !in_json(evidence) && (address.alone || fits);
                (address.form == Form::Url || host_key || is_setting).then_some(100)
            }
            _ if exact => Some(100),
            Form::Url | Form::Keyed if fits => Some(98),
            Form::Url => Some(95),
            Form::Keyed | Form::HostPort | Form::Bare if is_called => Some(95),
            Form::Keyed if evidence.via.contains('+') => Some(90),
            Form::Keyed => (!in_file || host_key).then_some(95),
            Form::HostPort if KNOWN.is_other(&evidence.key) => None,
            Form::HostPort if fits => Some(98),
            // Among other words `db:999` may be an owner, an image or a label.
            Form::HostPort => (is_whole || host_key).then_some(95),
            Form::Bare if !host_key || self.is_name_of_itself(evidence, service) => None,
            Form::Bare => Some(80),
            Form::Instance => None,
        }
    }

    /// A `SERVICE=web` of the pods behind Service `web` says who they are; of a headless one, who their peers are.
    fn is_name_of_itself(&self, evidence: &Evidence, service: &Identity) -> bool {
        let lower = evidence.key.to_ascii_lowercase();
        let names = lower.ends_with("service") || lower.ends_with("server");
        let in_file = evidence.place == Place::File && lower.ends_with("service");
        in_file || (names && self.names.selects_and_is_not_headless(service, self.member))
    }

    /// Only what looks like an address through and through is taken for the name of a Service that is not there.
    fn confidence_of_missing(&self, evidence: &Evidence, exact: bool) -> Option<u8> {
        let address = &evidence.address;
        let host_key = KNOWN.is_host(&evidence.key);
        let is_sure = host_key && address.alone;
        if evidence.means == Some(Means::Called) {
            return (exact || address.form != Form::Bare).then_some(if exact { 100 } else { 80 });
        }
        match (address.form, evidence.place) {
            (form, place) if exact && (!place.is_file() || form == Form::Url || host_key) => Some(100),
            (_, Place::File) => None,
            (Form::Url, Place::Document) => is_sure.then_some(80),
            (Form::Keyed | Form::HostPort, Place::Document) => {
                (is_sure && address.port.is_some()).then_some(80)
            }
            (Form::Url | Form::Keyed, _) => Some(80),
            (Form::HostPort, _) => is_sure.then_some(80),
            (Form::Bare | Form::Instance, _) => None,
        }
    }

    /// The address that the pod's own list of hosts gives to a name; it is read before the DNS is asked.
    ///
    /// Source: kubernetes.io/docs/tasks/network/customize-hosts-file-for-pods/.
    fn alias(&self, host: &str) -> Option<&str> {
        let aliases = self.member.pod.iter().flat_map(|pod| pod.spec.host_aliases.iter().flatten());
        let mut aliases = aliases
            .filter(|alias| alias.hostnames.iter().flatten().any(|name| name.eq_ignore_ascii_case(host)));
        aliases.next().map(|alias| alias.ip.as_str())
    }

    /// Whom a host means to the pod: with `dnsPolicy: None`, only what `dnsConfig` lists is searched.
    ///
    /// Source: `k8s.io/kubernetes/pkg/kubelet/network/dns/dns.go`, `GetPodDNS`, `appendDNSConfig`.
    fn meant_by(&self, host: &str) -> Target {
        let own = &self.member.object.identity;
        let spec = self.member.pod.as_deref().map(|pod| &pod.spec);
        let is_alone = spec.is_some_and(|spec| spec.dns_policy.as_deref() == Some("None"));
        let searches = spec.and_then(|spec| spec.dns_config.as_ref()?.searches.as_ref());
        let plain = self.names.meant_by(own, host);
        let is_full = is_cluster_form(host) && !host.ends_with(".svc");
        match plain {
            Target::Service(..) if !is_alone || is_full => return plain,
            Target::Outside => return plain,
            _ => {}
        }
        let searched = searches
            .into_iter()
            .flatten()
            .map(|search| self.names.meant_by(own, &format!("{host}.{}", search.trim_end_matches('.'))));
        let mut found = searched.filter(|target| matches!(target, Target::Service(..)));
        match found.next() {
            Some(Target::Service(service, _)) => Target::Service(service, false),
            _ if is_alone && !is_full => Target::Nobody,
            _ => plain,
        }
    }

    fn outside(&self, host: &str) -> Identity {
        let own = &self.member.object.identity;
        target(own, "", HOST, None, &host.to_ascii_lowercase(), self.cast.catalog)
    }

    /// One edge for all calls to one target: its field is that of the surest.
    fn connect(&self, to: Identity, calls: &[DraftCall], draft: &mut Draft) {
        let Some(best) = calls.iter().rev().max_by_key(|call| call.confidence) else { return };
        let mut ports: Vec<u16> = calls.iter().filter_map(|call| call.port).collect();
        ports.sort_unstable();
        ports.dedup();
        let words: Vec<String> = ports.iter().map(u16::to_string).collect();
        let label = match &words[..] {
            [] => None,
            [port] => Some(format!("port {port}")),
            ports => Some(format!("ports {}", ports.join(", "))),
        };
        let own: &Object = &self.member.object;
        let map = self.cast.find(&best.declared_by).map(|map| &*map.object);
        let reference = Reference::new(map.unwrap_or(own), to, Relation::Calls, best.field.clone());
        draft.infer_from(own.identity.clone(), Reference { label, line: best.line, ..reference });
    }
}

fn in_json(evidence: &Evidence) -> bool {
    evidence.via.ends_with(".json")
}

/// How sure it is that a name with an address of its own is called.
fn confidence_of_alias(evidence: &Evidence) -> Option<u8> {
    let is_sure = match evidence.address.form {
        Form::Url | Form::Keyed => !evidence.place.is_file() || evidence.means == Some(Means::Called),
        Form::HostPort | Form::Bare => evidence.address.alone && KNOWN.is_host(&evidence.key),
        Form::Instance => false,
    };
    is_sure.then_some(90)
}

/// A public name, or an address in numbers. A file names much that nobody calls.
fn confidence_of_outside(evidence: &Evidence) -> Option<u8> {
    let address = &evidence.address;
    let host_key = KNOWN.is_host(&evidence.key);
    let is_called = evidence.means == Some(Means::Called);
    match address.form {
        Form::Url | Form::HostPort if evidence.place.is_file() => {
            let is_setting = is_called && evidence.place == Place::File
                || KNOWN.is_called_outside(&evidence.key) && address.alone;
            is_setting.then_some(80)
        }
        _ if evidence.place.is_file() => None,
        Form::Url => Some(90),
        Form::Keyed => Some(80),
        Form::HostPort if is_called => Some(80),
        Form::HostPort => (address.alone && (host_key || !KNOWN.is_other(&evidence.key))).then_some(80),
        Form::Bare => (host_key && address.alone && !address.host.starts_with(|c: char| c.is_ascii_digit()))
            .then_some(70),
        Form::Instance => None,
    }
}
