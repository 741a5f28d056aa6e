//! The command line: one file a command. Nothing else in the program prints.
//!
//! Data goes to standard output, everything else to standard error. Exit: 0 clean, 1 done with findings
//! that matter, 2 could not run.

mod book;
mod check;
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
    /// Reads the submissions, publishes a snapshot of the lake and writes the tables.
    Run(run::Arguments),
    /// Checks that a pipeline's definitions are sound.
    Check(check::Arguments),
    /// Shows what files hold: forms, periods, units, values, evidence, findings. Writes nothing.
    Inspect(inspect::Arguments),
    /// Runs an SQL query over the lake.
    Sql(sql::Arguments),
    /// Shows who has sent what, and who is late, against the due dates.
    Status(status::Arguments),
    /// Lists the snapshots of a lake.
    Snapshots(snapshots::ListArguments),
    /// Makes an earlier snapshot the current one.
    Rollback(snapshots::RollbackArguments),
    /// Removes the snapshots that are not kept and that no edition stands on.
    Gc(snapshots::GcArguments),
    /// Shows which figures changed between two snapshots, by how much, and the submissions that changed them.
    Diff(diff::Arguments),
    /// Makes an edition of the book: workbook, PDF, CSV files and their description, with a lock of what it was made from.
    Book(book::Arguments),
    /// Traces a published number back to the cells it is made of.
    Trace(trace::Arguments),
    /// Gives each unit its files back, the cells at fault marked and explained.
    Feedback(feedback::Arguments),
    /// Writes a blank form, ready to fill.
    Template(template::Arguments),
    /// Says what a finding or a rule means and what to do about it.
    Explain(explain::Arguments),
}

/// Runs the command line.
#[must_use]
pub fn main() -> ExitCode {
    let arguments = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(e) => {
            let code = if e.use_stderr() { FAILED } else { CLEAN };
            let _ = e.print();
            return ExitCode::from(code);
        }
    };
    let runtime = match tokio::runtime::Builder::new_multi_thread()
        .thread_stack_size(8 << 20)
        .enable_all()
        .build()
    {
        Ok(runtime) => runtime,
        Err(e) => return show::failure(&format!("the runtime cannot start: {e}")),
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
            Command::Diff(arguments) => diff::main(arguments).await,
            Command::Book(arguments) => book::main(arguments).await,
            Command::Trace(arguments) => trace::main(arguments).await,
            Command::Feedback(arguments) => feedback::main(arguments),
            Command::Template(arguments) => template::main(arguments).await,
            Command::Explain(arguments) => explain::main(&arguments),
        }
    })
}
