//! The `spanel` command.

fn main() -> std::process::ExitCode {
    spanel::cli::main()
}
