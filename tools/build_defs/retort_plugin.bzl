"""The targets of one plugin's folder."""

load(":retort_cc_proto.bzl", "retort_cc_proto")
load(":retort_labels.bzl", "in_retort", "retort_label")

_KINDS = ["data", "evaluation", "init", "loss", "mapping"]

# Who reads what is not linked: the roll call and conformance suites, and tests that own several packages.
_VISIBILITY = [
    "//plugins:__subpackages__",
    "//tests:__subpackages__",
    "//tools:__subpackages__",
]

# A file that records the digest of the plugin's sources, so that stored results are computed anew when they change.
_DIGEST_COMMAND = """
digest=$$(cat $(SRCS) | sha256sum | cut -c1-32)
cat > $@ <<END
#include "framework/registry/plugin_catalogue.h"
namespace retort {
namespace {
[[maybe_unused]] const PluginDigestRegistration kDigest(PluginKind::k%s, "%s", "$$digest");
}  // namespace
}  // namespace retort
END
"""

def retort_plugin(name, kind, deps = [], proto_deps = [], test_deps = [], srcs = [], hdrs = [], test_srcs = [], test_data = [], example_data = [], test_size = "small"):
    """A plugin from `<name>.proto .h .cc _test.cc` and `example.textproto`.

    Makes the library `<name>` (its registration survives static linking), `<name>_proto`, `<name>_cc_proto`, `<name>_test`
    and the filegroups `example`, which the conformance suite of the kind reads, `schema` and `header`, whose comments become
    the plugin's page.

    Args:
      name: of the plugin and of its files
      kind: "loss", "mapping", "init", "data" or "evaluation"; retort's own packages must be //plugins/<kind>/<name>
      deps: of the library; in other workspaces, beside the interfaces of all kinds (//plugins:api)
      proto_deps: of the .proto file
      test_deps: of the test, beside the library, its deps and GoogleTest; in other workspaces, beside //plugins:test_api
      srcs: further .cc files
      hdrs: further .h files
      test_srcs: further files of the test
      test_data: files that the test reads
      example_data: files that example.textproto names
      test_size: as in cc_test
    """
    if kind not in _KINDS:
        fail("retort_plugin.kind: want one of %s, got \"%s\"" % (", ".join(_KINDS), kind))
    wanted = "plugins/%s/%s" % (kind, name)
    if in_retort() and native.package_name() != wanted:
        fail("retort_plugin: \"%s\" of kind \"%s\" belongs into //%s, got //%s" % (name, kind, wanted, native.package_name()))

    if not in_retort():
        test_deps = test_deps + [retort_label("//plugins:test_api")]

    plugin_library(
        name = name,
        kind = kind,
        srcs = [name + ".cc"] + srcs,
        hdrs = [name + ".h"] + hdrs,
        proto = name + ".proto",
        deps = deps,
        proto_deps = proto_deps,
    )
    plugin_test(
        name = name,
        srcs = [name + "_test.cc"] + test_srcs,
        data = [":example"] + test_data,
        deps = deps,
        size = test_size,
        test_deps = test_deps,
    )
    native.filegroup(
        name = "example",
        srcs = ["example.textproto"] + example_data,
        visibility = _VISIBILITY,
    )
    native.filegroup(
        name = "header",
        srcs = [name + ".h"],
        visibility = _VISIBILITY,
    )
    native.filegroup(
        name = "schema",
        srcs = [name + ".proto"],
        visibility = _VISIBILITY,
    )

def plugin_library(name, kind, srcs, hdrs, proto, deps, proto_deps = [], strip_prefix = None):
    """The library `<name>` of a plugin, `<name>_proto` and `<name>_cc_proto`.

    Args:
      name: of the plugin
      kind: "loss", "mapping", "init", "data" or "evaluation"
      srcs: .cc files
      hdrs: .h files
      proto: the .proto file
      deps: of the library
      proto_deps: of the .proto file
      strip_prefix: folder that files are included from, "/tests/new_plugin"; default: the workspace
    """
    retort_cc_proto(
        name = name + "_proto",
        srcs = [proto],
        strip_import_prefix = strip_prefix,
        visibility = _VISIBILITY,
        deps = proto_deps,
    )
    native.genrule(
        name = name + "_digest",
        srcs = [proto] + srcs + hdrs,
        outs = [name + "_digest.cc"],
        cmd = _DIGEST_COMMAND % (kind.capitalize(), name),
    )
    native.cc_library(
        name = name,
        srcs = srcs + [":%s_digest" % name],
        hdrs = hdrs,
        alwayslink = True,
        strip_include_prefix = strip_prefix,
        visibility = ["//visibility:public"],
        deps = [":%s_cc_proto" % name] + deps + ["//framework/registry" if in_retort() else retort_label("//plugins:api")],
    )

def plugin_test(name, srcs, deps, test_deps, data = [], size = "small"):
    """The test `<name>_test` of a plugin's library.

    Args:
      name: of the plugin
      srcs: files of the test
      deps: of the library
      test_deps: of the test, beside the library, its deps and GoogleTest
      data: files that the test reads
      size: as in cc_test
    """
    native.cc_test(
        name = name + "_test",
        size = size,
        srcs = srcs,
        data = data,
        # Dependencies that the library and its test share are listed once by either.
        deps = [
            ":" + name,
            ":%s_cc_proto" % name,
            retort_label("//tools/third_party:gtest_main"),
        ] + deps + test_deps,
    )
