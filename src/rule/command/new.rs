//! A page to begin a rule with. It passes its own test before a word of it is changed.

use crate::config::Config;
use crate::error::Error;
use crate::finding::Factor;
use crate::rule::{load, page};

/// Writes a page for a new rule into the folder of rules, never over one that is there. Says where it is.
pub fn new(config: &Config, id: &str, factor: Factor) -> Result<String, Error> {
    page::check_id(id).map_err(|message| Error::usage(id, message))?;
    let replaces = load::built_in()?.iter().any(|rule| rule.id.as_str() == id);
    let file = format!("{}/{id}.md", factor.folder());
    let path = load::create(config, &file, &SKELETON.replace("TITLE", &title(id)))?;
    let warning = if replaces { "It replaces the rule of this name that is built in.\n" } else { "" };
    Ok(format!("{path}\n{warning}Write what it objects to, then run `k8factor rules test`.\n"))
}

/// A name begins with a small letter.
fn title(id: &str) -> String {
    let words = id.replace('-', " ");
    words[..1].to_uppercase() + &words[1..]
}

const SKELETON: &str = r#"---
# What the rule objects to, in one line.
summary: Deployment without a team
# error: breaks the move. warning: costs time. info: worth knowing.
severity: warning
# high: true unless something very unusual is done. medium: usually true. low: a hint.
confidence: high
# Which objects: group/Kind, Kind of the core group, group/* or *.
kinds:
- apps/Deployment
# Where in the object, such as spec.template.spec.containers[*].image; left out, it is the object itself.
# A list of paths is fine. To report what is absent, select what should hold it.
each: metadata
# Whether: CEL over `self` (what `each` selects), `key` (the key it stands under) and `object` (the whole).
fails: '!has(self.labels) || !("team" in self.labels)'
# What a finding says; expressions stand in braces.
message: "{object.kind} `{self.name}` belongs to no team"
help: Say whose it is in the label `team`.
---
# TITLE

## Why

What goes wrong on the day the cluster is replaced?

## Bad

```yaml
apiVersion: apps/v1
kind: Deployment
metadata: # finding
  name: web
```

## Good

```yaml
apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
  labels:
    team: shop
```
"#;
