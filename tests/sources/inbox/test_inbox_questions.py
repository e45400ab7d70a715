import json

from tests.sources.inbox.inbox_home import InboxHome, naive

WIDE = """\
stream: survey_answers
columns:
  response_id: id
  submitted_at: at
  weight: w
  channel: {value: email}
questions:
  Recommend?: {question_id: recommend, metric: nps, scale: "0-10", missing: ["11", n/a], comment: Why, touchpoint: checkout}
  Happy:      {question_id: overall, metric: csat, scale: 1-5, missing: Blank, label: Word, survey_id: b, channel: web, journey_stage: use}
"""
FILE = """\
id,at,w,Recommend?,Why,Happy,Word,Zone
r1,2026-01-01,1.5,9,quick,5,great,A
r2,2026-01-02,,11,,Blank,,B
r3,2026-01-03,0.5, 11.0 ,,4.0,good,
r4,2026-01-04,1,N/A,,n/a,,
r5,soon,1,0,slow,,,
"""


COMMAS = """\
stream: survey_answers
columns: {response_id: id, submitted_at: at}
questions:
  Recommend?: {question_id: recommend, metric: nps, scale: "0-10", missing: ["99", "-1", "4.5"]}
  Happy:      {question_id: overall, metric: csat, scale: 1-5, map: {Very: 5, "4,5": 4, "3.5": 3, "2": 2}}
decimal: ","
delimiter: semicolon
"""


def test_missing_codes_and_maps_are_compared_as_numbers_with_the_files_decimal_mark(home: InboxHome) -> None:
    """A code for no answer that the file writes as 99,0 was an answer of 99."""
    lines = ["99,0;Very", "9,0;4,5", "-1,00;4,50", "4,5;3,5", "99;2,0", "8;2"]
    cells = [f"r{number};2026-01-0{number};{line}" for number, line in enumerate(lines, 1)]
    home.taken(COMMAS, "a.csv", "\n".join(["id;at;Recommend?;Happy", *cells]))
    assert [(row["response_id"], row["score"]) for row in home.rows() if row["question_id"] == "recommend"] == [("r2", 9.0), ("r6", 8.0)]
    assert [row["score"] for row in home.rows() if row["question_id"] == "overall"] == [5.0, 4.0, 4.0, 3.0, 2.0, 2.0]
    assert home.untyped() == []


def test_a_wide_file_becomes_one_row_an_answer(home: InboxHome) -> None:
    home.taken(WIDE, "a.csv", FILE, feed="spring")
    rows = home.rows()
    assert [(row["response_id"], row["question_id"], row["metric"], row["scale"], row["score"]) for row in rows] == [
        ("r1", "recommend", "nps", "0-10", 9.0),
        ("r1", "overall", "csat", "1-5", 5.0),
        ("r3", "overall", "csat", "1-5", 4.0),
    ]
    assert [row["_position"] for row in rows] == [0, 1, 2]
    assert [(r["comment"], r["label"], r["touchpoint"], r["survey_id"], r["channel"], r["journey_stage"]) for r in rows] == [
        ("quick", None, "checkout", "spring", "email", None),
        (None, "great", None, "b", "web", "use"),
        (None, "good", None, "b", "web", "use"),
    ]
    assert [row["weight"] for row in rows] == [1.5, 1.5, 0.5]
    assert [json.loads(row["_extra"]) if row["_extra"] else None for row in rows] == [{"Zone": "A"}, {"Zone": "A"}, None]


def test_a_comment_beside_no_score_is_an_answer_without_one(home: InboxHome) -> None:
    home.taken(WIDE, "a.csv", "id,at,w,Recommend?,Why,Happy,Word\nr1,2026-01-01,1,,too dear,,great\nr2,2026-01-01,1,11,slow,4,\n")
    assert [(row["response_id"], row["question_id"], row["score"], row["comment"]) for row in home.rows()] == [
        ("r1", "recommend", None, "too dear"), ("r2", "recommend", None, "slow"), ("r2", "overall", 4.0, None),
    ]  # fmt: skip
    assert (home.receipts()[0]["received"], home.receipts()[0]["note"]) == (3, "1 answers blank or declared missing")


def test_what_is_neither_a_number_nor_missing_is_an_untyped_row(home: InboxHome) -> None:
    home.taken(WIDE, "a.csv", FILE)
    assert [(row["_position"], row["rule"]) for row in home.untyped()] == [
        (3, "typed:score"),
        (4, "typed:score"),
        (5, "typed:submitted_at"),
    ]
    (receipt,) = home.receipts()
    assert (receipt["received"], receipt["untyped"], receipt["note"]) == (6, 3, "4 answers blank or declared missing")
    assert home.untyped()[0]["reason"] == "score of question recommend: not a number"
    assert json.loads(home.untyped()[0]["record"])["Recommend?"] == "N/A"


def test_answers_in_words_may_have_a_map(home: InboxHome) -> None:
    question = "{question_id: q, metric: ces, scale: 1-7, map: {Easy: 7, Hard: 1, Skip: null}}"
    feed = f"stream: survey_answers\ncolumns: {{submitted_at: at}}\nquestions:\n  Q: {question}\n"
    home.taken(feed, "a.csv", "at,Q\n2026-01-01,Easy\n2026-01-01, Hard\n2026-01-01,Skip\n2026-01-01,\n2026-01-01,Odd\n", feed="s")
    assert home.column("score") == [7.0, 1.0]
    assert home.column("response_id") == ["s/a.csv#1", "s/a.csv#2"]
    assert [row["rule"] for row in home.untyped()] == ["map:score"]
    assert home.receipts()[0]["note"] == "2 answers blank or declared missing"


def test_a_long_file_needs_no_questions(home: InboxHome) -> None:
    feed = (
        "stream: survey_answers\ncolumns: {submitted_at: at, question_id: q, metric: m, scale: {value: 0-10}, score: s, is_finished: d}\n"
    )
    home.taken(feed, "a.csv", "at,q,m,s,d\n2026-01-01,recommend,nps,10,y\n2026-01-02,recommend,nps,,n\n", feed="pulse")
    assert [(r["survey_id"], r["question_id"], r["metric"], r["score"], r["is_finished"], r["submitted_at"]) for r in home.rows()] == [
        ("pulse", "recommend", "nps", 10.0, True, naive("2026-01-01")),
        ("pulse", "recommend", "nps", None, False, naive("2026-01-02")),
    ]
    assert home.receipts()[0]["note"] == ""


def test_the_ten_lines_of_the_design_work_as_they_stand(home: InboxHome) -> None:
    feed = """\
stream: survey_answers            # one of the canonical streams below
columns:
  response_id: RESPNUM
  submitted_at: {column: INTDATE, format: "%Y-%m-%d"}
  weight: WEIGHT
  survey_id: {value: sfo_2017}
  channel: {value: in_person}
questions:                        # a wide file: one entry for each question's column
  NETPRO: {question_id: recommend, metric: nps, scale: "0-10", missing: ["11", ""]}
  Q7ALL:  {question_id: overall, metric: csat, scale: "1-5", missing: [Blank]}
encoding: utf-8-sig               # optional
"""
    home.taken(
        feed,
        "sfo.csv",
        "\ufeffRESPNUM,INTDATE,WEIGHT,NETPRO,Q7ALL\r\n1,2017-05-13,0.28,6,4\r\n2,2017-05-13,0.94,11,Blank\r\n3,2017-05-14,1,0,3\r\n",
    )
    assert [(row["response_id"], row["question_id"], row["score"], row["weight"]) for row in home.rows()] == [
        ("1", "recommend", 6.0, 0.28), ("1", "overall", 4.0, 0.28), ("3", "recommend", 0.0, 1.0), ("3", "overall", 3.0, 1.0),
    ]  # fmt: skip
