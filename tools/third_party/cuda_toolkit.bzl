"""The CUDA toolkit's headers, from $CUDA_HOME or /usr/local/cuda."""

_BUILD = """
package(default_visibility = ["//visibility:public"])

cc_library(
    name = "cuda_toolkit",
    hdrs = glob(["include/**"]),
    includes = ["include"],
)
"""

def _cuda_toolkit_impl(repository_ctx):
    home = repository_ctx.path(repository_ctx.os.environ.get("CUDA_HOME", "/usr/local/cuda"))
    if not home.get_child("bin").get_child("nvcc").exists:
        fail("--config=cuda: want a CUDA toolkit with bin/nvcc at $CUDA_HOME or /usr/local/cuda, got none at %s" % home)
    repository_ctx.symlink(home.get_child("include"), "include")
    repository_ctx.file("WORKSPACE", "")
    repository_ctx.file("BUILD", _BUILD)

cuda_toolkit = repository_rule(
    implementation = _cuda_toolkit_impl,
    doc = "The toolkit's headers as a cc_library `cuda_toolkit`; nvcc itself is called where it lies.",
    environ = ["CUDA_HOME"],
)
