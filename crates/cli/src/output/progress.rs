//! Progress on standard error; silent where nobody watches.

use std::{
    io::{self, IsTerminal},
    sync::Arc,
    time::Duration,
};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use yagura_engine::intake::Watch;

use super::{
    cell::plain,
    width::{Keep, cut},
};

/// One thing that takes its time.
#[derive(Debug, Clone)]
pub(crate) struct Progress {
    bar: ProgressBar,
}

impl Progress {
    /// A bar, drawn only on a terminal.
    pub(crate) fn new() -> Self {
        let target = if io::stderr().is_terminal() {
            ProgressDrawTarget::stderr()
        } else {
            ProgressDrawTarget::hidden()
        };
        Self { bar: ProgressBar::with_draw_target(None, target) }
    }

    /// A step of unknown size.
    pub(crate) fn wait(&self, what: &str) {
        self.start(what, None, "{spinner} {msg}");
    }

    /// A step through a number of bytes.
    pub(crate) fn bytes(&self, what: &str, length: u64) {
        let template = "{msg} {wide_bar} {bytes}/{total_bytes} {bytes_per_sec}";
        self.start(what, Some(length), template);
    }

    /// Is told how far a step through a number of bytes has come, of how many.
    pub(crate) fn reaching(&self) -> impl Fn(u64, u64) + Send + Sync + 'static {
        let bar = self.bar.clone();
        move |done, of| {
            bar.set_length(of);
            bar.set_position(done);
        }
    }

    fn start(&self, what: &str, length: Option<u64>, template: &str) {
        if self.bar.is_hidden() {
            return;
        }
        // The style comes first: what follows draws.
        if let Ok(style) = ProgressStyle::with_template(template) {
            self.bar.set_style(style.progress_chars("=> "));
        }
        self.bar.set_message(cut(&plain(what), 40, Keep::End));
        match length {
            Some(length) => self.bar.set_length(length),
            None => self.bar.unset_length(),
        }
        self.bar.reset();
        self.bar.enable_steady_tick(Duration::from_millis(100));
    }

    /// Counts the bytes of the step as they are read. A reader that reads twice fills the bar twice
    /// as fast; it stands at its end until the second time is over.
    pub(crate) fn watch(&self) -> Watch {
        let bar = self.bar.clone();
        Watch(Arc::new(move |read| {
            let position = bar.position().saturating_add(read);
            bar.set_position(bar.length().map_or(position, |length| position.min(length)));
        }))
    }

    /// Takes the bar away, so that results can be written.
    pub(crate) fn clear(&self) {
        self.bar.disable_steady_tick();
        self.bar.finish_and_clear();
    }
}
