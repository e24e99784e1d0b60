//! Workloads call Services: evidence in their manifests, matched with the Services and namespaces of the input. A
//! name that can only be a Service's, and has none, leads to a missing Service; a public name leads outside.

use super::super::address::{Form, is_localhost, is_unspecified};
use super::super::build::{Cast, Draft, DraftCall, DraftLocal, HOST, Member, Reference, target};
use super::super::evidence::{Evidence, Place, Shelf, Sources, Wanted, gather};
use super::service_name::{Names, Target};
use crate::catalog::{Ports, Relation};
use crate::document::Identity;
use crate::model::Object;
use crate::names::count;
use crate::problem::{Code, Level, Problem};
use regex::Regex;
use std::collections::BTreeMap;
use std::sync::LazyLock;

/// Keys whose value is a host, even where it is a name alone.
static HOST_KEY: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new("(?i)(HOST|ADDR|ADDRESS|URL|URI|ENDPOINT|SERVER|BROKERS?|UPSTREAM|PEERS?|SERVICE)$").ok()
});

/// Keys that say where a program itself listens or is found.
static LISTEN_KEY: LazyLock<Option<Regex>> = LazyLock::new(|| {
    let own = "^-{0,2}(http|https|grpc|web|app|telemetry|secure)[_.-]addr(ess)?$|^--?addr(ess)?$";
    let any = "listen|bind|advertise|(metrics|health|probe|pprof|debug|admin|webhook)[a-z-_.]*addr";
    Regex::new(&format!("(?i){own}|{any}")).ok()
});

/// Keys whose value may have a colon and is no address: images, versions, owners.
static OTHER_KEY: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new("(?i)(image|version|tag|repository|user|owner)$").ok());

fn is(pattern: &LazyLock<Option<Regex>>, key: &str) -> bool {
    pattern.as_ref().is_some_and(|pattern| pattern.is_match(key))
}

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
    let mut shelf = Shelf::default();
    let calls = ROOM + ROOM_OF_EACH * members.len();
    let mut room = Room { calls, tries: TRIES * calls };
    let mut shortened = 0;
    for member in members {
        let Some(pod) = member.pod.as_deref() else { continue };
        let own = &member.object.identity;
        let links = pod.spec.enable_service_links != Some(false);
        let config_map = |name: &str| {
            let map = cast.find(&own.sibling("", "ConfigMap", name))?;
            Some(&*map.object)
        };
        let service_link = |variable: &str| links.then(|| names.behind_variable(own, variable))?;
        let sources =
            Sources { namespace: &own.namespace, config_map: &config_map, service_link: &service_link };
        let scene = Scene { member, cast, names };
        let mut best: BTreeMap<Identity, Vec<DraftCall>> = BTreeMap::new();
        let (mut shared, mut tried, mut is_short) = (0, 0, false);
        gather(pod, &sources, &mut shelf, &mut |one| {
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
        let is_url = address.form == Form::Url;
        let listens = is_unspecified(&address.host) || (!is_url && is(&LISTEN_KEY, &evidence.key));
        if listens || is_localhost(&address.host) {
            let Some(port) = address.port.or(default) else { return Verdict::Nothing };
            // What a file names may be anyone's: only its own `listen` says where this program listens.
            let unknown = listens && evidence.place == Place::File && !is(&LISTEN_KEY, &evidence.key);
            if unknown {
                return Verdict::Nothing;
            }
            return Verdict::Local(DraftLocal {
                from: self.member.object.identity.clone(),
                container: evidence.container,
                port,
                listens,
                field: evidence.field.clone(),
                declared_by: self.declared_by(evidence).clone(),
            });
        }
        match self.target(evidence, ports) {
            Some((to, confidence, port, port_exists)) => Verdict::Call(DraftCall {
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
                declared_by: self.declared_by(evidence).clone(),
                confidence,
            }),
            None => Verdict::Nothing,
        }
    }

    fn declared_by<'b>(&'b self, evidence: &'b Evidence) -> &'b Identity {
        evidence.declared_by.as_ref().unwrap_or(&self.member.object.identity)
    }

    /// Whom an address means, how sure that is, the port, and whether the Service has it.
    fn target(&self, evidence: &Evidence, ports: &Ports) -> Option<(Identity, u8, Option<u16>, bool)> {
        let address = &evidence.address;
        let own = &self.member.object.identity;
        let default = address.scheme.as_deref().and_then(|scheme| ports.of_scheme(scheme));
        let stated = address.port.or(default);
        if self.has_alias(&address.host) {
            return Some((self.outside(&address.host), 90, stated, true));
        }
        match self.names.meant_by(own, &address.host) {
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
        let host_key = is(&HOST_KEY, &evidence.key) || matches!(evidence.key.as_str(), "-h" | "--hostname");
        let in_file = evidence.place == Place::File;
        let is_whole = address.alone && !in_file;
        // A ConfigMap that many read also tells an address to those who serve it.
        let is_shared = evidence.declared_by.is_some() && evidence.place == Place::Variable;
        if is_shared && self.names.selects_and_is_not_headless(service, self.member) {
            return None;
        }
        match address.form {
            // Dashboards and rules name Services that nobody calls.
            _ if exact && in_file => {
                let is_setting = !in_json(evidence) && (address.alone || fits);
                (address.form == Form::Url || host_key || is_setting).then_some(100)
            }
            _ if exact => Some(100),
            Form::Url | Form::Keyed if fits => Some(98),
            Form::Url => Some(95),
            Form::Keyed if evidence.via.contains('+') => Some(90),
            Form::Keyed => (evidence.place != Place::File || host_key).then_some(95),
            Form::HostPort if is(&OTHER_KEY, &evidence.key) => None,
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
        let host_key = is(&HOST_KEY, &evidence.key);
        match address.form {
            _ if exact && (evidence.place != Place::File || address.form == Form::Url || host_key) => {
                Some(100)
            }
            _ if evidence.place == Place::File => None,
            Form::Url => Some(80),
            Form::Keyed => Some(80),
            Form::HostPort => (address.alone && host_key).then_some(80),
            Form::Bare | Form::Instance => None,
        }
    }

    /// Whether the pod's own list of hosts gives the name an address.
    fn has_alias(&self, host: &str) -> bool {
        let aliases = self.member.pod.iter().flat_map(|pod| pod.spec.host_aliases.iter().flatten());
        aliases.flat_map(|alias| alias.hostnames.iter().flatten()).any(|name| name == host)
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
        draft.infer_from(own.identity.clone(), Reference { label, ..reference });
    }
}

fn in_json(evidence: &Evidence) -> bool {
    evidence.via.ends_with(".json")
}

/// A public name, or an address in numbers. A file names much that nobody calls.
fn confidence_of_outside(evidence: &Evidence) -> Option<u8> {
    let address = &evidence.address;
    let host_key = is(&HOST_KEY, &evidence.key);
    match address.form {
        _ if evidence.place == Place::File => None,
        Form::Url => Some(90),
        Form::Keyed => Some(80),
        Form::HostPort => (address.alone && (host_key || !is(&OTHER_KEY, &evidence.key))).then_some(80),
        Form::Bare => (host_key && address.alone && !address.host.starts_with(|c: char| c.is_ascii_digit()))
            .then_some(70),
        Form::Instance => None,
    }
}
