//! A codebase that Flux and Argo CD deploy: which builds there are, who deploys each, and what they make of them.

mod common;

use common::rules::snapshot;
use k8factor::codebase::Codebase;
use k8factor::config::Config;
use k8factor::{discover, documents, render};

fn codebase() -> Codebase {
    let config = Config::for_folder(common::fixtures("deployments"));
    let discovery = discover::walk(&config).expect("the fixtures are there");
    let documents = documents::parse_all(&discovery.sources);
    Codebase::new(&config, discovery, documents)
}

#[test]
fn every_build_knows_who_deploys_it() {
    snapshot("deployments__list", &render::list(&codebase()));
}

#[test]
fn what_is_deployed_is_what_its_deployers_make_of_it() {
    let codebase = codebase();
    for (name, folder) in
        [("flux", "apps/web/overlay"), ("argo", "apps/worker"), ("set", "teams/blue/deploy")]
    {
        let rendering = render::deployed(&codebase, folder, true).expect("it is built");
        assert!(rendering.missing.is_empty(), "{:?}", rendering.missing);
        snapshot(&format!("deployments__{name}"), &rendering.documents);
    }
}
