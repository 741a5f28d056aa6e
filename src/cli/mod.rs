//! The command line: one file for each command. Nothing else in the program prints.
//!
//! Data goes to standard output, everything else to standard error. Exit codes: 0 success, 1 done but with findings that
//! matter, 2 could not run.

mod book;
mod check;
mod consolidate;
mod diff;
mod exit;
mod explain;
mod feedback;
mod finding;
mod inspect;
mod journal;
mod moment;
mod pipeline;
mod run;
mod show;
mod snapshots;
mod sql;
mod status;
mod summary;
mod template;
mod trace;
mod verify;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

use exit::{CLEAN, FAILED};

/// Gathers provincial submissions into Parquet, national totals, regional breakdowns and white-book tables.
#[derive(Debug, Parser)]
#[command(name = "tonghop", version, about, max_term_width = 100)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Read the submissions, publish a snapshot of the lake and write the tables.
    Run(run::Arguments),
    /// Check the definitions of a pipeline.
    Check(check::Arguments),
    /// Show what files hold: forms, periods, units, values, evidence and findings. Writes nothing.
    Inspect(inspect::Arguments),
    /// Run an SQL query over the lake.
    Sql(sql::Arguments),
    /// Show which reports have come, which are missing and which are late.
    Status(status::Arguments),
    /// List the snapshots of a lake.
    Snapshots(snapshots::ListArguments),
    /// Make an earlier snapshot the current one.
    Rollback(snapshots::RollbackArguments),
    /// Delete old snapshots. Snapshots that an edition is pinned to stay.
    Gc(snapshots::GcArguments),
    /// Check every file of a lake against its hash, and repair what is damaged.
    Verify(verify::Arguments),
    /// Show the figures that differ between two snapshots, and the submissions that changed them.
    Diff(diff::Arguments),
    /// Make an edition of the book: workbook, PDF, CSV files with a description, and a lock that names its inputs.
    Book(book::Arguments),
    /// Trace a published number back to the cells it is made of.
    Trace(trace::Arguments),
    /// Write a copy of each submitted file, with its faulty cells marked and explained, for the unit that sent it.
    Feedback(feedback::Arguments),
    /// Write a blank form, ready to fill in.
    Template(template::Arguments),
    /// Write a form filled for the country, each region and each unit, from the reports that came.
    Consolidate(consolidate::Arguments),
    /// Explain a finding or a rule, and what to do about it.
    Explain(explain::Arguments),
}

/// Runs the command line.
#[must_use]
pub fn main() -> ExitCode {
    let arguments = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(e) => return not_a_command(&e),
    };
    let runtime = match tokio::runtime::Builder::new_multi_thread()
        .thread_stack_size(8 << 20)
        .enable_all()
        .build()
    {
        Ok(runtime) => runtime,
        Err(e) => return cannot_start(&format!("the runtime cannot start: {e}")),
    };
    runtime.block_on(async {
        match arguments.command {
            Command::Run(arguments) => run::main(arguments).await,
            Command::Check(arguments) => check::main(arguments).await,
            Command::Inspect(arguments) => inspect::main(arguments).await,
            Command::Sql(arguments) => sql::main(arguments).await,
            Command::Status(arguments) => status::main(arguments).await,
            Command::Snapshots(arguments) => snapshots::list(&arguments),
            Command::Rollback(arguments) => snapshots::rollback(&arguments),
            Command::Gc(arguments) => snapshots::gc(&arguments),
            Command::Verify(arguments) => verify::main(arguments).await,
            Command::Diff(arguments) => diff::main(arguments).await,
            Command::Book(arguments) => book::main(arguments).await,
            Command::Trace(arguments) => trace::main(arguments).await,
            Command::Feedback(arguments) => feedback::main(arguments),
            Command::Template(arguments) => template::main(arguments).await,
            Command::Consolidate(arguments) => consolidate::main(arguments).await,
            Command::Explain(arguments) => explain::main(&arguments),
        }
    })
}

/// Prints the help that was asked for, or what is wrong with the command line.
fn not_a_command(error: &clap::Error) -> ExitCode {
    if error.use_stderr() {
        if is_logged_as_json() {
            return cannot_start(error.to_string().trim());
        }
        let _ = error.print();
        return ExitCode::from(FAILED);
    }
    match error.print() {
        Err(e) if e.kind() != std::io::ErrorKind::BrokenPipe => {
            show::failure(&format!("standard output: {e}"))
        }
        _ => ExitCode::from(CLEAN),
    }
}

/// Says why nothing could start, in the format of the log that was asked for.
fn cannot_start(message: &str) -> ExitCode {
    if is_logged_as_json() {
        let message = message.trim_start_matches("error: ");
        journal::Journal::new(journal::Log::Json).fail(message);
        return ExitCode::from(FAILED);
    }
    show::failure(message)
}

/// Whether the command line asks for a log in JSON, also where it is not sound.
fn is_logged_as_json() -> bool {
    let arguments: Vec<_> = std::env::args_os().collect();
    let in_two = |pair: &[std::ffi::OsString]| pair[0] == "--log" && pair[1] == "json";
    arguments.iter().any(|argument| argument == "--log=json") || arguments.windows(2).any(in_two)
}
