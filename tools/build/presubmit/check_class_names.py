#!/usr/bin/env python3
"""Checks that no two headers or .cc files define classes of the same name.

    tools/build/presubmit/check_class_names.py [FILE ...]

Two different classes with one name are one class to the linker, which takes the member functions of either for both
(the one-definition rule). Looked at are the classes, structs, unions and enumerations of namespace retort and of the
namespaces in it; what is in an anonymous namespace, a class or a function does not count. FILEs: default: all that Git
knows, and new ones that it does not ignore.
"""

import argparse
import collections
import re
import subprocess
import sys

# Comments, directives, strings and characters, whose braces and words are none.
_NO_CODE = re.compile(
    r'//[^\n]*|/\*.*?\*/|^[ \t]*#(?:[^\n]*\\\n)*[^\n]*'
    r'|R"([^()\\\s]{0,16})\(.*?\)\1"|"(?:\\.|[^"\\\n])*"'
    r"|'(?:\\(?:'|[^'\n]+)|[^'\\\n])'",
    re.DOTALL | re.MULTILINE,
)
_TOKEN = re.compile(r"[A-Za-z_]\w*|::|[^\s\w]")
_KEYS = ("class", "struct", "union", "enum")

Definition = collections.namedtuple("Definition", "name file line")


def without(opening, closing, tokens):
    """The tokens that stand outside of such brackets."""
    depth = 0
    kept = []
    for token in tokens:
        depth += token == opening
        if depth == 0:
            kept.append(token)
        depth -= token == closing and depth > 0
    return kept


def namespace_of(head):
    """The name of the namespace that these tokens open, "" for an anonymous one, or None."""
    words = [token for token in head if token != "inline"]
    if words[:1] != ["namespace"]:
        return None
    return "".join(words[1:])


def class_of(head):
    """The name of the class that these tokens open, or None; of a specialisation, which adds no name, None as well."""
    tokens = without("[", "]", without("(", ")", head))
    while tokens[:1] == ["template"]:
        depth = 0
        for end, token in enumerate(tokens):
            depth += {"<": 1, ">": -1}.get(token, 0)
            if token == ">" and depth == 0:
                break
        tokens = tokens[end + 1 :]
    if tokens[:1] == ["typedef"]:
        tokens = tokens[1:]
    if not tokens or tokens[0] not in _KEYS:
        return None
    declared = tokens[: tokens.index(":")] if ":" in tokens else tokens
    if "<" in declared:
        return None
    words = [token for token in declared if token not in _KEYS + ("final", "alignas")]
    begin = len(words) - 1
    while begin > 1 and words[begin - 1] == "::":
        begin -= 2
    return "".join(words[begin:]) or None


def definitions(file, text):
    """The classes that a file defines in retort's namespaces."""
    found = []
    code = _NO_CODE.sub(lambda match: "\n" * match.group().count("\n"), text)
    scopes = []  # Of each open brace the namespace, or None for a class, a function or a value.
    head = []
    for match in _TOKEN.finditer(code):
        token = match.group()
        if token == "{":
            named = class_of(head)
            if named and scopes and all(scopes) and scopes[0].split("::")[0] == "retort":
                found.append(Definition("::".join(scopes + [named]), file, code.count("\n", 0, match.start()) + 1))
            scopes.append(namespace_of(head))
        elif token == "}" and scopes:
            scopes.pop()
        if token in "{};":
            head = []
        else:
            head.append(token)
    return found


def problems(files):
    """A line for each name that more than one file defines."""
    by_name = collections.defaultdict(dict)
    for file, text in files.items():
        for definition in definitions(file, text):
            by_name[definition.name].setdefault(file, definition)
    lines = []
    for name, in_files in sorted(by_name.items()):
        if len(in_files) > 1:
            places = ", ".join(f"{found.file}:{found.line}" for found in in_files.values())
            lines.append(
                f"{name}: want one definition in all headers and .cc files, got {places}; put what a .cc file needs "
                "alone into an anonymous namespace, or call one of them something else"
            )
    return lines


def known_files():
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "--deduplicate", "*.h", "*.cc"]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.splitlines()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("files", nargs="*", metavar="FILE")
    files = {}
    for path in parser.parse_args().files or known_files():
        try:
            with open(path, encoding="utf-8") as file:
                files[path] = file.read()
        except FileNotFoundError:  # Deleted, and known to Git still.
            continue
    found = problems(files)
    for line in found:
        print(line, file=sys.stderr)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
