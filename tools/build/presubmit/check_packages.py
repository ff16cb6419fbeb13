#!/usr/bin/env python3
"""Checks that tools/build/install_packages names the Debian packages of all that the project takes from the system.

    tools/build/presubmit/check_packages.py [--programs=FOLDER]

A minimal Debian has what is essential and apt; the named packages bring what they depend on, but not what they
recommend. From those have to come: headers and .proto files that the sources include; programs that shell scripts,
build rules and repository rules call; files and libraries that build rules name; compilers and sanitizers of .bazelrc;
and shared libraries that the built programs in FOLDER want (default: those of the last build without --config).
"""

import argparse
import ast
import collections
import glob
import os
import pathlib
import re
import subprocess
import sys

import debian_packages
import shell_commands

# What is needed, where, for which purpose of tools/build/install_packages, and the files of the system that would do.
Need = collections.namedtuple("Need", "file line what purpose paths")

PURPOSES = ("build", "development", "interop")

# The first match counts; all other scripts are for building and testing.
_PURPOSE_OF_SCRIPT = (
    ("tests/interop/", "interop"),
    ("tools/build/presubmit/", "development"),
    ("tests/fuzz/", "development"),
    ("tests/integration/completion_test.sh", "development"),
    ("tests/architecture/", "development"),
    ("tests/first_hour/walk.sh", "development"),
    ("tests/new_plugin/walk.sh", "development"),
    ("tests/release/", "development"),
    (".ci/", "development"),
)

# Programs that no package has to bring to a script.
_EXCEPTIONS = {
    ("tests/cuda/run.sh", "nvidia-smi"): "runs on the machine with a GPU, where its driver is",
    ("tests/cuda/run.sh", "python3"): "runs on the machine with a GPU, beside the installation of PyTorch",
    ("tools/build/install_packages", "sudo"): "called only where it is installed",
}

# Parts of libtorch and of the CUDA toolkit, which are no Debian packages.
_FOREIGN_HEADER = re.compile(r"ATen/|c10/|torch/|cuda[\w]*\.h|cuda/")
_FOREIGN_LIBRARY = re.compile(r"lib(torch|c10|cudart|cupti)\b|lib(torch|c10)_")

_INCLUDE = re.compile(r'\s*#\s*include\s*[<"]([^>"]+)[>"]')
_IMPORT = re.compile(r'\s*import\s+(?:public\s+|weak\s+)?"([^"]+)"')
_PROGRAM_FOLDERS = ("/usr/bin", "/bin", "/usr/sbin", "/sbin")
_SYSTEM_FOLDERS = ("/lib/", "/lib64/", "/usr/lib/", "/usr/lib64/")


# Headers.


def header_folders():
    """Where the compiler looks for headers, as it says itself."""
    said = subprocess.run(["g++", "-E", "-x", "c++", "-v", "/dev/null"], check=True, capture_output=True, text=True).stderr
    listed = said.partition("#include <...> search starts here:")[2].partition("End of search list.")[0]
    return [os.path.normpath(folder) for folder in listed.split()]


def workspaces(files):
    """The folders that our includes start at: this workspace's and those of workspaces below it."""
    return {""} | {os.path.dirname(file) for file in files if os.path.basename(file) == "WORKSPACE"}


def is_ours(name, files, roots):
    return any(os.path.join(root, spelled) in files for root in roots for spelled in (name, re.sub(r"\.pb\.h$", ".proto", name)))


def header_needs(files, read, folders):
    roots = workspaces(files)
    for file in sorted(files):
        pattern = _IMPORT if file.endswith(".proto") else _INCLUDE
        if not file.endswith((".h", ".cc", ".cu", ".proto")):
            continue
        for line, text in enumerate(read(file).splitlines(), 1):
            match = pattern.match(text)
            if match and not is_ours(match.group(1), files, roots) and not _FOREIGN_HEADER.match(match.group(1)):
                header = match.group(1)
                paths = [path for path in (os.path.join(folder, header) for folder in folders) if os.path.exists(path)]
                yield Need(file, line, "<%s>" % header, "build", paths[:1])


# Programs that shell scripts call.


def purpose_of_script(file):
    return next((purpose for start, purpose in _PURPOSE_OF_SCRIPT if file.startswith(start)), "build")


def program_paths(name):
    names = [name] if name.startswith("/") else [os.path.join(folder, name) for folder in _PROGRAM_FOLDERS]
    return [path for path in names if os.path.exists(path)][:1]


def program_need(file, line, name, purpose):
    return Need(file, line, "the program " + name, purpose, program_paths(name))


def is_shell(file, text):
    return file.endswith(".sh") or re.match(r"#!\s*\S*/(env\s+)?(ba|da)?sh\b", text) is not None


def script_needs(files, read):
    scripts = {file: shell_commands.ShellScript(read(file)) for file in sorted(files) if is_shell(file, read(file))}
    for file, script in scripts.items():
        functions = set().union(*(scripts[sourced].functions for sourced in script.sourced if sourced in scripts))
        for line, name in shell_commands.programs(script, functions):
            if (file, name) not in _EXCEPTIONS:
                yield program_need(file, line, name, purpose_of_script(file))


# What build and repository rules take from the system. They are written in Starlark, which Python can parse.


def text_of(node, constants):
    """The text of an expression that is a string, or a constant, or formats one of these."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if isinstance(node, ast.Name):
        return text_of(constants[node.id], {}) if node.id in constants else None
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mod):
        return text_of(node.left, constants)
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "format":
        text = text_of(node.func.value, constants)
        return text and text.replace("{{", "{").replace("}}", "}")
    return None


def shell_of(command):
    """A genrule's command as the shell sees it, with variables instead of Bazel's."""
    return re.sub(r"(?<!\$)\$\([^)]*\)|(?<!\$)\$[@<^]", "$bazel", command).replace("$$", "$")


def starlark_commands(call, constants):
    """The programs that a call of a rule or of a repository's context names."""
    for keyword in call.keywords:
        text = text_of(keyword.value, constants) if keyword.arg in ("cmd", "command") else None
        if text:
            for command in shell_commands.programs(shell_commands.ShellScript(shell_of(text))):
                yield command.name
    if getattr(call.func, "attr", getattr(call.func, "id", "")) in ("execute", "_run"):
        for argument in call.args:
            if isinstance(argument, ast.List) and argument.elts:
                yield text_of(argument.elts[0], constants) or ""


def library_paths(option):
    """The files that the linker option `-lNAME` or `-l:FILE` may mean."""
    name = option[3:] if option.startswith("-l:") else "lib%s.so" % option[2:]
    found = [path for folder in ("/usr/lib/*", "/lib/*", "/usr/lib/gcc/*/*") for path in glob.glob(os.path.join(folder, name))]
    return found[:1] or glob.glob("/usr/lib/*/lib%s.a" % option[2:])[:1]


def string_need(file, node):
    text = node.value
    if re.fullmatch(r"/usr/(?!local)[\w./+-]+", text):
        return Need(file, node.lineno, text, "build", [text] if os.path.exists(text) else [])
    if re.fullmatch(r"-l:?[\w.+-]+", text):
        return Need(file, node.lineno, "the library " + text, "build", library_paths(text))
    return None


def starlark_needs(files, read):
    for file in sorted(files):
        if not re.search(r"(^|/)(WORKSPACE|BUILD|[\w.]+\.BUILD|[\w.]+\.bzl)$", file):
            continue
        tree = ast.parse(read(file))
        constants = {node.targets[0].id: node.value for node in tree.body if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name)}
        for node in ast.walk(tree):
            if isinstance(node, ast.Call):
                for name in filter(None, starlark_commands(node, constants)):
                    yield program_need(file, node.lineno, name, "build")
            elif isinstance(node, ast.Constant) and isinstance(node.value, str):
                need = string_need(file, node)
                if need:
                    yield need


# What configurations of .bazelrc take: another compiler, and the runtimes of sanitizers.


def sanitizer_runtimes(compiler, sanitizer):
    stem = {"address": "asan", "undefined": "ubsan", "thread": "tsan"}.get(sanitizer, sanitizer)
    if compiler == "clang":
        return glob.glob("%s/lib/linux/libclang_rt.%s*.a" % (debian_packages.output_of("clang", "-print-resource-dir").strip(), stem))[:1]
    path = debian_packages.output_of("gcc", "-print-file-name=lib%s.so" % stem).strip()
    return [path] if os.path.exists(path) else []


def configuration_needs(file, read):
    compilers = {}
    for line, text in enumerate(read(file).splitlines(), 1):
        configuration = re.match(r"build:(\w+)", text)
        compiler = re.search(r"=CC=(\w+)", text)
        if configuration and compiler:
            compilers[configuration.group(1)] = compiler.group(1)
            yield program_need(file, line, compiler.group(1), "development")
        sanitizers = re.search(r"-fsanitize=([\w,-]+)", text)
        if configuration and sanitizers:
            used = compilers.get(configuration.group(1), "gcc")
            for sanitizer in sanitizers.group(1).split(","):
                sanitizer = sanitizer.replace("-no-link", "")
                what = "%s's runtime of -fsanitize=%s" % (used, sanitizer)
                yield Need(file, line, what, "development", sanitizer_runtimes(used, sanitizer))


# Shared libraries.


def is_program(path):
    if path.suffix in (".so", ".sh") or not os.access(path, os.X_OK) or not path.is_file():
        return False
    with open(path, "rb") as file:
        return file.read(4) == b"\x7fELF"


def built_programs(folder):
    for parent, folders, names in os.walk(folder):
        folders[:] = [name for name in folders if not name.endswith(".runfiles") and name not in ("_objs", "_solib_k8", "external")]
        yield from (path for path in (pathlib.Path(parent, name) for name in sorted(names)) if is_program(path))


def wanted_libraries(program):
    """(name, path) of the libraries that the program itself names; the path is None where there is none."""
    names = re.findall(r"\(NEEDED\).*\[(.*)\]", debian_packages.output_of("readelf", "-d", program))
    paths = dict(re.findall(r"^\s*(\S+) => (/\S+)", debian_packages.output_of("ldd", program), re.MULTILINE))
    return [(name, paths.get(name)) for name in names if not name.startswith("ld-linux")]


def library_needs(folder):
    for program in built_programs(folder):
        file = os.path.relpath(program, folder)
        for name, path in wanted_libraries(str(program)):
            beside_the_program = path and not path.startswith(_SYSTEM_FOLDERS)
            if not beside_the_program and not _FOREIGN_LIBRARY.match(name):
                yield Need(file, 0, "the shared library " + name, "build", [path] if path else [])


# Putting it together.


def failures(needs, owners, closures):
    """A text for each need that no package satisfies; needs of the same thing are one failure."""
    places = collections.defaultdict(list)
    for need in needs:
        brought = set().union(*(owners[path] for path in need.paths))
        if not brought & closures[need.purpose]:
            places[(need.what, need.purpose, tuple(need.paths), tuple(sorted(brought)))].append(need)
    return [failure(found, owned) for (_, _, _, owned), found in sorted(places.items())]


def failure(needs, owners):
    first = needs[0]
    place = "%s:%d" % (first.file, first.line) if first.line else first.file
    more = " (and %d more)" % (len(needs) - 1) if len(needs) > 1 else ""
    if owners:
        why = "belongs to %s, which `tools/build/install_packages %s` does not bring to a bare machine: name it" % (" or ".join(owners), first.purpose)
    elif first.paths:
        why = "is %s, which belongs to no Debian package: use one that does, and name its package" % first.paths[0]
    else:
        why = "is nowhere on this machine: install its package, and name that"
    return "%s%s: %s %s among %s_packages in tools/build/install_packages" % (place, more, first.what, why, first.purpose)


def listed_packages(purpose):
    return [line.split()[0] for line in debian_packages.output_of("tools/build/install_packages", "--list", purpose).splitlines()]


def plain_build():
    """bazel-bin of a build without --config, whichever was last."""
    folders = [folder for folder in glob.glob("bazel-out/*/bin") if re.fullmatch(r"\w+-(opt|fastbuild|dbg)", folder.split("/")[1])]
    return max(folders, key=os.path.getmtime, default="bazel-bin")


def check(programs):
    files = set(debian_packages.output_of("git", "ls-files", "--cached", "--others", "--exclude-standard").splitlines())
    files = {file for file in files if os.path.isfile(file)}

    def read(file):
        return pathlib.Path(file).read_text(encoding="utf-8", errors="replace")

    libraries = list(library_needs(programs))
    needs = libraries + [
        *header_needs(files, read, header_folders()),
        *script_needs(files, read),
        *starlark_needs(files, read),
        *configuration_needs(".bazelrc", read),
    ]
    packages = debian_packages.Packages(debian_packages.installed_packages())
    closures = {purpose: packages.closure(listed_packages(purpose)) for purpose in PURPOSES}
    found = failures(needs, debian_packages.owners_of({path for need in needs for path in need.paths}), closures)
    if not libraries:
        found.append("no program is built in %s, so its shared libraries cannot be checked: bazel build //experiments:sweep" % programs)
    return len(needs), found


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--programs", metavar="FOLDER", help="where the built programs are")
    arguments = parser.parse_args()
    os.chdir(pathlib.Path(__file__).resolve().parents[3])
    needs, found = check(arguments.programs or plain_build())
    for text in found:
        print("packages: " + text, file=sys.stderr)
    print("packages: %d uses of the system, %d failures" % (needs, len(found)), file=sys.stderr)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
