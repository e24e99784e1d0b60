//! `podviz charts --fetch`: fetches, then lists what is here.

use super::check::Check;
use super::{Exit, make};
use podviz::cli::{Charts, Messages};
use podviz::fetch_charts;
use podviz::problem::{Code, Level, Problem};
use podviz::source::charts::Step;

/// Fetches what is missing, and says before each step which host is asked for what, whatever else is to be told.
pub(super) fn fetch(charts: &Charts, messages: &Messages, check: &Check) -> anyhow::Result<Exit> {
    let mut say = |step| match step {
        Step::Asks { host, what } => {
            messages.problem(&Problem::new(
                Level::Note,
                Code::AskedHost,
                format!("asking {host} for {what}"),
            ));
        }
        Step::Kept { chart, version } => messages.done(&format!("Fetched {chart} {version}")),
    };
    match fetch_charts(&charts.ask().request(), &mut say) {
        Ok(problems) => messages.problems(&problems),
        Err(error) => {
            messages.problem(&error.problem());
            return Ok(Exit::Failed);
        }
    }
    make(charts.ask(), messages, check)
}
