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

def generated_plugin(name, kind, deps, test_deps, edit = "", task = False, test = True):
    """The library `<name>` and the test `<name>_test` of a new plugin; `<name>_example` is its example.

    Args:
      name: of the plugin
      kind: "loss", "mapping", "init", "data" or "evaluation"
      deps: of the library, as the BUILD file says that the tool writes
      test_deps: of the test
      edit: sed script that changes the formula in the .cc file
      task: whether it is training data of texts with labels
      test: whether its own test is run
    """
    folder = "plugins/%s/%s/" % (kind, name)
    examples = ["example.textproto"] + (["example/train.txt"] if task else [])
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
        cmd = _COMMAND.format(edit = edit, flags = "--task" if task else "", kind = kind, name = name),
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
            test_deps = test_deps,
            deps = deps,
        )
