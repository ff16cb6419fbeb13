"""Ways to damage a stored file, and which kinds of files there are."""

import re


def kinds(store):
    """The kinds of files in a store: their names without keys, clocks and numbers."""
    return sorted({_kind(store, path) for path in store.rglob("*") if path.is_file()})


def files_of(store, kind):
    return sorted(path for path in store.rglob("*") if path.is_file() and _kind(store, path) == kind)


def _kind(store, path):
    place = str(path.relative_to(store))
    place = re.sub(r"^[0-9a-f]{32}/", "KEY/", place)
    place = re.sub(r"[0-9a-f]{32}", "HASH", place)
    return re.sub(r"[0-9]+", "N", place)


def _flip(position):
    def change(data, draw):
        if not data:
            return None
        changed = bytearray(data)
        changed[position(len(data))] ^= 1 << draw.randrange(8)
        return bytes(changed)

    return change


WAYS = {
    "cut in half": lambda data, draw: data[: len(data) // 2] if data else None,
    "last byte cut": lambda data, draw: data[:-1] if data else None,
    "empty": lambda data, draw: b"" if data else None,
    "bit of the first byte": _flip(lambda size: 0),
    "bit in the middle": _flip(lambda size: size // 2),
    "bit of the last byte": _flip(lambda size: size - 1),
    "zeros in the middle": lambda data, draw: data[: len(data) // 3] + bytes(len(data) - 2 * (len(data) // 3)) + data[len(data) - len(data) // 3 :]
    if len(data) > 3 else None,
    "more at its end": lambda data, draw: data + b"\n{}\n",
    "twice": lambda data, draw: data + data if data else None,
    "removed": None,
    "a folder": None,
}


def apply(way, path, draw):
    """Damages the file; whether that changed anything."""
    if way == "removed":
        path.unlink()
        return True
    if way == "a folder":
        path.unlink()
        path.mkdir()
        return True
    data = path.read_bytes()
    changed = WAYS[way](data, draw)
    if changed is None or changed == data:
        return False
    path.chmod(0o644)
    path.write_bytes(changed)
    return True
