#!/usr/bin/env python3
"""Writes this folder's goldens with Hugging Face's tokenizers library.

From the repository's root, in an environment with `pip install tokenizers==0.23.2 xxhash`:
    python3 tests/golden/tokenizer/make_goldens.py
"""

import json
import lzma
import pathlib
import struct

import tokenizers
import xxhash

ROOT = pathlib.Path(__file__).resolve().parents[3]
HERE = pathlib.Path(__file__).resolve().parent
VOCABULARY = ROOT / "data/vocab/bert-base-uncased-vocab.txt"
CODE_POINTS_PER_BLOCK = 0x8000

# Capitals younger than Unicode 15, which the library folds and ICU 72 does not know.
TOO_NEW = [0x1C89, *range(0xA7CB, 0xA7DD), *range(0x10D50, 0x10D66), *range(0x16EA0, 0x16EB9)]

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


def tokenizer(lowercase):
    return tokenizers.BertWordPieceTokenizer(
        str(VOCABULARY), clean_text=True, handle_chinese_chars=True, strip_accents=None, lowercase=lowercase
    )


def ids(encoder, text):
    return encoder.encode(text, add_special_tokens=False).ids


def write(name, value):
    (HERE / name).write_text(json.dumps(value, indent=1) + "\n")


def hard_cases():
    uncased, cased = tokenizer(True), tokenizer(False)
    return [{"text": text, "uncased": ids(uncased, text), "cased": ids(cased, text)} for text in HARD_CASES]


def corpora():
    """Count and hash (XXH3 of little-endian int32) of the ids of all lines."""
    encoder = tokenizer(True)
    result = []
    for path in sorted((ROOT / "data/corpora").glob("*/*.xz")):
        lines = lzma.decompress(path.read_bytes()).decode("utf-8").split("\n")
        digest, count = xxhash.xxh3_64(), 0
        for begin in range(0, len(lines), 4096):
            for encoding in encoder.encode_batch(lines[begin : begin + 4096], add_special_tokens=False):
                digest.update(struct.pack("<%di" % len(encoding.ids), *encoding.ids))
                count += len(encoding.ids)
        result.append({"file": str(path.relative_to(ROOT)), "ids": count, "xxh3": digest.hexdigest()})
    return result


def code_points():
    """For blocks of code points, a hash over the words of "a<c>B" for each c."""
    result = []
    for lowercase in (True, False):
        normalizer, splitter = tokenizer(lowercase).normalizer, tokenizers.pre_tokenizers.BertPreTokenizer()
        for first in range(0, 0x110000, CODE_POINTS_PER_BLOCK):
            digest = xxhash.xxh3_64()
            for c in range(first, first + CODE_POINTS_PER_BLOCK):
                if 0xD800 <= c < 0xE000 or c in TOO_NEW:
                    continue
                words = splitter.pre_tokenize_str(normalizer.normalize_str("a" + chr(c) + "B"))
                digest.update(("\x00".join(word for word, _ in words) + "\n").encode("utf-8"))
            result.append({"uncased": lowercase, "first": first, "xxh3": digest.hexdigest()})
    return {"library": "tokenizers " + tokenizers.__version__, "code_points_per_block": CODE_POINTS_PER_BLOCK, "left_out": TOO_NEW, "blocks": result}


if __name__ == "__main__":
    write("hard_cases.json", hard_cases())
    write("corpora.json", corpora())
    write("code_points.json", code_points())
