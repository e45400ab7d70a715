"""A file appears whole or not at all."""

import pytest

from kuulo.landing.whole_files import private_folder, whole_file, write_json


def test_a_failure_leaves_the_old_file_and_nothing_aside(tmp_path):
    target = tmp_path / "folder" / "file.txt"
    with whole_file(target) as aside:
        aside.write_text("old")
    with pytest.raises(ZeroDivisionError), whole_file(target) as aside:
        aside.write_bytes(b"half of the n" + bytes(1 // 0))
    assert target.read_text() == "old"
    assert [path.name for path in target.parent.iterdir()] == ["file.txt"]


def test_files_and_folders_are_their_owners_alone(tmp_path):
    write_json(tmp_path / "a" / "b" / "receipt.json", {"rows": 1})
    assert oct((tmp_path / "a" / "b" / "receipt.json").stat().st_mode & 0o777) == "0o600"
    assert oct((tmp_path / "a" / "b").stat().st_mode & 0o777) == "0o700"
    assert private_folder(tmp_path / "a") == tmp_path / "a"
