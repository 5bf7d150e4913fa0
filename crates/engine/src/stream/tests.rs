//! What comes is taken in, in its order, by few commits; what is wrong costs only itself.

mod folder;

use std::{
    io::{BufRead, Cursor, Read, Write as _},
    path::Path,
    sync::{Arc, Mutex, mpsc},
    time::Duration,
};

use jiff::tz::TimeZone;
use yagura_formats::Context;
use yagura_lake::{check::EvidenceDepth, rows::ReportRow, scan::Filter};
use yagura_model::organisation::OrganisationCode;

use super::{Acknowledgement, Outcome, Pace, Running, Stream, StreamError, Terms};
use crate::testing::{House, grype};

/// Waits for nothing but what is there.
const PACE: Pace =
    Pace { window: Duration::from_millis(40), look: Duration::from_millis(5), ..Pace::STANDARD };

fn terms() -> Terms {
    Terms {
        organisation: Some(OrganisationCode::new("sakura").unwrap()),
        source: Some("agent".to_owned()),
        system: None,
        observed_at: None,
        format: None,
        create_organisation: true,
        context: Context { zone: TimeZone::UTC, mapping: None, asset: None },
        sees: None,
        wait: Duration::from_secs(60),
    }
}

fn stream(house: &House, terms: Terms, pace: Pace) -> Stream {
    Stream { ingest: house.ingest.clone(), spool: house.folder.path().to_owned(), terms, pace }
}

/// A report of one device, different for each number.
fn report(number: u32) -> String {
    let text = grype("2026-10-01T00:00:00Z", &["CVE-2026-0001", "CVE-2026-0002"]);
    text.replace("app.example/web:1", &format!("app.example/web:{number}"))
}

fn frame(head: &str, body: &[u8]) -> Vec<u8> {
    let head = if head.is_empty() { String::new() } else { format!(",{head}") };
    let mut frame = format!("{{\"length\":{}{head}}}\n", body.len()).into_bytes();
    frame.extend(body);
    frame
}

/// All that is said, and why it ended.
async fn told(running: &mut Running) -> (Vec<Vec<Acknowledgement>>, Result<(), StreamError>) {
    let mut groups = Vec::new();
    loop {
        match running.next().await {
            Ok(Some(group)) => groups.push(group),
            Ok(None) => return (groups, Ok(())),
            Err(error) => return (groups, Err(error)),
        }
    }
}

/// One line for each: what came, which part, and whether it was taken in, was known, or why not.
fn lines(groups: &[Vec<Acknowledgement>]) -> Vec<String> {
    let line = |told: &Acknowledgement| {
        let (file, became) = match &told.outcome {
            Outcome::Taken { line, .. } if line.unchanged => {
                (&line.inspection.file, "unchanged".to_owned())
            }
            Outcome::Taken { line, .. } => {
                (&line.inspection.file, format!("opened {}", line.effects.opened))
            }
            Outcome::Refused(refusal) => {
                let stage = refusal.error.stage.as_str();
                (&refusal.file, format!("{stage}-{}", refusal.error.code))
            }
        };
        format!("{} {}/{} {file} {became}", told.sequence, told.part, told.parts)
    };
    groups.iter().flatten().map(line).collect()
}

async fn taken(house: &House, terms: Terms, input: Vec<u8>) -> (Vec<String>, Option<String>) {
    let mut running = stream(house, terms, PACE).frames(Cursor::new(input)).unwrap();
    let (groups, ended) = told(&mut running).await;
    (lines(&groups), ended.err().map(|error| error.to_string()))
}

async fn reports(house: &House) -> usize {
    let snapshot = house.ingest.lake.snapshot().await.unwrap();
    let reports: Vec<ReportRow> = snapshot.rows(&Filter::all()).await.unwrap();
    reports.len()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_wrong_costs_only_itself_and_the_same_again_changes_nothing() {
    let house = House::new();
    let mut input = frame("\"name\":\"one\"", report(1).as_bytes());
    input.extend(frame("\"name\":\"broken\"", b"{\"matches\":["));
    input.extend(frame("\"name\":\"empty\"", b""));
    input.extend(frame("\"name\":\"two\"", report(2).as_bytes()));
    input.extend(frame("\"nmae\":\"x\"", report(3).as_bytes()));
    input.extend(frame("\"name\":\"other\",\"source\":\"other\"", report(3).as_bytes()));
    input.extend(frame("", report(3).as_bytes()));
    input.extend(frame("\"name\":\"one again\"", report(1).as_bytes()));
    let (lines, ended) = taken(&house, terms(), input.clone()).await;
    assert_eq!(ended, None);
    assert_eq!(
        lines,
        [
            "1 1/1 one opened 2",
            "2 1/1 broken parse-unknown_format",
            "3 1/1 empty intake-empty",
            "4 1/1 two opened 2",
            "5 1/1 frame-5 frame-invalid",
            "6 1/1 other frame-invalid",
            "7 1/1 frame-7 opened 2",
            "8 1/1 one again unchanged",
        ]
    );
    assert_eq!(reports(&house).await, 3);
    assert!(house.ingest.lake.snapshot().await.unwrap().commit().0 < 3, "one commit each");
    let (again, _) = taken(&house, terms(), input).await;
    assert_eq!(again.iter().filter(|line| line.ends_with("unchanged")).count(), 4);
    assert_eq!(reports(&house).await, 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_command_line_leaves_open_each_report_says() {
    let house = House::new();
    let open = Terms { organisation: None, source: None, ..terms() };
    let head = |organisation: &str| {
        format!("\"organisation\":\"{organisation}\",\"source\":\"agent\",\"system\":\"mail\"")
    };
    let mut input = frame(&head("kaede"), report(1).as_bytes());
    input.extend(frame(&head("momiji/ka"), report(1).as_bytes()));
    input.extend(frame("\"source\":\"agent\"", report(1).as_bytes()));
    input.extend(frame(&head("a b"), report(1).as_bytes()));
    let (lines, _) = taken(&house, open, input).await;
    let expected = [
        "1 1/1 frame-1 opened 2",
        "2 1/1 frame-2 opened 2",
        "3 1/1 frame-3 frame-invalid",
        "4 1/1 frame-4 frame-invalid",
    ];
    assert_eq!(lines, expected);
    let organisations =
        house.ask("SELECT source_organisation, count(*) FROM findings GROUP BY 1 ORDER BY 1").await;
    assert_eq!(organisations, ["kaede 2", "momiji/ka 2"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_came_before_the_input_broke_is_taken_in() {
    let whole = [frame("", report(1).as_bytes()), frame("", report(2).as_bytes())].concat();
    let ends = [
        (&whole[..whole.len() - 7], "the input ended within frame 2, 7 bytes before its end", 1),
        (b"{\"source\":\"agent\"}\nwhat follows".as_slice(), "missing field `length`", 0),
        (b"\x00\x01\x02".as_slice(), "the input ended within frame 1", 0),
    ];
    for (input, why, came) in ends {
        let house = House::new();
        let (lines, ended) = taken(&house, terms(), input.to_vec()).await;
        assert!(ended.clone().unwrap().contains(why), "{ended:?}");
        assert_eq!((lines.len(), reports(&house).await), (came, came));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_long_report_is_passed_over_and_one_longer_than_the_room_comes_alone() {
    let house = House::new();
    let long = report(1) + &" ".repeat(300_000);
    let mut input = frame("", long.as_bytes());
    input.extend(frame("", report(2).as_bytes()));
    let pace = Pace { report_bytes: 200_000, ..PACE };
    let mut running = stream(&house, terms(), pace).frames(Cursor::new(input.clone())).unwrap();
    let (groups, _) = told(&mut running).await;
    assert_eq!(lines(&groups), ["1 1/1 frame-1 frame-too_large", "2 1/1 frame-2 opened 2"]);
    let pace = Pace { room: 1, ..PACE };
    let mut running = stream(&house, terms(), pace).frames(Cursor::new(input)).unwrap();
    let (groups, _) = told(&mut running).await;
    assert_eq!(lines(&groups), ["1 1/1 frame-1 opened 2", "2 1/1 frame-2 unchanged"]);
    assert_eq!(groups.len(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn each_entry_of_a_container_has_its_line() {
    let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (name, text) in [("a.json", report(1)), ("b.txt", "?".to_owned()), ("c.json", report(2))] {
        zip.start_file(name, zip::write::SimpleFileOptions::default()).unwrap();
        zip.write_all(text.as_bytes()).unwrap();
    }
    let zip = zip.finish().unwrap().into_inner();
    let house = House::new();
    let (lines, _) = taken(&house, terms(), frame("\"name\":\"z\"", &zip)).await;
    let expected = [
        "1 1/3 z:a.json opened 2",
        "1 2/3 z:b.txt parse-unknown_format",
        "1 3/3 z:c.json opened 2",
    ];
    assert_eq!(lines, expected);
}

/// Input that is sent bit by bit, and goes on until its sender is dropped.
struct Pipe {
    receiver: Mutex<mpsc::Receiver<Vec<u8>>>,
    rest: Cursor<Vec<u8>>,
}

impl Pipe {
    fn new() -> (mpsc::Sender<Vec<u8>>, Self) {
        let (sender, receiver) = mpsc::channel();
        (sender, Self { receiver: Mutex::new(receiver), rest: Cursor::default() })
    }
}

impl Read for Pipe {
    fn read(&mut self, target: &mut [u8]) -> std::io::Result<usize> {
        let read = self.fill_buf()?.read(target)?;
        self.consume(read);
        Ok(read)
    }
}

impl BufRead for Pipe {
    fn fill_buf(&mut self) -> std::io::Result<&[u8]> {
        if self.rest.fill_buf()?.is_empty() {
            let more = self.receiver.lock().unwrap().recv().unwrap_or_default();
            self.rest = Cursor::new(more);
        }
        self.rest.fill_buf()
    }

    fn consume(&mut self, amount: usize) {
        self.rest.consume(amount);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_stop_lets_what_came_be_taken_in_though_the_input_goes_on() {
    let house = House::new();
    let (sender, pipe) = Pipe::new();
    sender.send(frame("", report(1).as_bytes())).unwrap();
    let mut running = stream(&house, terms(), PACE).frames(pipe).unwrap();
    assert_eq!(lines(&[running.next().await.unwrap().unwrap()]), ["1 1/1 frame-1 opened 2"]);
    // Others write and read while nothing comes.
    house.take(&report(7), &House::request("other")).await.unwrap();
    let half = frame("", report(2).as_bytes());
    sender.send(half[..half.len() / 2].to_vec()).unwrap();
    let stop = running.stop();
    let stopping = async {
        tokio::time::sleep(Duration::from_millis(20)).await;
        stop.stop();
    };
    let ((groups, ended), ()) = tokio::join!(told(&mut running), stopping);
    assert!(groups.is_empty() && ended.is_ok());
    assert_eq!(reports(&house).await, 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn while_another_writes_for_long_reports_are_refused_and_can_be_sent_again() {
    let house = House::new();
    let now = house.ingest.clock.now();
    let (sender, pipe) = Pipe::new();
    let terms = Terms { wait: Duration::ZERO, ..terms() };
    let mut running = stream(&house, terms, PACE).frames(pipe).unwrap();
    let writer = house.ingest.lake.write(Duration::ZERO, now).await.unwrap();
    sender.send(frame("", report(1).as_bytes())).unwrap();
    let busy = lines(&[running.next().await.unwrap().unwrap()]);
    assert_eq!(busy, ["1 1/1 frame-1 ingest-busy"]);
    drop(writer);
    sender.send(frame("", report(1).as_bytes())).unwrap();
    drop(sender);
    let (groups, _) = told(&mut running).await;
    assert_eq!(lines(&groups), ["2 1/1 frame-2 opened 2"]);
}

/// Many reports: few commits, few files, and nothing is lost or doubled.
#[tokio::test(flavor = "multi_thread")]
async fn who_sends_faster_than_commits_are_made_fills_each_of_them() {
    let house = House::new();
    let pace = Pace { room: Pace::LEAST * 16, window: Duration::ZERO, ..PACE };
    let input: Vec<u8> = (0..96).flat_map(|n| frame("", report(n).as_bytes())).collect();
    let mut running = stream(&house, terms(), pace).frames(Cursor::new(input)).unwrap();
    let (groups, ended) = told(&mut running).await;
    assert!(ended.is_ok(), "{ended:?}");
    let sizes: Vec<usize> = groups.iter().map(Vec::len).collect();
    assert_eq!(sizes.iter().sum::<usize>(), 96);
    // Sixteen find room: while some are committed the others wait, and are the next together.
    assert!(groups.len() <= 18, "{sizes:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn many_reports_make_few_commits_and_few_files() {
    let house = House::new();
    let input: Vec<u8> = (0..120).flat_map(|n| frame("", report(n % 40).as_bytes())).collect();
    let (lines, ended) = taken(&house, terms(), input).await;
    assert_eq!((lines.len(), ended), (120, None));
    assert_eq!(reports(&house).await, 40);
    let stats = house.ingest.lake.stats().await.unwrap();
    assert!(stats.commit <= 10, "{} commits", stats.commit);
    let checked = house.ingest.lake.check(EvidenceDepth::Full, Arc::new(|_, _| {})).await.unwrap();
    assert!(checked.broken.is_empty(), "{:?}", checked.broken);
}
