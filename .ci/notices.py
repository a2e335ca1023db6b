#!/usr/bin/env python3
"""The licences of every crate that is in the program, for a folder that is given to others: `notices.py TARGET OUT`.

Crates of builds and tests alone are left out: nothing of them is in the binary. Each text is written once, under all the
crates that carry it. A crate without a file of its own is named with the licence that its manifest states.
"""

import json
import pathlib
import re
import subprocess
import sys

FILES = re.compile(r"^(licen[cs]e|copying|notice|copyright|unlicense)", re.IGNORECASE)


def cargo(*arguments):
    return subprocess.run(["cargo", *arguments], check=True, stdout=subprocess.PIPE, text=True).stdout


def shipped(target):
    """The packages of which something is in the program. What cargo-metadata resolves is more than what is built."""
    edges = ("--edges", "normal,no-proc-macro", "--prefix", "none", "--format", "{p}")
    tree = cargo("tree", "--locked", "--target", target, *edges).splitlines()
    built = {tuple(line.split(" ")[:2]) for line in tree[1:] if line}
    packages = json.loads(cargo("metadata", "--locked", "--format-version", "1"))["packages"]
    named = ((it["name"], "v" + it["version"], it) for it in packages)
    return [it for name, version, it in sorted(named, key=lambda it: it[:2]) if (name, version) in built]


def texts(package):
    folder = pathlib.Path(package["manifest_path"]).parent
    for file in sorted(folder.iterdir()):
        if file.is_file() and FILES.match(file.name):
            yield file.read_text(encoding="utf-8", errors="replace").strip()


def notices(packages):
    crates, carried = {}, {}
    for package in packages:
        name = f"{package['name']} {package['version']}"
        crates[name] = package["license"] or "see its text below"
        for text in texts(package):
            carried.setdefault(text, []).append(name)
    yield "kinescope contains these crates, under these licences:\n"
    yield from (f"  {name}: {licence}" for name, licence in crates.items())
    for text, names in carried.items():
        yield f"\n{'=' * 80}\n{', '.join(names)}\n{'=' * 80}\n\n{text}"


def main():
    target, out = sys.argv[1:]
    lines = list(notices(shipped(target)))
    pathlib.Path(out).write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
