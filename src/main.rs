//! The command `tonghop`.

use std::process::ExitCode;

fn main() -> ExitCode {
    tonghop::cli::main()
}
