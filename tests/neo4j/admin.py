"""``neo4j-admin`` for a server of ours, from where the server itself comes."""

from __future__ import annotations

import os
import shlex
import shutil
from pathlib import Path

from tests.neo4j.ways import _OPENED, Version, _docker, _jars, _java


def write_admin(version: Version, home: Path, path: Path) -> Path:
    """Write a script that is called like ``neo4j-admin`` and works on the server in the folder ``home``."""
    if _docker(version):
        user = ["--user", f"{os.getuid()}:{os.getgid()}"] if hasattr(os, "getuid") else []
        mounts = [f"--volume={home / folder}:/{folder}" for folder in ("conf", "data", "logs")]
        docker = [shutil.which("docker") or "docker", "run", "--rm", *user, *mounts]
        command = shlex.join(docker) + f' "--volume=$PWD:$PWD" "--workdir=$PWD" {version.image} neo4j-admin'
        lines = [f'exec {command} "$@"']
    else:
        java = [_java(version), "-XX:+UseSerialGC", *version.options]
        java += [f"--add-opens={package}=ALL-UNNAMED" for package in _OPENED]
        java += ["-cp", f"{_jars(version)}{os.sep}*", "org.neo4j.cli.AdminTool"]
        settings = {"NEO4J_HOME": home, "NEO4J_CONF": home / "conf"}
        lines = [f"export {name}={shlex.quote(str(value))}" for name, value in settings.items()]
        lines.append(f'exec {shlex.join(java)} "$@"')
    path.write_text("\n".join(["#!/bin/sh", *lines, ""]), "utf-8")
    path.chmod(0o700)
    return path
