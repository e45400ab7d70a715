"""What is told of a run, also to whom has gone."""

import os

from kuulo.orchestration.progress import say


def test_a_reader_that_has_gone_ends_nothing() -> None:
    """`make quarantine | head` was a traceback, and `make run | head` a broken run."""
    reader, writer = os.pipe()
    with os.fdopen(writer, "w") as screen:
        say("heard", screen)
        assert os.read(reader, 100) == b"heard\n"
        os.close(reader)
        say("into the void", screen)
        say("and again", screen)
