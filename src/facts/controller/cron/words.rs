//! A schedule in words: `at 02:30 from Monday to Friday`.

use super::CronSchedule;
use crate::names::count;
use crate::names::english;

const DAYS: [&str; 7] = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"];
const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

/// How many times of day are written out one by one.
const MOST_LISTED: usize = 6;

impl CronSchedule {
    /// When it is due, in words that begin in lower case: `every 15 minutes`; `None` if it never is.
    pub fn words(&self) -> Option<String> {
        if !self.ever() {
            return None;
        }
        let (time, needs_day) = self.time();
        Some(match (self.day(), needs_day) {
            // Two pairs of "from … to …" need a pause between them.
            (Some(day), _) if time.contains(" to ") && day.starts_with("from ") => format!("{time}, {day}"),
            (Some(day), _) => format!("{time} {day}"),
            (None, true) => format!("{time} every day"),
            (None, false) => time,
        })
    }

    /// Whether any minute of any day fits.
    fn ever(&self) -> bool {
        let fields = [&self.minute, &self.hour, &self.day_of_month, &self.month, &self.day_of_week];
        if fields.iter().any(|field| field.values.is_empty()) {
            return false;
        }
        let first = self.day_of_month.values.first().copied().unwrap_or(1);
        !self.day_of_week.is_free || self.month.values.iter().any(|month| first <= days_of(*month))
    }

    /// The time of day, and whether the words lack that it is every day.
    fn time(&self) -> (String, bool) {
        let (minute, hour) = (Shape::of(&self.minute.values, 0, 59), Shape::of(&self.hour.values, 0, 23));
        match (&minute, &hour) {
            (Shape::All, Shape::All) => ("every minute".to_owned(), false),
            (_, Shape::All) => (minutes_of_each_hour(&minute, &self.minute.values), false),
            (Shape::All, Shape::Cycle { first, step }) => {
                (format!("every minute of every {} hour, from {}", ordinal(*step), clock(*first, 0)), false)
            }
            (Shape::All, _) => (all_minutes_of(&hour, &self.hour.values), true),
            (Shape::One(minute), Shape::Cycle { first, step }) if self.hour.values.len() > 3 => {
                (format!("every {step} hours from {}", clock(*first, *minute)), false)
            }
            (Shape::One(minute), _) => (hours_at(*minute, &hour, &self.hour.values), true),
            _ => (self.minutes_of_some_hours(&minute, &hour), true),
        }
    }

    /// Several minutes of certain hours.
    fn minutes_of_some_hours(&self, minute: &Shape, hour: &Shape) -> String {
        let (minutes, hours) = (&self.minute.values, &self.hour.values);
        let (from, to) = (first(hours), last(hours));
        let ends = format!("from {} to {}", clock(from, first(minutes)), clock(to, last(minutes)));
        let one_hour = matches!(hour, Shape::One(_));
        match (minute, hour) {
            (Shape::Cycle { step, .. }, Shape::Run) => return format!("every {step} minutes {ends}"),
            (Shape::Cycle { step, .. } | Shape::Steps { step }, Shape::One(_)) if minutes.len() > 3 => {
                return format!("every {step} minutes {ends}");
            }
            (Shape::Run, _) if one_hour => return format!("every minute {ends}"),
            _ => {}
        }
        if minutes.len() * hours.len() <= MOST_LISTED {
            let times = hours.iter().flat_map(|hour| minutes.iter().map(move |minute| clock(*hour, *minute)));
            return format!("at {}", english::list(times, "and"));
        }
        let past = match hour {
            Shape::One(_) => clock(from, 0),
            Shape::Run => format!("every hour from {} to {}", clock(from, 0), clock(to, 0)),
            Shape::Cycle { step, .. } => format!("every {} hour from {}", ordinal(*step), clock(from, 0)),
            _ if hours.len() <= MOST_LISTED => english::list(hours.iter().map(|hour| clock(*hour, 0)), "and"),
            _ => format!("{} hours between {} and {}", hours.len(), clock(from, 0), clock(to, 0)),
        };
        format!("{} past {past}", minutes_past(minute, minutes))
    }

    /// The days, if not every one.
    fn day(&self) -> Option<String> {
        let month = Shape::of(&self.month.values, 1, 12);
        let (dates, weekdays) = (&self.day_of_month, &self.day_of_week);
        let all_dates = dates.values.len() == 31;
        let all_weekdays = weekdays.values.len() == 7;
        let in_months = match &month {
            Shape::All => String::new(),
            Shape::Run => format!(" {}", months(&month, &self.month.values)),
            shape => format!(" in {}", months(shape, &self.month.values)),
        };
        let every_day = || (!in_months.is_empty()).then(|| format!("every day{in_months}"));
        let of_months = match &month {
            Shape::All => " of each month".to_owned(),
            Shape::Run => format!(" of each month{in_months}"),
            shape => format!(" of {}", months(shape, &self.month.values)),
        };
        match (dates.is_free, weekdays.is_free) {
            (true, true) => every_day(),
            (true, false) if all_weekdays => every_day(),
            (true, false) => Some(format!("{}{in_months}", weekdays_in(&weekdays.values))),
            (false, true) if all_dates => every_day(),
            (false, true) => Some(format!("{}{of_months}{}", dates_in(&dates.values), self.if_there())),
            (false, false) if all_dates || all_weekdays => every_day(),
            (false, false) => Some(format!(
                "{}{of_months}, or {}{in_months}",
                dates_in(&dates.values),
                any_weekday(&weekdays.values)
            )),
        }
    }

    /// A word on months that lack the only day.
    fn if_there(&self) -> &'static str {
        let lacking = |day: u32| self.month.values.iter().any(|month| day > days_of(*month));
        match self.day_of_month.values[..] {
            [day] if lacking(day) && self.month.values.len() > 1 => " that has one",
            _ => "",
        }
    }
}

/// How the values of a field lie.
enum Shape {
    /// All of them.
    All,
    /// Only one.
    One(u32),
    /// Three or more without a gap.
    Run,
    /// Two or more, the same step apart, over the end and round again.
    Cycle { first: u32, step: u32 },
    /// Four or more, the same step apart.
    Steps { step: u32 },
    /// Any others.
    Some,
}

impl Shape {
    fn of(values: &[u32], least: u32, most: u32) -> Shape {
        let [head, .., tail] = *values else {
            return values.first().map_or(Shape::Some, |only| Shape::One(*only));
        };
        let all = most - least + 1;
        if values.len() == all as usize {
            return Shape::All;
        }
        let step = values[1] - head;
        let even = values.windows(2).all(|pair| pair[1] - pair[0] == step);
        if even && step == 1 && values.len() > 2 {
            Shape::Run
        } else if even && step > 1 && head + all - tail == step {
            Shape::Cycle { first: head, step }
        } else if even && step > 1 && values.len() > 3 {
            Shape::Steps { step }
        } else {
            Shape::Some
        }
    }
}

fn minutes_of_each_hour(shape: &Shape, values: &[u32]) -> String {
    match shape {
        Shape::One(0) => "at the start of every hour".to_owned(),
        Shape::Cycle { first: 0, step } => format!("every {step} minutes"),
        Shape::Cycle { first, step } if values.len() > 3 => {
            format!("every {step} minutes, starting at {} past the hour", minutes(*first))
        }
        _ => format!("{} past every hour", minutes_past(shape, values)),
    }
}

/// Minutes, as they stand before "past".
fn minutes_past(shape: &Shape, values: &[u32]) -> String {
    match shape {
        Shape::One(minute) => format!("at {}", minutes(*minute)),
        Shape::Run => format!("every minute from {} to {} minutes", first(values), last(values)),
        Shape::Cycle { step, .. } | Shape::Steps { step } if values.len() > 3 => {
            format!("every {step} minutes from {} to {} minutes", first(values), last(values))
        }
        _ if values.len() <= MOST_LISTED => {
            format!("at {} minutes", english::list(values.iter().map(u32::to_string), "and"))
        }
        _ => format!("{} times from {} to {} minutes", values.len(), first(values), last(values)),
    }
}

fn all_minutes_of(shape: &Shape, hours: &[u32]) -> String {
    match shape {
        Shape::One(_) | Shape::Run => {
            format!("every minute from {} to {}", clock(first(hours), 0), clock(last(hours), 59))
        }
        _ if hours.len() <= MOST_LISTED => {
            let starts = hours.iter().map(|hour| clock(*hour, 0));
            format!("every minute of the hours that start at {}", english::list(starts, "and"))
        }
        _ => format!(
            "every minute of {} hours between {} and {}",
            hours.len(),
            clock(first(hours), 0),
            clock(last(hours), 59)
        ),
    }
}

/// One minute of certain hours.
fn hours_at(minute: u32, shape: &Shape, hours: &[u32]) -> String {
    let ends = || format!("from {} to {}", clock(first(hours), minute), clock(last(hours), minute));
    match shape {
        Shape::Run if hours.len() > 3 => format!("every hour {}", ends()),
        Shape::Steps { step } => format!("every {step} hours {}", ends()),
        _ if hours.len() <= MOST_LISTED => {
            format!("at {}", english::list(hours.iter().map(|hour| clock(*hour, minute)), "and"))
        }
        _ => format!("{} times {}", hours.len(), ends()),
    }
}

fn weekdays_in(values: &[u32]) -> String {
    match weekday_run(values) {
        Some((from, to)) => format!("from {from} to {to}"),
        None => format!("every {}", english::list(weekday_names(values), "and")),
    }
}

fn any_weekday(values: &[u32]) -> String {
    match weekday_run(values) {
        Some((from, to)) => format!("on any day from {from} to {to}"),
        None => format!("on any {}", english::list(weekday_names(values), "or")),
    }
}

/// The names of days, from Monday on.
fn weekday_names(values: &[u32]) -> Vec<String> {
    let mut days = values.to_vec();
    days.sort_by_key(|day| (day + 6) % 7);
    days.into_iter().map(|day| DAYS[day as usize % 7].to_owned()).collect()
}

/// The first and the last of three or more days without a gap, in a week that begins on Sunday or on Monday.
fn weekday_run(values: &[u32]) -> Option<(&'static str, &'static str)> {
    let mut monday_first: Vec<u32> = values.iter().map(|day| if *day == 0 { 7 } else { *day }).collect();
    monday_first.sort_unstable();
    let run = |days: &[u32]| days.len() > 2 && days.windows(2).all(|pair| pair[1] == pair[0] + 1);
    let days = [values.to_vec(), monday_first].into_iter().find(|days| run(days))?;
    Some((DAYS[first(&days) as usize % 7], DAYS[last(&days) as usize % 7]))
}

fn dates_in(values: &[u32]) -> String {
    let ends = || format!("from the {} to the {}", ordinal(first(values)), ordinal(last(values)));
    match Shape::of(values, 1, 31) {
        Shape::Run => ends(),
        Shape::Steps { step } | Shape::Cycle { step, .. } if values.len() > 3 => {
            format!("every {step} days {}", ends())
        }
        _ => format!("on the {}", english::list(values.iter().map(|day| ordinal(*day)), "and")),
    }
}

fn months(shape: &Shape, values: &[u32]) -> String {
    let name = |month: u32| MONTHS[(month.max(1) as usize - 1) % 12].to_owned();
    match shape {
        Shape::Run => format!("from {} to {}", name(first(values)), name(last(values))),
        _ => english::list(values.iter().map(|month| name(*month)), "and"),
    }
}

/// The most days that a month may have.
fn days_of(month: u32) -> u32 {
    match month {
        2 => 29,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

fn first(values: &[u32]) -> u32 {
    values.first().copied().unwrap_or_default()
}

fn last(values: &[u32]) -> u32 {
    values.last().copied().unwrap_or_default()
}

fn clock(hour: u32, minute: u32) -> String {
    format!("{hour:02}:{minute:02}")
}

fn minutes(number: u32) -> String {
    count(number as usize, "minute", "minutes")
}

/// `1st`, `2nd`, `3rd`, `11th`.
fn ordinal(number: u32) -> String {
    crate::names::ordinal(i64::from(number))
}

/// How often something happens that comes round after so many seconds: `every hour`, `every 90 seconds`.
pub(super) fn every_words(seconds: i64) -> String {
    let span = span_words(seconds);
    let unit = span.strip_prefix("1 ").filter(|unit| !unit.contains(' '));
    format!("every {}", unit.unwrap_or(&span))
}

/// A length of time in the units that people use: 90 s is `90 seconds`, 5400 s `90 minutes`, 9000 s `2 hours and
/// 30 minutes`.
pub fn span_words(seconds: i64) -> String {
    let seconds = usize::try_from(seconds).unwrap_or(0);
    let (days, hours) = (seconds / 86_400, seconds % 86_400 / 3600);
    let (minutes, rest) = (seconds % 3600 / 60, seconds % 60);
    if seconds < 120 && seconds != 60 {
        return count(seconds, "second", "seconds");
    }
    if seconds < 7200 && rest == 0 && minutes > 0 {
        return count(seconds / 60, "minute", "minutes");
    }
    let parts = [
        (days, "day", "days"),
        (hours, "hour", "hours"),
        (minutes, "minute", "minutes"),
        (rest, "second", "seconds"),
    ];
    let parts = parts.into_iter().filter(|(number, ..)| *number > 0);
    english::list(parts.map(|(number, one, many)| count(number, one, many)), "and")
}

#[cfg(test)]
mod tests {
    use super::super::{When, parse};
    use super::span_words;

    #[test]
    fn schedules_read_aloud() {
        let cases = [
            ("* * * * *", "every minute"),
            ("*/1 * * * *", "every minute"),
            ("*/15 * * * *", "every 15 minutes"),
            ("0/15 * * * *", "every 15 minutes"),
            ("5/15 * * * *", "every 15 minutes, starting at 5 minutes past the hour"),
            ("0,30 * * * *", "every 30 minutes"),
            ("10,40 * * * *", "at 10 and 40 minutes past every hour"),
            ("*/7 * * * *", "every 7 minutes from 0 to 56 minutes past every hour"),
            ("0 * * * *", "at the start of every hour"),
            ("@hourly", "at the start of every hour"),
            ("1 * * * *", "at 1 minute past every hour"),
            ("5 * * * *", "at 5 minutes past every hour"),
            ("10-20 * * * *", "every minute from 10 to 20 minutes past every hour"),
            ("5,20,50 * * * *", "at 5, 20, and 50 minutes past every hour"),
            ("0 * * * 1-5", "at the start of every hour from Monday to Friday"),
            ("* 2 * * *", "every minute from 02:00 to 02:59 every day"),
            ("* 9-17 * * *", "every minute from 09:00 to 17:59 every day"),
            ("* */2 * * *", "every minute of every 2nd hour, from 00:00"),
            ("* 1,5 * * *", "every minute of the hours that start at 01:00 and 05:00 every day"),
            ("30 2 * * *", "at 02:30 every day"),
            ("30 2 * * 1-5", "at 02:30 from Monday to Friday"),
            ("30 2 * * mon-fri", "at 02:30 from Monday to Friday"),
            ("30 2 * * 0", "at 02:30 every Sunday"),
            ("30 2 * * 6,0", "at 02:30 every Saturday and Sunday"),
            ("30 2 * * 1,3,5", "at 02:30 every Monday, Wednesday, and Friday"),
            ("30 2 * * 0-4", "at 02:30 from Sunday to Thursday"),
            ("30 2 * * 5,6,0", "at 02:30 from Friday to Sunday"),
            ("30 2 * * 0-6", "at 02:30 every day"),
            ("0 */6 * * *", "every 6 hours from 00:00"),
            ("5 */2 * * *", "every 2 hours from 00:05"),
            ("0 */12 * * *", "at 00:00 and 12:00 every day"),
            ("0 9-17 * * 1-5", "every hour from 09:00 to 17:00, from Monday to Friday"),
            ("0 8-18/2 * * *", "every 2 hours from 08:00 to 18:00 every day"),
            ("0 8,12,18 * * *", "at 08:00, 12:00, and 18:00 every day"),
            ("*/15 9-17 * * *", "every 15 minutes from 09:00 to 17:45 every day"),
            ("0,30 8,17 * * *", "at 08:00, 08:30, 17:00, and 17:30 every day"),
            ("0-10 2 * * *", "every minute from 02:00 to 02:10 every day"),
            ("*/10 2 * * *", "every 10 minutes from 02:00 to 02:50 every day"),
            ("5,20,50 8,12,16 * * *", "at 5, 20, and 50 minutes past 08:00, 12:00, and 16:00 every day"),
            ("5,20 9-17 * * *", "at 5 and 20 minutes past every hour from 09:00 to 17:00 every day"),
            ("@daily", "at 00:00 every day"),
            ("@midnight", "at 00:00 every day"),
            ("@weekly", "at 00:00 every Sunday"),
            ("@monthly", "at 00:00 on the 1st of each month"),
            ("@yearly", "at 00:00 on the 1st of January"),
            ("0 0 1,15 * *", "at 00:00 on the 1st and 15th of each month"),
            ("0 0 1-7 * *", "at 00:00 from the 1st to the 7th of each month"),
            ("0 0 */2 * *", "at 00:00 every 2 days from the 1st to the 31st of each month"),
            ("0 0 31 * *", "at 00:00 on the 31st of each month that has one"),
            ("0 0 29 2 *", "at 00:00 on the 29th of February"),
            ("0 0 1 1,7 *", "at 00:00 on the 1st of January and July"),
            ("0 0 1 */3 *", "at 00:00 on the 1st of January, April, July, and October"),
            ("0 0 1 3-6 *", "at 00:00 on the 1st of each month from March to June"),
            ("0 0 * 12 *", "at 00:00 every day in December"),
            ("0 0 * 6-8 1", "at 00:00 every Monday from June to August"),
            ("0 0 * 6-8 *", "at 00:00 every day from June to August"),
            (
                "0 0 13 6-8 5",
                "at 00:00 on the 13th of each month from June to August, or on any Friday from June to August",
            ),
            (
                "0 0 13 1,2 5",
                "at 00:00 on the 13th of January and February, or on any Friday in January and February",
            ),
            ("0 0 13 * 5", "at 00:00 on the 13th of each month, or on any Friday"),
            ("0 0 1 * 1-5", "at 00:00 on the 1st of each month, or on any day from Monday to Friday"),
            ("0 0 */2 * 1", "at 00:00 every 2 days from the 1st to the 31st of each month, or on any Monday"),
            ("0 0 */1 * 1", "at 00:00 every Monday"),
            ("0 0 1-31 * 1", "at 00:00 every day"),
            ("0 0 1 * ?", "at 00:00 on the 1st of each month"),
        ];
        for (text, expected) in cases {
            let Ok(When::Calendar(schedule)) = parse::schedule(text) else { panic!("{text}") };
            assert_eq!(schedule.words().as_deref(), Some(expected), "{text}");
        }
    }

    #[test]
    fn some_days_never_come() {
        for text in ["0 0 30 2 *", "0 0 31 4,6 *", ", * * * *"] {
            let Ok(When::Calendar(schedule)) = parse::schedule(text) else { panic!("{text}") };
            assert_eq!(schedule.words(), None, "{text}");
        }
        let Ok(When::Calendar(or)) = parse::schedule("0 0 30 2 1") else { panic!() };
        assert!(or.words().is_some(), "the Mondays of February come");
    }

    #[test]
    fn spans_have_the_units_of_people() {
        let cases = [
            (1, "1 second"),
            (90, "90 seconds"),
            (600, "10 minutes"),
            (60, "1 minute"),
            (61, "61 seconds"),
            (150, "2 minutes and 30 seconds"),
            (3600, "1 hour"),
            (5400, "90 minutes"),
            (9000, "2 hours and 30 minutes"),
            (86_400, "1 day"),
            (90_061, "1 day, 1 hour, 1 minute, and 1 second"),
            (-5, "0 seconds"),
        ];
        for (seconds, words) in cases {
            assert_eq!(span_words(seconds), words);
        }
    }
}
