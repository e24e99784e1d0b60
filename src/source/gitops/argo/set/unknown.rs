//! Generators that ask what no file can answer, in words.

use serde_json::Value as Json;

/// What a generator asks that nothing in the input answers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unknown {
    /// The name of its field, such as `scmProvider`.
    pub generator: &'static str,
    /// What is missing: "the repositories of `team` on GitHub are".
    pub missing: String,
}

/// What a generator of the kind would have to be told.
pub fn world(kind: &'static str, own: &Json) -> Unknown {
    let missing = match kind {
        "scmProvider" => format!("the repositories of {} are", owner(own)),
        "pullRequest" => format!("the pull requests of {} are", owner(own)),
        "plugin" => match name(own.pointer("/configMapRef/name")) {
            Some(name) => format!("what its plugin `{name}` answers is"),
            None => "what its plugin answers is".to_owned(),
        },
        _ => match name(own.get("name")) {
            Some(name) => format!("the status of the resource `{name}` that decides on clusters is"),
            None => "the status of the resource that decides on clusters is".to_owned(),
        },
    };
    Unknown { generator: kind, missing }
}

/// Whose repositories, and on which forge: `team` on GitHub.
fn owner(own: &Json) -> String {
    const FORGES: [(&str, &str); 8] = [
        ("github", "GitHub"),
        ("gitlab", "GitLab"),
        ("gitea", "Gitea"),
        ("bitbucketServer", "Bitbucket"),
        ("bitbucket", "Bitbucket"),
        ("azureDevOps", "Azure DevOps"),
        ("azuredevops", "Azure DevOps"),
        ("awsCodeCommit", "AWS CodeCommit"),
    ];
    let Some((forge, title)) = FORGES.iter().find(|(key, _)| own.get(key).is_some_and(Json::is_object))
    else {
        return "a forge".to_owned();
    };
    let keys = ["organization", "owner", "group", "project", "workspace"];
    let whose = keys.iter().find_map(|key| name(own.get(forge)?.get(key)));
    let repository = ["repo", "repository"].iter().find_map(|key| name(own.get(forge)?.get(key)));
    match (whose, repository) {
        (Some(whose), Some(repository)) => format!("`{whose}/{repository}` on {title}"),
        (Some(whose), None) => format!("`{whose}` on {title}"),
        _ => title.to_string(),
    }
}

fn name(value: Option<&Json>) -> Option<&str> {
    value?.as_str().filter(|text| !text.is_empty())
}

#[cfg(test)]
mod tests {
    use super::world;
    use serde_json::json;

    #[test]
    fn it_is_said_what_is_missing() {
        let missing = |kind, own| world(kind, &own).missing;
        assert_eq!(
            missing("scmProvider", json!({"github": {"organization": "team"}})),
            "the repositories of `team` on GitHub are"
        );
        assert_eq!(
            missing("pullRequest", json!({"gitea": {"owner": "o", "repo": "r"}})),
            "the pull requests of `o/r` on Gitea are"
        );
        assert_eq!(
            missing("plugin", json!({"configMapRef": {"name": "p"}})),
            "what its plugin `p` answers is"
        );
        assert_eq!(
            missing("clusterDecisionResource", json!({})),
            "the status of the resource that decides on clusters is"
        );
    }
}
