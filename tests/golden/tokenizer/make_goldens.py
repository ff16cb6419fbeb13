#!/usr/bin/env python3
"""Writes this folder's goldens with Hugging Face's tokenizers library.

From the repository's root, in an environment with `pip install tokenizers==0.23.2 xxhash`:
    python3 tests/golden/tokenizer/make_goldens.py hard_cases long_cases decodings corpora code_points
and in one with tokenizers==0.22.2:
    python3 tests/golden/tokenizer/make_goldens.py sequences
since 0.23 cuts each text to about the maximal length before it weighs the two against each other, so "the longer one"
is not always the longer one there.
"""

import json
import lzma
import pathlib
import random
import re
import struct
import sys

import tokenizers
import xxhash

ROOT = pathlib.Path(__file__).resolve().parents[3]
HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(ROOT / "tests/peers"))
import library_tokenizers  # noqa: E402

CODE_POINTS_PER_BLOCK = 0x8000

HARD_CASES = [
    "",
    " \t\r\n",
    "Hello, World!",
    "unaffable",
    "The quick brown fox's 1,234.56 dollars -- isn't it?",
    "HeLLo!how  \n Are yoU?  ",
    "H\u00e9llo na\u00efve caf\u00e9 \u00c0\u00c9\u00d4 fa\u00e7ade",
    "Cafe\u0301 e\u0323\u0301 o\u0301\u0323 \u1ec7 a\u0300\u0315\u0300\u05ae",
    "\u0130stanbul I\u0307 \u0131 \u01c5 \u1e9e \ufb01 \u2126 \u212a",
    "\u039f\u0394\u03a5\u03a3\u03a3\u0395\u03a5\u03a3 \u03a3\u03a3",
    "\u535a\u63a8\u7279 ah\u63a8zz \u3042\u30ab\u30ac\ud55c\uae00 \U00020000\U0002b820\U0002b920\uf900",
    "zero\u200bwidth soft\u00adhyphen a\u0000b a\ufffdb c\u0001d e\u007ff g\u0085h i\u000bj k\u000cl\ufeff",
    "no\u00a0break em\u2003space ideographic\u3000space line\u2028para\u2029end ogham\u1680mark",
    "\u201cquoted\u201d \u2018single\u2019 dash\u2014dash\u2013dash ellipsis\u2026 \u00abguillemets\u00bb \u00bfque? \u00a1no! \u2e43 \u166d",
    "$5 ^caret `tick` ~tilde <unk> a+b=c x|y \u00a75 \u20ac10 \u00a32 \u00b6",
    "[CLS] plain [SEP] x[MASK]y [PAD][UNK] [mask] [MASK [[MASK]] [UNKNOWN]",
    "a" * 100,
    "a" * 101,
    "\u00e9" * 100,
    "\u00e9" * 101,
    "x" * 99 + "\u0301\u0301y",
    "supercalifragilisticexpialidocious antidisestablishmentarianism electroencephalographically",
    "\U0001f600 \U0001f469\u200d\U0001f469\u200d\U0001f467 \u2764\ufe0f 1\ufe0f\u20e3 \U0001d400\U0001d4d0",
    "\u0627\u0644\u0639\u0631\u0628\u064a\u0629 \u05e2\u05d1\u05e8\u05d9\u05ea \u0939\u093f\u0928\u094d\u0926\u0940 \u0e44\u0e17\u0e22 \u0420\u0443\u0441\u0441\u043a\u0438\u0439",
    "\uac01 \u1100\u1161\u11a8 \u304c \u304b\u3099 \U00011938 \u0958",
    "=\u0338 <\u0338 a.\u0301b !\u20dd",
    "\ue000private \U000f0000use \u0378unassigned",
    "http://www.example.com/a_b?c=d&e=%20#f user@example.org C++ R&D 3.14e-10",
    "##ing ## # ing",
]


# Found by tests/peers/fuzz_tokenizers.py or taken from the ways in which byte-level tokenizers have differed.
HARD_CASES += [
    "it's we'll they've I'm he'd you're IT'S WE'LL 's't're've'm'll'd '' '",
    " leading  two   three    four\n\n\nlines\t\ttabs \t\n mixed \r\n ends \r old\n\r",
    "trailing   ",
    "\u3000wide\u3000\u3000two\u2009thin\u00a0nbsp\u0085nel\u000bvt\u000cff\u001cfs",
    "abc123def \u0664\u0665 \u00bd\u00b2 \u2168 \u4e00\u4e8c 1,000.00 x2y",
    "<|endoftext|>a <|endoftext|> b<|endoftext|",
    "<s> a </s> b<mask> c <mask>\td \u3000<mask><mask> <pad><unk> <mask <MASK>",
    " <mask>\u200b<mask>\n<s>\n",
    "\U0001f468\u200d\U0001f469\u200d\U0001f467\u200d\U0001f466 \U0001f1e9\U0001f1ea \U0001f44d\U0001f3fd \u263a\ufe0f 0\ufe0f\u20e3",
    "\u202eright to left\u202c \u200f\u05d0\u05d1\u0020\u0628\u064e\u0651 \u061c",
    "q\u0307\u0323 \u1e69 s\u0323\u0307 \ud7a3 \u1112\u1175\u11c2 \u0f77 \u0344",
    "\u0000\u0001\u0002 \u007f\u0080\u009f \ufffe\uffff \U0010ffff \U000e0001 \ufdd0",
    "".join(chr(plane * 0x10000 + c) + " " for plane in range(17) for c in (0x41, 0x1234, 0x9ABC, 0xE123, 0xFFFD)),
    "".join(chr(plane * 0x10000 + c) for plane in range(17) for c in (0x100, 0x2345, 0xBCDE, 0xF000)),
    "\ufeffbom \ufeff \u2060joiner\u200c\u200dnon",
    "\u1c89\ua7cb\ua7dc \U00010d50 \U00016ea0 \U000105c0\U00016130 \U0002ebf0",
    "Stra\u00dfe STRASSE \u01c4\u01c5\u01c6 \u0345 \u1fb3 \u03f4 \u2c2f\u2c5f",
    "_under_score_ -dash- a/b\\c |pipe| {brace} 50% #hash @at &amp; ~",
    "\u2581sentence \u0120 \u010a \u0100 \u00ad \u0143",
]

# Too long to write down: a unit and how often it is there.
LONG_CASES = [
    ["a", 1_000_000],
    ["ab\u00e9\u4e2d", 200_000],
    [" ", 100_000],
    ["\n", 1_001],
    ["!?", 50_000],
    ["12", 40_000],
    ["The quick brown fox", 20_000],
    ["\U0001f600", 30_000],
    ["e\u0301", 40_000],
    ["<mask>", 2_000],
    ["[MASK] ", 2_000],
]

SEQUENCES = [
    ["The quick brown fox jumps over the lazy dog.", None],
    ["A first text of some length, isn't it?", "and a second one"],
    ["short", "The second text is the one that is much longer than the first."],
    ["one two three", "four five six"],
    ["", ""],
    ["", "only a second"],
    ["caf\u00e9 \U0001f600", None],
]


def ids(encoder, text):
    return encoder.encode(text, add_special_tokens=False).ids


def packed(values):
    return struct.pack("<%di" % len(values), *values)


# Long and alike from line to line: stored packed, unpacked by the build.
PACKED = ("decodings.json", "hard_cases.json", "sequences.json")


def write(name, cases, **fields):
    """One case per line, as a list or, with other fields, as the object's "cases"."""
    lines = "[\n" + ",\n".join(json.dumps(case) for case in cases) + "\n]"
    head = "".join('%s: %s,\n' % (json.dumps(key), json.dumps(value)) for key, value in fields.items())
    text = "{\n" + head + '"cases": ' + lines + "}\n" if fields else lines + "\n"
    if name in PACKED:
        (HERE / (name + ".xz")).write_bytes(lzma.compress(text.encode(), preset=9 | lzma.PRESET_EXTREME))
    else:
        (HERE / name).write_text(text)


def hard_cases(encoders):
    seeds = [json.loads(line) for line in (HERE / "fuzz_seeds.jsonl").read_text().splitlines()]
    texts = HARD_CASES + [seed for seed in seeds if seed not in HARD_CASES]
    return [{"text": text, "ids": {name: ids(encoder, text) for name, encoder in encoders.items()}} for text in texts]


def long_cases(encoders):
    result = []
    for unit, times in LONG_CASES:
        case = {"unit": unit, "times": times, "tokenizers": {}}
        for name, encoder in encoders.items():
            values = ids(encoder, unit * times)
            case["tokenizers"][name] = {"ids": len(values), "xxh3": xxhash.xxh3_64_hexdigest(packed(values))}
        result.append(case)
    return result


def corpora(encoders):
    """Count and hash (XXH3 of little-endian int32) of the ids of all lines that are not blank, without blanks at their
    ends."""
    result = []
    for path in sorted((ROOT / "data/corpora").glob("*/*.xz")):
        lines = lzma.decompress(path.read_bytes()).decode("utf-8")
        lines = [line.lstrip("\ufeff").rstrip() for line in re.split("\r*\n|\r", lines)]
        lines = [line for line in lines if line]
        for name, encoder in encoders.items():
            digest, count = xxhash.xxh3_64(), 0
            for begin in range(0, len(lines), 4096):
                for encoding in encoder.encode_batch(lines[begin : begin + 4096], add_special_tokens=False):
                    digest.update(packed(encoding.ids))
                    count += len(encoding.ids)
            result.append(
                {"file": str(path.relative_to(ROOT)), "tokenizer": name, "ids": count, "xxh3": digest.hexdigest()}
            )
    return result


def code_points():
    """For blocks of code points, a hash over the words of a text around each c."""
    result = []
    splitter = tokenizers.pre_tokenizers.BertPreTokenizer()
    gpt2 = tokenizers.pre_tokenizers.ByteLevel(add_prefix_space=False)

    def uncased(c):
        normalizer = library_tokenizers.bert_normalizer(True)
        return [word for word, _ in splitter.pre_tokenize_str(normalizer.normalize_str("a" + c + "B"))]

    def cased(c):
        normalizer = library_tokenizers.bert_normalizer(False)
        return [word for word, _ in splitter.pre_tokenize_str(normalizer.normalize_str("a" + c + "B"))]

    def byte_level(c):
        text = "a%sa1%s1!%s! %s  %s" % (c, c, c, c, c)
        return [text[begin:end] for _, (begin, end) in gpt2.pre_tokenize_str(text)]

    for name, words in (("uncased", uncased), ("cased", cased), ("gpt2", byte_level)):
        for first in range(0, 0x110000, CODE_POINTS_PER_BLOCK):
            digest = xxhash.xxh3_64()
            for c in range(first, first + CODE_POINTS_PER_BLOCK):
                if not 0xD800 <= c < 0xE000:
                    digest.update(("\x00".join(words(chr(c))) + "\n").encode("utf-8"))
            result.append({"words": name, "first": first, "xxh3": digest.hexdigest()})
    return result


def encoded(encoder, pair, strategy, length, special):
    encoder.no_truncation()
    if strategy != "none":
        encoder.enable_truncation(length, strategy=strategy)
    try:
        encoding = encoder.encode(*pair, add_special_tokens=special)
        return {"ids": encoding.ids, "types": encoding.type_ids}
    except Exception as error:
        if "runcation error" not in str(error):
            raise
        return {"error": True}
    finally:
        encoder.no_truncation()


def sequences(encoders):
    """Sequences and pairs with special ids and truncation. Lengths that special ids alone exceed are left out: there
    the library gives more ids than it was asked for."""
    result = []
    for name, encoder in encoders.items():
        for pair in SEQUENCES:
            for special in (True, False):
                least = encoder.num_special_tokens_to_add(pair[1] is not None) if special else 0
                for strategy in ("none", "longest_first", "only_first", "only_second"):
                    for length in (0,) if strategy == "none" else range(least, least + 14):
                        case = {
                            "tokenizer": name,
                            "texts": [text for text in pair if text is not None],
                            "special": special,
                            "truncation": strategy,
                            "max_length": length,
                        }
                        result.append({**case, **encoded(encoder, pair, strategy, length, special)})
    return result


def decodings(encoders):
    """Texts of ids: those of hard cases, and random ones."""
    source = random.Random(5)
    result = []
    for name, encoder in encoders.items():
        lists = [encoder.encode(text).ids for text in HARD_CASES if len(text) < 200]
        size = encoder.get_vocab_size()
        lists += [[source.randrange(size) for _ in range(source.randrange(20))] for _ in range(60)]
        lists += [[source.randrange(min(size, 300)) for _ in range(source.randrange(20))] for _ in range(60)]
        for values in lists:
            texts = []
            for skip_special in (False, True):
                for clean_up in (False, True):
                    library_tokenizers.set_clean_up(encoder, clean_up)
                    texts.append(encoder.decode(values, skip_special_tokens=skip_special))
            result.append({"tokenizer": name, "ids": values, "texts": texts})
    return result


if __name__ == "__main__":
    everyone = library_tokenizers.all_tokenizers()
    shipped = {name: everyone[name] for name in ("uncased", "multilingual", "gpt2", "roberta")}
    for wanted in sys.argv[1:]:
        if wanted == "code_points":
            write(
                "code_points.json", code_points(),
                library="tokenizers " + tokenizers.__version__, code_points_per_block=CODE_POINTS_PER_BLOCK,
            )
        else:
            make, encoders = {
                "hard_cases": (hard_cases, everyone),
                "long_cases": (long_cases, everyone),
                "sequences": (sequences, shipped),
                "decodings": (decodings, shipped),
                "corpora": (corpora, shipped),
            }[wanted]
            write(wanted + ".json", make(encoders))
