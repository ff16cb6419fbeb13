"""Plugins that //tools:new_plugin writes while building, compiled and tested as they are."""

load("//tools/build_defs:retort_plugin.bzl", "plugin_library", "plugin_test")

# Writes the plugin into a folder that stands for a workspace, edits its formula, and takes its files out.
_COMMAND = """
workspace=$$(mktemp -d)
mkdir $$workspace/plugins
cp $(location //plugins:plugins.bzl) $$workspace/plugins/
chmod u+w $$workspace/plugins/plugins.bzl
BUILD_WORKSPACE_DIRECTORY=$$workspace $(location //tools/new_plugin) --kind={kind} --name={name} {flags} > /dev/null
sed -i '{edit}' $$workspace/plugins/{kind}/{name}/{name}.cc
for file in $(OUTS); do cp $$workspace/$${{file#$(RULEDIR)/}} $$file; done
rm -r $$workspace
"""

# Templates that are not called as the kind they are of: that kind, and the flag that chooses them.
_KINDS = {
    "like_hidden_mse": "loss",
    "like_soft_targets": "loss",
    "task": "data",
}
_FLAGS = {
    "like_hidden_mse": "--like=hidden_mse",
    "like_soft_targets": "--like=soft_targets",
    "task": "--task",
}

_LOSS_DEPS = [
    "//framework/base:status_macros",
    "//framework/loss:loss_term",
    "//framework/loss:term_support",
    "//tools/third_party:torch",
]

# What the plugins use beside Abseil, as the BUILD files say that the tool writes.
_DEPS = {
    "like_hidden_mse": _LOSS_DEPS + ["//framework/ops/matmul"],
    "like_soft_targets": _LOSS_DEPS,
    "loss": _LOSS_DEPS,
    "mapping": ["//framework/mapping:layer_mapping"],
    "init": ["//framework/init:initializer"],
    "data": [
        "//framework/base:status_macros",
        "//framework/data:training_data",
        "//framework/data/masking:read_step",
        "//framework/data/sampling:sampled_source",
        "//framework/data/sequences:open_sequences",
        "//framework/data/sequences:sequence_set",
    ],
    "task": [
        "//framework/base:status_macros",
        "//framework/base/input:line_reader",
        "//framework/data:training_data",
        "//framework/data/examples:task_data",
        "//framework/data/examples:task_reader",
        "//framework/data/task:text_lines",
    ],
    "evaluation": [
        "//framework/base:status_macros",
        "//framework/data/sequences:open_sequences",
        "//framework/eval:evaluator",
        "//framework/eval/sentences:sentence_embeddings",
        "//tools/third_party:torch",
    ],
}

_ABSEIL = [
    "//tools/third_party:absl_status",
    "//tools/third_party:absl_strings",
]

_LOSS_TEST_DEPS = [
    "//framework/testing:fixtures",
    "//framework/testing:gradient_check",
    "//framework/testing:matchers",
]

# What their tests use beside that.
_TEST_DEPS = {
    "like_hidden_mse": _LOSS_TEST_DEPS,
    "like_soft_targets": _LOSS_TEST_DEPS,
    "loss": _LOSS_TEST_DEPS,
    "mapping": ["//framework/testing:matchers"],
    "init": [
        "//framework/testing:fixtures",
        "//framework/testing:matchers",
        "//tools/third_party:torch",
    ],
    "data": [
        "//framework/data/sequences:test_store",
        "//framework/testing:matchers",
    ],
    "task": [
        "//framework/base:file",
        "//framework/testing:matchers",
    ],
    "evaluation": [],
}

def generated_plugin(name, template, edit = "", test = True):
    """The library `<name>` and the test `<name>_test` of a new plugin; `<name>_example` is its example.

    Args:
      name: of the plugin
      template: its kind, "loss", "mapping", "init", "data" or "evaluation", "task" for data of texts with labels, or
        "like_soft_targets" or "like_hidden_mse" for such losses
      edit: sed script that changes the formula in the .cc file
      test: whether its own test is run
    """
    kind = _KINDS.get(template, template)
    deps = _DEPS[template] + _ABSEIL
    folder = "plugins/%s/%s/" % (kind, name)
    examples = ["example.textproto"] + (["example/train.txt"] if template == "task" else [])
    native.genrule(
        name = name + "_files",
        srcs = [
            "//plugins:plugins.bzl",
            "//tools/new_plugin",
            "//tools/new_plugin:templates",
        ],
        outs = [folder + file for file in [
            name + ".cc",
            name + ".h",
            name + ".proto",
            name + "_test.cc",
        ] + examples],
        cmd = _COMMAND.format(edit = edit, flags = _FLAGS.get(template, ""), kind = kind, name = name),
    )
    native.filegroup(
        name = name + "_example",
        srcs = [folder + file for file in examples],
    )
    plugin_library(
        name = name,
        srcs = [folder + name + ".cc"],
        hdrs = [folder + name + ".h"],
        kind = kind,
        proto = folder + name + ".proto",
        strip_prefix = "/" + native.package_name(),
        deps = deps,
    )
    if test:
        plugin_test(
            name = name,
            srcs = [folder + name + "_test.cc"],
            test_deps = _TEST_DEPS[template],
            deps = deps,
        )
