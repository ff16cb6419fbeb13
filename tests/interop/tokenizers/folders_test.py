"""Ids are those of AutoTokenizer for the same folder, whichever options stand beside the vocabulary, or the folder is
refused."""

import itertools
import json
import os
import pathlib
import subprocess
import tempfile
import unittest

import transformers

import folders
import null_folders

PROGRAM = pathlib.Path(os.environ["RETORT_BINARIES"]) / "tools/encode_lines/encode_lines"
TEXTS = list(folders.texts(int(os.environ.get("RETORT_TEXTS", "300")), seed=5))

# AutoTokenizer reads them, retort says why it does not.
REFUSED = "|".join([
    "split_special_tokens: want false", 'tokenizer_class: want .* got "(MPNetTokenizer|NoTokenizer)"',
    "want text, got a byte order mark", r'added piece "\[NEW\]": want an id of its own',
    "want one that is left by the normalizer, and as no other is", r'merge 0 \("#version:"', "unk_token: want none",
    # Nulls that leave too little, or that the library guesses a meaning of.
    r"want the special piece \[(CLS|PAD|SEP)\], got none", r"want the special pieces .* <\|endoftext\|>, got neither",
    "content: want a string, got null", "want an id, got null", r"\.id: want a whole number .* got null",
    "pre_tokenizer: want an object, got null", "want a value, got null", "init_inputs: want an empty list"])


def auto_ids(folder):
    """The ids of all texts; None where AutoTokenizer takes the folder for none, or ends in an error."""
    try:
        tokenizer = transformers.AutoTokenizer.from_pretrained(folder)
        return [tokenizer(text, add_special_tokens=False)["input_ids"] for text in TEXTS]
    except BaseException:  # the tokenizers library's panics are no Exceptions
        return None


def retort_ids(folder):
    lines = "".join(json.dumps(text) + "\n" for text in TEXTS)
    run = subprocess.run([PROGRAM, f"--tokenizer={folder}"], input=lines, capture_output=True, text=True)
    if run.returncode != 0:
        return None, run.stderr
    return [[int(i) for i in line.split()] for line in run.stdout.splitlines()], ""


class FoldersTest(unittest.TestCase):
    def test_ids_are_those_of_auto_tokenizer(self):
        for name, files in itertools.chain(folders.folders(), null_folders.folders()):
            with self.subTest(name), tempfile.TemporaryDirectory() as temporary:
                folder = pathlib.Path(temporary) / "model"
                folders.write(folder, files)
                wanted = auto_ids(folder)
                got, message = retort_ids(folder)
                if wanted is None:
                    self.assertIsNone(got, "read, though AutoTokenizer does not")
                if got is None:
                    self.assertIn(f"error: {folder}", message)
                    if wanted is not None:
                        self.assertRegex(message, REFUSED)
                    continue
                for text, ours, theirs in zip(TEXTS, got, wanted):
                    self.assertEqual(ours, theirs, repr(text))


if __name__ == "__main__":
    unittest.main()
