# Airflow with Kuulo in it: the same locked environment that `make run` sets up.
FROM python:3.11-slim-bookworm

ENV PYTHONUNBUFFERED=1 PIP_DISABLE_PIP_VERSION_CHECK=1 PYTHONPATH=/opt/kuulo/plugins KUULO_HOME=/var/lib/kuulo
WORKDIR /opt/kuulo

COPY requirements.txt ./
RUN python -m venv .venv \
    && .venv/bin/python -m pip install --quiet uv==0.13.9 \
    && .venv/bin/uv pip install --quiet --no-cache --python .venv/bin/python --require-hashes --compile-bytecode -r requirements.txt

COPY plugins ./plugins
COPY dags ./dags
COPY dbt_project ./dbt_project
COPY expectations ./expectations
RUN useradd --create-home --uid 1000 kuulo && mkdir -m 0700 /var/lib/kuulo && chown kuulo /var/lib/kuulo
USER kuulo
VOLUME /var/lib/kuulo

# Any Airflow command: `api-server`, `scheduler`, `dag-processor`, `triggerer`; without words its version.
ENTRYPOINT ["/opt/kuulo/.venv/bin/python", "-m", "kuulo.orchestration.airflow_command"]
CMD ["version"]
