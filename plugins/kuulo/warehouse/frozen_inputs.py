"""The validated rows as they are at one moment: what enters during a build waits for the next one."""

import os
import shutil
from pathlib import Path

from kuulo.landing.whole_files import private_folder
from kuulo.settings import Settings


def freeze_inputs(settings: Settings, folder: Path) -> Path:
    """`folder`/inputs, a tree like validated/, of hard links (copies where the file system has none); replaces the one there before.

    Files of validated/ are only ever replaced by renaming, never written to, so a link keeps what it pointed at.
    """
    frozen = folder / "inputs"
    shutil.rmtree(frozen, ignore_errors=True)
    for file in settings.validated.glob("*/*/*/validated.parquet"):
        target = frozen / file.relative_to(settings.validated)
        private_folder(target.parent)
        try:
            os.link(file, target)
        except OSError:
            shutil.copy2(file, target)
    return frozen
