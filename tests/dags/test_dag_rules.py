"""Policy of the DAG files, as tests: when, what and who is told, and nothing else."""

import ast
import subprocess
import sys

import pytest
from airflow.dag_processing.dagbag import DagBag
from airflow.sdk import AssetAny
from airflow.sdk.exceptions import ParamValidationError

from kuulo.orchestration.assets import MARTS, VALIDATED
from kuulo.orchestration.dag_defaults import WAREHOUSE_POOL
from kuulo.sources.catalog import SOURCES
from tests.conftest import CHECKOUT

DAG_FILES = sorted((CHECKOUT / "dags").glob("*.py"))


@pytest.fixture(scope="module")
def dags():
    bag = DagBag(CHECKOUT / "dags")
    assert bag.import_errors == {}
    return bag.dags


def test_one_extract_dag_a_source_and_the_two_of_the_marts(dags):
    of_people = {"erase_customer", "export_customer"}
    rest = {"build_marts", "publish_marts", "enforce_retention", "send_alerts", "redrive"}
    assert set(dags) == {*(f"extract_{name}" for name in SOURCES), *rest, *of_people}


def test_each_dag_says_what_when_who_and_where_to_look_when_red(dags):
    for dag in dags.values():
        for word in ("What:", "When:", "Who:", "Red:"):
            assert word in dag.doc_md, f"{dag.dag_id} does not say {word}"
        assert dag.max_active_runs == 1
        assert not dag.catchup
        assert dag.tags


def test_every_param_has_a_type_a_description_and_refuses_what_is_no_such_thing(dags):
    """S13: a run is refused before it is made; nothing of a param reaches a shell."""
    for dag in dags.values():
        for name in dag.params:
            declared = dag.params.get_param(name)
            assert declared.schema.get("type"), f"{dag.dag_id}.{name}"
            assert declared.description, f"{dag.dag_id}.{name}"
            with pytest.raises(ParamValidationError):
                declared.resolve(value={"$(reboot)": 1})


def test_no_task_starts_a_shell(dags):
    assert {type(task).__name__ for dag in dags.values() for task in dag.tasks} <= {"_PythonDecoratedOperator", "DecoratedMappedOperator"}
    for path in (CHECKOUT / "plugins").rglob("*.py"):
        for call in (node for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Call)):
            assert not [word for word in call.keywords if word.arg == "shell"], path
            name, owner = getattr(call.func, "attr", getattr(call.func, "id", "")), getattr(getattr(call.func, "value", None), "id", "")
            loader = "".join(ast.unparse(word.value) for word in call.keywords if word.arg == "Loader")
            unsafe = {("", "eval"), ("", "exec"), ("os", "system"), ("os", "popen"), ("pickle", "load"), ("pickle", "loads")}
            # dbt's own Python models are run by dbt as compiled text: in Spark's session by us, since dbt-spark does not
            if (path.name, name) != ("spark_session.py", "exec"):
                assert (owner, name) not in unsafe, path
            assert (owner, name) != ("yaml", "load") or loader == "_TextLoader", path  # of the safe base loader: all is text


def test_marts_wait_for_any_source_and_publication_for_the_marts(dags):
    waits_for = dags["build_marts"].timetable.asset_condition
    assert isinstance(waits_for, AssetAny)
    assert {asset.name for asset in waits_for.objects} == {asset.name for asset in VALIDATED.values()}
    assert [asset.name for asset in dags["publish_marts"].timetable.asset_condition.objects] == [MARTS.name]


def test_each_source_announces_its_own_rows(dags):
    for name, asset in VALIDATED.items():
        tasks = dags[f"extract_{name}"].tasks
        assert [task.task_id for task in tasks if asset in task.outlets] == ["validate_landing"]


def test_whatever_touches_the_warehouse_takes_the_pool_of_one_slot(dags):
    for dag_id in ("build_marts", "publish_marts", "erase_customer", "export_customer"):
        assert {task.pool for task in dags[dag_id].tasks} == {WAREHOUSE_POOL}


def test_every_api_stream_is_read_by_a_task_of_its_own(dags):
    for name in ("survicate", "hubspot"):
        task = dags[f"extract_{name}"].get_task("extract_to_landing")
        assert task.op_kwargs_expand_input.value == {"stream": [stream.name for stream in SOURCES[name].streams if stream.pages_of is None]}


@pytest.mark.parametrize("path", DAG_FILES, ids=lambda path: path.name)
def test_a_dag_file_is_short_and_imports_only_airflow_and_orchestration(path):
    text = path.read_text()
    assert text.count("\n") <= 60
    imported = {node.module for node in ast.walk(ast.parse(text)) if isinstance(node, ast.ImportFrom)}
    assert all(module == "airflow.sdk" or module.startswith("kuulo.orchestration.") for module in imported)


def test_parsing_the_dags_loads_nothing_heavy_and_takes_little_beyond_airflow():
    heavy = "{'pandas', 'pyarrow', 'duckdb', 'great_expectations', 'dbt', 'requests'}"
    code = (
        "import sys, airflow.sdk, pendulum; from airflow.sdk import dag, Asset, AssetAny, ExceptionRetryPolicy, Param, Connection, task;"
        "before = set(sys.modules); import time; started = time.perf_counter();"
        f"sys.path.insert(0, 'dags'); import {', '.join(path.stem for path in DAG_FILES)};"
        f"loaded = ({heavy} & {{name.split('.')[0] for name in set(sys.modules) - before}}); assert not loaded, loaded;"
        "print(time.perf_counter() - started)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False, cwd=CHECKOUT)
    assert done.returncode == 0, done.stderr[-2000:]
    assert float(done.stdout.split()[-1]) < 5


def test_airflow_takes_no_module_of_the_package_for_a_plugin():
    done = subprocess.run([sys.executable, "-m", "airflow", "plugins"], capture_output=True, text=True, check=False)
    assert done.returncode == 0
    assert "kuulo" not in done.stdout
    assert "settings" not in done.stdout


def test_no_task_tells_an_error_that_nobody_here_wrote():
    """S1, S6: drivers and parsers quote rows, addresses and secrets; `told_without_values` stands below every `@task`."""
    tasks = {}
    for path in (CHECKOUT / "plugins" / "kuulo" / "orchestration").glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            names = [ast.unparse(decorator).split("(")[0] for decorator in getattr(node, "decorator_list", [])]
            if "task" in names:
                tasks[f"{path.name}:{node.name}"] = names
    assert len(tasks) >= 9
    assert [name for name, names in tasks.items() if names != ["task", "told_without_values"]] == []
