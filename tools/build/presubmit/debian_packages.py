"""Debian's packages as dpkg knows them: what brings what, and whose a file is."""

import collections
import os
import re
import subprocess

Record = collections.namedtuple("Record", "name essential provides depends")


def output_of(*command):
    return subprocess.run(command, check=False, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True).stdout


def parse_depends(field):
    """A list of alternatives for each dependency, without versions and architectures."""
    dependencies = [dependency for dependency in field.split(",") if dependency.strip()]
    return [[re.split(r"[\s(:]", choice.strip(), maxsplit=1)[0] for choice in dependency.split("|")] for dependency in dependencies]


def installed_packages():
    form = "${db:Status-Status}\t${Package}\t${Essential}\t${Provides}\t${Pre-Depends}, ${Depends}\n"
    for line in output_of("dpkg-query", "-W", "-f", form).splitlines():
        status, name, essential, provides, depends = line.split("\t")
        if status == "installed":
            yield Record(name, essential == "yes", [choice for (choice,) in parse_depends(provides)], parse_depends(depends))


class Packages:
    """What is installed, and what brings what."""

    def __init__(self, records):
        self._records = {record.name: record for record in records}
        self._providers = collections.defaultdict(list)
        for record in sorted(self._records.values()):
            for name in record.provides:
                self._providers[name].append(record.name)
        self._base = self._with_dependencies(["apt"] + [record.name for record in self._records.values() if record.essential], set())

    def closure(self, names):
        """The named packages, what they depend on, and what each Debian has."""
        return self._with_dependencies(names, set(self._base))

    def _with_dependencies(self, names, found):
        waiting = list(names)
        while waiting:
            name = waiting.pop()
            if name not in found:
                found.add(name)
                record = self._records.get(name)
                waiting += [self._chosen(choices, found) for choices in record.depends] if record else []
        return found

    def _chosen(self, choices, found):
        """The package that satisfies a dependency: one that is there already, else the first that is installed."""
        candidates = [name for choice in choices for name in ([choice] if choice in self._records else self._providers[choice])]
        return next((name for name in candidates if name in found), next(iter(candidates), choices[0]))


def spellings(path):
    """A path with and without /usr: either may be what dpkg knows."""
    path = os.path.normpath(path)
    return [path, path[len("/usr") :] if path.startswith("/usr/") else "/usr" + path]


def owners_of(paths):
    """The packages of each path; those of its target where it is an alternative, which belongs to no package."""
    queried = sorted({name for path in paths for name in spellings(path) + spellings(os.path.realpath(path))})
    owners = collections.defaultdict(set)
    for start in range(0, len(queried), 1000):
        for line in output_of("dpkg-query", "-S", *queried[start : start + 1000]).splitlines():
            names, separator, path = line.partition(": ")
            if separator and not names.startswith("diversion by"):
                owners[path] |= {name.split(":")[0] for name in names.split(", ")}

    def of_either(names):
        return set().union(*(owners[name] for name in names))

    return {path: of_either(spellings(path)) or of_either(spellings(os.path.realpath(path))) for path in paths}
