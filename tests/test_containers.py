"""Dockerfile, compose.yaml and what they name: linted, safe by default, and true."""

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import jsonschema
import pytest

from benchmarks.containers import (
    COMPOSE,
    DOCKERFILE,
    ROOT,
    copy_sent,
    environment,
    health_command,
    is_sent,
    last_words,
    read_compose,
    read_dockerfile,
)
from bot.app import DRAIN_SECONDS
from bot.config import Settings
from bot.running import DRAIN_SECONDS as CLOSE_SECONDS

IMAGE = read_dockerfile()
COMPOSED = read_compose()
SERVICES = COMPOSED["services"]
BOTS = [name for name in SERVICES if name.startswith("bot-")]
CADDYFILE = ROOT / "docs" / "deploy" / "Caddyfile"
TAGGED = re.compile(r"[a-z0-9./-]+:\d+(?:\.\d+)*(?:-[a-z0-9.]+)*")


def named(name: str) -> list[str]:
    return [one.value for one in IMAGE if one.name == name]


def test_hadolint_finds_nothing():
    hadolint = shutil.which("hadolint", path=f"{Path(sys.executable).parent}:/usr/local/bin")
    if not hadolint:
        pytest.skip("hadolint is missing: make dev")
    found = subprocess.run([hadolint, DOCKERFILE], capture_output=True, text=True, check=False)
    assert (found.returncode, found.stdout) == (0, "")


def test_compose_holds_to_the_public_schema():
    schema = json.loads((Path(__file__).parent / "data" / "compose.schema.json").read_text())
    jsonschema.Draft7Validator.check_schema(schema)
    jsonschema.Draft7Validator(schema).validate(COMPOSED)


def test_the_image_is_built_from_the_hashed_lock_and_from_tagged_images():
    froms = [value.split()[0] for value in named("FROM")]
    assert all(TAGGED.fullmatch(one) and not one.endswith("latest") for one in froms)
    runs = " ".join(named("RUN"))
    assert "--require-hashes -r requirements.lock" in runs
    assert "--no-deps --no-build-isolation ." in runs


def test_the_image_runs_as_nobody_special_and_stops_as_the_bot_expects():
    assert named("USER") == ["10001:10001"]
    assert named("STOPSIGNAL") == ["SIGTERM"]
    assert last_words(IMAGE, "ENTRYPOINT") + last_words(IMAGE, "CMD") == ["anon-support", "run"]
    check = health_command(IMAGE)
    assert check[:2] == ["python", "-c"]
    compile(check[2], "health check", "exec")
    assert "curl" not in DOCKERFILE.read_text()


def test_what_the_image_sets_are_settings():
    known = {name.upper() for name in Settings.model_fields}
    own = {"PATH", "PYTHONUNBUFFERED", "PYTHONDONTWRITEBYTECODE", "XDG_CACHE_HOME", "MPLCONFIGDIR"}
    assert set(environment(IMAGE)) - own <= known
    assert last_words(IMAGE, "VOLUME") == [environment(IMAGE)["DATA_DIR"]]


def test_what_is_copied_is_there_and_sent_and_nothing_secret_is():
    copied = [one.words[:-1] for one in IMAGE if one.name == "COPY" and one.stage == 0]
    for source in (each for sources in copied for each in sources):
        assert (ROOT / source).exists(), source
        assert is_sent(source.rstrip("/")), source
    for name in (".env", "db.env", ".git/config", ".venv/bin/python", "tests/conftest.py"):
        assert not is_sent(name), name
    assert not is_sent("bot/__pycache__/app.cpython-311.pyc")
    assert not is_sent("bot/.env")


def test_only_what_is_sent_is_copied(tmp_path):
    copy_sent(ROOT / "bot", tmp_path / "bot")
    assert (tmp_path / "bot" / "app.py").exists()
    assert list(tmp_path.rglob("*.pyc")) == []


@pytest.mark.parametrize("name", SERVICES)
def test_every_service_is_hemmed_in(name):
    service = SERVICES[name]
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert service["restart"] == "unless-stopped"
    assert "mem_limit" in service
    assert "privileged" not in service
    assert TAGGED.fullmatch(service["image"]) or service["image"] == "anon-support-bot:local"
    assert name in BOTS or service["healthcheck"]["test"][0] == "CMD"


def test_only_the_proxy_has_ports_and_only_replicas_reach_the_database():
    assert [name for name, service in SERVICES.items() if "ports" in service] == ["proxy"]
    assert SERVICES["db"]["networks"] == ["back"]
    assert COMPOSED["networks"]["back"] == {"internal": True}
    assert SERVICES["proxy"]["networks"] == ["front"]
    assert len(BOTS) == 2
    assert SERVICES[BOTS[0]] == SERVICES[BOTS[1]]


def test_no_secret_stands_in_compose_and_every_secret_file_is_ignored():
    for service in SERVICES.values():
        for key in service.get("environment", {}):
            assert not re.search("PASSWORD|TOKEN|SECRET|KEY", key), key
    files = {service["env_file"] for service in SERVICES.values() if "env_file" in service}
    assert files == {".env", "db.env"}
    ignored = (ROOT / ".gitignore").read_text().splitlines()
    assert files <= set(ignored)


def test_what_is_mounted_from_the_repository_is_there():
    mounts = [m for service in SERVICES.values() for m in service["volumes"] if m.startswith(".")]
    for mount in mounts:
        source, _, how = mount.split(":")
        assert (COMPOSE.parent / source).is_file()
        assert how == "ro"
    used = {m.split(":")[0] for s in SERVICES.values() for m in s["volumes"] if m[0] not in "./"}
    assert used == set(COMPOSED["volumes"])


def test_the_proxy_shows_no_more_than_it_must():
    text = CADDYFILE.read_text()
    (public,) = re.findall(r"@public path (.*)", text)
    assert public.split() == [
        "/slack/events",
        "/slack/install",
        "/slack/oauth_redirect",
        "/.well-known/jwks.json",
        "/healthz",
    ]
    assert 'respond "Not Found" 404' in text
    assert all(f"{name}:3000" in text for name in BOTS)
    assert environment(IMAGE)["PORT"] == "3000"


def test_a_replica_gets_longer_to_stop_than_it_needs():
    for name in BOTS:
        grace = int(SERVICES[name]["stop_grace_period"].removesuffix("s"))
        assert grace > DRAIN_SECONDS + CLOSE_SECONDS
