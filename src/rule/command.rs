//! `k8factor rules …` and `k8factor explain`: each command is a function that writes to what it is given.

mod list;
mod new;
mod show;
mod test;

use super::Rule;
use crate::error::Error;
use crate::spelling;

pub use list::{index, list};
pub use new::new;
pub use show::show;
pub use test::test;

/// The rule of this name.
pub fn find<'a>(rules: &'a [Rule], id: &str) -> Result<&'a Rule, Error> {
    let found = rules.iter().find(|rule| rule.id.as_str() == id);
    found.ok_or_else(|| {
        let near = spelling::nearest(id, rules.iter().map(|rule| rule.id.as_str()));
        let near = near.map(|near| format!("did you mean `{near}`? ")).unwrap_or_default();
        Error::usage(id, format!("there is no rule of this name; {near}`k8factor rules list` names them all"))
    })
}
