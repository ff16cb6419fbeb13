#!/usr/bin/env python3
"""Tests what check_documents.py finds in documents."""

import os
import sys
import unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
# pylint: disable=wrong-import-position
import check_documents

FILES = {"README.md", "a/BUILD", "a/b/c.h", "a/README.md", "tools/release/README.md"}


def problems(text, document="README.md", others=None):
    return check_documents.problems(FILES, {document: text, **(others or {})})


class DocumentsTest(unittest.TestCase):
    def test_links_to_files_and_folders(self):
        self.assertEqual(problems("[x](a/b/c.h), [y](a/b) and [z](https://example.org/none)"), [])
        self.assertEqual(problems("[x](../README.md#none-such)", "a/README.md", {"README.md": "# One"}), [
            "a/README.md: want a heading of README.md behind (../README.md#none-such), got none"
        ])
        self.assertEqual(problems("[x](a/none.h)"), ["README.md: want a file or folder behind (a/none.h), got none"])

    def test_links_to_headings(self):
        text = "# What `a` is: [b](a)!\n## Two\n## Two\n[x](#what-a-is-b) [y](#two) [z](#two-1)"
        self.assertEqual(problems(text), [])
        self.assertEqual(problems("# One\n[x](#two)"), ["README.md: want a heading of README.md behind (#two), got none"])

    def test_code_is_no_link(self):
        self.assertEqual(problems("`[x](none)`\n```\n# Two\n[x](none) `//none`\n```"), [])
        self.assertEqual(len(problems("```\n# Two\n```\n[x](#two)")), 1)

    def test_packages(self):
        self.assertEqual(problems("`bazel test //a:all //none/...` and `https://none`"), [])
        self.assertEqual(problems("`//a/b:c`"), ["README.md: want a package //a/b, got no BUILD file there"])

    def test_the_packages_readme_is_read_from_the_root(self):
        self.assertEqual(problems("[x](a/b/c.h)", "tools/release/README.md"), [])


if __name__ == "__main__":
    unittest.main()
