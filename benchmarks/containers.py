"""Reads the Dockerfile and compose.yaml, so that tests and the rehearsal use their own words."""

import json
import re
import shutil
from dataclasses import dataclass
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).parents[1]
DOCKERFILE = ROOT / "Dockerfile"
COMPOSE = ROOT / "compose.yaml"
IGNORED = ROOT / ".dockerignore"
Json = dict[str, Any]


@dataclass(frozen=True)
class Instruction:
    """One instruction of a Dockerfile, in the stage that it belongs to."""

    stage: int
    name: str
    value: str

    @property
    def words(self) -> list[str]:
        """The value as the list that it is in JSON form, else its words."""
        return json.loads(self.value) if self.value.startswith("[") else self.value.split()


def read_dockerfile(path: Path = DOCKERFILE) -> list[Instruction]:
    """Return the instructions in order; comments and line ends are gone."""
    lines = [line for line in path.read_text().splitlines() if not line.lstrip().startswith("#")]
    joined = re.sub(r"\\\n\s*", " ", "\n".join(lines))
    found, stage = [], -1
    for line in filter(str.strip, joined.splitlines()):
        name, _, value = line.strip().partition(" ")
        stage += name == "FROM"
        found.append(Instruction(stage, name, value.strip()))
    return found


def environment(instructions: list[Instruction]) -> dict[str, str]:
    """Return what ENV sets in the last stage."""
    last = instructions[-1].stage
    pairs = [w for i in instructions if i.name == "ENV" and i.stage == last for w in i.words]
    return dict(pair.split("=", 1) for pair in pairs)


def health_command(instructions: list[Instruction]) -> list[str]:
    """Return the command of HEALTHCHECK."""
    (check,) = [one.value for one in instructions if one.name == "HEALTHCHECK"]
    command: list[str] = json.loads(check.partition("CMD ")[2])
    return command


def last_words(instructions: list[Instruction], name: str) -> list[str]:
    """Return the words of the last instruction of that name."""
    return [one.words for one in instructions if one.name == name][-1]


def read_compose(path: Path = COMPOSE) -> Json:
    """Return compose.yaml as a value."""
    found: Json = yaml.safe_load(path.read_text())
    return found


def is_sent(name: str, ignored: Path = IGNORED) -> bool:
    """Tell whether a path of the repository reaches the build, as .dockerignore has it."""
    sent = True
    parts = Path(name).parts
    heads = ["/".join(parts[: n + 1]) for n in range(len(parts))]
    for line in ignored.read_text().splitlines():
        rule = line.strip()
        if not rule or rule.startswith("#"):
            continue
        pattern = rule.removeprefix("!")
        anywhere = pattern.removeprefix("**/")
        names = parts if pattern != anywhere else heads
        if any(fnmatch(one, anywhere) for one in names):
            sent = rule.startswith("!")
    return sent


def copy_sent(source: Path, goal: Path) -> None:
    """Copy a file or a folder of the repository, without what .dockerignore leaves out."""
    if source.is_file():
        shutil.copy(source, goal / source.name if goal.is_dir() else goal)
        return

    def left_out(folder: str, names: list[str]) -> list[str]:
        inside = Path(folder).relative_to(ROOT)
        return [name for name in names if not is_sent((inside / name).as_posix())]

    shutil.copytree(source, goal, ignore=left_out)
