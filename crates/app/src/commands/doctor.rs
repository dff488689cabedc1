//! `chartsy doctor`: what is wrong with an installation, and what to do about it.

mod checks;

use std::io::Write;

use crate::arguments::DataArgs;
use crate::failure::Advice;

#[derive(Debug, clap::Args)]
pub struct Doctor {
    #[command(flatten)]
    data: DataArgs,
    /// Do not contact the providers
    #[arg(long)]
    offline: bool,
}

/// What one check found.
struct Finding {
    what: String,
    verdict: Verdict,
}

enum Verdict {
    Well,
    /// Nothing is wrong as far as can be seen from here, but somebody should know; and what to do.
    Note(String),
    /// What is wrong, and what to do.
    Trouble(String, String),
}

impl Finding {
    fn well(what: impl Into<String>) -> Self {
        Self { what: what.into(), verdict: Verdict::Well }
    }

    fn note(what: impl Into<String>, to_do: impl Into<String>) -> Self {
        Self { what: what.into(), verdict: Verdict::Note(to_do.into()) }
    }

    fn trouble(what: impl Into<String>, wrong: impl Into<String>, to_do: impl Into<String>) -> Self {
        Self { what: what.into(), verdict: Verdict::Trouble(wrong.into(), to_do.into()) }
    }
}

pub async fn run(args: Doctor) -> anyhow::Result<()> {
    let findings = checks::all(&args.data.data, args.offline).await;
    let mut out = std::io::stdout().lock();
    for finding in &findings {
        match &finding.verdict {
            Verdict::Well => writeln!(out, "ok       {}", finding.what)?,
            Verdict::Note(to_do) => {
                writeln!(out, "note     {}", finding.what)?;
                writeln!(out, "         {to_do}")?;
            }
            Verdict::Trouble(wrong, to_do) => {
                writeln!(out, "problem  {}: {wrong}", finding.what)?;
                writeln!(out, "         {to_do}")?;
            }
        }
    }
    match findings.iter().filter(|finding| matches!(finding.verdict, Verdict::Trouble(..))).count() {
        0 => Ok(()),
        1 => {
            Err(Advice::new("found 1 problem", "follow the advice above, then run this command again").into())
        }
        many => Err(Advice::new(
            format!("found {many} problems"),
            "follow the advice above, then run this command again",
        )
        .into()),
    }
}
