//! A waiver listed in `.k8factor.yaml`.

use crate::finding::{ObjectId, RuleId};
use jiff::civil::Date;
use std::ops::Range;

/// A waiver listed in `.k8factor.yaml`.
#[derive(Debug, Clone)]
pub struct ListedWaiver {
    /// The rules of which it accepts findings.
    pub rules: Vec<RuleId>,
    /// Why.
    pub reason: Option<String>,
    /// The last day on which it does.
    pub until: Option<Date>,
    /// Its bytes in `.k8factor.yaml`.
    pub place: Range<u32>,
}

impl ListedWaiver {
    /// Whether it accepts findings at this path, about this object.
    pub fn covers(&self, _path: &str, _object: Option<&ObjectId>) -> bool {
        false
    }
}
