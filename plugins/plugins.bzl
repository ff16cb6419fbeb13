"""The plugins that are linked into retort's programs: kind -> names of the folders below plugins/<kind>/."""

PLUGINS = {
    "data": [
        "causal_lm",
        "folder",
        "glue",
        "masked_lm",
        "next_sentence",
        "squad",
        "table",
    ],
    "evaluation": [
        "causal_lm",
        "classification",
        "masked_lm",
        "next_sentence",
        "regression",
        "sentence_similarity",
        "spans",
    ],
    "init": [
        "checkpoint",
        "layer_copy",
        "random_normal",
    ],
    "loss": [
        "attention_kl",
        "attention_mse",
        "causal_lm",
        "cosine",
        "hard_labels",
        "hidden_mse",
        "logit_mse",
        "masked_lm",
        "pkd",
        "relation_kl",
        "soft_targets",
        "teacher_labels",
    ],
    "mapping": [
        "alternate",
        "bottom",
        "explicit",
        "stride",
        "top",
        "uniform",
    ],
}

def plugin_labels():
    """The libraries of all plugins."""
    return ["//plugins/%s/%s" % (kind, name) for kind in PLUGINS for name in PLUGINS[kind]]

def plugin_examples():
    """The example.textproto of all plugins."""
    return ["//plugins/%s/%s:example" % (kind, name) for kind in PLUGINS for name in PLUGINS[kind]]

def plugin_list():
    """ "<kind>/<name>" of all plugins."""
    return ["%s/%s" % (kind, name) for kind in PLUGINS for name in PLUGINS[kind]]

def plugin_schemas():
    """The .proto files of all plugins."""
    return ["//plugins/%s/%s:schema" % (kind, name) for kind in PLUGINS for name in PLUGINS[kind]]

def plugin_headers():
    """The headers of all plugins, for what their comments say."""
    return ["//plugins/%s/%s:header" % (kind, name) for kind in PLUGINS for name in PLUGINS[kind]]
