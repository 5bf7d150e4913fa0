//! What the verbs print, write and refuse.

mod assets;
mod bad_input;
mod decisions;
mod demo;
mod faults;
mod forms;
mod golden;
mod keep;
mod lake;
mod life;
mod reorganising;
mod retaining;
mod scoring;
mod stream;
mod together;
