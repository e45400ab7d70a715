import pytest

from tests.sources.inbox.inbox_home import InboxHome

CONTACTS = "stream: contacts\ncolumns:\n  contact_id: id\n  opened_at: at\n"
LONG = "stream: survey_answers\ncolumns:\n  submitted_at: at\n  question_id: q\n"
SURVEY = "stream: survey_answers\ncolumns:\n  response_id: id\n  submitted_at: at\nquestions:\n"


@pytest.mark.parametrize(
    ("feed_yml", "said"),
    [
        ("stream: contacts\ncolums:\n  opened_at: at\n", "feed.yml has no `colums`: use stream, columns, questions"),
        ("columns: {opened_at: at}\n", "lacks `stream`: write one of survey_answers, survey_invites, customers"),
        ("stream: calls\ncolumns: {opened_at: at}\n", "stream 'calls' is not known: use one of survey_answers"),
        ("stream: contacts\n", "`columns` must hold `name: value` lines, not nothing"),
        (CONTACTS + "  opend: at\n", "contacts has no column opend: its columns are contact_id, case_id"),
        ("stream: contacts\ncolumns:\n  contact_id: id\n", "contacts needs opened_at: add to `columns` a file column or {value:}"),
        ("stream: subscriptions\ncolumns: {plan: p}\n", "subscriptions needs customer_id, mrr, started_at"),
        ("stream: survey_answers\ncolumns: {submitted_at: at}\n", "needs question_id, metric, scale: add to `columns` a file column"),
        ("stream: contacts\ncolumns:\n\tx: 1\n", "line 3, column 1: not valid YAML"),
        ("stream: contacts\ncolumns: {a: 1\n", "line 3, column 1: not valid YAML"),
        ("stream: contacts\nstream: orders\ncolumns: {a: 1}\n", "line 2, column 1: not valid YAML: the key 'stream' stands twice"),
        ("stream: !!python/object/apply:os.system [id]\n", "line 1, column 9: not valid YAML: could not determine a constructor"),
        ("- stream\n", "holds no keys"),
        ("", "holds no keys"),
        ("a: &a [x, x, x, x, x, x, x, x, x, x]\n" + "".join(
            f"{n}: &{n} [{', '.join(['*' + p] * 10)}]\n" for p, n in zip("abcdef", "bcdefg", strict=True)), "an alias (*name) repeats"),
        ("stream: " + "[" * 3000 + "\n", "not valid YAML"),
        (CONTACTS + "  topic: {colum: t}\n", "columns: topic: a column has no `colum`: use column, columns, format, map, value"),
        (CONTACTS + "  topic: {column: t, value: x}\n", "needs exactly one of `column`, `columns` and `value`"),
        (CONTACTS + "  topic: {format: x}\n", "needs exactly one of `column`, `columns` and `value`"),
        (CONTACTS + "  topic: [a, b]\n", "columns: topic: name the file's column, or write {column:, format:}"),
        (CONTACTS + "  topic:\n", "columns: topic: name the file's column"),
        (CONTACTS + '  topic: {column: t, format: "%d"}\n', "`format` is for times, and topic is string"),
        (CONTACTS + '  ended_at: {column: t, format: "%d.%m. %H:%M"}\n', "format '%d.%m. %H:%M' names no year: join the file's column"),
        (CONTACTS + '  ended_at: {column: t, format: "%Q"}\n', "format '%Q' is not one"),
        (CONTACTS + "  ended_at: {column: t, format: YYYY}\n", "format 'YYYY' is not one"),
        (CONTACTS + "  topic: {column: t, map: []}\n", "`map` must hold"),
        (CONTACTS + "  topic: {value: x, map: {a: b}}\n", "a `value` takes no `map`"),
        (CONTACTS + "  is_bot: {value: maybe}\n", "columns: is_bot: the value 'maybe' is no boolean"),
        (CONTACTS + "  wait_seconds: {column: w, map: {a: soon}}\n", "columns: wait_seconds: the value 'soon' is no float64"),
        (CONTACTS + "encoding: klingon\n", "encoding 'klingon' is not known"),
        (CONTACTS + "encoding: zip\n", "encoding 'zip' is not known"),
        (CONTACTS + "delimiter: ab\n", "delimiter 'ab' is not one character"),
        (CONTACTS + "skip_rows: -1\n", "skip_rows '-1' is not a number of rows"),
        (CONTACTS + "timezone: Mars/Base\n", "timezone 'Mars/Base' is not known"),
        (CONTACTS + "timezone: ../../etc/passwd\n", "timezone '../../etc/passwd' is not known"),
        (CONTACTS + 'decimal: ";"\n', "decimal ';' is neither"),
        (CONTACTS + "questions: {q: {question_id: a}}\n", "`questions` is for survey_answers"),
        (SURVEY + "  q: {metric: nps, scale: 0-10}\n", "questions: q: lacks question_id"),
        (SURVEY + "  q: {question_id: a, metric: happy, scale: 0-10}\n", "metric 'happy' is not known: use one of nps, csat, ces"),
        (SURVEY + "  q: {question_id: a, metric: nps, scale: 0-99}\n", "add a row to dbt_project/seeds/survey_scales.csv"),
        (SURVEY + "  q: {question_id: a, metric: nps, scale: 0-10, mising: 1}\n", "a question has no `mising`"),
        (SURVEY + "  q: {question_id: a, metric: nps, scale: 0-10, map: {a: b}}\n", "every value must be a number or null"),
        (SURVEY + "  q: &q {question_id: a, metric: nps, scale: 0-10}\n  r: *q\n", "have the same question_id 'a'"),
        (LONG + "questions:\n  q: {question_id: a, metric: nps, scale: 0-10}\n", "question_id comes from `questions`: take it out"),
        (LONG + "  metric: {value: joy}\n  scale: s\n", "metric 'joy' is not known"),
        (LONG + "  metric: m\n  scale: {column: s, map: {a: 0-99}}\n", "scale '0-99' is not known"),
    ],
)  # fmt: skip
def test_a_wrong_feed_file_is_one_clear_line(home: InboxHome, feed_yml: str, said: str) -> None:
    line = home.refusal(feed_yml)
    assert line.startswith("inbox/f/feed.yml: ")
    assert said in line
    assert home.places() == []


def test_an_unknown_scale_names_the_known(home: InboxHome) -> None:
    line = home.refusal(SURVEY + "  q: {question_id: a, metric: nps, scale: 0-99}\n")
    assert all(scale in line for scale in ("0-10", "1-5", "1-7", "thumbs"))


def test_a_feed_file_in_another_encoding_is_refused(home: InboxHome) -> None:
    folder = home.lay("f", None, a_csv="id,at\n")
    (folder / "feed.yml").write_bytes("stream: contacts # ä\n".encode("latin-1"))
    assert home.take_in().refused == {"inbox": "inbox/f/feed.yml: not UTF-8 at byte 19: save it as UTF-8"}


def test_a_column_that_the_file_lacks_is_told_with_both_lists(home: InboxHome) -> None:
    line = home.refusal(CONTACTS + "  topic: Subject\n  team: Group\n", content="id, at ,Thema\n1,2026-01-01,x\n")
    assert line == (
        "inbox/f/a.csv: lacks 'Subject', 'Group', which inbox/f/feed.yml names; the file has 'id', 'at', 'Thema': correct one of the two"
    )


HEADERLESS = "jane.doe@example.com,Jane,Doe\njohn@example.com,John,Doe\n"


@pytest.mark.parametrize(
    "first", ["jane.doe@example.com,Jane,Doe", "Jane,358401234567,Doe", "Jane,2026-01-02,Doe", "Jane,Doe," + "dear " * 9]
)
def test_a_file_without_a_header_is_told_without_its_values(home: InboxHome, first: str) -> None:
    assert home.refusal(CONTACTS, content=f"{first}\n{HEADERLESS}") == (
        "inbox/f/a.csv: lacks 'id', 'at', which inbox/f/feed.yml names; "
        "its first row, of 3 columns, does not look like a header: the first row must name the columns"
    )


@pytest.mark.parametrize("below", ["", "Ada,Lovelace,London\nGrace,Hopper,\n", "Ada,Lovelace,London,2026-01-01\n"])
def test_a_file_of_words_alone_is_told_without_them(home: InboxHome, below: str) -> None:
    line = home.refusal(CONTACTS, content="Jane,Doe,Oslo,\n" + below)
    assert line.endswith("its first row, of 3 columns, does not look like a header: the first row must name the columns")
    assert "Jane" not in home.refusal(CONTACTS, content="Jane,Doe,Jane\n" + below)


def test_keys_of_records_are_names_whatever_their_values(home: InboxHome) -> None:
    assert "the file has 'nimi', 'kaupunki': correct" in home.refusal(CONTACTS, "a.jsonl", '{"nimi": "Jane", "kaupunki": "Oslo"}\n')


def test_a_file_without_a_header_whose_first_row_repeats_a_value_is_told_without_it(home: InboxHome) -> None:
    assert home.refusal(CONTACTS, content="jane.doe@example.com,Jane,Jane\n") == (
        "inbox/f/a.csv: its first row, of 3 columns, does not look like a header: the first row must name the columns"
    )
    assert home.refusal(CONTACTS, content="id,at,j@example.com,j@example.com,x,x\n") == (
        "inbox/f/a.csv: the header has 'x', and 1 others more than once: give each column its own name"
    )


def test_a_header_of_other_names_is_told_with_both_lists(home: InboxHome) -> None:
    assert "the file has 'tunnus', 'aika': correct one of the two" in home.refusal(CONTACTS, content="tunnus,aika\n1,2026-01-01\n")


def test_of_a_real_header_only_what_could_be_a_name_is_listed_and_the_rest_counted(home: InboxHome) -> None:
    line = home.refusal(CONTACTS, content="id,when,j@example.com," + ",".join(f"column {n}" for n in range(40)) + "\n")
    assert "the file has 'id', 'when', 'column 0', " in line
    assert line.endswith("'column 27', and 13 others: correct one of the two")


def test_a_refused_feed_keeps_nothing_else_out(home: InboxHome) -> None:
    home.lay("bad", "stream: nothing\n", a_csv="id,at\n1,2026-01-01\n")
    home.lay("good", CONTACTS, a_csv="id,at\n1,2026-01-01\n", b_csv="id\n1\n")
    outcome = home.take_in()
    assert [file.status for file in outcome.files] == ["refused", "landed", "refused"]
    assert home.column("contact_id") == ["1"]
    assert list(outcome.refused) == ["inbox"]


def test_a_folder_without_a_feed_file_is_told(home: InboxHome) -> None:
    home.lay("f", None, a_csv="id\n")
    assert home.take_in().lines == ["inbox/f: has no feed.yml: write one (docs/inbox.md has an example for each stream)"]
    (home.inbox / "f" / "feed.yaml").write_text(CONTACTS)
    assert home.take_in().lines == ["inbox/f: has no feed.yml: rename feed.yaml to it"]


def test_an_inbox_that_is_not_there_or_empty_is_no_failure(home: InboxHome) -> None:
    assert home.take_in().files == ()
    (home.inbox / "empty").mkdir(parents=True)
    assert home.take_in().files == ()


def test_a_file_outside_any_feed_is_told(home: InboxHome) -> None:
    home.inbox.mkdir(parents=True)
    (home.inbox / "answers.csv").write_text("id\n")
    assert home.take_in().lines == ["inbox/answers.csv: lies outside any feed: lay it into a folder of its own with a feed.yml beside it"]


@pytest.mark.parametrize("name", [".DS_Store", "~$book.xlsx", ".hidden.csv"])
def test_hidden_and_lock_files_are_ignored(home: InboxHome, name: str) -> None:
    folder = home.lay("f", CONTACTS)
    (folder / name).write_text("anything")
    assert home.take_in().files == ()


@pytest.mark.parametrize("name", ["a.xls", "a.txt", "a.zip", "a.xlsx.gz", "a.json", "README"])
def test_another_kind_of_file_is_told_with_the_accepted_endings(home: InboxHome, name: str) -> None:
    assert home.refusal(CONTACTS, name) == (
        f"inbox/f/{name}: not a kind of file that is read: the endings are "
        ".csv, .csv.gz, .tsv, .tsv.gz, .jsonl, .jsonl.gz, .xlsx, .parquet"
    )  # fmt: skip
