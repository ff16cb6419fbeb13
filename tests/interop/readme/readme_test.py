"""The table of families in the README names checks that exist."""

import fnmatch
import pathlib
import re
import unittest

import ids_test
import models_test
import sweeps_test

ROOT = pathlib.Path(__file__).resolve().parents[3]
KINDS = {
    "read": models_test.WrittenByTransformers,
    "written": models_test.WrittenHere,
    "sweep": sweeps_test.SweepsTest,
    "ids": ids_test.IdsTest,
}


def names_of(kind):
    if kind == "golden":
        return [folder.name for folder in (ROOT / "tests/golden").iterdir()]
    return [name.removeprefix("test_") for name in unittest.TestLoader().getTestCaseNames(KINDS[kind])]


class ReadmeTest(unittest.TestCase):
    def test_families(self):
        text = (ROOT / "README.md").read_text()
        table = text[text.index("| family |"):].split("\n\n")[0]
        found = 0
        for kind, names in re.findall(r"(read|written|sweep|ids|golden) (`[^|]*?`)(?=, [a-z]| \|)", table):
            for name in re.findall(r"`([^`]+)`", names):
                self.assertTrue(fnmatch.filter(names_of(kind), name), f"{kind} {name}")
                found += 1
        self.assertGreater(found, 20)


if __name__ == "__main__":
    unittest.main()
