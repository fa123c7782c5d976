//! How much a document may grow when its aliases are expanded.
//!
//! The rule is that of go-yaml: up to 400,000 values nearly all may come from aliases, beyond 4,000,000 a tenth.

use super::error::ReadError;
use super::node::Node;

const SMALL: u32 = 400_000;
const LARGE: u32 = 4_000_000;

/// Aliases can nest values deeper than they are written; the stack has to hold them.
const MAX_DEPTH: u32 = 1_000;

/// Counts values while a tree is expanded.
#[derive(Debug)]
pub(super) struct Budget {
    most: u32,
    values: u32,
    from_aliases: u32,
    alias_depth: u32,
    depth: u32,
}

impl Budget {
    /// For so many values, those of aliases included.
    pub(super) fn of(most: u32) -> Self {
        Self { most, values: 0, from_aliases: 0, alias_depth: 0, depth: 0 }
    }

    /// Enters a value. [`Self::leave`] must follow if this succeeds.
    pub(super) fn enter(&mut self, node: Node<'_>) -> Result<(), ReadError> {
        self.depth += 1;
        if node.is_alias() {
            self.alias_depth += 1;
        }
        self.values = self.values.saturating_add(1);
        if self.alias_depth > 0 {
            self.from_aliases = self.from_aliases.saturating_add(1);
        }
        if self.depth > MAX_DEPTH {
            return Err(ReadError::new(node.span(), "nested too deeply to be read"));
        }
        if self.values > self.most {
            let message = format!("here are more than {} values, with what aliases repeat", self.most);
            return Err(ReadError::new(node.span(), message));
        }
        if self.is_excessive() {
            return Err(ReadError::new(node.span(), "aliases repeat too much of this document"));
        }
        Ok(())
    }

    /// Leaves a value that was entered.
    pub(super) fn leave(&mut self, node: Node<'_>) {
        self.depth -= 1;
        if node.is_alias() {
            self.alias_depth -= 1;
        }
    }

    fn is_excessive(&self) -> bool {
        let counts = self.from_aliases > 100 && self.values > 1_000;
        counts && f64::from(self.from_aliases) / f64::from(self.values) > allowed_ratio(self.values)
    }
}

fn allowed_ratio(values: u32) -> f64 {
    if values <= SMALL {
        return 0.99;
    }
    let over = f64::from(values.min(LARGE) - SMALL) / f64::from(LARGE - SMALL);
    0.99 - 0.89 * over
}
