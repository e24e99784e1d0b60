//! Names that somebody still fills in: a template, a run, or a person.

/// Whether a text stands for another one: `$(params.IMAGE)`, `{{ name }}`, `${TAG}`, `<your-image>`, `__NAME__`.
pub(super) fn is_open(text: &str) -> bool {
    text.contains(['$', '{', '}', '<', '>', '%']) || (text.starts_with("__") && text.ends_with("__"))
}

#[cfg(test)]
mod tests {
    use super::is_open;

    #[test]
    fn what_is_to_be_filled_in_is_known() {
        assert!(["$(params.IMAGE)", "{{ name }}", "${TAG}", "<image>", "__IMAGE__"].into_iter().all(is_open));
        assert!(!is_open("registry:5000/a__b:1"));
    }
}
