//! The arguments that say how a report is written.

use std::cell::Cell;
use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use chrono_tz::Tz;
use clap::Args;

use super::exit::{Failure, Outcome};
use super::time_arg::ZoneArgs;
use crate::deliver::file::OutputFile;
use crate::deliver::standard_error;
use crate::deliver::standard_output;
use crate::render::table::{self, Detail};
use crate::render::{Format, RenderOptions};
use crate::report::Report;
use crate::report::severity::Severity;

/// The width of a table that goes to a file or a pipe.
const WIDTH_OF_FILES: usize = 120;

#[derive(Debug, Args)]
pub(super) struct OutputArgs {
    /// Format of standard output
    #[arg(long, value_enum, help_heading = "Output")]
    format: Option<Format>,

    /// Write the report to a file, in the format of its extension; repeatable
    ///
    /// Standard output then stays empty, unless --format is given as well.
    #[arg(short, long, value_name = "FILE", help_heading = "Output")]
    output: Vec<PathBuf>,

    #[command(flatten)]
    zone: ZoneArgs,

    /// Exit with 3 if a finding has this severity or a higher one, even if the report is incomplete
    #[arg(long, value_name = "SEVERITY", help_heading = "Output")]
    fail_on: Option<FailOn>,
}

/// A severity as it is typed.
#[derive(Debug, Clone, Copy, clap::ValueEnum)]
enum FailOn {
    Critical,
    Warning,
    Notice,
}

/// How a report is written, validated.
#[derive(Debug)]
pub(super) struct OutputPlan {
    format: Option<Format>,
    files: Vec<(PathBuf, Format)>,
    pub(super) time_zone: Tz,
    fail_on: Option<Severity>,
    detail: Option<Detail>,
}

impl OutputArgs {
    /// The time zone of what people type and read.
    pub(super) fn time_zone(&self) -> Tz {
        self.zone.time_zone
    }

    pub(super) fn plan(self) -> Result<OutputPlan, Failure> {
        let mut files = Vec::new();
        for path in self.output {
            let extension = path
                .extension()
                .map(|extension| extension.to_string_lossy().to_lowercase());
            let Some(format) = extension.as_deref().and_then(Format::of_extension) else {
                let known: Vec<&str> = Format::extensions().collect();
                return Err(Failure::Usage(format!(
                    "--output {}: unknown extension; use one of .{}",
                    path.display(),
                    known.join(", .")
                )));
            };
            files.push((path, format));
        }
        let format = match (self.format, files.is_empty()) {
            (None, true) => Some(Format::Table),
            (format, _) => format,
        };
        Ok(OutputPlan {
            format,
            files,
            time_zone: self.zone.time_zone,
            fail_on: self.fail_on.map(|severity| match severity {
                FailOn::Critical => Severity::Critical,
                FailOn::Warning => Severity::Warning,
                FailOn::Notice => Severity::Notice,
            }),
            detail: None,
        })
    }
}

/// A file that can be written, and that is none of these, which are read.
pub(super) fn output_file(path: &Path, inputs: &[PathBuf]) -> Result<OutputFile, Failure> {
    let file = OutputFile::at(path).with_context(|| format!("cannot write {}", path.display()))?;
    match inputs.iter().find(|input| file.is_same_as(input)) {
        None => Ok(file),
        Some(_) => Err(Failure::Usage(format!(
            "--output {}: it is also the input and would be overwritten: use another file",
            path.display()
        ))),
    }
}

/// The output files of a run, known to be writable before the work begins.
pub(super) struct Outputs<'a> {
    plan: &'a OutputPlan,
    files: Vec<(OutputFile, Format)>,
    /// Whether files that are there already are left as they are.
    keeps_older: Cell<bool>,
}

impl OutputPlan {
    /// The same, with every holder by itself in tables.
    pub(super) fn in_detail(self, detail: Detail) -> Self {
        Self {
            detail: Some(detail),
            ..self
        }
    }

    /// Whether standard output shows a table, which people read.
    pub(super) fn is_table(&self) -> bool {
        self.format == Some(Format::Table)
    }

    /// Checks that every file can be written, and that none of them is one of these, which are read.
    pub(super) fn open(&self, inputs: &[PathBuf]) -> Result<Outputs<'_>, Failure> {
        let mut files = Vec::new();
        for (path, format) in &self.files {
            let file = output_file(path, inputs)?;
            files.push((file, *format));
        }
        Ok(Outputs {
            plan: self,
            files,
            keeps_older: Cell::new(false),
        })
    }
}

impl Outputs<'_> {
    /// Writes the report to all of its places. A file that cannot be written does not keep the
    /// others from being written.
    pub(super) fn write(&self, report: &Report) -> Result<(), Failure> {
        let files = self.write_files(report, |_| true);
        self.write_standard_output(report)?;
        files
    }

    /// Leaves files that are there already as they are, if the run was broken off before it had
    /// seen everything: an older report that is whole is worth more.
    pub(super) fn keep_older_if(&self, is_broken_off: bool) {
        self.keeps_older.set(is_broken_off);
    }

    /// Writes the files whose format is wanted.
    pub(super) fn write_files(
        &self,
        report: &Report,
        wanted: impl Fn(Format) -> bool,
    ) -> Result<(), Failure> {
        let mut failure = None;
        for (file, format) in self.files.iter().filter(|(_, format)| wanted(*format)) {
            if self.keeps_older.get() && file.path().exists() {
                let kept = format!(
                    "warning: interrupted before everything was seen: {} is unchanged\n",
                    file.path().display()
                );
                // Without standard error nobody can be told.
                let _ = standard_error::write(kept.as_bytes());
                continue;
            }
            let options = RenderOptions {
                width: WIDTH_OF_FILES,
                colour: false,
                time_zone: self.plan.time_zone,
            };
            let written =
                file.write_with(|output| self.plan.render(*format, report, &options, output));
            if let Err(error) = written {
                failure.get_or_insert(
                    anyhow::Error::from(error)
                        .context(format!("cannot write {}", file.path().display())),
                );
            }
        }
        failure.map_or(Ok(()), |failure| Err(Failure::Failed(failure)))
    }

    /// Writes the report to standard output, if it is to go there.
    pub(super) fn write_standard_output(&self, report: &Report) -> Result<(), Failure> {
        if let Some(format) = self.plan.format {
            let options = self.plan.options_for_standard_output();
            standard_output::write_with(|output| {
                self.plan.render(format, report, &options, output)
            })
            .context("cannot write to standard output")?;
        }
        Ok(())
    }

    /// Writes a first answer to standard error, as a table under a line that says so.
    pub(super) fn write_first_answer(&self, line: &str, report: &Report) {
        let colour =
            anstream::AutoStream::choice(&std::io::stderr()) != anstream::ColorChoice::Never;
        let options = RenderOptions {
            colour,
            ..self.plan.options_for_standard_output()
        };
        let mut bytes = format!("{line}\n\n").into_bytes();
        // A buffer takes everything, and without standard error nobody can be told.
        let _ = table::render_in_detail(report, Detail::default(), &options, &mut bytes);
        bytes.push(b'\n');
        let _ = standard_error::write(&bytes);
    }

    /// The outcome that a report means.
    pub(super) fn outcome(&self, report: &Report) -> Outcome {
        let found = self
            .plan
            .fail_on
            .is_some_and(|severity| report.worst_severity() >= Some(severity));
        if found {
            Outcome::Findings
        } else if report.is_incomplete() {
            Outcome::Incomplete
        } else {
            Outcome::Done
        }
    }
}

impl OutputPlan {
    fn options_for_standard_output(&self) -> RenderOptions {
        let colour =
            anstream::AutoStream::choice(&std::io::stdout()) != anstream::ColorChoice::Never;
        let width = terminal_size::terminal_size_of(std::io::stdout())
            .map_or(WIDTH_OF_FILES, |(width, _)| usize::from(width.0));
        RenderOptions {
            width,
            colour,
            time_zone: self.time_zone,
        }
    }

    fn render(
        &self,
        format: Format,
        report: &Report,
        options: &RenderOptions,
        output: &mut dyn Write,
    ) -> std::io::Result<()> {
        match (format, self.detail) {
            (Format::Table, Some(detail)) => {
                table::render_in_detail(report, detail, options, output)
            }
            _ => format.render(report, options, output),
        }
    }
}
