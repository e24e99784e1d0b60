//! Reads a schedule as Kubernetes does.
//!
//! Source: `github.com/robfig/cron/v3/parser.go`, `ParseStandard`, and
//! `k8s.io/kubernetes/pkg/apis/batch/validation/validation.go`, `validateScheduleFormat`.

use super::{CronSchedule, TimeField, When};
use crate::facts::known::quoted;

/// The values that one field may have.
struct Bounds {
    /// What the field is about, in words.
    name: &'static str,
    least: u32,
    most: u32,
    /// The names of the values from the lowest on; none where there are only numbers.
    names: &'static [&'static str],
}

const MINUTE: Bounds = Bounds { name: "minute", least: 0, most: 59, names: &[] };
const HOUR: Bounds = Bounds { name: "hour", least: 0, most: 23, names: &[] };
const DAY_OF_MONTH: Bounds = Bounds { name: "day of the month", least: 1, most: 31, names: &[] };
const MONTH: Bounds = Bounds {
    name: "month",
    least: 1,
    most: 12,
    names: &["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"],
};
const DAY_OF_WEEK: Bounds = Bounds {
    name: "day of the week",
    least: 0,
    most: 6,
    names: &["sun", "mon", "tue", "wed", "thu", "fri", "sat"],
};

/// The time zone in front of a schedule, if there is one, and the schedule without it.
pub(super) fn time_zone(written: &str) -> (Option<&str>, &str) {
    let rest = written.strip_prefix("CRON_TZ=").or_else(|| written.strip_prefix("TZ="));
    match rest.and_then(|rest| rest.split_once(' ')) {
        Some((zone, schedule)) => (Some(zone), schedule.trim()),
        None => (None, written),
    }
}

/// Reads a schedule without a time zone; `Err` says why it is none.
pub(super) fn schedule(text: &str) -> Result<When, String> {
    let text = text.trim();
    if let Some(interval) = text.strip_prefix("@every ") {
        let seconds = interval_s(interval);
        let wrong = || format!("{} is no length of time", quoted(&short(interval)));
        return seconds.map(When::Every).ok_or_else(wrong);
    }
    let five = match text {
        "@yearly" | "@annually" => "0 0 1 1 *",
        "@monthly" => "0 0 1 * *",
        "@weekly" => "0 0 * * 0",
        "@daily" | "@midnight" => "0 0 * * *",
        "@hourly" => "0 * * * *",
        _ if text.starts_with('@') => {
            return Err(format!("{} is none of the names that it may have", quoted(&short(text))));
        }
        _ => text,
    };
    let fields: Vec<&str> = five.split_whitespace().take(7).collect();
    let [minute, hour, day_of_month, month, day_of_week] = fields[..] else {
        let number = if fields.len() > 6 { "more than 6".to_owned() } else { fields.len().to_string() };
        return Err(format!("it has {number} fields, not 5"));
    };
    Ok(When::Calendar(CronSchedule {
        minute: field(minute, &MINUTE)?,
        hour: field(hour, &HOUR)?,
        day_of_month: field(day_of_month, &DAY_OF_MONTH)?,
        month: field(month, &MONTH)?,
        day_of_week: field(day_of_week, &DAY_OF_WEEK)?,
    }))
}

/// A list of ranges. Empty items are passed over.
fn field(text: &str, bounds: &Bounds) -> Result<TimeField, String> {
    let mut on = [false; 60];
    let mut is_free = false;
    for item in text.split(',').filter(|item| !item.is_empty()) {
        let range =
            range(item, bounds).ok_or_else(|| format!("{} is no {}", quoted(&short(item)), bounds.name))?;
        is_free |= range.is_free;
        for value in (range.first..=range.last).step_by(range.step) {
            on[value as usize] = true;
        }
    }
    let values = (0..60).filter(|value| on[*value as usize]).collect();
    Ok(TimeField { values, is_any: matches!(text, "*" | "?"), is_free })
}

struct Range {
    first: u32,
    last: u32,
    step: usize,
    is_free: bool,
}

/// `5`, `1-5`, `*`, `*/15`, `10-30/5`, and `10/5`, which goes on to the highest value.
fn range(text: &str, bounds: &Bounds) -> Option<Range> {
    let mut halves = text.split('/');
    let (ends, step, none) = (halves.next()?, halves.next(), halves.next());
    let step = step.map(number).map_or(Some(None), |step| step.map(Some))?;
    if none.is_some() || step == Some(0) {
        return None;
    }
    let mut ends = ends.split('-');
    let low = ends.next()?;
    let (first, last, is_free) = if matches!(low, "*" | "?") {
        // Whatever stands behind a hyphen is not looked at.
        (bounds.least, bounds.most, step.is_none_or(|step| step == 1))
    } else {
        let (first, high) = (value(low, bounds)?, ends.next());
        let last = match high {
            Some(high) => value(high, bounds)?,
            None if step.is_some() => bounds.most,
            None => first,
        };
        if ends.next().is_some() {
            return None;
        }
        (first, last, false)
    };
    let fits = bounds.least <= first && first <= last && last <= bounds.most;
    let step = usize::try_from(step.unwrap_or(1)).unwrap_or(usize::MAX);
    fits.then_some(Range { first, last, step, is_free })
}

/// A number, or the name of a month or a day, in any case.
fn value(text: &str, bounds: &Bounds) -> Option<u32> {
    let named = bounds.names.iter().zip(bounds.least..).find(|(name, _)| name.eq_ignore_ascii_case(text));
    named.map(|(_, value)| value).or_else(|| number(text))
}

/// A number as Go reads it: digits, perhaps with a plus in front.
fn number(text: &str) -> Option<u32> {
    let digits = text.strip_prefix('+').unwrap_or(text);
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    Some(digits.parse().unwrap_or(u32::MAX))
}

/// The seconds of an interval such as `1h30m`, `90s` or `1.5h`; never less than one.
///
/// Source: Go's `time.ParseDuration`; `github.com/robfig/cron/v3/constantdelay.go`, `Every`.
fn interval_s(text: &str) -> Option<i64> {
    let (sign, mut rest) = match text.as_bytes().first()? {
        b'-' => (-1.0, &text[1..]),
        b'+' => (1.0, &text[1..]),
        _ => (1.0, text),
    };
    if rest == "0" {
        return Some(1);
    }
    let mut seconds = 0.0;
    while !rest.is_empty() {
        let end = rest.find(|c: char| !c.is_ascii_digit() && c != '.')?;
        let amount: f64 = rest[..end].parse().ok()?;
        rest = &rest[end..];
        let end = rest.find(|c: char| c.is_ascii_digit() || c == '.').unwrap_or(rest.len());
        seconds += amount
            * match &rest[..end] {
                "h" => 3600.0,
                "m" => 60.0,
                "s" => 1.0,
                "ms" => 1e-3,
                "us" | "µs" | "μs" => 1e-6,
                "ns" => 1e-9,
                _ => return None,
            };
        rest = &rest[end..];
    }
    // A conversion from a float stops at the highest number.
    let whole = (sign * seconds) as i64;
    (!text.is_empty() && seconds.is_finite()).then_some(whole.max(1))
}

/// The beginning of a text that someone made too long.
fn short(text: &str) -> String {
    text.chars().take(40).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn calendar(text: &str) -> CronSchedule {
        match schedule(text) {
            Ok(When::Calendar(schedule)) => schedule,
            other => panic!("{text}: {other:?}"),
        }
    }

    #[test]
    fn fields_are_expanded_and_sorted() {
        let cases: [(&str, &[u32]); 9] = [
            ("5", &[5]),
            ("05", &[5]),
            ("30,10,10", &[10, 30]),
            ("1-4", &[1, 2, 3, 4]),
            ("*/20", &[0, 20, 40]),
            ("10-30/10", &[10, 20, 30]),
            ("50/4", &[50, 54, 58]),
            ("1,,2", &[1, 2]),
            ("*/99", &[0]),
        ];
        for (text, minutes) in cases {
            assert_eq!(calendar(&format!("{text} * * * *")).minute.values, minutes, "{text}");
        }
        assert_eq!(calendar("0 0 * JAN,mar-May Mon-FRI").month.values, [1, 3, 4, 5]);
        assert_eq!(calendar("0 0 * JAN,mar-May Mon-FRI").day_of_week.values, [1, 2, 3, 4, 5]);
        assert_eq!(calendar("@weekly").day_of_week.values, [0]);
    }

    #[test]
    fn only_a_star_is_any_value() {
        let any = |text: &str| calendar(&format!("{text} * * * *")).minute;
        assert!(any("*").is_any && any("?").is_any && any("*").is_free);
        assert!(!any("*/1").is_any && any("*/1").is_free);
        assert!(!any("*/2").is_any && !any("*/2").is_free);
        assert!(!any("0-59").is_any && !any("0-59").is_free);
        assert_eq!(any("*/1").values.len(), 60);
    }

    #[test]
    fn what_kubernetes_turns_away_is_no_schedule() {
        let wrong = [
            "",
            "* * * *",
            "* * * * * *",
            "60 * * * *",
            "* 24 * * *",
            "* * 0 * *",
            "* * 32 * *",
            "* * * 13 *",
            "* * * * 7",
            "5-1 * * * *",
            "*/0 * * * *",
            "1-2-3 * * * *",
            "1/2/3 * * * *",
            "a * * * *",
            "* * * * sunday",
            "@reboot",
            "@every",
            "@every soon",
            "99999999999999999999 * * * *",
        ];
        for text in wrong {
            assert!(schedule(text).is_err(), "{text}");
        }
    }

    #[test]
    fn intervals_are_seconds() {
        let cases = [("1h30m", 5400), ("90s", 90), ("1.5h", 5400), ("100ms", 1), ("-1h", 1), ("0", 1)];
        for (text, seconds) in cases {
            assert_eq!(schedule(&format!("@every {text}")), Ok(When::Every(seconds)), "{text}");
        }
        assert!(matches!(schedule(&format!("@every {}h", "9".repeat(30))), Ok(When::Every(i64::MAX))));
    }

    #[test]
    fn a_time_zone_may_stand_in_front() {
        assert_eq!(time_zone("CRON_TZ=UTC 0 5 * * *"), (Some("UTC"), "0 5 * * *"));
        assert_eq!(time_zone("TZ=Asia/Tokyo @daily"), (Some("Asia/Tokyo"), "@daily"));
        assert_eq!(time_zone("TZ=UTC"), (None, "TZ=UTC"));
        assert_eq!(time_zone("0 5 * * *"), (None, "0 5 * * *"));
    }
}
