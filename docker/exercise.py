#!/usr/bin/env python3
"""Carries out a Dockerfile's steps in fresh roots made by debootstrap, where no Docker engine is at hand.

    sudo docker/exercise.py docker/cpu.Dockerfile
    sudo docker/exercise.py docker/cuda.Dockerfile --cuda /usr/local/cuda
    sudo docker/exercise.py docker/cpu.Dockerfile --stop-after build

Reads the Dockerfile itself: FROM, WORKDIR, COPY, RUN, USER, ENTRYPOINT and CMD, as far as ours use
them; anything else stops it. An image named debian:12… or …ubuntu24.04 becomes a minimal root of
that system, one with nvidia/cuda in its name sees the toolkit of this machine. When the last stage
stands, its program is run as its user: --help, validate, and a thousand paths, and what the image
holds beyond its base is measured. Needs root (chroot, mounts in a namespace of their own),
debootstrap and the network that the Dockerfile needs. Roots lie in build/docker; bases stay there
for the next time, and --keep keeps the stages.
"""

import argparse
import fnmatch
import json
import os
import shlex
import shutil
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
ROOTS = ROOT / "build/docker"
KNOWN = {"FROM", "WORKDIR", "COPY", "RUN", "USER", "ENTRYPOINT", "CMD"}
CUDA = "/usr/local/cuda"


@dataclass
class Stage:
    image: str
    name: str
    root: Path
    folder: str = "/"
    user: str = "root"
    entry: list = field(default_factory=list)

    def has_cuda(self):
        return "nvidia/cuda" in self.image and "devel" in self.image


def instructions(dockerfile):
    """(word, rest) of each, comments gone and continued lines joined."""
    lines = [line for line in dockerfile.read_text().splitlines() if not line.lstrip().startswith("#")]
    for line in "\n".join(lines).replace("\\\n", " ").splitlines():
        if not line.strip():
            continue
        word, _, rest = line.strip().partition(" ")
        if word not in KNOWN:
            raise SystemExit(f"{dockerfile}: this script does not know {word}")
        yield word, rest.strip()


def suite_of(image):
    for part, suite in {"debian:12": "bookworm", "ubuntu24.04": "noble", "ubuntu:24.04": "noble"}.items():
        if part in image:
            return suite
    raise SystemExit(f"{image}: no root known for this image")


def base_root(image, asked):
    """A minimal root, made once."""
    suite = suite_of(image)
    base = ROOTS / f"base-{suite}"
    if base.exists():
        return base
    made = ROOTS / f"making-{suite}"
    shutil.rmtree(made, ignore_errors=True)
    made.parent.mkdir(parents=True, exist_ok=True)
    command = ["debootstrap", "--variant=minbase", suite, made]
    scripts = Path("/usr/share/debootstrap/scripts")
    if suite == "noble":
        command.insert(1, "--components=main,universe")
    if asked.unsigned:
        command.insert(1, "--no-check-gpg")
    if suite in asked.mirrors:
        command.append(asked.mirrors[suite])
        if not (scripts / suite).exists():  # all of Ubuntu's are one script
            command.append(scripts / "gutsy")
    call(*command, quiet=True)
    for leftover in ("var/cache/apt/archives", "var/lib/apt/lists"):
        shutil.rmtree(made / leftover)
        (made / leftover / "partial").mkdir(parents=True)
    made.rename(base)
    return base


def call(*command, quiet=False):
    words = [str(word) for word in command]
    done = subprocess.run(words, stdin=subprocess.DEVNULL, capture_output=quiet, text=True)
    if done.returncode != 0:
        raise SystemExit(f"{shlex.join(words)[:300]}\nfailed with status {done.returncode}\n{(done.stdout or '')[-2000:]}{done.stderr or ''}")
    return done.stdout


def run_in(stage, command, cuda=None, quiet=False):
    """In the stage's root, folder and as its user, with /proc and /dev of a namespace of their own."""
    root = shlex.quote(str(stage.root))
    mounts = [f"mount -t proc proc {root}/proc", f"mount --rbind /dev {root}/dev"]
    if cuda and stage.has_cuda():
        # Links of the toolkit lead to its own folder, so both are seen where they are here.
        mounts += [f"mkdir -p {root}{path} && mount --rbind {path} {root}{path}" for path in {CUDA, str(Path(cuda).resolve())}]
    path = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
    if stage.has_cuda():
        path = f"{CUDA}/bin:{path}"
    inner = f"cd {shlex.quote(stage.folder)} && {command}"
    enter = ["chroot", f"--userspec={stage.user}", stage.root, "env", "-i", f"PATH={path}", *passed_on(), "sh", "-c", inner]
    script = " && ".join([*mounts, "exec " + shlex.join(str(word) for word in enter)])
    return call("unshare", "--mount", "sh", "-c", script, quiet=quiet)


def passed_on():
    """What `docker build` takes over by itself."""
    return [f"{name}={os.environ[name]}" for name in ("http_proxy", "https_proxy", "no_proxy") if name in os.environ]


def inside(stage, path):
    return stage.root / str(Path(stage.folder, path)).lstrip("/")


def context_files():
    """What `docker build` sends: the folder less .dockerignore, whose later lines overrule earlier ones."""
    rules = [line.strip() for line in (ROOT / ".dockerignore").read_text().splitlines() if line.strip()]

    def is_sent(path):
        name = path.relative_to(ROOT).as_posix()
        hits = [rule for rule in rules if fnmatch.fnmatch(name, rule.lstrip("!"))]
        return not hits or hits[-1].startswith("!")

    for folder, folders, names in os.walk(ROOT):
        folders[:] = [name for name in folders if is_sent(Path(folder, name))]
        yield from (Path(folder, name).relative_to(ROOT) for name in names if is_sent(Path(folder, name)))


def copy(stage, rest, stages):
    words = rest.split()
    source = ROOT
    if words[0].startswith("--from="):
        source = stages[words.pop(0).removeprefix("--from=")].root
    *names, target = words
    to = inside(stage, target)
    for name in names:
        if source == ROOT and name == ".":
            for file in context_files():
                (to / file).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(ROOT / file, to / file)
            continue
        found = source / name.lstrip("/")
        if found.is_dir():  # its content, as COPY does
            shutil.copytree(found, to, dirs_exist_ok=True, symlinks=True)
        else:
            if target.endswith("/"):
                to.mkdir(parents=True, exist_ok=True)
            to.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(found, to)


def build(dockerfile, asked):
    """Carries the stages out; gives back the last."""
    stages, stage = {}, None
    for word, rest in list(instructions(dockerfile)):  # all are known before the first is done
        if word == "FROM":
            if stage and stage.name == asked.stop_after:
                return stage
            image, _, name = rest.partition(" AS ")
            stage = Stage(image, name or "last", ROOTS / f"{dockerfile.stem}-{name or 'last'}")
            stages[stage.name] = stage
            shutil.rmtree(stage.root, ignore_errors=True)
            call("cp", "-a", base_root(image, asked), stage.root)
            shutil.copy2("/etc/resolv.conf", stage.root / "etc/resolv.conf")
            if stage.has_cuda() and not asked.cuda:
                raise SystemExit(f"{image} holds a CUDA toolkit: --cuda FOLDER says where one is here")
        print(f"==> {word} {rest}", flush=True)
        start = time.monotonic()
        if word == "WORKDIR":
            stage.folder = str(Path(stage.folder, rest))
            inside(stage, ".").mkdir(parents=True, exist_ok=True)
        elif word == "COPY":
            copy(stage, rest, stages)
        elif word == "RUN":
            run_in(stage, rest, asked.cuda)
            print(f"    {time.monotonic() - start:.0f} s", flush=True)
        elif word == "USER":
            stage.user = rest
        elif word in ("ENTRYPOINT", "CMD"):
            stage.entry += json.loads(rest) if word == "ENTRYPOINT" else []
    return stage


def mebibytes(folder):
    return int(call("du", "-s", "--block-size=1K", folder, quiet=True).split()[0]) / 1024


def try_image(stage, asked):
    """As a user would: what is the user, does the program answer, does a run leave its file?"""
    program = shlex.join(stage.entry)
    user = run_in(stage, "id -un; id -u", quiet=True).split()
    if user[1] == "0":
        raise SystemExit("the image runs as root")
    run_in(stage, f"{program} --help", quiet=True)
    print(run_in(stage, f"{program} --version && {program} devices", quiet=True))
    run_in(stage, f"{program} validate configs/baseline/scenario.toml", quiet=True)
    run_in(stage, f"{program} run configs/baseline/scenario.toml --paths 1000 --backend cpu --quiet", quiet=True)
    run_in(stage, f"{program} show outputs/baseline-2027.h5", quiet=True)
    print(run_in(stage, f"ldd $(command -v {program})", quiet=True))
    whole, base = mebibytes(stage.root), mebibytes(base_root(stage.image, asked))
    print(f"{stage.image}: user {user[0]}; a minimal root of {base:.0f} MiB and {whole - base:.1f} MiB of ours")


def parsed():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("dockerfile", type=Path)
    parser.add_argument("--cuda", help="a CUDA toolkit of this machine, for images that hold one")
    parser.add_argument("--stop-after", help="the name of a stage")
    parser.add_argument("--mirror", action="append", default=[], metavar="SUITE=URL", help="where debootstrap finds a suite (bookworm, noble)")
    parser.add_argument("--unsigned", action="store_true", help="a suite whose keyring is not installed here")
    parser.add_argument("--keep", action="store_true", help="keep the roots of the stages")
    asked = parser.parse_args()
    asked.mirrors = dict(mirror.split("=", 1) for mirror in asked.mirror)
    return asked


def main():
    asked = parsed()
    if os.geteuid() != 0:
        sys.exit("needs root, for chroot")
    if not shutil.which("debootstrap"):
        sys.exit("debootstrap is not installed")
    if not asked.dockerfile.is_file():
        sys.exit(f"{asked.dockerfile}: no such file")
    if asked.cuda and not Path(asked.cuda, "bin/nvcc").is_file():
        sys.exit(f"{asked.cuda} holds no bin/nvcc")
    stage = build(asked.dockerfile.resolve(), asked)
    if not asked.stop_after:
        try_image(stage, asked)
    if not asked.keep:
        for root in ROOTS.glob(f"{asked.dockerfile.stem}-*"):
            shutil.rmtree(root)


if __name__ == "__main__":
    main()
