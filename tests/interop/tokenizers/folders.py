"""Small tokenizer folders with one option each, and texts in which the options show."""

import json
import random

WORD_PIECES = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "a", "A", "\u00e9", "\u00c9", "e", "##a", "##b", "b", "hello",
               "new", "##new", "\u4e2d", "x", "##x", ".", "[", "]", "<", ">", "n", "##n", "##e", "##w", "M", "K", "york"]
ROBERTA = ["<s>", "<pad>", "</s>", "<unk>", "<mask>"]
GPT2 = ["<|endoftext|>"]
WHOLE = {"tokenizer_class": "PreTrainedTokenizerFast"}


def added(content, **flags):
    piece = {"content": content, "single_word": False, "lstrip": False, "rstrip": False, "normalized": False, "special": False}
    piece.update(flags)
    return piece


def typed(content, **flags):
    return {"__type": "AddedToken", **added(content, **flags)}


def word_piece_json():
    vocabulary = {piece: i for i, piece in enumerate(WORD_PIECES)}
    return {
        "version": "1.0", "truncation": None, "padding": None,
        "added_tokens": [{"id": i, **added(WORD_PIECES[i], special=True)} for i in range(5)],
        "normalizer": {"type": "BertNormalizer", "clean_text": True, "handle_chinese_chars": True, "strip_accents": None,
                       "lowercase": True},
        "pre_tokenizer": {"type": "BertPreTokenizer"},
        "post_processor": {"type": "BertProcessing", "sep": ["[SEP]", 3], "cls": ["[CLS]", 2]},
        "decoder": {"type": "WordPiece", "prefix": "##", "cleanup": True},
        "model": {"type": "WordPiece", "unk_token": "[UNK]", "continuing_subword_prefix": "##",
                  "max_input_chars_per_word": 100, "vocab": vocabulary}}


def byte_alphabet():
    kept = [*range(33, 127), *range(161, 173), *range(174, 256)]
    moved = [byte for byte in range(256) if byte not in kept]
    return [chr(byte) for byte in kept] + [chr(256 + i) for i in range(len(moved))]


def byte_pieces(specials):
    pieces = {piece: i for i, piece in enumerate(specials + byte_alphabet())}
    merges = [("a", "b"), ("\u0120", "a"), ("\u0120", "ab"), ("h", "e"), ("l", "l"), ("he", "ll"), ("hell", "o"), ("\u0120", "hello")]
    for left, right in merges:
        pieces.setdefault(left + right, len(pieces))
    return pieces, merges


def byte_json(specials):
    pieces, merges = byte_pieces(specials)
    roberta = {"type": "RobertaProcessing", "sep": ["</s>", 2], "cls": ["<s>", 0], "trim_offsets": True, "add_prefix_space": False}
    level = {"type": "ByteLevel", "add_prefix_space": False, "trim_offsets": True, "use_regex": True}
    return {
        "version": "1.0", "truncation": None, "padding": None,
        "added_tokens": [{"id": pieces[piece], **added(piece, lstrip=piece == "<mask>", special=True)} for piece in specials],
        "normalizer": None, "pre_tokenizer": level, "post_processor": roberta if specials is ROBERTA else None, "decoder": level,
        "model": {"type": "BPE", "dropout": None, "unk_token": None, "continuing_subword_prefix": "", "end_of_word_suffix": "",
                  "fuse_unk": False, "byte_fallback": False, "vocab": pieces, "merges": [" ".join(pair) for pair in merges]}}


def byte_files(specials):
    pieces, merges = byte_pieces(specials)
    return {"vocab.json": pieces, "merges.txt": "#version: 0.2\n" + "".join(f"{left} {right}\n" for left, right in merges)}


# What stands beside the vocabulary; None: that file is left out.
BESIDE = {
    "nothing": {},
    "case": {"tokenizer_config.json": {"do_lower_case": False}},
    "accents": {"tokenizer_config.json": {"strip_accents": False}},
    "accents of a case": {"tokenizer_config.json": {"do_lower_case": False, "strip_accents": True}},
    "chinese": {"tokenizer_config.json": {"tokenize_chinese_chars": False}},
    "prefix space": {"tokenizer_config.json": {"add_prefix_space": True}},
    "listed": {"tokenizer_config.json": {"added_tokens_decoder": {"900": added("[NEW]"), "901": added("New York", normalized=True)}}},
    "listed in another order": {"tokenizer_config.json": {"added_tokens_decoder": {"901": added("[N]"), "90": added("[NEW]")}}},
    "listed nothing": {"tokenizer_config.json": {"added_tokens_decoder": {}}},
    "listed a piece that is there": {"tokenizer_config.json": {"added_tokens_decoder": {"5": added("a")}}},
    "listed with few fields": {"tokenizer_config.json": {"added_tokens_decoder": {"900": {"content": "HE"}}}},
    "strips": {"tokenizer_config.json": {"added_tokens_decoder": {"1": added("<l>", lstrip=True), "2": added("<r>", rstrip=True)}}},
    "strips both": {"tokenizer_config.json": {"added_tokens_decoder": {"1": added("<l>", lstrip=True, rstrip=True), "2": added("x")}}},
    "single words": {"tokenizer_config.json": {"added_tokens_decoder": {
        "1": added("new", single_word=True), "2": added("ne"), "3": added("hello", single_word=True, normalized=True)}}},
    "normalized": {"tokenizer_config.json": {"added_tokens_decoder": {
        "1": added("\u00c9a", normalized=True), "2": added("b a", normalized=True, lstrip=True), "3": added("\u4e2d", normalized=True)}}},
    "both kinds": {"tokenizer_config.json": {"added_tokens_decoder": {"1": added("ab"), "2": added("abx", normalized=True)}}},
    "added": {"added_tokens.json": {"[NEW]": 900, "New": 901}},
    "added that is there": {"added_tokens.json": {"a": 5}},
    "added and listed": {"added_tokens.json": {"[NEW]": 900}, "tokenizer_config.json": {"added_tokens_decoder": {"900": added("x")}}},
    "added special": {"added_tokens.json": {"<l>": 900}, "special_tokens_map.json": {"extra_special_tokens": ["<l>"]}},
    "mask": {"special_tokens_map.json": {"mask_token": added("[M]", lstrip=True)}},
    "mask in both": {"special_tokens_map.json": {"mask_token": "[M]"}, "tokenizer_config.json": {"mask_token": "[X]"}},
    "mask typed": {"tokenizer_config.json": {"mask_token": typed("<l>", lstrip=True)}},
    "mask listed": {"special_tokens_map.json": {"mask_token": "[M]"}, "tokenizer_config.json": {"added_tokens_decoder": {"900": added("[M]", rstrip=True)}}},
    "map beside a list": {"special_tokens_map.json": {"mask_token": "[M]"}, "tokenizer_config.json": {"added_tokens_decoder": {}}},
    "extra": {"special_tokens_map.json": {"additional_special_tokens": ["<l>", "<r>"]}},
    "extra in config": {"tokenizer_config.json": {"additional_special_tokens": ["<l>"], "extra_special_tokens": []}},
    "extra typed": {"tokenizer_config.json": {"extra_special_tokens": [typed("<r>", rstrip=True)]}},
    "other role": {"tokenizer_config.json": {"image_token": "<l>"}},
    "other role typed": {"tokenizer_config.json": {"extra_special_tokens": {"image_token": typed("<l>", lstrip=True)}}},
    "roles": {"tokenizer_config.json": {"bos_token": "<l>", "eos_token": "<r>", "pad_token": "[M]"}},
    "unknown": {"tokenizer_config.json": {"unk_token": "a"}},
    "split": {"tokenizer_config.json": {"split_special_tokens": True}},
    "first and last": {"tokenizer_config.json": {"add_bos_token": True, "add_eos_token": True}},
    "no case": {"tokenizer_config.json": {"do_lower_case": None}},
    "no accents": {"tokenizer_config.json": {"strip_accents": None, "do_lower_case": False}},
    "no chinese": {"tokenizer_config.json": {"tokenize_chinese_chars": None}},
    "no prefix space": {"tokenizer_config.json": {"add_prefix_space": None}},
    "no split": {"tokenizer_config.json": {"split_special_tokens": None}},
    "numbers of Python": {"tokenizer_config.json": {"model_max_length": float("inf"), "x": [float("nan"), -float("inf")]}},
    "foreign": {"tokenizer_config.json": {"model_max_length": 7, "padding_side": "left", "truncation_side": "left", "x": [None]}},
}


def changed(base, *path_and_value):
    *path, last, value = path_and_value
    place = base
    for name in path:
        place = place[name]
    if value is None and isinstance(place, dict):
        del place[last]
    else:
        place[last] = value
    return base


def with_added(base, *pieces):
    base["added_tokens"] += [{"id": 900 + i, **piece} for i, piece in enumerate(pieces)]
    return base


def template(pair):
    def part(name, kind):
        text, number = name.split(":")
        return {kind: {"id": text, "type_id": int(number)}}
    parts = [part(name[1:], "Sequence") if name[0] == "$" else part(name, "SpecialToken") for name in pair.split()]
    return {"type": "TemplateProcessing", "single": [part("[CLS]:0", "SpecialToken"), part("A:0", "Sequence"), part("[SEP]:0", "SpecialToken")],
            "pair": parts, "special_tokens": {piece: {"id": piece, "ids": [i], "tokens": [piece]} for i, piece in enumerate(WORD_PIECES[:5])}}


def wholes():
    """Changes of a tokenizer.json, by name."""
    sequence = lambda *parts: {"type": "Sequence", "normalizers": list(parts)}
    bert = word_piece_json()["normalizer"]
    cased = {**bert, "lowercase": False, "strip_accents": False}
    parts = {"BertNormalizer": bert, "NFD": {"type": "NFD"}, "Lowercase": {"type": "Lowercase"}, "StripAccents": {"type": "StripAccents"}}
    files = {
        "no type": changed(word_piece_json(), "model", "type", None),
        "short words": changed(word_piece_json(), "model", "max_input_chars_per_word", 3),
        "cased": changed(word_piece_json(), "normalizer", cased),
        "unclean": changed(word_piece_json(), "normalizer", "clean_text", False),
        "no normalizer": changed(word_piece_json(), "normalizer", None),
        "empty sequence": changed(word_piece_json(), "normalizer", sequence()),
        "sequence of one": changed(word_piece_json(), "normalizer", sequence(bert)),
        "sequence": changed(word_piece_json(), "normalizer", sequence(parts["NFD"], parts["Lowercase"], parts["StripAccents"])),
        "sequence of two": changed(word_piece_json(), "normalizer", sequence(cased, sequence(parts["Lowercase"]))),
        "marks alone": changed(word_piece_json(), "normalizer", parts["StripAccents"]),
        "sequence of words": changed(word_piece_json(), "pre_tokenizer", {"type": "Sequence", "pretokenizers": [{"type": "BertPreTokenizer"}]}),
        "no decoder": changed(word_piece_json(), "decoder", None),
        "another unknown": changed(word_piece_json(), "model", "unk_token", "b"),
        "hole": changed(word_piece_json(), "model", "vocab", "zz", 40),
        "hole and added": with_added(changed(word_piece_json(), "model", "vocab", "zz", 400), added("[NEW]")),
        "single word": with_added(word_piece_json(), added("new", single_word=True), added("york", single_word=True, normalized=True)),
        "normalized": with_added(word_piece_json(), added("New York", normalized=True), added("\u00c9b", normalized=True)),
        "of one text": with_added(word_piece_json(), added("New", normalized=True), added("new", normalized=True)),
        "wrong ids": with_added(word_piece_json(), {**added("[NEW]"), "id": 3}, {**added("HE"), "id": 7}),
        "twice": with_added(word_piece_json(), added("[MASK]", lstrip=True)),
        "no text": with_added(word_piece_json(), added("")),
        "version": changed(word_piece_json(), "version", "2.0"),
        "short piece": changed(word_piece_json(), "added_tokens", 0, {"id": 0, "content": "[PAD]"}),
        "template of one type": changed(word_piece_json(), "post_processor", template("[CLS]:0 $A:0 [SEP]:0 $B:0 [SEP]:0")),
        "template of two types": changed(word_piece_json(), "post_processor", template("[CLS]:0 $A:0 [SEP]:0 $B:0 [SEP]:1")),
        "template of three types": changed(word_piece_json(), "post_processor", template("[CLS]:0 $A:0 [SEP]:1 [SEP]:0 $B:1 [SEP]:2")),
        "sequence of templates": changed(word_piece_json(), "post_processor", {"type": "Sequence", "processors": [
            {"type": "ByteLevel", "add_prefix_space": True, "trim_offsets": True, "use_regex": True}, template("[CLS]:0 $A:0 [SEP]:0 $B:1 [SEP]:1")]}),
    }
    for specials, name in ((ROBERTA, "RoBERTa"), (GPT2, "GPT-2")):
        files.update({
            f"{name}": byte_json(specials),
            f"{name} no type": changed(byte_json(specials), "model", "type", None),
            f"{name} no decoder": changed(byte_json(specials), "decoder", None),
            f"{name} merges in pairs": changed(byte_json(specials), "model", "merges", [["a", "b"], ["h", "e"]]),
            f"{name} merges with version": changed(byte_json(specials), "model", "merges", ["#version: 0.2", "a b"]),
            f"{name} prefix space": changed(byte_json(specials), "pre_tokenizer", "add_prefix_space", True),
            f"{name} sequence": changed(byte_json(specials), "normalizer", {"type": "Sequence", "normalizers": []}),
            f"{name} hole": changed(byte_json(specials), "model", "vocab", "zz", 800),
            f"{name} added": with_added(byte_json(specials), added("new", single_word=True), added("He", normalized=True), added("<l>", lstrip=True, rstrip=True)),
            f"{name} unknown": changed(byte_json(specials), "model", "unk_token", specials[0]),
        })
    return files


def folders():
    """(name, files) of all folders."""
    bert, distilbert, roberta, gpt2 = ({"config.json": {"model_type": name}} for name in ("bert", "distilbert", "roberta", "gpt2"))
    words = {"vocab.txt": "".join(piece + "\n" for piece in WORD_PIECES)}
    bases = {
        "BERT vocab.txt": {**bert, **words},
        "DistilBERT vocab.txt": {**distilbert, **words},
        "BERT tokenizer.json": {**bert, "tokenizer.json": word_piece_json()},
        "BERT cased tokenizer.json": {**bert, "tokenizer.json": changed(word_piece_json(), "normalizer", "lowercase", False)},
        "BERT whole": {**bert, "tokenizer.json": word_piece_json(), "tokenizer_config.json": WHOLE},
        "no config": {"tokenizer.json": word_piece_json()},
        "RoBERTa vocab.json": {**roberta, **byte_files(ROBERTA)},
        "RoBERTa tokenizer.json": {**roberta, "tokenizer.json": byte_json(ROBERTA)},
        "RoBERTa whole": {**roberta, "tokenizer.json": byte_json(ROBERTA), "tokenizer_config.json": WHOLE},
        "GPT-2 vocab.json": {**gpt2, **byte_files(GPT2)},
        "GPT-2 tokenizer.json": {**gpt2, "tokenizer.json": byte_json(GPT2)},
    }
    for base, files in bases.items():
        for option, beside in BESIDE.items():
            both = {**files, **beside}
            if "tokenizer_config.json" in beside:
                both["tokenizer_config.json"] = {**files.get("tokenizer_config.json", {}), **beside["tokenizer_config.json"]}
            yield f"{base}: {option}", both
    for name, whole in wholes().items():
        yield f"whole: {name}", {"tokenizer.json": whole}
        kind = roberta if name.startswith("RoBERTa") else gpt2 if name.startswith("GPT-2") else bert
        yield f"of a class: {name}", {**kind, "tokenizer.json": whole}
    crlf = lambda text: text.replace("\n", " \t\u3000\r\n")
    mark = "\ufeff"
    classes = ["BertTokenizerFast", "DistilBertTokenizer", "ElectraTokenizer", "TokenizersBackend", "PreTrainedTokenizer", "MPNetTokenizer", "NoTokenizer"]
    for name in classes:
        yield f"class {name}", {**bert, "tokenizer.json": changed(word_piece_json(), "normalizer", "lowercase", False), "tokenizer_config.json": {"tokenizer_class": name}}
    yield "class in config.json", {"config.json": {"model_type": "bert", "tokenizer_class": "PreTrainedTokenizerFast"}, "tokenizer.json": changed(word_piece_json(), "normalizer", "lowercase", False)}
    yield "another model", {**roberta, **words, "tokenizer_config.json": {"tokenizer_class": "BertTokenizer"}}
    yield "lines that end in blanks", {**bert, "vocab.txt": crlf(words["vocab.txt"])}
    yield "no last line end", {**bert, "vocab.txt": words["vocab.txt"].rstrip("\n")}
    yield "blank lines at the end", {**bert, "vocab.txt": words["vocab.txt"] + "\n\n", "added_tokens.json": {"[NEW]": 1}}
    yield "a piece twice", {**bert, "vocab.txt": words["vocab.txt"] + "a\n"}
    yield "a piece twice, and added ones", {**bert, "vocab.txt": words["vocab.txt"] + "a\n", "added_tokens.json": {"[NEW]": 1}}
    yield "merges of CRLF", {**roberta, **byte_files(ROBERTA), "merges.txt": byte_files(ROBERTA)["merges.txt"].replace("\n", "\r\n")}
    yield "merges of blanks", {**roberta, **byte_files(ROBERTA), "merges.txt": byte_files(ROBERTA)["merges.txt"].replace("\n", " \n")}
    yield "mark before vocab.txt", {**bert, "vocab.txt": mark + words["vocab.txt"]}
    yield "mark before merges.txt", {**roberta, **byte_files(ROBERTA), "merges.txt": mark + byte_files(ROBERTA)["merges.txt"]}
    yield "mark before vocab.json", {**roberta, **byte_files(ROBERTA), "vocab.json": mark + json.dumps(byte_files(ROBERTA)["vocab.json"])}
    yield "mark before tokenizer.json", {**bert, "tokenizer.json": mark + json.dumps(word_piece_json())}
    yield "mark before tokenizer_config.json", {**bert, **words, "tokenizer_config.json": mark + "{}"}


def texts(count, seed):
    """Strings of pieces of the vocabularies, of what options take away, and of real words."""
    draw = random.Random(seed)
    pieces = WORD_PIECES + ROBERTA + GPT2 + [
        " ", " ", " ", "\t", "\n", "\u00a0", "\u3000", "\u200b", "\x00", "\u0301", "\u0903", "Ab", "aB", "E\u0301", "[NEW]", "[N]", "[M]", "[X]", "<l>", "<r>",
        "New", "NEW", "New York", "new york", "b a", "B A", "\u00c9a", "\u00e9A", "HE", "He", "hello", "Hello", "abx", "zz", "-", "_", "'s", "1", "\u6587", "\u01c5",
        "\u0130", "\U0001f600", "\u0e01\u0e33", "unaffable"]
    for _ in range(count):
        yield "".join(draw.choice(pieces) for _ in range(draw.randrange(1, 12)))


def write(folder, files):
    folder.mkdir(parents=True)
    for name, contents in files.items():
        text = contents if isinstance(contents, str) else json.dumps(contents)
        (folder / name).write_bytes(text.encode())
