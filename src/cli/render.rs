//! `k8factor render`: what kustomize makes of an overlay, and where each value is written.

use super::{Exit, current_folder, print, say};
use crate::codebase::Codebase;
use crate::config::{Config, Flags};
use crate::error::Error;
use crate::report::visible::visible;
use crate::{discover, documents, render};
use std::path::{MAIN_SEPARATOR, PathBuf};

/// Build a kustomization and print its objects
#[derive(clap::Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Arguments {
    /// A folder with a kustomization
    #[arg(default_value = ".")]
    path: PathBuf,

    /// Say behind every scalar where it is written
    #[arg(long)]
    origins: bool,

    /// Build it as Flux or Argo CD does, with all that their objects change
    #[arg(long)]
    deployed: bool,

    /// Show all builds instead: environment, objects, gaps, and who deploys them
    #[arg(long, conflicts_with_all = ["origins", "deployed"])]
    list: bool,
}

const EXAMPLES: &str = "\
Examples:
  k8factor render overlays/prod
  k8factor render overlays/prod --origins
  k8factor render overlays/prod --deployed
  k8factor render --list

Nothing is fetched and no program is run. What would need that is named on standard error.
Secrets are printed as they are built.

Exit status:
  0  everything was built
  1  something could not be built
  2  could not run";

/// Prints a build, or all there are.
pub(super) fn run(arguments: Arguments) -> Result<Exit, Error> {
    let Arguments { path, origins, deployed, list } = arguments;
    let mut config =
        Flags { paths: vec![path.clone()], ..Flags::default() }.resolve(&current_folder()?, None)?;
    let folder = folder(&config);
    if deployed {
        // Who deploys the folder may stand anywhere.
        config.paths = vec![config.root.clone()];
        config.reads_root = true;
    }
    let discovery = discover::walk(&config)?;
    let documents = documents::parse_all(&discovery.sources);
    let codebase = Codebase::new(&config, discovery, documents);
    if list {
        return print(&render::list(&codebase));
    }
    let render = if deployed { render::deployed } else { render::render };
    let Some(rendering) = render(&codebase, &folder, origins) else {
        return Err(Error::usage("PATH", format!("`{}` has no kustomization", path.display())));
    };
    print(&rendering.documents)?;
    rendering.missing.iter().for_each(|line| say(&visible(line)));
    Ok(if rendering.missing.is_empty() { Exit::Clean } else { Exit::Objects })
}

/// The folder that was named, relative to the root. A kustomization stands for its folder.
fn folder(config: &Config) -> String {
    let path = config.paths.first().and_then(|path| path.strip_prefix(&config.root).ok());
    let path = path.map(|path| path.to_string_lossy().replace(MAIN_SEPARATOR, "/")).unwrap_or_default();
    let is_file = discover::KUSTOMIZATIONS.iter().any(|name| path.rsplit('/').next() == Some(name));
    if is_file { path.rsplit_once('/').map_or("", |(folder, _)| folder).to_owned() } else { path }
}
