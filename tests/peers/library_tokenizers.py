"""The tokenizers of Hugging Face's library that retort's are compared with, on the vocabularies in data/vocab."""

import atexit
import lzma
import pathlib
import shutil
import tempfile

import tokenizers
from tokenizers import AddedToken, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors



def unpacked(packed):
    """A copy of the folder, unpacked, that is there until the program ends."""
    folder = pathlib.Path(tempfile.mkdtemp())
    atexit.register(shutil.rmtree, folder)
    for source in packed.rglob("*.*"):
        target = folder / source.relative_to(packed)
        target.parent.mkdir(exist_ok=True)
        if source.suffix == ".xz":
            target.with_suffix("").write_bytes(lzma.open(source).read())
        else:
            shutil.copy(source, target)
    shutil.copy(folder / "gpt2/merges.txt", folder / "roberta/merges.txt")
    return folder


VOCABULARIES = unpacked(pathlib.Path(__file__).resolve().parents[2] / "data/vocab")

# What retort's programs load for each name, and the options they are given.
FILES = {
    "uncased": "bert-base-uncased-vocab.txt",
    "cased": "bert-base-uncased-vocab.txt",
    "multilingual": "bert-base-multilingual-cased-vocab.txt",
    "gpt2": "gpt2/vocab.json",
    "roberta": "roberta/vocab.json",
    "roberta_prefix": "roberta/vocab.json",
}


def bert_normalizer(lowercase):
    return normalizers.BertNormalizer(
        clean_text=True, handle_chinese_chars=True, strip_accents=None, lowercase=lowercase
    )


def wordpiece(name, lowercase):
    return tokenizers.BertWordPieceTokenizer(
        str(VOCABULARIES / FILES[name]),
        clean_text=True, handle_chinese_chars=True, strip_accents=None, lowercase=lowercase,
    )._tokenizer


def byte_bpe(name, prefix_space, added, processor):
    folder = (VOCABULARIES / FILES[name]).parent
    tokenizer = Tokenizer(models.BPE.from_file(str(folder / "vocab.json"), str(folder / "merges.txt")))
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=prefix_space)
    tokenizer.decoder = decoders.ByteLevel()
    tokenizer.post_processor = processor
    tokenizer.add_special_tokens(added)
    return tokenizer


def roberta(prefix_space):
    return byte_bpe(
        "roberta", prefix_space, ["<s>", "<pad>", "</s>", "<unk>", AddedToken("<mask>", lstrip=True)],
        processors.RobertaProcessing(("</s>", 2), ("<s>", 0), add_prefix_space=prefix_space),
    )


def make(name):
    if name in ("uncased", "cased", "multilingual"):
        return wordpiece(name, name == "uncased")
    if name == "gpt2":
        return byte_bpe("gpt2", False, ["<|endoftext|>"], processors.ByteLevel(trim_offsets=False))
    return roberta(name == "roberta_prefix")


def all_tokenizers():
    return {name: make(name) for name in FILES}


def set_clean_up(tokenizer, clean_up):
    """Whether decoding takes spaces before punctuation away; byte-level tokenizers never do."""
    if isinstance(tokenizer.decoder, decoders.WordPiece):
        tokenizer.decoder = decoders.WordPiece(prefix="##", cleanup=clean_up)
