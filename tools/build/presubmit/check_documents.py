#!/usr/bin/env python3
"""Checks what documents lead to: links to files and headings, and Bazel's packages that are named in `code`.

    check_documents.py

Reads all .md files that git knows, without their fenced blocks. Links to other sites are not followed.
"""

import os
import posixpath
import re
import subprocess
import sys

# Becomes the README of a package that is laid out as the workspace is.
READ_FROM_THE_ROOT = ("tools/release/README.md",)

FENCED = re.compile(r"^ *```.*?^ *```$", re.DOTALL | re.MULTILINE)
CODE = re.compile(r"`([^`\n]+)`")
LINK = re.compile(r"\]\(([^()\s]+)\)")
HEADING = re.compile(r"^#+ +(.*?) *$", re.MULTILINE)
PACKAGE = re.compile(r"(?<![\w:/])//([\w./-]*)")


def anchors(text):
    """What GitHub lets links call the headings of a document by."""
    found = set()
    for heading in HEADING.findall(FENCED.sub("", text)):
        heading = LINK.sub("", heading.replace("[", "")).replace("`", "")
        name = re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")
        found.add(name if name not in found else next(f"{name}-{i}" for i in range(1, 99) if f"{name}-{i}" not in found))
    return found


def folders_of(files):
    """All folders that hold one of the files, the root ("") among them."""
    folders = set()
    for file in files:
        folder = posixpath.dirname(file)
        while folder not in folders:
            folders.add(folder)
            folder = posixpath.dirname(folder)
    return folders


def link_problem(document, link, files, folders, texts):
    """What is wrong with a link of a document; None: nothing."""
    path, _, heading = link.partition("#")
    folder = "" if document in READ_FROM_THE_ROOT else posixpath.dirname(document)
    target = posixpath.normpath(posixpath.join(folder, path)) if path else document
    if target not in files and target not in folders:
        return f"{document}: want a file or folder behind ({link}), got none"
    if heading and heading not in anchors(texts.get(target, "")):
        return f"{document}: want a heading of {target} behind ({link}), got none"
    return None


def package_problem(document, package, files):
    """What is wrong with a package that a document names; None: nothing."""
    if "..." in package or posixpath.join(package, "BUILD") in files:
        return None
    return f"{document}: want a package //{package}, got no BUILD file there"


def problems(files, texts):
    """What is wrong in `texts`, documents by their paths, of a workspace with these files."""
    folders = folders_of(files)
    found = []
    for document, text in sorted(texts.items()):
        text = FENCED.sub("", text)
        links = [link for link in LINK.findall(CODE.sub("", text)) if not re.match(r"[a-z]+:", link)]
        found += [link_problem(document, link, files, folders, texts) for link in links]
        packages = [package for code in CODE.findall(text) for package in PACKAGE.findall(code)]
        found += [package_problem(document, package.rstrip("/"), files) for package in packages]
    return [problem for problem in found if problem]


def main():
    os.chdir(os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../.."))
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"], check=True, capture_output=True, text=True
    ).stdout.splitlines()
    files = {file for file in listed if os.path.exists(file)}
    texts = {}
    for file in files:
        if file.endswith(".md"):
            with open(file, encoding="utf-8") as document:
                texts[file] = document.read()
    found = problems(files, texts)
    for line in found:
        print(line, file=sys.stderr)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
