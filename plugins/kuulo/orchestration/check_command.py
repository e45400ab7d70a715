"""`make check source=hubspot`: what a source's connection may read, in one line a stream."""

import sys

from kuulo.errors import KuuloError
from kuulo.landing.whole_files import private_folder
from kuulo.orchestration.airflow_home import use_airflow_home
from kuulo.orchestration.progress import everything_else_to, say
from kuulo.settings import load_settings
from kuulo.sources.catalog import SOURCES
from kuulo.sources.source import Source


def _source(names: list[str]) -> Source:
    known = [source.name for source in SOURCES.values() if source.manners is not None]
    if len(names) != 1 or names[0] not in known:
        raise KuuloError(f"name one source to check: make check source=..., one of {', '.join(known)}")
    return SOURCES[names[0]]


def main() -> int:
    """Print the lines; returns 0 where every stream can be read."""
    try:
        source, settings = _source(sys.argv[1:]), load_settings()
        use_airflow_home(settings)
        with everything_else_to(private_folder(settings.home / "logs") / "check.log"):
            from kuulo.orchestration.connections import credentials_of
            from kuulo.sources.connection_check import check_connection

            check = check_connection(source, credentials_of(source))
    except KuuloError as error:
        say(f"kuulo: {error}", sys.stderr)
        return 1
    for stream in check.streams:
        say(f"{source.name}/{stream.line}")
    return 0 if check.is_good else 1


if __name__ == "__main__":
    sys.exit(main())
