#!/usr/bin/env python3
"""Make the environment in .venv from uv.lock: whole, or not at all.

Run by ``make``; needs nothing but the standard library, and parses on Python 3.6, so that a system
with an old Python is told so instead of being shown a syntax error. Usage:

    python3 envs/setup.py [--python PYTHON] [--group GROUP ...]
"""

import argparse
import importlib.util
import os
import platform
import re
import shutil
import ssl
import subprocess
import sys
import urllib.error
import urllib.request
from pathlib import Path
from typing import List, NoReturn, Optional, Sequence, Tuple

ROOT = Path(__file__).resolve().parent.parent
ENVIRONMENT = ROOT / ".venv"
STAMP = ENVIRONMENT / ".complete"
BEGUN = ROOT / ".venv.begun"
"""There from the first change of .venv to its completion: what is unfinished is ours to remove."""
TOOLS = ROOT / ".venv-tools"

OLDEST, TOO_NEW = (3, 11), (3, 14)
PYTHONS = ("python3.13", "python3.12", "python3.11", "python3")
OLDEST_UV = (0, 9)
OLDEST_GLIBC = (2, 28)
GIGABYTE = 1e9
NEEDED_SPACE = 4 * GIGABYTE
SPACE_OF_GROUPS = {
    "gpu": 6 * GIGABYTE,
    "torch": 6 * GIGABYTE,
    "jax": 0.5 * GIGABYTE,
    "docs": 0.2 * GIGABYTE,
}
INDEX = "https://pypi.org/simple/uv/"
ACTIVATION = """
# Of hepchain: an experiment's release brings packages that would be imported in place of ours.
if [ -n "${PYTHONPATH:-}" ]; then
    echo "hepchain: PYTHONPATH is unset in this shell (it was $PYTHONPATH)" >&2
    unset PYTHONPATH
fi
"""


class SetupError(Exception):
    """Set-up cannot go on; the message says what, where and what to do."""


def say(text: str) -> None:
    """Print a line at once, so that it stands before the output of what follows."""
    print("set-up: " + text, flush=True)


def version_text(version: Tuple[int, ...]) -> str:
    """Version as it is written: 3.11."""
    return ".".join(str(part) for part in version)


# --- what is there -------------------------------------------------------------------------------


def check_machine() -> None:
    """Refuse a machine for which the locked packages do not exist."""
    system, machine = platform.system(), platform.machine()
    if (system, machine) != ("Linux", "x86_64"):
        raise SetupError(
            "this is {} on {}, but Pythia and its companions are locked for Linux on x86_64.\n"
            "What to do: use such a machine or a container.".format(system, machine)
        )
    library, version = platform.libc_ver()
    found = tuple(int(part) for part in re.findall(r"\d+", version)[:2])
    if library != "glibc" or found < OLDEST_GLIBC:
        raise SetupError(
            "the C library is {} {}, but the locked packages need glibc {} or later.\n"
            "What to do: use a newer system (RHEL 8, Debian 10, Ubuntu 20.04 or later) or a "
            "container.".format(library or "not glibc", version, version_text(OLDEST_GLIBC))
        )


def check_folder() -> None:
    """Refuse a folder in which no job would start: Snakemake hands its path to a shell as it is."""
    wrong = sorted(set(re.findall(r"[^\w@+=,./-]", str(ROOT))))
    if wrong:
        raise SetupError(
            "the path of this folder, {}, has {} in it, where no job would start: Snakemake hands "
            "it to a shell unquoted.\nWhat to do: move the clone into a folder whose path has "
            "letters, digits and - _ . , + = @ only.".format(
                ROOT, " and ".join("a space" if one == " " else repr(one) for one in wrong)
            )
        )


def python_version(python: str) -> Optional[Tuple[int, ...]]:
    """Version of this interpreter, None if it does not run or is not CPython."""
    code = (
        "import platform, sys; "
        "print(platform.python_implementation(), sys.version_info[0], sys.version_info[1])"
    )
    try:
        answer = subprocess.run(
            [python, "-c", code], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, timeout=60
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    words = answer.stdout.decode(errors="replace").split()
    if answer.returncode or len(words) != 3 or words[0] != "CPython":
        return None
    return int(words[1]), int(words[2])


def find_python(wanted: Optional[str]) -> str:
    """Path of a CPython of a supported version: the one asked for, or the newest on PATH."""
    seen = []
    for name in [wanted] if wanted else PYTHONS:
        path = shutil.which(name)
        version = python_version(path) if path else None
        if path and version and OLDEST <= version < TOO_NEW:
            return path
        seen.append("{} ({})".format(name, version_text(version) if version else "none"))
    raise SetupError(
        "needs CPython {} to {}; found {}.\n"
        "What to do: install one (for example `apt install python3.11`, `dnf install python3.11`, "
        "or your site's `module load python`), or name one: `make setup PYTHON=/path/to/python3.12`"
        ".".format(
            version_text(OLDEST), version_text((TOO_NEW[0], TOO_NEW[1] - 1)), ", ".join(seen)
        )
    )


def check_space(groups: Sequence[str] = ()) -> None:
    """Refuse to begin when a new environment, or what is added to it, does not fit."""
    free = shutil.disk_usage(str(ROOT)).free
    needed = (0 if STAMP.exists() else NEEDED_SPACE) + sum(
        SPACE_OF_GROUPS.get(group, 0) for group in groups
    )
    if free < needed:
        raise SetupError(
            "the disk of {} has {:.1f} GB free; the environment needs {:.0f} GB.\n"
            "What to do: free some space, or clone onto a larger disk.".format(
                ROOT, free / GIGABYTE, needed / GIGABYTE
            )
        )


# --- the installer -------------------------------------------------------------------------------


def uv_version(uv: Path) -> Tuple[int, ...]:
    """Version of this uv, empty if it does not run."""
    try:
        answer = subprocess.run([str(uv), "--version"], stdout=subprocess.PIPE, timeout=60)
    except (OSError, subprocess.TimeoutExpired):
        return ()
    match = re.match(rb"uv (\d+)\.(\d+)", answer.stdout)
    return tuple(int(part) for part in match.groups()) if match else ()


def find_uv(python: str) -> Path:
    """The installer uv: one on PATH that is new enough, else our own in .venv-tools/."""
    own = TOOLS / "bin" / "uv"
    on_path = shutil.which("uv")
    for candidate in [own] + ([Path(on_path)] if on_path else []):
        if candidate.exists() and uv_version(candidate) >= OLDEST_UV:
            return candidate
    install_uv(python)
    return own


def install_uv(python: str) -> None:
    """Install the pinned uv from PyPI into .venv-tools/, complete or not at all."""
    say("fetching the installer uv into {}".format(TOOLS.name))
    partial = TOOLS.with_name(TOOLS.name + ".partial")
    remove(partial)
    try:
        pip = make_pip(python, partial)
        requirements = str(ROOT / "envs" / "uv.txt")
        options = ["--quiet", "--disable-pip-version-check", "--retries", "2", "--no-deps"]
        run(pip + options + ["--only-binary", ":all:", "--require-hashes", "-r", requirements])
        remove(TOOLS)
        partial.rename(TOOLS)
    finally:
        remove(partial)


def make_pip(python: str, folder: Path) -> List[str]:
    """Command of a pip that installs into ``folder``, by a venv or, without ensurepip, directly."""
    if has_module(python, "ensurepip"):
        run([python, "-m", "venv", str(folder)])
        return [str(folder / "bin" / "python"), "-m", "pip", "install"]
    if has_module(python, "pip"):
        return [python, "-m", "pip", "install", "--target", str(folder)]
    raise SetupError(
        "{} has neither ensurepip nor pip, so nothing can be installed with it.\n"
        "What to do: `apt install python3-venv` (Debian, Ubuntu) or the package of that name for "
        "your Python, or install uv and put it on PATH.".format(python)
    )


def has_module(python: str, module: str) -> bool:
    """Whether this Python has a module."""
    if os.path.realpath(python) == os.path.realpath(sys.executable):
        return importlib.util.find_spec(module) is not None
    code = "import importlib.util, sys; sys.exit(importlib.util.find_spec(sys.argv[1]) is None)"
    return subprocess.call([python, "-c", code, module]) == 0


# --- the environment -----------------------------------------------------------------------------


def sync(uv: Path, python: str, groups: List[str]) -> None:
    """Install what uv.lock says into .venv; a failure leaves no environment that looks finished.

    Groups that are there already are kept.
    """
    whole = STAMP.exists()
    groups = sorted(set(groups) | set(STAMP.read_text().split("\n")[1:] if whole else ()) - {""})
    if ENVIRONMENT.exists() and not whole:
        if not BEGUN.exists():
            raise SetupError(
                "{} is there and was not made by this set-up.\n"
                "What to do: move it away, or remove it if it is of no use.".format(ENVIRONMENT)
            )
        say("removing {}, which is not finished".format(ENVIRONMENT.name))
        remove(ENVIRONMENT)
    BEGUN.touch()
    if whole:
        STAMP.unlink()
    size = (2.8 * GIGABYTE + sum(SPACE_OF_GROUPS.get(group, 0) for group in groups)) / GIGABYTE
    say("installing the locked packages into {} ({:.1f} GB)".format(ENVIRONMENT.name, size))
    # Compiled here, once: each of hundreds of jobs imports a thousand modules, and compiles them
    # anew where Python may not write beside them or is told not to.
    command = [str(uv), "sync", "--frozen", "--no-config", "--compile-bytecode", "--python", python]
    if not sys.stderr.isatty():  # A log has no use for a line a package; uv.lock names them.
        command.append("--quiet")
    for group in groups:
        command += ["--group", group]
    if "gpu" in groups:  # TensorFlow with kernels for GPUs in place of the one without
        command += ["--no-group", "tensorflow"]
    try:
        run(command, environment())
        python_here = str(ENVIRONMENT / "bin" / "python")
        run([python_here, "-c", "import hepchain, snakemake"], environment())
        leave_out_other_packages(ENVIRONMENT / "bin" / "activate")
        STAMP.write_text("\n".join([python, *groups]) + "\n")
    except BaseException:
        remove(ENVIRONMENT)
        raise
    finally:
        BEGUN.unlink()


def leave_out_other_packages(activate: Path) -> None:
    """Have the activation of the environment unset PYTHONPATH, as it does PYTHONHOME."""
    if ACTIVATION not in activate.read_text():
        with activate.open("a") as file:
            file.write(ACTIVATION)


def environment() -> "dict[str, str]":
    """Environment of uv: this project's .venv, no Python of its own, the system's certificates."""
    variables = dict(os.environ, UV_PYTHON_DOWNLOADS="never", UV_PROJECT_ENVIRONMENT=".venv")
    for name in ("VIRTUAL_ENV", "PYTHONPATH", "PYTHONHOME"):  # of other environments
        variables.pop(name, None)
    paths = ssl.get_default_verify_paths()
    if paths.cafile or paths.capath:
        variables.setdefault("UV_SYSTEM_CERTS", "true")
    return variables


def run(command: List[str], variables: "Optional[dict[str, str]]" = None) -> None:
    """Run a command in the repository; on failure say why as far as it can be found out."""
    code = subprocess.call(command, cwd=str(ROOT), env=variables, stdin=subprocess.DEVNULL)
    if code:
        raise SetupError("`{}` failed ({}).\n{}".format(" ".join(command), code, likely_cause()))


def likely_cause() -> str:
    """What most likely went wrong with an installation, and what to do about it."""
    cache = Path(os.environ.get("UV_CACHE_DIR", "") or Path.home() / ".cache")
    for folder in (ROOT, cache if cache.exists() else Path.home()):
        if shutil.disk_usage(str(folder)).free < 0.2 * GIGABYTE:
            return (
                "The disk of {} is full.\nWhat to do: free 4 GB there, or point UV_CACHE_DIR to a "
                "folder on another disk, and run the command again.".format(folder)
            )
    try:
        urllib.request.urlopen(INDEX, timeout=20).close()
    except (OSError, ValueError) as error:
        reason = getattr(error, "reason", error)
        return (
            "The package index pypi.org cannot be reached: {}.\nWhat to do: check the network; "
            "behind a proxy set HTTPS_PROXY; if the proxy has a certificate of its own set "
            "SSL_CERT_FILE and PIP_CERT; then run the command again.".format(reason)
        )
    return (
        "The reason stands above.\nWhat to do: run the command again; a full quota of the home "
        "folder is mended by UV_CACHE_DIR=/a/larger/folder."
    )


def remove(folder: Path) -> None:
    """Remove a folder if it is there."""
    if folder.is_symlink():
        folder.unlink()
    shutil.rmtree(str(folder), ignore_errors=True)


def main() -> NoReturn:
    """Check everything that can be checked first, then install."""
    parser = argparse.ArgumentParser(description="make the environment in .venv from uv.lock")
    parser.add_argument("--python", default="", help="a CPython 3.11, 3.12 or 3.13 to use")
    parser.add_argument("--group", action="append", default=[], help="a further dependency group")
    options = parser.parse_args()
    try:
        check_machine()
        check_folder()
        python = find_python(options.python or None)
        check_space(options.group)
        sync(find_uv(python), python, options.group)
    except SetupError as error:
        sys.exit("set-up: {}\nNothing unfinished was left behind.".format(error))
    except KeyboardInterrupt:
        sys.exit("set-up: interrupted; nothing unfinished was left behind.")
    say("done: {} with {}".format(ENVIRONMENT.name, python))
    sys.exit(0)


if __name__ == "__main__":
    main()
