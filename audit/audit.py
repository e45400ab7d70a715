"""`make audit`: the locks against known vulnerabilities, the checkout against secrets left in it, the licences of what is installed.

Run by the environment that is looked at; the tools are another's (`.venv-audit`), whose `bin` is the first word.
"""

import json
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any

CHECKOUT = Path(__file__).resolve().parents[1]
LOCKS = ("requirements.txt", "requirements-dev.txt", "requirements-proof.txt", "requirements-audit.txt", "requirements-spark.txt")
BASELINE = "audit/secrets_baseline.json"  # what was looked at and is no secret: renew with `detect-secrets scan --baseline`, then review
_BASELINE_RENUMBERED = 3
_NO_SECRETS = ("requirements", "package-lock.json", "secrets_baseline.json")
_STRONG_COPYLEFT = ("GPLv3", "GPL-3", "AGPL", "GPL-2.0-only", "GNU General Public License v3")


def say(text: str) -> None:
    """Print a line."""
    sys.stdout.write(text + "\n")


def _run(*words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(words, cwd=CHECKOUT, capture_output=True, text=True, check=False)


def _told(packages: list[dict[str, Any]], lock: str) -> bool:
    looked_at = [package for package in packages if "skip_reason" not in package]
    bad = [(package, one) for package in looked_at for one in package.get("vulns", [])]
    for package, one in bad:
        mended = ", ".join(one.get("fix_versions") or ["no version yet"])
        say(f"VULNERABLE  {lock}: {package['name']} {package['version']}: {one['id']}, mended in {mended}")
    if len(looked_at) < len(packages):
        say(f"NOT CHECKED {lock}: {len(packages) - len(looked_at)} of {len(packages)} packages, nothing is known of them here")
    if looked_at and not bad:
        say(f"ok          {lock}: {len(looked_at)} packages without a known vulnerability")
    return not bad


def vulnerabilities(tools: Path) -> bool:
    """Look each lock up. Where the data cannot be reached it says so, which is no finding and no all-clear either."""
    good = True
    for lock in LOCKS:
        words = ("--disable-pip", "--require-hashes", "--requirement", lock, "--format", "json", "--progress-spinner", "off")
        done = _run(str(tools / "pip-audit"), *words)
        try:
            packages = json.loads(done.stdout)["dependencies"]
        except (ValueError, KeyError, TypeError):
            say(f"NOT CHECKED {lock}: the data of known vulnerabilities cannot be reached from here; run it where it can")
            continue
        good = _told(packages, lock) and good
    return good


def secrets(tools: Path) -> bool:
    """Look for what seems a secret in every file that git knows, beyond what the baseline names."""
    names = [name for name in _run("git", "ls-files").stdout.splitlines() if not any(word in name for word in _NO_SECRETS)]
    done = _run(str(tools / "detect-secrets-hook"), "--baseline", BASELINE, *names)
    where = [line.split("Location:")[1].strip() for line in done.stdout.splitlines() if "Location:" in line]
    for place in where:
        say(f"SECRET      {place}: take it out, and renew it wherever it is used")
    looked = done.returncode in (0, _BASELINE_RENUMBERED) or bool(where)
    if not looked:
        say(f"NOT CHECKED secrets: {(done.stderr + done.stdout).strip().splitlines()[-1:]}")
    elif not where:
        say(f"ok          {len(names)} files without a secret")
    return looked and not where


def _binds(licence: str) -> bool:
    return any(word in licence for word in _STRONG_COPYLEFT) and "LGPL" not in licence and " or " not in licence.lower()


def licences(tools: Path) -> bool:
    """Count the licences; what would bind who ships Kuulo is named, and what names no licence at all."""
    done = _run(str(tools / "pip-licenses"), "--python", sys.executable, "--format", "json")
    found = json.loads(done.stdout)
    for licence, count in Counter(package["License"] for package in found).most_common():
        say(f"            {count:4} {licence}")
    strict = [package for package in found if _binds(package["License"])]
    for package in strict:
        say(f"LICENCE     {package['Name']} {package['Version']}: {package['License']}")
    unknown = [package["Name"] for package in found if package["License"] in ("UNKNOWN", "")]
    say(f"ok          {len(found)} packages" if not strict else f"{len(strict)} packages whose licence binds who ships them")
    if unknown:
        say(f"            no licence named by: {', '.join(unknown)}")
    return not strict


def main() -> int:
    """All three, whatever the first ones find."""
    tools, good = Path(sys.argv[1]).resolve(), True
    for title, look in (("Known vulnerabilities", vulnerabilities), ("Secrets in the checkout", secrets), ("Licences", licences)):
        say(title)
        good = look(tools) and good
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
