//! Help texts: each command and argument has one by its id.
//!
//! A command's text is `command-<verb>`, of a verb below it `command-<verb>-<verb>`, with examples
//! in `command-<verb>-examples` if there are any. An argument's is `argument-<verb>-<name>`, or
//! `argument-<name>` where several verbs share it.

use clap::Command;

use crate::i18n::Texts;

/// Gives a command and all below it their texts.
pub(crate) fn localise(command: Command, texts: &Texts) -> Command {
    named(command, "", texts)
}

fn named(command: Command, path: &str, texts: &Texts) -> Command {
    let styles = command.get_styles();
    let header = styles.get_header();
    let usage = format!("{header}{}{header:#}", texts.say("help-usage"));
    let mut template = format!("{{about-with-newline}}\n{usage} {{usage}}\n\n{{all-args}}");
    if let Some(examples) = texts.find(&format!("{}-examples", command_id(path))) {
        let heading = format!("{header}{}{header:#}", texts.say("help-examples"));
        template.push_str(&format!("\n\n{heading}\n"));
        let indented: Vec<String> = examples.lines().map(|line| format!("  {line}")).collect();
        template.push_str(&indented.join("\n"));
    }
    let global = texts.say("help-global-options");
    let options = texts.say("help-options");
    let arguments = texts.say("help-arguments");
    command
        .about(texts.say(&command_id(path)))
        .subcommand_help_heading(texts.say("help-commands"))
        .subcommand_value_name(texts.say("help-command"))
        .help_template(template)
        .mut_args(|argument| {
            let id = argument_id(texts, path, argument.get_id().as_str());
            let heading = if argument.is_positional() {
                &arguments
            } else if argument.is_global_set() || argument.get_id() == "version" {
                &global
            } else {
                &options
            };
            let heading = heading.clone();
            argument.help(texts.say(&id)).help_heading(heading)
        })
        .mut_subcommands(|below| {
            let path = below_path(path, below.get_name());
            named(below, &path, texts)
        })
}

fn below_path(path: &str, name: &str) -> String {
    if path.is_empty() { name.to_owned() } else { format!("{path}-{name}") }
}

fn command_id(path: &str) -> String {
    if path.is_empty() { "command".to_owned() } else { format!("command-{path}") }
}

fn argument_id(texts: &Texts, path: &str, name: &str) -> String {
    let own = format!("argument-{path}-{name}");
    if texts.find(&own).is_some() { own } else { format!("argument-{name}") }
}

/// All ids a command line needs.
#[cfg(test)]
pub(crate) fn ids(command: &Command, ids: &mut std::collections::BTreeSet<String>) {
    fn collect(
        command: &Command,
        path: &str,
        texts: &Texts,
        ids: &mut std::collections::BTreeSet<String>,
    ) {
        ids.insert(command_id(path));
        for argument in command.get_arguments() {
            ids.insert(argument_id(texts, path, argument.get_id().as_str()));
        }
        for below in command.get_subcommands() {
            collect(below, &below_path(path, below.get_name()), texts, ids);
        }
    }
    collect(command, "", &Texts::new(crate::i18n::Language::En), ids);
}
