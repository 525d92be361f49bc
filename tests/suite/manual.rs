//! Help, completions and manual pages: complete, and readable.

use crate::cli::Lab;

fn printed(arguments: &[&str]) -> String {
    let output = Lab::new().run(arguments);
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

/// The commands that `spanel --help` lists.
fn commands() -> Vec<String> {
    let help = printed(&["--help"]);
    let list = help.lines().skip_while(|line| *line != "Commands:").skip(1);
    let names = list.take_while(|line| !line.is_empty());
    let names = names.filter(|line| line.starts_with("  ") && !line.starts_with("   "));
    names.filter_map(|line| line.split_whitespace().next()).map(str::to_owned).collect()
}

#[test]
fn every_command_is_in_the_readme() {
    let readme = std::fs::read_to_string("README.md").unwrap();
    let commands = commands();
    assert!(commands.len() >= 10, "{commands:?}");
    for name in commands.iter().filter(|name| *name != "help") {
        assert!(readme.contains(&format!("`spanel {name}")), "README.md has no `spanel {name}`");
    }
}

#[test]
fn every_shell_completes_every_command() {
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let script = printed(&["completions", shell]);
        for name in commands() {
            assert!(script.contains(&name), "{shell} does not know {name}");
        }
        assert!(script.contains("profile"), "{shell}");
    }
    assert_eq!(Lab::new().run(&["completions", "tcsh"]).status.code(), Some(2));
}

#[test]
fn every_command_has_a_manual_page() {
    let main = printed(&["man"]);
    assert!(main.starts_with(".ie") && main.contains(".TH spanel 1"), "{main}");
    let lab = Lab::new();
    assert_eq!(lab.run(&["man", "--out", "man1"]).status.code(), Some(0));
    for name in commands().iter().filter(|name| *name != "help") {
        let escaped = name.replace('-', "\\-");
        assert!(main.contains(&format!("spanel\\-{escaped}(1)")), "{name}");
        let page = printed(&["man", name]);
        assert!(page.contains(&format!(".TH spanel-{name} 1")), "{page}");
        assert!(lab.path(&format!("man1/spanel-{name}.1")).exists(), "{name}");
    }
    let unknown = lab.run(&["man", "rum"]);
    assert_eq!(unknown.status.code(), Some(2));
    let said = String::from_utf8_lossy(&unknown.stderr).into_owned();
    assert!(said.contains("there is no command called `rum`") && said.contains("`run`"), "{said}");
}
