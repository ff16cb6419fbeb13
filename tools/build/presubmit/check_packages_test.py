#!/usr/bin/env python3
"""Tests what check_packages.py finds in sources and how it follows packages' dependencies."""

import collections
import os
import pathlib
import sys
import tempfile
import unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
# pylint: disable=wrong-import-position
import check_packages
import debian_packages
import shell_commands


def names(text):
    return [command.name for command in shell_commands.programs(shell_commands.ShellScript(text))]


class ShellCommandsTest(unittest.TestCase):
    def test_simple_commands(self):
        self.assertEqual(names("A=1 cat x | sort -u; wc -l && tr a b || tail & head"), ["cat", "sort", "wc", "tr", "tail", "head"])

    def test_builtins_variables_and_paths_are_no_programs(self):
        self.assertEqual(names('cd /x; "$program" a; $x/y; tools/z; ./w; a=b; export C=d; [ -e f ]'), [])
        self.assertEqual(names("/usr/bin/env"), ["/usr/bin/env"])

    def test_lines(self):
        script = shell_commands.ShellScript("#!/bin/sh\n# cat\n\ncat \\\n  x\nsort")
        self.assertEqual(script.commands, [(4, "cat"), (6, "sort")])

    def test_substitutions(self):
        self.assertEqual(names('x="a $(cat "$(basename "$1")") b"'), ["basename", "cat"])
        self.assertEqual(names("x=`cat y`"), ["cat"])
        self.assertEqual(names("echo ${x:-$(cat y)} $((1 + $(wc -l <z)))"), ["cat", "wc"])
        self.assertEqual(names("diff <(sort a) <(tr b c)"), ["sort", "tr", "diff"])
        self.assertEqual(names("a=($(ls) b)"), ["ls"])

    def test_quotes(self):
        self.assertEqual(names("""sed 's/; cat/"x/' "a; b | c" $'it\\'s; d' ${x#"}"} e; awk '{ print "(" }'"""), ["sed", "awk"])

    def test_keywords(self):
        self.assertEqual(names("if cat x; then sort; elif ! tr; then :; else wc; fi"), ["cat", "sort", "tr", "wc"])
        self.assertEqual(names("for x in cat $(ls); do sort; done; while read -r y; do tr; done <f"), ["ls", "sort", "tr"])
        self.assertEqual(names("{ cat; }; (sort); [[ a && b ]]; ((x < y))"), ["cat", "sort"])

    def test_case(self):
        self.assertEqual(names('case $(cat) in\n  a | b) sort ;;\n  (c) tr\n  ;;\n  *) ;;\nesac\nwc'), ["cat", "sort", "tr", "wc"])

    def test_functions(self):
        script = shell_commands.ShellScript("f() { cat; }\nfunction g { sort; }\nf; g; . lib.sh")
        self.assertEqual([command.name for command in shell_commands.programs(script)], ["cat", "sort"])
        self.assertEqual(script.sourced, ["lib.sh"])

    def test_heredocs(self):
        self.assertEqual(names("cat <<'END' | sort\nls\nEND\nwc <<<x\ntr <<-E\n\tls\n\tE\nhead"), ["cat", "sort", "wc", "tr", "head"])

    def test_redirections(self):
        self.assertEqual(names("cat >ls 2>&1 <tr; >f sort &>g"), ["cat", "sort"])

    def test_commands_in_arguments(self):
        self.assertEqual(names("exec env -u X A=b cat"), ["env", "cat"])
        self.assertEqual(names("ls | xargs -r -n 1 -P 2 wc -l"), ["ls", "xargs", "wc"])
        self.assertEqual(names("timeout -k 1 5 cat"), ["timeout", "cat"])
        self.assertEqual(names("find . -name x -exec sha256sum {} +"), ["find", "sha256sum"])
        self.assertEqual(names("sh -c 'cat x | sort'; trap 'rm x' EXIT"), ["sh", "cat", "sort", "rm"])
        self.assertEqual(names("command -v git"), [])


def record(name, depends="", provides=(), essential=False):
    return debian_packages.Record(name, essential, list(provides), debian_packages.parse_depends(depends))


class PackagesTest(unittest.TestCase):
    def setUp(self):
        self.packages = debian_packages.Packages(
            [
                record("base-files", "awk", essential=True),
                record("gawk", provides=["awk"]),
                record("mawk", provides=["awk"]),
                record("apt", "libc6"),
                record("libc6"),
                record("a-dev", "liba (= 1), absent | libb:any (>= 2), editor | libc"),
                record("liba", "a-dev"),
                record("libb"),
                record("libc"),
                record("vi", provides=["editor"]),
                record("stranger"),
            ]
        )

    def test_base(self):
        self.assertLessEqual({"base-files", "apt", "libc6"}, self.packages.closure([]))
        self.assertFalse({"a-dev", "stranger"} & self.packages.closure([]))

    def test_dependencies(self):
        found = self.packages.closure(["a-dev"])
        self.assertLessEqual({"a-dev", "liba", "libb", "vi"}, found)
        self.assertFalse({"stranger", "libc"} & found)

    def test_what_is_not_installed_brings_itself_alone(self):
        self.assertEqual(self.packages.closure(["new"]) - self.packages.closure([]), {"new"})

    def test_parse_depends(self):
        self.assertEqual(debian_packages.parse_depends(", a (>= 1), b:any | c"), [["a"], ["b", "c"]])


class NeedsTest(unittest.TestCase):
    def test_headers(self):
        with tempfile.TemporaryDirectory() as folder:
            pathlib.Path(folder, "there.h").touch()
            tree = {
                "a/a.cc": '#include "a/a.h"\n#include <there.h>\n#include "a/b.pb.h"\n#include "ATen/ATen.h"\n',
                "a/a.h": "// #include <x.h>\n# include <absent.h>  // why\n",
                "a/b.proto": 'import "there.h";\n',
                "w/WORKSPACE": "",
                "w/c/c.cc": '#include "c/c.h"\n#include "a/a.h"\n',
                "w/c/c.h": "",
            }
            found = list(check_packages.header_needs(tree, tree.get, [folder]))
            there = [os.path.join(folder, "there.h")]
        self.assertEqual(
            [(need.file, need.line, need.what, need.paths) for need in found],
            [("a/a.cc", 2, "<there.h>", there), ("a/a.h", 2, "<absent.h>", []), ("a/b.proto", 1, "<there.h>", there)],
        )

    def test_scripts(self):
        tree = {
            "tests/interop/run": "#!/bin/sh\nsurely_absent",
            "tests/x_test.sh": ". tests/lib.sh\nhelper; surely_absent",
            "tests/lib.sh": "helper() { :; }",
            "tools/build/presubmit/p.sh": "surely_absent",
            "a.py": "#!/usr/bin/env python3\nsurely_absent()",
        }
        found = [(need.file, need.purpose) for need in check_packages.script_needs(tree, tree.get)]
        self.assertEqual(found, [("tests/interop/run", "interop"), ("tests/x_test.sh", "build"), ("tools/build/presubmit/p.sh", "development")])

    def test_starlark(self):
        tree = {
            "BUILD": '_C = "one $(location x) $$(two) > $@"\ngenrule(cmd = _C)\ngenrule(cmd = "$(location y) | three {{}}".format())\n',
            "a.bzl": 'def f(context):\n    context.execute(["four", "x"])\n    l(linkopts = ["-lsurely_absent"], path = "/usr/absent")\n',
        }
        found = {need.what for need in check_packages.starlark_needs(tree, tree.get)}
        self.assertEqual(found, {"the program " + name for name in ("one", "two", "three", "four")} | {"the library -lsurely_absent", "/usr/absent"})

    def test_failures(self):
        def need(paths):
            return check_packages.Need("a.h", 7, "<x.h>", "build", paths)

        owners = collections.defaultdict(set, {"/x.h": {"x-dev"}})
        self.assertEqual(check_packages.failures([need(["/x.h"])], owners, {"build": {"x-dev"}}), [])
        (text,) = check_packages.failures([need(["/x.h"])] * 3, owners, {"build": {"y-dev"}})
        self.assertEqual(
            text,
            "a.h:7 (and 2 more): <x.h> belongs to x-dev, which `tools/build/install_packages build` does not bring to a bare machine: "
            "name it among build_packages in tools/build/install_packages",
        )
        (text,) = check_packages.failures([need([])], owners, {"build": set()})
        self.assertIn("<x.h> is nowhere on this machine", text)
        (text,) = check_packages.failures([need(["/y.h"])], owners, {"build": set()})
        self.assertIn("<x.h> is /y.h, which belongs to no Debian package", text)


if __name__ == "__main__":
    unittest.main()
