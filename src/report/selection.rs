//! Which findings are shown when there are too many.

use crate::finding::{Finding, RuleId};
use std::collections::BTreeMap;

/// At most `limit` findings in their order. Every rule gets the same share, so that one that fires a thousand
/// times does not hide the others; what a rule leaves over goes to those that have more.
pub(super) fn fair<'a>(
    findings: impl Iterator<Item = &'a Finding> + Clone,
    limit: usize,
) -> Vec<&'a Finding> {
    let mut room = shares(by_rule(findings.clone()), limit);
    let has_room = |finding: &&'a Finding| {
        let Some(left) = room.get_mut(&finding.rule).filter(|left| **left > 0) else { return false };
        *left -= 1;
        true
    };
    findings.filter(has_room).collect()
}

/// How many findings each rule has.
pub(super) fn by_rule<'a>(findings: impl Iterator<Item = &'a Finding>) -> BTreeMap<&'a RuleId, usize> {
    findings.fold(BTreeMap::new(), |mut counts, finding| {
        *counts.entry(&finding.rule).or_default() += 1;
        counts
    })
}

/// Serves the rule with the fewest findings first: what it does not need is there for the rest.
fn shares(counts: BTreeMap<&RuleId, usize>, limit: usize) -> BTreeMap<&RuleId, usize> {
    let mut queue: Vec<_> = counts.into_iter().collect();
    queue.sort_by_key(|&(rule, count)| (count, rule));
    let (mut left, mut waiting) = (limit, queue.len());
    let mut shares = BTreeMap::new();
    for (rule, count) in queue {
        let share = count.min(left.div_ceil(waiting));
        left -= share;
        waiting -= 1;
        shares.insert(rule, share);
    }
    shares
}
