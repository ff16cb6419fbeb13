#!/usr/bin/env python3
"""Random strings through retort's tokenizers and Hugging Face's library: how many ids differ, and the strings that do.

    bazel build //tools/encode_lines
    fuzz_tokenizers.py [--strings 1000000] [--seed 1] [--tokenizers uncased,gpt2,...] [--files text ...]
                       [--found found.jsonl]

A string is of one of many kinds: random code points of a plane, of one script, of what tokenizers treat in a way of its
own (white space, marks, added pieces, ends of lines, emoji), words of the vocabulary glued together, pieces of the
goldens' hard cases. With --files, what is in files instead: their lines, the cells of .tsv and .csv, the strings of
.json; packed as .xz or not.

Strings that differ are written, shortened, to --found, one JSON string per line: append them to
tests/golden/tokenizer/fuzz_seeds.jsonl and run make_goldens.py there. The exit code is 1 if there are any.

Wants tokenizers (0.23.2 was used).
"""

import argparse
import csv
import io
import json
import lzma
import pathlib
import random
import subprocess
import sys
import tempfile
import threading

import library_tokenizers

ROOT = pathlib.Path(__file__).resolve().parents[2]
PROGRAM = ROOT / "bazel-bin/tools/encode_lines/encode_lines"
BATCH = 20_000

SPACES = list(" \t\n\r\x0b\x0c\x1c\x1f\x85\xa0\u1680\u2000\u2003\u200b\u2028\u2029\u202f\u205f\u3000\ufeff") + ["\r\n", "  "]
ADDED = ["<s>", "</s>", "<pad>", "<unk>", "<mask>", "<|endoftext|>", "[CLS]", "[SEP]", "[PAD]", "[UNK]", "[MASK]",
         "<", ">", "[", "]", "<|", "|>", "<mask", "[MASK", "mask>", "<MASK>", "[mask]"]
CONTRACTIONS = ["'s", "'t", "'re", "'ve", "'m", "'ll", "'d", "'S", "'", "''", "\u2019s", "n't"]
MARKS = [chr(c) for c in (*range(0x300, 0x370), *range(0x483, 0x488), *range(0x591, 0x5BE), *range(0x64B, 0x660),
                          *range(0x93A, 0x94E), 0x200C, 0x200D, 0xFE0F, 0x20E3, 0x3099, 0x309A, 0x1D165, 0xE0101)]
EMOJI = ["\U0001f600", "\U0001f468\u200d\U0001f469\u200d\U0001f467", "\U0001f1e9\U0001f1ea", "\U0001f44d\U0001f3fd",
         "\u2764\ufe0f", "1\ufe0f\u20e3", "\u263a", "\U0001fae8"]
SCRIPTS = [(0x20, 0x7F), (0x20, 0x7F), (0x20, 0x7F), (0xA0, 0x250), (0x370, 0x400), (0x400, 0x530), (0x590, 0x600),
           (0x600, 0x700), (0x900, 0x980), (0xE00, 0xE80), (0x1100, 0x1200), (0x10A0, 0x1100), (0x1E00, 0x2000),
           (0x2000, 0x2070), (0x2070, 0x2190), (0x2C00, 0x2E80), (0x3000, 0x3100), (0x4E00, 0x5000), (0xA640, 0xA830),
           (0xAC00, 0xAD00), (0xF900, 0xFB50), (0xFB50, 0xFE00), (0xFE00, 0x10000), (0x10400, 0x10D90),
           (0x11000, 0x11C00), (0x16100, 0x17000), (0x1D400, 0x1D800), (0x1E900, 0x1E960), (0x1F300, 0x1FB00),
           (0x2B700, 0x2CEB0), (0xE0000, 0xE0200)]


def code_point(source, first, end):
    while True:
        c = source.randrange(first, end)
        if not 0xD800 <= c < 0xE000:
            return chr(c)


class Strings:
    def __init__(self, seed, words):
        self.source = random.Random(seed)
        self.words = words

    def part(self):
        source = self.source
        kind = source.randrange(14)
        if kind < 3:
            return source.choice(self.words)
        if kind == 3:
            return source.choice(SPACES)
        if kind == 4:
            return source.choice(ADDED)
        if kind == 5:
            return source.choice(CONTRACTIONS)
        if kind == 6:
            return source.choice("aeiouAEnNcCoOuUsS") + "".join(source.choices(MARKS, k=source.randrange(1, 4)))
        if kind == 7:
            return source.choice(EMOJI)
        if kind == 8:
            plane = source.randrange(17) * 0x10000
            return code_point(source, plane, plane + 0x10000)
        if kind == 9:
            return source.choice(self.words).upper()
        if kind == 10:
            return "".join(source.choices("0123456789.,-/:", k=source.randrange(1, 8)))
        first, end = source.choice(SCRIPTS)
        return "".join(code_point(source, first, end) for _ in range(source.randrange(1, 9)))

    def string(self):
        source = self.source
        length = source.choice((1, 2, 3, 5, 8, 13, 21))
        glue = source.choice(("", " ", " ", source.choice(SPACES)))
        return glue.join(self.part() for _ in range(length))


def vocabulary_words():
    lines = (library_tokenizers.VOCABULARIES / "bert-base-multilingual-cased-vocab.txt").read_text().split("\n")
    return [line[2:] if line.startswith("##") else line for line in lines if line] + ADDED


class Retort:
    """A running encode_lines."""

    def __init__(self, program, name, folder):
        source = library_tokenizers.VOCABULARIES / library_tokenizers.FILES[name]
        names = [source.name] if source.suffix == ".txt" else ["vocab.json", "merges.txt"]
        folder.mkdir(parents=True, exist_ok=True)
        for file in names:
            (folder / file).write_bytes((source.parent / file).read_bytes())
        (folder / "tokenizer_config.json").write_text(
            json.dumps({"do_lower_case": name == "uncased", "add_prefix_space": name.endswith("_prefix")}))
        self.process = subprocess.Popen(
            [program, "--tokenizer=" + str(folder / names[0])], stdin=subprocess.PIPE, stdout=subprocess.PIPE)

    def ids(self, texts):
        lines = [json.dumps(text).encode() + b"\n" for text in texts]

        def write():
            self.process.stdin.writelines(lines)
            # Pushes the last lines out of the program's buffer: it answers in blocks.
            self.process.stdin.write(b"0\n" * 4096)
            self.process.stdin.flush()

        writer = threading.Thread(target=write)
        writer.start()
        answers = [self.process.stdout.readline().decode().rstrip("\n") for _ in texts]
        for _ in range(4096):
            if b"error" not in self.process.stdout.readline():
                sys.exit("encode_lines lost its place")
        writer.join()
        return [answer if answer.startswith("error") else [int(x) for x in answer.split()] for answer in answers]


def shortened(text, differs):
    """Takes pieces away as long as the rest differs too."""
    size = len(text) // 2
    while size:
        begin = 0
        while begin < len(text):
            rest = text[:begin] + text[begin + size:]
            if rest and differs(rest):
                text = rest
            else:
                begin += size
        size //= 2
    return text


def strings_of_json(value):
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for key, member in value.items():
            yield key
            yield from strings_of_json(member)
    elif isinstance(value, list):
        for member in value:
            yield from strings_of_json(member)


def texts_of(path):
    path = pathlib.Path(path)
    data = path.read_bytes()
    if path.suffix == ".xz":
        path, data = path.with_suffix(""), lzma.decompress(data)
    text = data.decode("utf-8", "replace")
    if path.suffix == ".json":
        return list(strings_of_json(json.loads(text)))
    if path.suffix == ".csv":
        return [cell for row in csv.reader(io.StringIO(text)) for cell in row]
    return [cell for line in text.split("\n") for cell in (line.split("\t") if path.suffix == ".tsv" else [line])]


def batches(arguments, words):
    if arguments.files:
        for path in arguments.files:
            texts = texts_of(path)
            for begin in range(0, len(texts), BATCH):
                yield texts[begin:begin + BATCH]
        return
    strings = Strings(arguments.seed, words)
    for begin in range(0, arguments.strings, BATCH):
        yield [strings.string() for _ in range(min(BATCH, arguments.strings - begin))]


def compare(arguments, folder):
    names = arguments.tokenizers.split(",")
    peers = {name: (library_tokenizers.make(name), Retort(arguments.program, name, folder / name)) for name in names}
    counts, found = dict.fromkeys(names, 0), []
    total = 0
    for texts in batches(arguments, vocabulary_words()):
        total += len(texts)
        for name, (library, retort) in peers.items():
            wanted = library.encode_batch_fast(texts, add_special_tokens=False)
            for text, encoding, got in zip(texts, wanted, retort.ids(texts)):
                if encoding.ids == got:
                    continue
                counts[name] += 1
                if counts[name] <= 20:
                    found.append(shortened(
                        text, lambda t: library.encode(t, add_special_tokens=False).ids != retort.ids([t])[0]))
                    print(name, ascii(found[-1]), flush=True)
    for name, count in counts.items():
        print("%s: %d of %d strings differ" % (name, count, total))
    return found


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--strings", type=int, default=1_000_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--tokenizers", default=",".join(library_tokenizers.FILES))
    parser.add_argument("--files", nargs="*")
    parser.add_argument("--found", default="found.jsonl")
    parser.add_argument("--program", default=PROGRAM, help="retort's encode_lines")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        found = compare(arguments, pathlib.Path(folder))
    if found:
        pathlib.Path(arguments.found).write_text("".join(json.dumps(text) + "\n" for text in found))
    sys.exit(1 if found else 0)


if __name__ == "__main__":
    main()
