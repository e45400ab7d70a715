"""What is made from the lake goes with an erasure, but not from under a judge at work."""

import threading

from kuulo.erasure.derived import remove_derived
from kuulo.landing.one_at_a_time import one_at_a_time, source_lock
from kuulo.landing.whole_files import private_folder
from kuulo.settings import Settings


def test_what_a_judge_spills_goes_when_he_has_ended_and_all_else_at_once(settings: Settings) -> None:
    spill = settings.home / "spill"
    at_work, killed, nameless = (private_folder(spill / name) for name in ("files.judge", "zendesk.killed", "tmp7xk2"))
    settings.warehouse.write_text("rows")
    with one_at_a_time(source_lock(settings, "files")):
        erasure = threading.Thread(target=remove_derived, args=(settings,))
        erasure.start()
        erasure.join(0.3)
        assert (erasure.is_alive(), at_work.exists(), settings.warehouse.exists()) == (True, True, False)
    erasure.join(60)
    assert not erasure.is_alive()
    assert [path for path in (at_work, killed, nameless) if path.exists()] == []
