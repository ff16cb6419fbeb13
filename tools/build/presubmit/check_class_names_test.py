#!/usr/bin/env python3
"""Tests which classes check_class_names.py finds, and which it holds for one too many."""

import os
import sys
import unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
# pylint: disable=wrong-import-position
import check_class_names


def names(code):
    """The names without "retort::" of the classes that are found in namespace retort."""
    found = check_class_names.definitions("a.h", "namespace retort {\n" + code + "\n}")
    return [definition.name[len("retort::") :] for definition in found]


class DefinitionsTest(unittest.TestCase):
    def test_classes_of_every_kind(self):
        self.assertEqual(names("struct A { int x; };\nclass B final : public A { C c() { return {}; } };"), ["A", "B"])
        self.assertEqual(names("enum class A : int { kB };\nenum B { kC };\nunion C { int x; };"), ["A", "B", "C"])
        self.assertEqual(names("template <typename T, typename = std::enable_if_t<(sizeof(T) > 1)>> class A { };"), ["A"])
        self.assertEqual(names("struct [[nodiscard]] alignas(64) A { };\nclass MACRO B { };"), ["A", "B"])
        self.assertEqual(names("class A::B : C { };"), ["A::B"])

    def test_declarations_and_specialisations_define_nothing(self):
        self.assertEqual(names("class A; struct B; enum class C : int; friend class D; extern struct E e;"), [])
        self.assertEqual(names("template <> struct hash<A> { };"), [])

    def test_namespaces(self):
        self.assertEqual(names("namespace a::b { struct A { }; }\ninline namespace c { struct B { }; }"), ["a::b::A", "c::B"])
        self.assertEqual(names("namespace { struct A { }; namespace b { struct B { }; } }\nstruct C { };"), ["C"])
        self.assertEqual(check_class_names.definitions("a.h", "namespace other { struct A { }; } struct B { };"), [])
        (found,) = check_class_names.definitions("a.h", "\nnamespace retort::testing {\n// A.\nstruct A {\n};\n}")
        self.assertEqual(found, ("retort::testing::A", "a.h", 4))

    def test_what_is_in_classes_and_functions_does_not_count(self):
        self.assertEqual(names("class A { struct B { }; };\nvoid f() { struct C { }; }\nTEST(D, E) { struct F { }; }"), ["A"])
        self.assertEqual(names("const auto f = [](int x) { struct A { }; };\nint y[] = {1, 2};\nstruct B { };"), ["B"])

    def test_comments_strings_and_directives_are_no_code(self):
        self.assertEqual(names("// struct A {\n/* class B { */ struct C { };"), ["C"])
        self.assertEqual(names("const char* a = \"{ \\\" {\"; char b = '{', c = '\\''; struct D { };"), ["D"])
        self.assertEqual(names('const char* a = R"pb(struct A { " )pb";\nconst int b = 1\'000\'000;\nstruct C { };'), ["C"])
        self.assertEqual(names("#define A struct B { \\\n  struct C {\nstruct D { };"), ["D"])


class ProblemsTest(unittest.TestCase):
    def test_a_name_in_two_files(self):
        a = "namespace retort {\nstruct Column {\n};\n}"
        b = "namespace retort {\n\nclass Column {\n};\n}"
        self.assertEqual(
            check_class_names.problems({"a.h": a, "b.cc": b, "c.cc": "namespace retort { struct Row { }; }"}),
            [
                "retort::Column: want one definition in all headers and .cc files, got a.h:2, b.cc:3; put what a .cc file needs alone "
                "into an anonymous namespace, or call one of them something else"
            ],
        )

    def test_what_is_no_problem(self):
        a = "namespace retort { struct Column { }; }"
        self.assertEqual(check_class_names.problems({"a.h": a, "b.cc": "namespace retort { namespace { struct Column { }; } }"}), [])
        self.assertEqual(check_class_names.problems({"a.h": a, "b.cc": "namespace retort::fuzz { struct Column { }; }"}), [])
        self.assertEqual(check_class_names.problems({"a.h": "#ifdef X\n" + a + "\n#else\n" + a + "\n#endif"}), [])


if __name__ == "__main__":
    unittest.main()
