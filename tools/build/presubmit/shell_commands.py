"""Which commands a shell script calls, as far as its text says."""

import collections
import re

Command = collections.namedtuple("Command", "line name")
Token = collections.namedtuple("Token", "text line is_word")

BUILTINS = frozenset(
    ". : [ alias bg break builtin cd command continue declare echo eval exec exit export false fg getopts hash jobs kill let local "
    "mapfile popd printf pushd pwd read readonly return set shift shopt source test times trap true type typeset ulimit umask unalias "
    "unset wait".split()
)
_KEYWORDS = frozenset("if then elif else fi while until do done { } ! time".split())
_OPERATOR = re.compile(r"&>>?|<<<|<<-?|[<>]\(|<>|>>|>&|<&|>\||<|>|&&|\|\||\|&?|;;&|;&|;;|;|&|\(|\)")
_ASSIGNMENT = re.compile(r"\w+(\[.*\])?\+?=")

# Commands that run what their arguments name, and their options that take a word.
_WRAPPERS = {"command": "", "env": "uC", "exec": "a", "nice": "n", "nohup": "", "sudo": "ugC", "timeout": "ks", "xargs": "nPIdsELa"}


class ShellScript:
    """The commands that a script calls, the functions it defines and the files that it sources."""

    def __init__(self, text, line=1):
        self.commands = []
        self.functions = set()
        self.sourced = []
        self._text = text
        self._first_line = line
        self._at = 0
        self._heredocs = []
        while self._at < len(text):
            self._list(frozenset())

    # Commands.

    def _list(self, stops):
        """Reads commands until an operator or keyword of `stops`, and returns it."""
        while True:
            token = self._token()
            if not token.text and not token.is_word or token.text in stops:
                return token
            if token.is_word:
                self._statement(token)
            elif token.text == "(":
                self._subshell()
            elif token.text[0] in "<>" and token.text[-1] != "(":
                self._redirection(token)

    def _subshell(self):
        if self._text.startswith("(", self._at):
            self._at += 1
            self._arithmetic()
        else:
            self._list({")"})

    def _statement(self, token):
        if token.text in _KEYWORDS:
            return
        if token.text in ("for", "select"):
            self._skip_to({"\n", ";", "do"})
        elif token.text == "case":
            self._case()
        elif token.text == "[[":
            self._skip_to({"]]"})
        elif token.text == "function":
            self.functions.add(self._token().text)
        else:
            self._simple_command(token)

    def _skip_to(self, ends):
        token = self._token()
        while token.text not in ends and (token.text or token.is_word):
            token = self._token()

    def _case(self):
        self._skip_to({"in"})
        while True:
            token = self._token()
            if token.text in ("\n", "("):
                continue
            if token.text in ("esac", ""):
                return
            self._skip_to({")"})
            if self._list({";;", ";&", ";;&", "esac"}).text in ("esac", ""):
                return

    def _simple_command(self, first):
        words = [first]
        while not self._at_end_of_command():
            token = self._token()
            if token.is_word:
                words.append(token)
            elif token.text == "(" and words[-1].text.endswith("="):
                self._skip_to({")"})
            elif token.text == "(":
                self._skip_to({")"})
                self.functions.add(first.text)
                return
            elif token.text in ("<(", ">("):
                self._list({")"})
            else:
                self._redirection(token)
        self._record(words)

    def _at_end_of_command(self):
        self._skip_blanks()
        rest = self._text[self._at : self._at + 2]
        return not rest or rest[0] in "\n;|)" or rest[0] == "&" and rest != "&>"

    def _redirection(self, operator):
        target = self._token()
        if operator.text in ("<<", "<<-"):
            self._heredocs.append(target.text)
        elif target.text in ("<(", ">("):
            self._list({")"})

    def _record(self, words):
        while words and _ASSIGNMENT.match(words[0].text):
            words = words[1:]
        if words:
            self.commands.append(Command(words[0].line, words[0].text))
            self._record_arguments(words[0].text, words[1:])

    def _record_arguments(self, name, arguments):
        """Records what the arguments make the command call."""
        if name in _WRAPPERS:
            self._record_wrapped(name, arguments)
        elif name in ("sh", "bash", "dash"):
            self._record_scripts_after("-c", arguments)
        elif name in ("trap", "eval") and arguments:
            self._record_script(arguments[0])
        elif name == "find":
            for option, command in zip(arguments, arguments[1:]):
                if option.text in ("-exec", "-execdir"):
                    self._record([command])
        elif name in (".", "source") and arguments:
            self.sourced.append(arguments[0].text)

    def _record_wrapped(self, name, arguments):
        while arguments and arguments[0].text.startswith("-"):
            option = arguments[0].text
            if name == "command" and option in ("-v", "-V"):
                return
            with_word = len(option) == 2 and option[1] in _WRAPPERS[name]
            arguments = arguments[2 if with_word else 1 :]
        self._record(arguments[1:] if name == "timeout" else arguments)

    def _record_scripts_after(self, option, arguments):
        for before, script in zip(arguments, arguments[1:]):
            if before.text == option:
                self._record_script(script)

    def _record_script(self, word):
        self.commands += ShellScript(word.text, word.line).commands

    # Words. An expansion stands as `$` in a word's text; the commands that it substitutes are recorded.

    def _token(self):
        self._skip_blanks()
        line = self._first_line + self._text.count("\n", 0, self._at)
        if self._at >= len(self._text):
            return Token("", line, False)
        if self._text[self._at] == "\n":
            self._at += 1
            self._skip_heredocs()
            return Token("\n", line, False)
        operator = _OPERATOR.match(self._text, self._at)
        if operator:
            self._at = operator.end()
            return Token(operator.group(), line, False)
        text = self._word()
        if text.isdigit() and self._text[self._at : self._at + 1] in ("<", ">"):
            return self._token()
        return Token(text, line, True)

    def _skip_blanks(self):
        self._at = re.compile(r"(?:[ \t\r]|\\\n)*(?:#[^\n]*)?").match(self._text, self._at).end()

    def _skip_heredocs(self):
        for delimiter in self._heredocs:
            end = re.compile(r"^\t*%s$\n?" % re.escape(delimiter), re.MULTILINE).search(self._text, self._at)
            self._at = end.end() if end else len(self._text)
        self._heredocs = []

    def _word(self):
        parts = []
        while self._at < len(self._text) and self._text[self._at] not in " \t\n;&|()<>":
            character = self._text[self._at]
            if character == "'":
                parts.append(self._up_to("'", self._at + 1))
            elif character == '"':
                self._at += 1
                parts.append(self._expanded_up_to('"'))
            else:
                parts.append(self._character())
        return "".join(parts)

    def _up_to(self, end, start):
        stop = self._text.find(end, start)
        stop = len(self._text) if stop < 0 else stop
        self._at = stop + 1
        return self._text[start:stop]

    def _expanded_up_to(self, end):
        parts = []
        while self._at < len(self._text) and self._text[self._at] != end:
            if end == "}" and self._text[self._at] == '"':
                self._at += 1
                parts.append(self._expanded_up_to('"'))
            else:
                parts.append(self._character())
        self._at += 1
        return "".join(parts)

    def _character(self):
        """The next character that is no quote, or the expansion or escape that it begins."""
        character = self._text[self._at]
        if character == "$":
            return self._expansion()
        if character == "`":
            line = self._first_line + self._text.count("\n", 0, self._at)
            self._record_script(Token(self._up_to("`", self._at + 1), line, True))
            return "$"
        if character == "\\":
            self._at += 2
            return self._text[self._at - 1 : self._at].replace("\n", "")
        self._at += 1
        return character

    def _expansion(self):
        rest = self._text[self._at + 1 :][:2]
        self._at += 2
        if rest == "((":
            self._at += 1
            self._arithmetic()
        elif rest[:1] == "(":
            self._list({")"})
        elif rest[:1] == "{":
            self._expanded_up_to("}")
        elif rest[:1] == "'":
            return self._expanded_up_to("'")
        elif rest[:1].isalpha() or rest[:1] == "_":
            self._at = re.compile(r"\w*").match(self._text, self._at).end()
        elif rest[:1] in ('"', " ", "\n"):
            self._at -= 1
        return "$"

    def _arithmetic(self):
        depth = 2
        while depth and self._at < len(self._text):
            depth += {"(": 1, ")": -1}.get(self._text[self._at], 0)
            self._character()


def programs(script, functions=frozenset()):
    """The commands that are neither builtins, functions, variables nor files of the project."""
    return [
        command
        for command in script.commands
        if command.name not in BUILTINS | script.functions | functions
        and re.fullmatch(r"/?[\w.+@-]+(?:/[\w.+@-]+)*", command.name)
        and (command.name.startswith("/") or "/" not in command.name)
    ]
