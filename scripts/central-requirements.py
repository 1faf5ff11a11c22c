#!/usr/bin/env python3
"""Holds a repository of Maven in a directory against what Maven Central requires of a release.

    scripts/central-requirements.py DIRECTORY

One line a requirement and artifact: "ok", "owner" for what is missing and only the owner of the project can give (an address, a
name, a signature), "missing" for the rest. The exit code is 1 if there is a line "missing", 2 if there is nothing to read.
"""
import hashlib
import pathlib
import sys
import xml.etree.ElementTree
import zipfile

NAMESPACE = "{http://maven.apache.org/POM/4.0.0}"
# What the POM itself must say, or the parent that it inherits from: an element, and whether it is the owner's to give.
REQUIRED = [
    ("groupId", False), ("artifactId", False), ("version", False), ("name", False), ("description", False), ("url", True),
    ("licenses/license/name", False), ("licenses/license/url", False), ("developers/developer/name", True),
    ("developers/developer/organization", False), ("scm/connection", True), ("scm/url", True)]
# Each artifact inherits these from its parent; a name and a description of its own are better than the parent's.
OWN = {"artifactId", "name", "description"}


def text(pom, path):
    element = pom.find("/".join(NAMESPACE + step for step in path.split("/")))
    return (element.text or "").strip() if element is not None else ""


def digest_matches(file, algorithm):
    beside = file.with_name(file.name + "." + algorithm)
    return beside.is_file() and beside.read_text().split()[0] == hashlib.new(algorithm, file.read_bytes()).hexdigest()


def main(directory):
    poms = {file: xml.etree.ElementTree.parse(file).getroot() for file in sorted(pathlib.Path(directory).rglob("*.pom"))}
    if not poms:
        print(f"{directory}: expected a repository with a file *.pom in it", file=sys.stderr)
        return 2
    by_artifact = {text(pom, "artifactId"): pom for pom in poms.values()}
    lines = []

    def line(fulfilled, owners, what):
        lines.append(("ok" if fulfilled else "owner" if owners else "missing", what))

    for file, pom in poms.items():
        parent = by_artifact.get(text(pom, "parent/artifactId"))
        for path, owners in REQUIRED:
            value = text(pom, path)
            if not value and path not in OWN and parent is not None:
                value = text(parent, path)
            line(value and "$" not in value, owners, f"{file.name}: {path}" + (f" = {value}" if value else ""))
        version = text(pom, "version") or text(pom, "parent/version")
        line(not version.endswith("-SNAPSHOT"), False, f"{file.name}: a version that is no snapshot")
        artifacts = [file]
        if text(pom, "packaging") in ("", "jar"):
            stem = file.with_suffix("").name
            for suffix, content in (("", ".class"), ("-sources", ".java"), ("-javadoc", ".html")):
                jar = file.with_name(f"{stem}{suffix}.jar")
                line(jar.is_file() and any(name.endswith(content) for name in zipfile.ZipFile(jar).namelist()), False,
                     f"{jar.name}: with files {content} in it")
                artifacts.append(jar)
        for artifact in artifacts:
            if artifact.is_file():
                line(all(digest_matches(artifact, algorithm) for algorithm in ("md5", "sha1")), False,
                     f"{artifact.name}: .md5 and .sha1 that are right")
                line(artifact.with_name(artifact.name + ".asc").is_file(), True, f"{artifact.name}: a signature .asc")
    for grade, what in lines:
        print(f"{grade:8}{what}")
    return 1 if any(grade == "missing" for grade, _ in lines) else 0


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    sys.exit(main(sys.argv[1]))
