"""The repositories that retort is built with, for its own WORKSPACE and for those that use retort."""

load(":cuda_toolkit.bzl", "cuda_toolkit")
load(":libtorch.bzl", "libtorch")
load(":minilm.bzl", "minilm")
load(":workspace_stubs.bzl", "remote_coverage_tools_stub", "rules_cc_stub")

def retort_repositories():
    """Declares all of them. What the workspace has declared before under one of the names stays."""

    # What Bazel's own rules load. Debian ships these beside Bazel, so nothing is downloaded.
    _declare(rules_cc_stub, name = "rules_cc")
    _declare(remote_coverage_tools_stub, name = "remote_coverage_tools")
    _declare(native.local_repository, name = "rules_java", path = "/usr/share/bazel/rules/java")
    _declare(native.local_repository, name = "rules_proto", path = "/usr/share/bazel/rules/proto")
    _declare(native.local_repository, name = "bazel_skylib", path = "/usr/share/bazel/tools/skylib")
    _declare(native.local_repository, name = "platforms", path = "/usr/share/bazel/platforms")

    # The system's protobuf under the name that proto_library and cc_proto_library look for.
    _declare(
        native.new_local_repository,
        name = "com_google_protobuf",
        build_file = str(Label("//tools/third_party:protobuf.BUILD")),
        path = "/usr",
    )
    _declare(
        native.new_local_repository,
        name = "chart_js",
        build_file = str(Label("//tools/third_party:chart_js.BUILD")),
        path = "/usr/share/javascript/chart.js",
    )

    # libtorch for the CPU, and what --config=cuda adds to it. Two repositories of one wheel, so that a CPU build never unpacks
    # the CUDA libraries.
    _declare(libtorch, name = "libtorch", part = "cpu")
    _declare(libtorch, name = "libtorch_cuda", part = "cuda")

    # Looked for under --config=cuda alone.
    _declare(cuda_toolkit, name = "cuda_toolkit")

    # Pre-trained weights that the bundled teacher is trained from. Downloaded when a target wants them, as no test does.
    _declare(minilm, name = "minilm")

def _declare(rule, name, **kwargs):
    if not native.existing_rule(name):
        rule(name = name, **kwargs)
