"""The only folder that knows Airflow: assets, DAG defaults, connections, task groups."""
