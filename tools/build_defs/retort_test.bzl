"""Tests of retort's own."""

load("//tools/build_defs:retort_labels.bzl", "retort_label")

def retort_test(name, deps, **kwargs):
    """A GoogleTest in `<name>.cc` that takes seconds.

    Args:
      name: of the test, and of its source without ".cc"
      deps: what it tests; GoogleTest's main is among them
      **kwargs: as of cc_test
    """
    native.cc_test(
        name = name,
        size = "small",
        srcs = [name + ".cc"],
        deps = deps + [retort_label("//tools/third_party:gtest_main")],
        **kwargs
    )
