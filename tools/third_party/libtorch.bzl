"""libtorch from PyTorch's wheel, or from an installation that RETORT_LIBTORCH names."""

# Shadow Debian's protobuf and need Python's headers.
_UNWANTED_HEADERS = ["google", "pybind11"]

_TORCH_LIBRARIES = {
    "cpu": ["libc10.so", "libgomp.so.1", "libtorch_cpu.so"],
    "cuda": ["libc10_cuda.so", "libtorch_cuda.so"],
}

# libtorch_cpu.so of a CUDA wheel links to these. Other builds of libtorch go without.
_NVIDIA_LIBRARIES = {
    "cpu": ["libcudart.so.13", "libcupti.so.13"],
    "cuda": [],
}

# CUDA's math libraries are not unpacked: a program finds them at run time beside the installation it runs with.
_LINKOPTS = {
    "cpu": [],
    "cuda": ["-Wl,--allow-shlib-undefined", "-Wl,--unresolved-symbols=ignore-in-shared-libs"],
}

_UNZIP = """
import sys, zipfile
archive, destination, wanted, unwanted = sys.argv[1:5]
wanted = tuple(wanted.split(","))
unwanted = tuple(filter(None, unwanted.split(",")))
with zipfile.ZipFile(archive) as wheel:
    for name in wheel.namelist():
        if name.startswith(wanted) and not (unwanted and name.startswith(unwanted)):
            wheel.extract(name, destination)
"""

_BUILD = """
package(default_visibility = ["//visibility:public"])

cc_library(
    name = "libtorch",
    srcs = glob(["lib/*"]),
    hdrs = glob(["include/**"], exclude = ["include/**/*.cc", "include/**/*.cpp"], allow_empty = True),
    # The wheel is built without glog; this lets its logging header give way to glog's macros where both are included.
    defines = ["C10_USE_GLOG"],
    includes = {includes},
    linkopts = {linkopts},
)

# What ships with the libraries.
filegroup(
    name = "licences",
    srcs = glob(
        [
            "licences/*/LICENSE*",
            "licences/*/License*",
            "licences/*/NOTICE*",
            "licences/*/licenses/*",
        ],
        allow_empty = True,
    ),
)
"""

# Of the packages of Python that the libraries come from, whose folders *.dist-info have their licences.
_PYTHON_PACKAGES = ["torch-", "nvidia_cuda_cupti-", "nvidia_cuda_runtime-"]

def _licence_folders(folder):
    """The folders *.dist-info in a folder."""
    return [
        path
        for path in folder.readdir()
        if path.basename.endswith(".dist-info") and any([path.basename.startswith(name) for name in _PYTHON_PACKAGES])
    ]

def _run(repository_ctx, arguments, what):
    result = repository_ctx.execute(arguments, timeout = 3600, quiet = False)
    if result.return_code != 0:
        fail("libtorch: %s failed with status %d:\n%s%s" % (what, result.return_code, result.stdout, result.stderr))

def _from_wheels(repository_ctx, part):
    """Downloads the pinned wheels with pip (its own settings say from where) and unpacks this part of them."""
    _run(repository_ctx, [
        "python3", "-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-deps", "--only-binary=:all:",
        "--python-version", "3.11", "--platform", "manylinux_2_28_x86_64", "--platform", "manylinux_2_25_x86_64",
        "--platform", "manylinux2014_x86_64", "--require-hashes",
        "--dest", "wheels", "-r", repository_ctx.path(repository_ctx.attr.requirements),
    ], "pip download")
    torch = ["torch/lib/" + library for library in _TORCH_LIBRARIES[part]]
    if part == "cpu":
        torch.append("torch/include/")
    nvidia = ["nvidia/cu13/lib/" + library for library in _NVIDIA_LIBRARIES[part]]
    unwanted = ["torch/include/%s/" % header for header in _UNWANTED_HEADERS]
    for wheel in repository_ctx.path("wheels").readdir():
        wanted = torch if wheel.basename.startswith("torch-") else nvidia
        if wanted:
            licences = "-".join(wheel.basename.split("-")[:2]) + ".dist-info/"
            _run(repository_ctx, [
                "python3", "-c", _UNZIP, wheel, "unpacked", ",".join(wanted + [licences]), ",".join(unwanted),
            ], "unpacking " + wheel.basename)
    repository_ctx.delete("wheels")
    unpacked = repository_ctx.path("unpacked")
    nvidia = unpacked.get_child("nvidia").get_child("cu13").get_child("lib")
    return unpacked.get_child("torch"), nvidia, _licence_folders(unpacked)

def _from_installation(repository_ctx, folder):
    root = repository_ctx.path(folder)
    for wanted in ["lib", "include"]:
        if not root.get_child(wanted).exists:
            fail("RETORT_LIBTORCH: want a folder with lib/ and include/ (such as torch.__path__[0]), got %s without %s/" % (folder, wanted))

    # An installation of Python's has its packages beside it; one that this rule made before has them inside.
    made_before = root.get_child("licences")
    licences = _licence_folders(made_before if made_before.exists else root.dirname)
    return root, root.dirname.get_child("nvidia").get_child("cu13").get_child("lib"), licences

def _libtorch_impl(repository_ctx):
    part = repository_ctx.attr.part
    folder = repository_ctx.os.environ.get("RETORT_LIBTORCH", "")
    if folder:
        torch, nvidia, licences = _from_installation(repository_ctx, folder)
    else:
        torch, nvidia, licences = _from_wheels(repository_ctx, part)

    for library in _TORCH_LIBRARIES[part]:
        source = torch.get_child("lib").get_child(library)
        if source.exists:
            repository_ctx.symlink(source, "lib/" + library)
        elif library != "libgomp.so.1":
            fail("libtorch: %s is missing from %s" % (library, torch.get_child("lib")))
    for library in _NVIDIA_LIBRARIES[part]:
        if nvidia.exists and nvidia.get_child(library).exists:
            repository_ctx.symlink(nvidia.get_child(library), "lib/" + library)
    includes = []
    if part == "cpu":
        for header in torch.get_child("include").readdir():
            if header.basename not in _UNWANTED_HEADERS:
                repository_ctx.symlink(header, "include/" + header.basename)
        includes = ["include", "include/torch/csrc/api/include"]
    for licence in licences:
        repository_ctx.symlink(licence, "licences/" + licence.basename)
    repository_ctx.file("WORKSPACE", "")
    repository_ctx.file("BUILD", _BUILD.format(includes = repr(includes), linkopts = repr(_LINKOPTS[part])))

libtorch = repository_rule(
    implementation = _libtorch_impl,
    attrs = {
        "part": attr.string(mandatory = True, values = ["cpu", "cuda"]),
        "requirements": attr.label(default = Label("//tools/third_party:libtorch_requirements.txt"), allow_single_file = True),
    },
    doc = "One part of libtorch as a cc_library `libtorch`: `cpu` with the headers, or what `cuda` adds.",
    environ = ["RETORT_LIBTORCH"],
)
