"""``neo4j-admin`` for a server of ours, from where the server itself comes."""

from __future__ import annotations

import os
import shlex
import shutil
from pathlib import Path

from tests.neo4j.ways import OPENED, Version, docker, jars, java


def write_admin(version: Version, home: Path, path: Path) -> Path:
    """Write a script that is called like ``neo4j-admin`` and works on the server in the folder ``home``."""
    if docker(version):
        user = ["--user", f"{os.getuid()}:{os.getgid()}"] if hasattr(os, "getuid") else []
        mounts = [f"--volume={home / folder}:/{folder}" for folder in ("conf", "data", "logs")]
        run = [shutil.which("docker") or "docker", "run", "--rm", *user, *mounts]
        command = shlex.join(run) + f' "--volume=$PWD:$PWD" "--workdir=$PWD" {version.image} neo4j-admin'
        lines = [f'exec {command} "$@"']
    else:
        run = [java(version), "-XX:+UseSerialGC", *version.options]
        run += [f"--add-opens={package}=ALL-UNNAMED" for package in OPENED]
        run += ["-cp", f"{jars(version)}{os.sep}*", "org.neo4j.cli.AdminTool"]
        settings = {"NEO4J_HOME": home, "NEO4J_CONF": home / "conf"}
        lines = [f"export {name}={shlex.quote(str(value))}" for name, value in settings.items()]
        lines.append(f'exec {shlex.join(run)} "$@"')
    path.write_text("\n".join(["#!/bin/sh", *lines, ""]), "utf-8")
    path.chmod(0o700)
    return path
