//! A full disk, a lock that is held or was removed, a clock that was wrong: what a person is told,
//! and that the same command succeeds when it is put right.

use std::{
    fs,
    io::Write as _,
    path::Path,
    process::{Command, Output},
};

use super::keep::grype;
use crate::program::{compare, lines, run, text};

/// Mounts a small disk of its own, which needs rights that not every machine gives, and runs the
/// commands of standard input one a line in the folder: `free N` leaves so many KiB on the disk,
/// the others are of the program. What it prints is how each ended.
const SCRIPT: &str = r#"
mkdir -p disk
mount -t tmpfs -o size=4m tmpfs disk || exit 77
while read -r verb rest; do
    case "$verb" in
        free)
            rm -f disk/filler
            dd if=/dev/zero of=disk/filler bs=4096 2>/dev/null
            truncate -s "-${rest}K" disk/filler
            [ "$rest" = 4096 ] && rm -f disk/filler
            ;;
        *)
            eval "\"$PROGRAM\" $verb $rest --data disk/data --lang en" >out 2>err
            echo "exit $? $verb $rest"
            ;;
    esac
    cat out err | sed 's/^/| /'
    : >out; : >err
done
"#;

/// Runs commands on a disk of 4 MiB; `None` where none can be mounted.
fn on_a_small_disk(folder: &Path, commands: &[String]) -> Option<Vec<String>> {
    fs::write(folder.join("commands"), commands.join("\n") + "\n").unwrap();
    let run = Command::new("unshare")
        .args(["--user", "--map-root-user", "--mount", "sh", "-c", SCRIPT])
        .current_dir(folder)
        .env_clear()
        .env("PATH", std::env::var_os("PATH").unwrap_or_default())
        .env("PROGRAM", env!("CARGO_BIN_EXE_yagura"))
        .env("TZ", "JST-9")
        .stdin(fs::File::open(folder.join("commands")).unwrap())
        .output();
    let output: Output = match run {
        Ok(output) => output,
        Err(error) => {
            say(&format!("no small disk: `unshare` cannot be run ({error})"));
            return None;
        }
    };
    let printed = String::from_utf8_lossy(&output.stdout).into_owned();
    if !printed.contains("exit ") {
        say(&format!("no small disk: {}", String::from_utf8_lossy(&output.stderr)));
        return None;
    }
    Some(printed.lines().map(str::to_owned).collect())
}

fn say(text: &str) {
    let mut out = std::io::stderr();
    writeln!(out, "{text}").unwrap();
}

/// What a command printed, by how it ended and what it was.
fn ended(printed: &[String], number: usize) -> (&str, String) {
    let begins: Vec<usize> =
        (0..printed.len()).filter(|at| printed[*at].starts_with("exit ")).collect();
    let from = begins[number];
    let to = begins.get(number + 1).copied().unwrap_or(printed.len());
    (printed[from].as_str(), printed[from + 1..to].join("\n"))
}

/// A report of many findings, so that it needs room.
fn large(image: &str) -> String {
    let cves: Vec<String> = (0..1500).map(|number| format!("CVE-2026-{number:05}")).collect();
    let cves: Vec<&str> = cves.iter().map(String::as_str).collect();
    grype(image, Some("2026-04-06T12:00:00Z"), &cves)
}

#[test]
fn a_full_disk_is_said_and_with_room_the_same_command_succeeds() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("one.json"), large("app:1")).unwrap();
    fs::write(folder.path().join("two.json"), large("app:2")).unwrap();
    let take = |file: &str| format!("ingest {file} --org sakura --source grype");
    let mut commands = vec![take("one.json")];
    // From no room at all to just too little.
    for room in [0, 8, 24, 48, 80] {
        commands.push(format!("free {room}"));
        commands.push(take("two.json"));
        commands.push("report list --json".to_owned());
    }
    for verb in ["lake compact --all", "lake backup disk/backup --copy", "lake vacuum"] {
        commands.push("free 0".to_owned());
        commands.push(verb.to_owned());
    }
    commands.push("free 4096".to_owned());
    let rest = [
        take("two.json"),
        "lake compact --all".to_owned(),
        "lake backup disk/backup --copy".to_owned(),
        "lake check --evidence full".to_owned(),
        "report list --json".to_owned(),
    ];
    commands.extend(rest);
    let Some(printed) = on_a_small_disk(folder.path(), &commands) else { return };
    let all = printed.join("\n");
    let (status, said) = ended(&printed, 0);
    assert!(status.starts_with("exit 0 "), "{status}: {said}");
    let mut refused = 0;
    for nth in 0..5 {
        let (status, said) = ended(&printed, 1 + nth * 2);
        if status.starts_with("exit 1 ") {
            assert!(said.contains("The disk is full. Make room"), "{said}");
            refused += 1;
        }
        let (status, said) = ended(&printed, 2 + nth * 2);
        assert!(status.starts_with("exit 0 "), "{status}: {said}");
        let there = said.lines().filter(|line| line.contains("\"report\":")).count();
        // Just too little may be enough.
        assert_eq!(there, if refused == nth + 1 { 1 } else { 2 }, "{all}");
    }
    assert!(refused >= 3, "{all}");
    let (status, said) = ended(&printed, 11);
    assert!(status.starts_with("exit 1 ") && said.contains("The disk is full"), "{said}");
    let (status, said) = ended(&printed, 12);
    assert!(status.starts_with("exit 1 ") && said.contains("The disk is full"), "{said}");
    // What makes room needs none.
    for number in [13, 14, 15, 16, 17, 18] {
        let (status, said) = ended(&printed, number);
        assert!(status.starts_with("exit 0 "), "{status}: {said}\n{all}");
    }
    let (_, reports) = ended(&printed, 18);
    assert_eq!(reports.lines().filter(|line| line.contains("\"report\":")).count(), 2);
}

/// Runs command lines one after the other and compares all they print.
fn golden(name: &str, folder: impl Fn(&Path), runs: &[&[&str]]) {
    for language in ["ja", "en"] {
        let here = tempfile::tempdir().unwrap();
        folder(here.path());
        let mut printed = String::new();
        for arguments in runs {
            let all: Vec<&str> = arguments.iter().copied().chain(["--lang", language]).collect();
            printed.push_str(&format!("$ yagura {}\n", arguments.join(" ")));
            printed.push_str(&text(&run(here.path(), &all)));
        }
        let path = fs::canonicalize(here.path()).unwrap();
        let printed = printed.replace(&*path.to_string_lossy(), "FOLDER");
        compare(&format!("{name}-{language}"), &printed);
    }
}

const TAKE: [&str; 6] = ["ingest", "one.json", "--org", "sakura", "--source", "grype"];

#[test]
fn a_lock_that_is_held_and_a_report_of_the_future_are_told() {
    let made = |folder: &Path| {
        let old = grype("app:1", Some("2026-04-06T12:00:00Z"), &["CVE-2026-0001"]);
        fs::write(folder.join("one.json"), old).unwrap();
        let future = grype("app:1", Some("2199-04-06T12:00:00Z"), &["CVE-2026-0001"]);
        fs::write(folder.join("future.json"), future).unwrap();
        let locks = folder.join("data/_yagura");
        fs::create_dir_all(&locks).unwrap();
        let lock = fs::File::create(locks.join("writer.lock")).unwrap();
        (&lock).write_all(b"process 77 since 2026-04-06T12:00:00Z\n").unwrap();
        lock.lock().unwrap();
        // Held until the end of the process that runs the tests.
        std::mem::forget(lock);
    };
    let held = [TAKE.as_slice(), &["--wait", "0"]].concat();
    golden("faults-held", made, &[&held, &["report", "list"]]);
    for language in ["ja", "en"] {
        let folder = tempfile::tempdir().unwrap();
        let future = grype("app:1", Some("2199-04-06T12:00:00Z"), &["CVE-2026-0001"]);
        fs::write(folder.path().join("future.json"), future).unwrap();
        let arguments =
            ["ingest", "future.json", "--org", "sakura", "--source", "grype", "--lang", language];
        let said = text(&run(folder.path(), &arguments));
        // What the time is now is not always the same.
        let (before, _) = said.split_once(", and it is ").unwrap();
        compare(&format!("faults-future-{language}"), before);
    }
}

#[test]
fn a_clock_behind_the_newest_state_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let reports = [("one.json", "app:1"), ("two.json", "app:2")];
    for (name, image) in reports {
        let report = grype(image, Some("2026-04-06T12:00:00Z"), &["CVE-2026-0001"]);
        fs::write(folder.path().join(name), report).unwrap();
    }
    // Taken in while the clock was wrong.
    let lake = yagura_engine::lake::Lake::open(&folder.path().join("data")).unwrap();
    let later = "2199-01-01T00:00:00Z".parse().unwrap();
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(async {
        let mut writer = lake.write(std::time::Duration::ZERO, later).await.unwrap();
        writer.commit(yagura_engine::lake::Changes::default(), later).await.unwrap();
    });
    for (language, said) in [("ja", "時計を確認してください"), ("en", "Check the clock.")]
    {
        let file = if language == "ja" { "one.json" } else { "two.json" };
        let arguments =
            ["ingest", file, "--org", "sakura", "--source", "grype", "--lang", language];
        let output = run(folder.path(), &arguments);
        assert_eq!(output.status.code(), Some(0), "{}", text(&output));
        let told = String::from_utf8(output.stderr).unwrap();
        assert!(told.contains(said) && told.contains("2199-01-01"), "{told}");
    }
    assert_eq!(lines(&run(folder.path(), &["report", "list", "--json"])).len(), 2);
}
