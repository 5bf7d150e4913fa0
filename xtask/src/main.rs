//! Development tasks, one task one file. `cargo xtask` alone lists them.
#![expect(clippy::print_stdout, reason = "a task talks to the person who typed it")]

mod bench;
mod check;
mod demo;
mod deny;
mod fixtures;
mod fuzz;
mod program;
mod python;
mod setup;
mod task;
mod test;
mod tidy;

use std::process::ExitCode;

use task::Task;

/// Every task, by name.
const TASKS: &[Task] =
    &[bench::TASK, check::TASK, demo::TASK, fixtures::TASK, fuzz::TASK, test::TASK, tidy::TASK];

fn main() -> ExitCode {
    let mut words = std::env::args().skip(1);
    let Some(name) = words.next() else {
        list();
        return ExitCode::SUCCESS;
    };
    let Some(task) = TASKS.iter().find(|task| task.name == name) else {
        list();
        println!("\nno task is called `{name}`");
        return ExitCode::from(2);
    };
    let arguments: Vec<String> = words.collect();
    match (task.run)(&arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            println!("\ncargo xtask {name}: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn list() {
    println!("cargo xtask TASK");
    for task in TASKS {
        println!("  {:8} {}", task.name, task.line);
    }
}

#[cfg(test)]
mod tests {
    use super::TASKS;

    #[test]
    fn tasks_are_listed_by_name() {
        let names: Vec<&str> = TASKS.iter().map(|task| task.name).collect();
        let mut sorted = names.clone();
        sorted.sort_unstable();
        sorted.dedup();
        assert_eq!(names, sorted);
    }
}
