"""The targets of one operation's folder."""

load("//tools/build_defs:cuda_library.bzl", "cuda_library")

# Kernels are loops for the compiler to turn into vector instructions, which it does in earnest from -O3 on. NaN and
# infinities keep their meaning; the order of a sum is written down by its lanes.
_KERNEL_COPTS = [
    "-O3",
    "-fno-math-errno",
    "-fno-trapping-math",
]

_TEST_DEPS = [
    "//framework/testing:fixtures",
    "//framework/testing:gradient_check",
    "//framework/testing:matchers",
    "//tools/third_party:gtest_main",
    "//tools/third_party:torch",
]

# Of tests of operations that have a kernel for devices.
_KERNEL_TEST_DEPS = [
    "//framework/testing/block:kernel_testing",
    "//framework/testing/block:thread_block",
]

_BENCHMARK_DEPS = [
    "//framework/testing/benchmark:main",
    "//tools/third_party:benchmark",
    "//tools/third_party:torch",
]

def retort_op(name, srcs = [], deps = [], hdrs = [], test_deps = [], reference_on_devices = False, visibility = None):
    """An operation from those of these files that its folder has.

    | file | target | what it holds |
    | --- | --- | --- |
    | `<name>.h`, `<name>.cc` | `<name>` | the interface; the version that is used, on the CPU its own kernel where it has one |
    | `<name>_host.h`, `.cc` | private, in `<name>` | its kernel for the CPU, where that has a file of its own |
    | `<name>_reference.h`, `.cc` | `<name>_reference` | the same in plain ATen operations |
    | `<name>_row.h` | private | the body of its kernel for devices, over a Block (framework/ops/block), for the host too |
    | `<name>_device.h`, `.cu`, `.cc` | private | launches the body with --config=cuda; runs it on the CPU in other builds |
    | `*_test.cc` | a test each | value and gradient against the reference, hand-worked cases |
    | `<name>_benchmark.cc` | `<name>_benchmark` | `bazel run //framework/ops/<name>:<name>_benchmark` |

    The filegroup `sources` is what stored results depend on.

    Args:
      name: of the operation, its folder and its files
      deps: of all of its libraries
      srcs: further sources and private headers
      hdrs: further headers, which callers may include
      test_deps: of the tests, beside deps, GoogleTest, libtorch, framework/testing and what tests of kernels share
      reference_on_devices: on devices other than the CPU the library is its reference
      visibility: of the library and its reference
    """
    interface = [name + ".h"] + hdrs
    references = []
    bodies = []
    devices = []
    if native.glob([name + "_reference.cc"]):
        # The interface's types without its implementation, which calls the kernels.
        native.cc_library(
            name = name + "_interface",
            hdrs = interface,
            visibility = ["//visibility:private"],
            deps = deps,
        )
        native.cc_library(
            name = name + "_reference",
            srcs = [name + "_reference.cc"],
            hdrs = [name + "_reference.h"],
            visibility = visibility,
            deps = [":%s_interface" % name] + deps,
        )
        references = [":%s_reference" % name]
    if native.glob([name + "_row.h"]):
        native.cc_library(
            name = name + "_row",
            hdrs = [name + "_row.h"],
            visibility = ["//visibility:private"],
            deps = [":%s_interface" % name] + _united(deps, ["//framework/ops/block"]),
        )
        bodies = [":%s_row" % name]
    if native.glob([name + "_device.cu"]):
        cuda_library(
            name = name + "_device",
            src = name + "_device.cc",
            hdrs = [name + "_device.h"],
            cuda_src = name + "_device.cu",
            visibility = ["//visibility:private"],
            deps = [":%s_interface" % name] + bodies + _united(deps, ["//framework/ops/block"]),
        )
        devices = [":%s_device" % name]
    native.cc_library(
        name = name,
        srcs = srcs + native.glob([name + ".cc", name + "_host.cc", name + "_host.h"]),
        hdrs = interface,
        copts = _KERNEL_COPTS,
        visibility = visibility,
        deps = devices + (references if reference_on_devices else []) + deps,
    )
    _tests_and_benchmark(
        name,
        [":" + name] + references + bodies + devices,
        deps,
        _united(test_deps, ["//framework/ops/block"] + _KERNEL_TEST_DEPS if devices else []),
    )
    native.filegroup(
        name = "sources",
        srcs = native.glob(
            ["*.cc", "*.cu", "*.h"],
            exclude = ["*_benchmark.cc", "*_test.cc"],
        ),
        visibility = ["//framework/ops:__pkg__"],
    )

def _tests_and_benchmark(name, libraries, deps, test_deps):
    for test in native.glob(["*_test.cc"]):
        native.cc_test(
            name = test[:-len(".cc")],
            size = "small",
            srcs = [test],
            copts = _KERNEL_COPTS,
            deps = libraries + _united(deps, test_deps, _TEST_DEPS),
        )
    if native.glob([name + "_benchmark.cc"]):
        native.cc_binary(
            name = name + "_benchmark",
            testonly = True,
            srcs = [name + "_benchmark.cc"],
            deps = libraries + _united(deps, _BENCHMARK_DEPS),
        )

def _united(*lists):
    """What any of the lists names, once."""
    return {label: None for labels in lists for label in labels}.keys()
