"""Repositories that Bazel's own rules expect and Debian does not ship in a form that loads."""

_RULES_CC_DEFS = """
cc_binary = native.cc_binary
cc_import = native.cc_import
cc_library = native.cc_library
cc_proto_library = native.cc_proto_library
cc_test = native.cc_test
cc_toolchain = native.cc_toolchain
cc_toolchain_suite = native.cc_toolchain_suite
fdo_prefetch_hints = native.fdo_prefetch_hints
fdo_profile = native.fdo_profile
objc_import = native.objc_import
objc_library = native.objc_library
"""

def _rules_cc_stub_impl(repository_ctx):
    repository_ctx.file("WORKSPACE", "workspace(name = \"rules_cc\")\n")
    repository_ctx.file("cc/BUILD", "")
    repository_ctx.file("cc/defs.bzl", _RULES_CC_DEFS)

rules_cc_stub = repository_rule(
    implementation = _rules_cc_stub_impl,
    doc = "rules_cc whose defs.bzl hands back the native rules.",
)

_COVERAGE_BUILD = """
sh_binary(
    name = "coverage_report_generator",
    srcs = ["not_supported.sh"],
    visibility = ["//visibility:public"],
)

sh_binary(
    name = "lcov_merger",
    srcs = ["not_supported.sh"],
    visibility = ["//visibility:public"],
)
"""

def _remote_coverage_tools_stub_impl(repository_ctx):
    repository_ctx.file("WORKSPACE", "workspace(name = \"remote_coverage_tools\")\n")
    repository_ctx.file("BUILD", _COVERAGE_BUILD)
    repository_ctx.file(
        "not_supported.sh",
        "#!/bin/sh\necho 'bazel coverage is not supported in this workspace' >&2\nexit 1\n",
        executable = True,
    )

remote_coverage_tools_stub = repository_rule(
    implementation = _remote_coverage_tools_stub_impl,
    doc = "The two targets that cc_test and sh_test name even when no coverage is asked for.",
)
