"""Real data with known answers, laid into an inbox: a feed.yml for each folder of the shared data, which is never committed.

`<checkout>/../shared/data/README.md` says where the files are from and what must come out of them.
"""

import shutil
from pathlib import Path

import pytest

SHARED = Path(__file__).resolve().parents[2] / "shared"

# Only the file with inferred dates can give the 22 published days; only the main file has Q7ALL. So two feeds of one survey.
SFO_RECOMMEND = """\
stream: survey_answers
columns:
  response_id: RESPNUM
  submitted_at: inferred_date
  weight: WEIGHT
  survey_id: {value: sfo_2017}
  channel: {column: METHOD_LBL, map: {At gate: in_person, Mail-in: mail, Online: web}}
questions:
  NETPRO: {question_id: recommend, metric: nps, scale: "0-10", missing: ["11", ""]}
"""

# The main file's INTDATE is a day of May 2017 without month and year.
SFO_OVERALL = """\
stream: survey_answers
columns:
  response_id: RESPNUM
  submitted_at:
    column: INTDATE
    map:
DAYS  weight: WEIGHT
  survey_id: {value: sfo_2017}
questions:
  Q7ALL: {question_id: overall, metric: csat, scale: "1-5", missing: [Blank]}
""".replace("DAYS", "".join(f"      {day}: 2017-05-{day:02}\n" for day in range(1, 32)))

# The log knows no customers: each call counts as a customer's only one, so that "resolved" is the first-contact figure.
PWC_CONTACTS = """\
stream: contacts
columns:
  contact_id: Call Id
  customer_id: Call Id
  channel: {value: phone}
  direction: {value: inbound}
  topic: Topic
  opened_at: {columns: [Date, Time], format: "%Y-%m-%d %H:%M:%S"}
  is_abandoned: {column: Answered (Y/N), map: {Y: false, N: true}}
  is_resolved: {column: Resolved, map: {Y: true, N: false}}
  wait_seconds: Speed of answer in seconds
  talk_seconds: AvgTalkDuration
  agent_id: Agent
  team: Agent
"""

PWC_CSAT = """\
stream: survey_answers
columns:
  response_id: Call Id
  contact_id: Call Id
  customer_id: Call Id
  submitted_at: {columns: [Date, Time]}
  survey_id: {value: pwc_call_center}
  touchpoint: {value: support_call}
  channel: {value: phone}
questions:
  Satisfaction rating: {question_id: satisfaction, metric: csat, scale: "1-5"}
"""

# The file has no dates. All customers are there before January 2020, and who is marked as churned leaves in that month.
TELCO = """\
stream: subscriptions
columns:
  subscription_id: customerID
  customer_id: customerID
  plan: Contract
  mrr: MonthlyCharges
  currency: {value: USD}
  started_at: {value: 2019-12-01}
  ended_at: {column: Churn, map: {Yes: 2020-01-15, No: null}}
"""

MRR_PLAYBOOK = """\
stream: subscriptions
columns:
  subscription_id: subscription_id
  customer_id: customer_id
  mrr: monthly_amount
  started_at: start_date
  ended_at: end_date
"""


def need_shared() -> Path:
    """The shared folder, or a skipped test where it is not beside the checkout."""
    if not (SHARED / "data").is_dir():
        pytest.skip(f"the real data are not at {SHARED}")
    return SHARED


def lay(inbox: Path, feed: str, feed_yml: str, file: Path) -> Path:
    """Lay a feed.yml and a copy of a data file into a folder of the inbox."""
    folder = inbox / feed
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "feed.yml").write_text(feed_yml, encoding="utf-8")
    shutil.copyfile(file, folder / file.name)
    return folder


def lay_sfo_2017(inbox: Path, shared: Path = SHARED) -> None:
    """Feeds sfo_2017 (NPS by inferred day, weighted) and sfo_2017_overall (CSAT), both of survey sfo_2017."""
    lay(inbox, "sfo_2017", SFO_RECOMMEND, shared / "data" / "sfo_2017" / "fact_survey_2017_with_inferred_date.csv")
    lay(inbox, "sfo_2017_overall", SFO_OVERALL, shared / "data" / "sfo_2017" / "2017_SFO_Customer_Survey.csv")


def lay_pwc_call_center(inbox: Path, shared: Path = SHARED) -> None:
    """Feeds pwc_contacts and pwc_csat, both of the same file."""
    file = shared / "data" / "pwc_call_center" / "Call-Center-Dataset.csv"
    lay(inbox, "pwc_contacts", PWC_CONTACTS, file)
    lay(inbox, "pwc_csat", PWC_CSAT, file)


def lay_telco(inbox: Path, shared: Path = SHARED) -> None:
    """Feed telco: 7,043 subscriptions open at the start of January 2020, 1,869 of which end in it."""
    lay(inbox, "telco", TELCO, shared / "data" / "telco" / "Telco-Customer-Churn.csv")


def lay_mrr_playbook(inbox: Path, shared: Path = SHARED) -> None:
    """Feed mrr_playbook: 121 subscription periods of 55 customers."""
    lay(inbox, "mrr_playbook", MRR_PLAYBOOK, shared / "data" / "mrr_playbook" / "subscription_periods.csv")
