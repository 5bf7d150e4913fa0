//! A reader that refuses to hand out more than it is allowed before it is told to go on, so that
//! no single element of a document grows without bound.

use std::io::{BufRead, ErrorKind, Read, Result};

/// See the module.
#[derive(Debug)]
pub(crate) struct Bounded<R> {
    inner: R,
    left: usize,
}

impl<R> Bounded<R> {
    pub(crate) fn new(inner: R, left: usize) -> Self {
        Self { inner, left }
    }

    /// Allows `left` bytes more from here on.
    pub(crate) fn allow(&mut self, left: usize) {
        self.left = left;
    }
}

impl<R: Read> Read for Bounded<R> {
    fn read(&mut self, target: &mut [u8]) -> Result<usize> {
        if self.left == 0 {
            return Err(ErrorKind::FileTooLarge.into());
        }
        let read = self.inner.read(target)?;
        self.left = self.left.saturating_sub(read);
        Ok(read)
    }
}

impl<R: BufRead> BufRead for Bounded<R> {
    fn fill_buf(&mut self) -> Result<&[u8]> {
        if self.left == 0 {
            return Err(ErrorKind::FileTooLarge.into());
        }
        self.inner.fill_buf()
    }

    fn consume(&mut self, amount: usize) {
        self.left = self.left.saturating_sub(amount);
        self.inner.consume(amount);
    }
}
