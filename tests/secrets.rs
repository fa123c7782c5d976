//! No report shows a secret, and what is found in one has exactly its place.
//!
//! Every secret of `fixtures/secrets` and of the cluster before its migration is made up.

mod common;

use common::rules::files_below;
use common::{formatted, human, json};
use k8factor::config::Config;
use k8factor::finding::{Finding, Waived};
use k8factor::report::Report;
use k8factor::report::format::FORMATS;
use k8factor::report::human::Options;
use k8factor::report::secrets::MASK;
use std::fs;

/// Every secret as it is written, and decoded where it is encoded.
const SECRETS: &[(&str, &[&str])] = &[
    (
        "fixtures/secrets",
        &[
            // The password and the token of an address.
            "uD7-mkwTr3_vsPq5n",
            "nR5tqWz8Lm2vKx7c",
            "rT6-mkwTr3_vsPq5n",
            "zU1-mkwTr3_vsPq5n",
            "jH3-mkwTr3_vsPq5n",
            "vB4-mkwTr3_vsPq5n",
            // What kustomize makes Secrets of, and its patches.
            "hJ4-wmdTq8_lkPc6v",
            "cV9-qarNu2_jtLm3x",
            "iO7-qarNu2_vtLm9m",
            "wE3-qarNu2_vtLm9h",
            // Variables, arguments, settings in a ConfigMap and in an object that nobody knows.
            "gB2-zarNu7_vtLm9q",
            "sW6-tyuNu2_vtLm9e",
            "fR8-qasNu2_vtLm9r",
            "pK3-\\\"quoted\\\"-Lm9x",
            "yT5-kliNu2_vtLm9w",
            "Sesame-street",
            "dQ4-it''s-Nu2_vtLm9x",
            "aX1-qarNu2_vtLm9x",
            // Secrets: the lines of a key, a folded text, base64 on one line and in a block.
            "MIIEowIBAAKCAQEAq8Zt2LmX0vR5yN7cJ4bWk1Hs6DfGpA3eUiOzQw9ErT8yUiPa",
            "sDfGhJ3kL9zXcVbNm7QwErTy5UiOpAsD2fGhJkL8zXcVbN4mQwErTyUi6OpAsDfG",
            "hJkLzXcV9bNmQwEr7TyUiOpA=",
            "hunter2-Folded9Words",
            "bE9XLXFhck51Ml92dExtOXo=",
            "Y2hPc2VuLXFhck51Ml92dExtOWs=",
            "RnJpZGF5cw==",
            "Fridays",
            // The values of a chart, a script, Terraform, and a file that is no YAML.
            "lP2-qarNu2_vtLm9t",
            "mN8-qarNu2_vtLm9j",
            "kL5-qarNu2_vtLm9g",
            "xC9-qarNu2_vtLm9d",
            "tY6-qarNu2_vtLm9s",
        ],
    ),
    ("fixtures/clusters/before-migration", &["kB7-qarNu2_vtLm9x", "9f3b61c07ad24e5c8b1f20d7e6a49c35"]),
];

#[test]
fn no_report_shows_a_secret() {
    for (root, secrets) in SECRETS {
        let report = check(root);
        let mut pages = vec![json(&report)];
        pages.extend(FORMATS.iter().map(|format| formatted(&report, format.name)));
        pages.extend(FORMATS.iter().map(|format| formatted(&accepted(check(root)), format.name)));
        for width in [40, 60, 100, 160] {
            let options = Options { all: true, color: width == 60, width: Some(width), max_snippets: 200 };
            pages.push(human(&report, options));
        }
        let pages: Vec<&str> = pages.iter().map(String::as_str).collect();
        for secret in *secrets {
            shows_nothing_of(secret, &pages);
        }
    }
}

/// Seen from the root of this repository the same files are test data, which most rules leave alone.
#[test]
fn the_program_shows_no_secret() {
    for (root, secrets) in SECRETS {
        let print = |format: &str| {
            let program = assert_cmd::Command::cargo_bin("k8factor");
            let run =
                program.expect("it was built").args(["check", "--all", "--format", format, root]).output();
            String::from_utf8(run.expect("it runs").stdout).expect("a report is text")
        };
        let pages: Vec<String> = FORMATS.iter().map(|format| print(format.name)).collect();
        assert!(pages[0].contains(MASK) && pages[2].contains("\"findings\""));
        let pages: Vec<&str> = pages.iter().map(String::as_str).collect();
        for secret in *secrets {
            shows_nothing_of(secret, &pages);
        }
    }
}

/// What is accepted is shown by some formats, and holds the same secrets.
fn accepted(mut report: Report) -> Report {
    let findings = std::mem::take(&mut report.findings);
    let (known, waived): (Vec<_>, Vec<_>) =
        findings.into_iter().enumerate().partition(|(index, _)| index % 2 == 0);
    report.baselined = known.into_iter().map(|(_, finding)| finding).collect();
    let accept = |(_, finding): (usize, Finding)| Waived {
        span: finding.span,
        finding,
        reason: "known".into(),
        until: None,
    };
    report.waived = waived.into_iter().map(accept).collect();
    report
}

/// A part of a secret is too much as well.
fn shows_nothing_of(secret: &str, pages: &[&str]) {
    let length = secret.len().min(8);
    let parts: Vec<&str> = (length..=secret.len()).map(|end| &secret[end - length..end]).collect();
    for page in pages {
        let line = page.lines().find(|line| parts.iter().any(|part| line.contains(part)));
        assert_eq!(line, None, "shows a part of `{secret}`");
    }
}

/// The test above would be content with a report that says nothing.
#[test]
fn every_line_with_a_secret_is_in_the_report() {
    for (root, secrets) in SECRETS {
        let report = check(root);
        let page = human(&report, Options { all: true, color: false, width: Some(160), max_snippets: 200 });
        let files = files_below(root);
        for secret in *secrets {
            let lines = files.iter().flat_map(|(path, text)| text.lines().map(move |line| (path, line)));
            let found: Vec<_> = lines.filter(|(_, line)| line.contains(secret)).collect();
            assert!(!found.is_empty(), "`{secret}` is in no file of {root}");
            for (path, line) in found {
                let (before, _) = line.split_once(secret).expect("it is in the line");
                // Another secret may stand before it.
                let before =
                    secrets.iter().fold(before.to_owned(), |text, secret| text.replace(secret, MASK));
                let before = before.trim_start();
                // Of an escaped scalar all is hidden, quotes included.
                let whole = before.split(['"', '\'']).next().unwrap_or_default();
                let is_shown = |shown: &str| {
                    [before, whole].iter().any(|before| shown.contains(&format!("{before}{MASK}")))
                };
                assert!(before.is_empty() || page.lines().any(is_shown), "{path}: {before}");
            }
        }
    }
}

/// A credential and the place that its finding has in the file.
#[test]
fn the_place_of_a_credential_is_the_credential() {
    const SECRET: &str = "apiVersion: v1\nkind: Secret\nmetadata:\n  name: a\nstringData:\n  password: ";
    const POD: &str = "apiVersion: v1\nkind: Pod\nmetadata:\n  name: a\nspec:\n  containers:\n  - name: a\n    args:\n    - ";
    const LITERALS: &str = "secretGenerator:\n- name: a\n  literals:\n  - ";
    const MAP: &str = "configMapGenerator:\n- name: a\n  literals:\n  - ";
    let cases = [
        ("a.yaml", SECRET, "kB7-qarNu2_vtLm9x", "kB7-qarNu2_vtLm9x"),
        ("a.yaml", SECRET, "'kB7-qarNu2_vtLm9x'", "kB7-qarNu2_vtLm9x"),
        ("a.yaml", SECRET, "\"kB7-qarNu2_vtLm9x\"", "kB7-qarNu2_vtLm9x"),
        ("a.yaml", SECRET, "'kB7-it''s_vtLm9x'", "'kB7-it''s_vtLm9x'"),
        ("a.yaml", SECRET, "\"kB7-\\x71ar_vtLm9x\"", "\"kB7-\\x71ar_vtLm9x\""),
        ("a.yaml", SECRET, "|\n    kB7-qarNu2_vtLm9x\n", "kB7-qarNu2_vtLm9x"),
        ("a.yaml", SECRET, "|\n    user: web\n    password: kB7-qarNu2_vtLm9x\n", "kB7-qarNu2_vtLm9x"),
        ("a.yaml", SECRET, "'redis://:kB7-qarNu2_vtLm9x@cache:6379'", "kB7-qarNu2_vtLm9x"),
        ("a.yaml", SECRET, ">-\n    kB7-qarNu2_vtLm9x\n", ">-\n    kB7-qarNu2_vtLm9x"),
        ("a.yaml", POD, "--password=kB7-qarNu2_vtLm9x\n", "kB7-qarNu2_vtLm9x"),
        ("a.yaml", POD, "'--password=kB7-qarNu2_vtLm9x'\n", "kB7-qarNu2_vtLm9x"),
        ("a.yaml", POD, "\"--password=kB7-qarNu2_vtLm9x\"\n", "kB7-qarNu2_vtLm9x"),
        ("a.yaml", POD, "--password\n    - 'kB7-qarNu2_vtLm9x'\n", "kB7-qarNu2_vtLm9x"),
        ("kustomization.yaml", LITERALS, "password=kB7-qarNu2_vtLm9x\n", "kB7-qarNu2_vtLm9x"),
        ("kustomization.yaml", LITERALS, "'password=\"kB7-qarNu2_vtLm9x\"'\n", "kB7-qarNu2_vtLm9x"),
        ("kustomization.yaml", MAP, "'PASSWORD=\"kB7-qarNu2_vtLm9x\"'\n", "kB7-qarNu2_vtLm9x"),
        ("a.sh", "#!/bin/sh\n", "mysql -u root -pkB7-qarNu2_vtLm9x web\n", "kB7-qarNu2_vtLm9x"),
        (
            "a.sh",
            "#!/bin/sh\n",
            "docker login -u ci -p \"kB7-qarNu2_vtLm9x\" a.internal\n",
            "kB7-qarNu2_vtLm9x",
        ),
    ];
    for (path, before, written, expected) in cases {
        let folder = tempfile::tempdir().expect("a temporary folder");
        fs::write(folder.path().join(path), format!("{before}{written}")).expect("a new file");
        let report = check(folder.path().to_str().expect("an ordinary path"));
        let findings = report.findings.iter().filter(|finding| finding.message.contains("in plain text"));
        let found: Vec<&str> =
            findings.map(|finding| report.sources.get(finding.span.file).slice(finding.span)).collect();
        assert_eq!(found, [expected], "{before}{written}");
    }
}

fn check(root: &str) -> Report {
    k8factor::check(&Config::for_folder(root)).expect("it can be checked")
}
