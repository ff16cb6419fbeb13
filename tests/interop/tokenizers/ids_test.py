"""Ids of random strings are those of the tokenizers library: a short run of tests/peers/fuzz_tokenizers.py per
tokenizer."""

import os
import pathlib
import subprocess
import sys
import tempfile
import unittest

FUZZ = pathlib.Path(__file__).resolve().parents[3] / "tests/peers/fuzz_tokenizers.py"
PROGRAM = pathlib.Path(os.environ["RETORT_BINARIES"]) / "tools/encode_lines/encode_lines"
STRINGS = 5000


class IdsTest(unittest.TestCase):
    def check(self, tokenizer):
        with tempfile.TemporaryDirectory() as folder:
            result = subprocess.run(
                [sys.executable, FUZZ, f"--strings={STRINGS}", f"--tokenizers={tokenizer}", f"--program={PROGRAM}",
                 f"--found={folder}/found.jsonl"],
                capture_output=True, text=True)
        self.assertEqual(result.returncode, 0, result.stdout + result.stderr)
        self.assertIn(f"{tokenizer}: 0 of {STRINGS} strings differ", result.stdout)

    def test_uncased(self):
        self.check("uncased")

    def test_cased(self):
        self.check("cased")

    def test_multilingual(self):
        self.check("multilingual")

    def test_gpt2(self):
        self.check("gpt2")

    def test_roberta(self):
        self.check("roberta")

    def test_roberta_prefix(self):
        self.check("roberta_prefix")


if __name__ == "__main__":
    unittest.main()
