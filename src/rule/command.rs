//! `k8factor rules …` and `k8factor explain`: each command is a function to what is said. The command line prints it.

mod catalogue;
mod explain;
mod list;
mod new;
mod test;

use super::Rule;
use crate::error::Error;
use crate::suggest::did_you_mean;

pub use catalogue::{Catalogue, catalogue};
pub use explain::explain;
pub use list::{index, list};
pub use new::new;
pub use test::test;

/// The rule of this name.
pub fn find<'a>(rules: &'a [Rule], name: &str) -> Result<&'a Rule, Error> {
    rules.iter().find(|rule| rule.id.as_str() == name).ok_or_else(|| {
        let guess = did_you_mean(name, rules.iter().map(|rule| rule.id.as_str()));
        Error::usage(name, format!("there is no such rule.{guess} `k8factor rules list` names them all"))
    })
}
