"""Lets PyTorch's CUDA wheel, the only one on PyPI, be imported without the 2 GB of CUDA libraries that it links to.

    python stand_in_for_cuda.py

Puts libraries beside libtorch that have the names of those and of their functions, each of which ends the program. On
the CPU none is ever called. Wants g++ and binutils.
"""

import importlib.util
import pathlib
import re
import subprocess

# File name: beginning of the functions' names, and the version that they carry if any.
LIBRARIES = {
    "libcublas.so.13": ("cublas(?!Lt)", "libcublas.so.13"),
    "libcublasLt.so.13": ("cublasLt", "libcublasLt.so.13"),
    "libcudnn.so.9": ("cudnn", "libcudnn.so.9"),
    "libcufft.so.12": ("cufft", "libcufft.so.12"),
    "libcufile.so.0": ("cuFile", None),
    "libcurand.so.10": ("curand", None),
    "libcusparse.so.12": ("cusparse(?!Lt)", "libcusparse.so.12"),
    "libcusparseLt.so.0": ("cusparseLt", None),
    "libnccl.so.2": ("nccl", None),
    "libnvshmem_host.so.3": ("nvshmem", "NVSHMEM"),
}


def wanted_functions(folder):
    libraries = [folder / f"libtorch_{part}.so" for part in ("cuda", "nvshmem", "python")]
    listing = subprocess.run(["nm", "-D", "--undefined-only", *libraries], check=True, capture_output=True, text=True)
    return sorted(set(re.findall(r"\bU (\w+)", listing.stdout)))


def write_library(path, functions, version):
    labels = "".join(f".globl {name}\n{name}:\n" for name in functions)
    versions = path.with_suffix(".version")
    versions.write_text((version or "") + " { global: *; };\n")
    subprocess.run(
        ["g++", "-shared", "-nostdlib", f"-Wl,-soname={path.name}", f"-Wl,--version-script={versions}", "-x", "assembler", "-",
         "-o", path],
        input=f".text\n{labels}ud2\n", text=True, check=True)
    versions.unlink()


def main():
    folder = pathlib.Path(importlib.util.find_spec("torch").origin).parent / "lib"
    functions = wanted_functions(folder)
    for name, (beginning, version) in LIBRARIES.items():
        write_library(folder / name, [function for function in functions if re.match(beginning, function)], version)


if __name__ == "__main__":
    main()
