"""CUDA sources, compiled by nvcc."""

def _cuda_object_impl(ctx):
    context = cc_common.merge_cc_infos(cc_infos = [dep[CcInfo] for dep in ctx.attr.deps]).compilation_context
    output = ctx.actions.declare_file(ctx.label.name + ".o")
    arguments = ctx.actions.args()
    arguments.add_all(["-c", ctx.file.src, "-o", output, "-std=c++17", "-O3", "--expt-relaxed-constexpr"])
    arguments.add_all(["-Xcompiler", "-fPIC", "-Xcompiler", "-fopenmp", "-diag-suppress", "20012,20013"])
    architectures = ctx.var.get("cuda_architectures", "90").split(",")
    for architecture in architectures:
        arguments.add("-gencode=arch=compute_%s,code=sm_%s" % (architecture, architecture))
    arguments.add("-gencode=arch=compute_%s,code=compute_%s" % (architectures[-1], architectures[-1]))
    arguments.add_all(context.defines, before_each = "-D")
    arguments.add_all(context.quote_includes, before_each = "-I")
    arguments.add_all(context.includes, before_each = "-isystem")
    arguments.add_all(context.system_includes, before_each = "-isystem")
    ctx.actions.run_shell(
        outputs = [output],
        inputs = depset([ctx.file.src], transitive = [context.headers]),
        command = "exec \"${CUDA_HOME:-/usr/local/cuda}/bin/nvcc\" \"$@\"",
        arguments = [arguments],
        mnemonic = "CudaCompile",
        progress_message = "Compiling %s with nvcc" % ctx.file.src.short_path,
        use_default_shell_env = True,
    )
    return [DefaultInfo(files = depset([output]))]

_cuda_object = rule(
    implementation = _cuda_object_impl,
    attrs = {
        "deps": attr.label_list(providers = [CcInfo]),
        "src": attr.label(allow_single_file = [".cu"], mandatory = True),
    },
    doc = "One object file from one .cu file.",
)

def cuda_library(name, hdrs, cuda_src, src, deps = [], **kwargs):
    """A library with two sources of the same functions: `cuda_src` under --config=cuda, `src` without.

    Machine code is made for the architectures of --define=cuda_architectures=80,90 (default: 90), and PTX for the last of them.

    Args:
      name: of the library
      hdrs: what both sources implement
      cuda_src: a .cu file
      src: a .cc file for programs without CUDA
      deps: of both
      **kwargs: as of cc_library
    """
    native.cc_library(
        name = name + "_hdrs",
        hdrs = hdrs,
        visibility = ["//visibility:private"],
        deps = deps,
    )
    _cuda_object(
        name = name + "_object",
        src = cuda_src,
        tags = ["manual"],
        visibility = ["//visibility:private"],
        deps = [":" + name + "_hdrs"],
    )
    native.cc_library(
        name = name,
        srcs = select({
            "//tools/third_party:with_cuda": [":" + name + "_object"],
            "//conditions:default": [src],
        }),
        hdrs = hdrs,
        deps = deps + [":" + name + "_hdrs"],
        **kwargs
    )
