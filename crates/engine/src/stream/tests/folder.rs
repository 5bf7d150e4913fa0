//! Reports that are renamed into a folder.

use std::{fs, path::PathBuf};

use super::*;
use crate::stream::FolderError;

/// What stands in a folder, but for what begins with a dot.
fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).unwrap().map(Result::unwrap);
    let files = entries.filter(|entry| entry.file_type().unwrap().is_file());
    let mut names: Vec<String> =
        files.map(|entry| entry.file_name().into_string().unwrap()).collect();
    names.retain(|name| !name.starts_with('.'));
    names.sort();
    names
}

fn inbox(house: &House) -> PathBuf {
    let folder = house.folder.path().join("inbox");
    fs::create_dir_all(&folder).unwrap();
    folder
}

fn put(folder: &Path, name: &str, text: &str) {
    let written = folder.join(format!(".{name}"));
    fs::write(&written, text).unwrap();
    fs::rename(written, folder.join(name)).unwrap();
}

/// A stream of the folder, as soon as the thread of the one before has let go of it.
async fn begun(house: &House, terms: &Terms) -> Running {
    loop {
        match stream(house, terms.clone(), PACE).folder(&inbox(house)) {
            Err(StreamError::Folder(FolderError::Taken { .. })) => tokio::task::yield_now().await,
            running => return running.unwrap(),
        }
    }
}

/// Takes in what is in the folder, so many reports.
async fn take(house: &House, terms: Terms, mut many: usize) -> Vec<String> {
    let mut running = begun(house, &terms).await;
    let mut groups = Vec::new();
    while many > 0 {
        let group = running.next().await.unwrap().unwrap();
        many -= group.len();
        groups.push(group);
    }
    running.stop().stop();
    let (rest, ended) = told(&mut running).await;
    ended.unwrap();
    assert!(rest.is_empty(), "{:?}", lines(&rest));
    lines(&groups)
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_put_in_is_moved_to_where_it_belongs() {
    let house = House::new();
    let inbox = inbox(&house);
    put(&inbox, "a.json", &report(1));
    put(&inbox, "b.txt", "会議の記録");
    put(&inbox, "c.json", &report(2));
    fs::write(inbox.join(".d.json"), report(3)).unwrap();
    fs::create_dir(inbox.join("e.json")).unwrap();
    let lines = take(&house, terms(), 3).await;
    let expected =
        ["1 1/1 a.json opened 2", "2 1/1 b.txt parse-unknown_format", "3 1/1 c.json opened 2"];
    assert_eq!(lines, expected);
    assert!(names(&inbox).is_empty() && names(&inbox.join("taking")).is_empty());
    assert_eq!(names(&inbox.join("done")), ["a.json", "c.json"]);
    assert_eq!(names(&inbox.join("refused")), ["b.txt", "b.txt.error.json"]);
    let why = fs::read_to_string(inbox.join("refused/b.txt.error.json")).unwrap();
    assert!(why.contains("\"code\":\"unknown_format\""), "{why}");
    assert!(inbox.join(".d.json").exists() && inbox.join("e.json").exists());

    // Another of a name that was done, and the same again.
    put(&inbox, "a.json", &report(4));
    assert_eq!(take(&house, terms(), 1).await, ["1 1/1 a.json opened 2"]);
    put(&inbox, "a.json", &report(4));
    assert_eq!(take(&house, terms(), 1).await, ["1 1/1 a.json unchanged"]);
    let done = names(&inbox.join("done"));
    assert_eq!(
        (done.len(), done[0].as_str(), done[1].len()),
        (3, "a.json", "a.json.0123456789ab".len())
    );
    assert_eq!(reports(&house).await, 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_begun_and_not_acknowledged_is_taken_again() {
    let house = House::new();
    let inbox = inbox(&house);
    fs::create_dir(inbox.join("taking")).unwrap();
    put(&inbox.join("taking"), "a.json", &report(1));
    put(&inbox, "a.json", &report(2));
    let lines = take(&house, terms(), 2).await;
    assert_eq!(lines, ["1 1/1 a.json opened 2", "2 1/1 a.json opened 2"]);
    assert_eq!(names(&inbox.join("done")).len(), 2);

    // In the lake, and the process ended before the file was moved.
    put(&inbox.join("taking"), "b.json", &report(2));
    assert_eq!(take(&house, terms(), 1).await, ["1 1/1 b.json unchanged"]);
    assert_eq!(reports(&house).await, 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_folder_has_one_taker_and_what_waits_stays() {
    let house = House::new();
    let inbox = inbox(&house);
    let running = stream(&house, terms(), PACE).folder(&inbox).unwrap();
    let second = stream(&house, terms(), PACE).folder(&inbox).unwrap_err();
    assert!(matches!(second, StreamError::Folder(FolderError::Taken { .. })), "{second}");
    running.stop().stop();
    drop(running);
    begun(&house, &terms()).await.stop().stop();

    let now = house.ingest.clock.now();
    let busy = House::new();
    let inbox = self::inbox(&busy);
    put(&inbox, "a.json", &report(1));
    let writer = busy.ingest.lake.write(Duration::ZERO, now).await.unwrap();
    let without_waiting = Terms { wait: Duration::ZERO, ..terms() };
    let mut running = begun(&busy, &without_waiting).await;
    let refused = lines(&[running.next().await.unwrap().unwrap()]);
    assert_eq!(refused, ["1 1/1 a.json ingest-busy"]);
    drop(writer);
    // It is tried again without anybody's doing.
    let tried = Arc::new(Mutex::new(Vec::new()));
    while !inbox.join("done/a.json").exists() {
        let told = lines(&[running.next().await.unwrap().unwrap()]);
        tried.lock().unwrap().extend(told);
    }
    assert!(tried.lock().unwrap().last().unwrap().ends_with("a.json opened 2"));
}
