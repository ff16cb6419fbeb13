"""Folders as those of folders.py, with a null in each place that transformers or the tokenizers library looks at."""

import json

from folders import GPT2, ROBERTA, WORD_PIECES, added, byte_files, byte_json, template, typed, word_piece_json

# The fields of tokenizer_config.json that transformers knows, or that its versions wrote.
CONFIG_FIELDS = """add_bos_token add_eos_token add_prefix_space added_tokens_decoder
    additional_special_tokens auto_map backend bos_token chat_control_tokens chat_template
    clean_up_tokenization_spaces cls_token do_basic_tokenize do_lower_case eos_token errors
    extra_special_tokens fast_tokenizer_files files_loaded fix_mistral_regex full_tokenizer_file gguf_file
    image_token init_inputs is_local mask_token max_len max_length merges merges_file model_input_names
    model_max_length model_specific_special_tokens name_or_path never_split pad_to_multiple_of pad_token
    pad_token_type_id padding_side processor_class response_schema response_template sep_token
    special_tokens_map_file split_special_tokens stride strip_accents tokenize_chinese_chars tokenizer_class
    tokenizer_file tokenizer_object tokenizer_padding tokenizer_truncation trim_offsets truncation_side
    truncation_strategy trust_remote_code unk_token use_fast verbose vocab vocab_file""".split()
MAP_FIELDS = ["bos_token", "eos_token", "unk_token", "sep_token", "pad_token", "cls_token", "mask_token", "image_token",
              "extra_special_tokens", "additional_special_tokens"]


def nulls_beside(model_type):
    """What stands beside the vocabulary of a model, with null for each field."""
    for name in CONFIG_FIELDS:
        yield f"config {name}", {"tokenizer_config.json": {name: None}}
    for name in MAP_FIELDS:
        yield f"map {name}", {"special_tokens_map.json": {name: None}}
    for name in added("x"):
        piece = {**added("<l>"), name: None}
        yield f"listed {name}", {"tokenizer_config.json": {"added_tokens_decoder": {"900": piece}}}
        yield f"mask {name}", {"tokenizer_config.json": {"mask_token": {"__type": "AddedToken", **piece}}}
        yield f"mapped mask {name}", {"special_tokens_map.json": {"mask_token": piece}}
        yield f"mapped extra {name}", {"special_tokens_map.json": {"extra_special_tokens": [piece]}}
    yield "mask __type", {"tokenizer_config.json": {"mask_token": {**typed("<l>"), "__type": None}}}
    yield "listed", {"tokenizer_config.json": {"added_tokens_decoder": {"900": None}}}
    for name in ("extra_special_tokens", "additional_special_tokens"):
        yield f"in {name}", {"tokenizer_config.json": {name: [None]}}
        yield f"in mapped {name}", {"special_tokens_map.json": {name: [None]}}
    for name in ("fast_tokenizer_files", "model_input_names", "init_inputs"):
        yield f"in {name}", {"tokenizer_config.json": {name: [None]}}
    yield "other role", {"tokenizer_config.json": {"extra_special_tokens": {"image_token": None}}}
    yield "added", {"added_tokens.json": {"[NEW]": None}}
    for name in ("tokenizer_config.json", "special_tokens_map.json", "added_tokens.json", "config.json"):
        yield name, {name: "null"}
    for name in ("model_type", "tokenizer_class", "transformers_version", "architectures", "auto_map"):
        yield f"config.json {name}", {"config.json": {"model_type": model_type, name: None}}


def places(json_value, path=()):
    """The paths of all that is in a tokenizer.json, of pieces, merges and lists of pieces of the last one alone."""
    items = []
    if isinstance(json_value, (dict, list)):
        items = list(json_value.items() if isinstance(json_value, dict) else enumerate(json_value))
    if path and path[-1] in ("vocab", "merges", "added_tokens", "special_tokens", "single", "pair"):
        items = items[-1:]
    for name, value in items:
        yield path + (name,)
        yield from places(value, path + (name,))


def nulls_in(whole):
    for path in places(whole):
        copy = json.loads(json.dumps(whole))
        place = copy
        for name in path[:-1]:
            place = place[name]
        place[path[-1]] = None
        yield ".".join(map(str, path)), copy


def full_wholes():
    """Files in which as many parts as are read have all of their fields."""
    def cut(pad):
        return {"truncation": {"direction": "Right", "max_length": 512, "strategy": "LongestFirst", "stride": 0},
                "padding": {"strategy": {"Fixed": 8}, "direction": "Right", "pad_to_multiple_of": None, "pad_id": 0,
                            "pad_type_id": 0, "pad_token": pad}}

    parts = word_piece_json()
    strip = {"type": "Strip", "strip_left": True, "strip_right": False}
    parts["normalizer"] = {"type": "Sequence", "normalizers": [parts["normalizer"], strip, {"type": "NFC"}]}
    parts["pre_tokenizer"] = {"type": "Sequence", "pretokenizers": [parts["pre_tokenizer"]]}
    parts["decoder"] = {"type": "Sequence", "decoders": [parts["decoder"]]}
    level = {"type": "ByteLevel", "add_prefix_space": True, "trim_offsets": True, "use_regex": True}
    around = template("[CLS]:0 $A:0 [SEP]:0 $B:1 [SEP]:1")
    parts["post_processor"] = {"type": "Sequence", "processors": [level, around]}
    yield "words", word_piece_json()
    yield "parts", {**parts, **cut("[PAD]")}
    for specials, name, pad in ((ROBERTA, "RoBERTa", "<pad>"), (GPT2, "GPT-2", GPT2[0])):
        whole = {**byte_json(specials), **cut(pad)}
        whole["model"]["ignore_merges"] = False
        if specials is GPT2:
            whole["post_processor"] = whole["decoder"]
            whole["model"]["merges"] = [pair.split() for pair in whole["model"]["merges"]]
        yield name, whole


def folders():
    """(name, files) of all folders."""
    words = {"vocab.txt": "".join(piece + "\n" for piece in WORD_PIECES)}
    bases = [("bert", words), ("bert", {"tokenizer.json": word_piece_json()}), ("roberta", byte_files(ROBERTA)),
             ("roberta", {"tokenizer.json": byte_json(ROBERTA)}), ("gpt2", byte_files(GPT2)),
             ("modernbert", {"tokenizer.json": word_piece_json()})]
    for model_type, files in bases:
        model = {"config.json": {"model_type": model_type}}
        for name, beside in nulls_beside(model_type):
            yield f"null beside {model_type}'s {min(files)}: {name}", {**model, **files, **beside}
    for base, whole in full_wholes():
        model = {"config.json": {"model_type": {"RoBERTa": "roberta", "GPT-2": "gpt2"}.get(base, "bert")}}
        for name, copy in nulls_in(whole):
            yield f"null in whole {base}: {name}", {"tokenizer.json": copy}
            yield f"null in {base} of a class: {name}", {**model, "tokenizer.json": copy}
    files = {"config.json": {"model_type": "roberta"}, **byte_files(ROBERTA)}
    for piece in ("ab", "a"):
        yield f"null for {piece} of vocab.json", {**files, "vocab.json": {**files["vocab.json"], piece: None}}
