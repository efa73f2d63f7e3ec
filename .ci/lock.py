"""Write the lock files, or check that they are fresh: `python .ci/lock.py write|check`.

A lock carries hashes and no index address. Its first line holds a digest of the dependency tables of pyproject.toml, so that a
check needs no network: a lock is stale when the tables have changed since, or when a pinned version no longer satisfies them.
"""

import hashlib
import json
import re
import subprocess
import sys
import tomllib
from importlib.metadata import version
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LOCKS = {"requirements.lock": ["--extra", "build"], "requirements-dev.lock": ["--extra", "build", "--extra", "dev"]}
OPTIONS = [
    "--universal",
    "--python-version",
    "3.11",
    "--generate-hashes",
    "--no-strip-extras",
    "--no-emit-index-url",
    "--no-header",
    "--no-annotate",
    "--quiet",
]
MARK = "# dependencies: "


def dependency_digest() -> str:
    """Return a digest of the tables that a lock is made from."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    tables = {"dependencies": project["dependencies"], "extras": project["optional-dependencies"], "python": project["requires-python"]}
    return hashlib.sha256(json.dumps(tables, sort_keys=True).encode()).hexdigest()


def write() -> int:
    """Resolve both locks; the second keeps the versions of the first."""
    for name, extras in LOCKS.items():
        command = ["uv", "pip", "compile", *OPTIONS, "pyproject.toml", *extras, "--output-file", name]
        if name != "requirements.lock":
            command += ["--constraint", "requirements.lock"]
        subprocess.run(command, cwd=ROOT, check=True)
        path = ROOT / name
        path.write_text(f"{MARK}{dependency_digest()}\n" + path.read_text(encoding="utf-8"), encoding="utf-8")
    return 0


def check() -> int:
    """Report what makes a lock stale or unsafe; 0 where nothing does."""
    problems = []
    for name in LOCKS:
        text = (ROOT / name).read_text(encoding="utf-8")
        if not text.startswith(MARK + dependency_digest()):
            problems.append(f"{name}: pyproject.toml has changed since it was made; run `make lock`")
        if re.search(r"https?://|--(extra-)?index-url|--find-links", text):
            problems.append(f"{name}: names an index address")
        blocks = re.split(r"\n(?=[a-z0-9])", text)
        problems += [f"{name}: {block.split()[0]} has no hash" for block in blocks if "==" in block and "--hash=sha256:" not in block]
        problems += (
            [f"{name}: {pin} is not what is installed; run `make test` again" for pin in differing(text)]
            if name == "requirements.lock"
            else []
        )
    for problem in problems:
        print(f"lock: {problem}", file=sys.stderr)
    if not problems:
        print("lock: both files are fresh")
    return int(bool(problems))


def differing(text: str) -> list[str]:
    """Return the plain pins (no marker) of a lock that differ from what is installed here."""
    pins = re.findall(r"^([a-z0-9][a-z0-9._-]*)(?:\[[^\]]*\])?==([^ ;\\]+) \\$", text, flags=re.MULTILINE)
    return [f"{name}=={pinned}" for name, pinned in pins if version(name) != pinned]


if __name__ == "__main__":
    sys.exit({"write": write, "check": check}[sys.argv[1]]())
