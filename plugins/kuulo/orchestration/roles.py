"""Who may do what under FAB: three roles of Kuulo's own beside the administrator."""

from collections.abc import Collection

DATA_ENGINEER, ANALYST, MARTS_READER = "Data Engineer", "Analyst", "Marts Reader"

_READS = {
    ("can_read", resource)
    for resource in (
        "DAGs", "DAG Dependencies", "DAG Runs", "DAG Versions", "DAG Warnings", "Task Instances", "Task Logs", "Assets", "Asset Aliases",
        "Backfills", "Cluster Activity", "ImportError", "Jobs", "Pools", "XComs",
    )
}  # fmt: skip
_OWN_PROFILE = {
    (action, resource) for action in ("can_read", "can_edit") for resource in ("My Profile", "My Password")
} | {("can_read", "Website")}  # fmt: skip
_MENUS = {("menu_access", name) for name in ("Browse", "DAGs", "DAG Runs", "DAG Dependencies", "Assets", "Task Instances")}
_RUNS = {
    ("can_edit", "DAGs"),  # to pause
    *((action, "DAG Runs") for action in ("can_create", "can_edit")),
    *((action, "Task Instances") for action in ("can_create", "can_edit")),
    *((action, "Backfills") for action in ("can_create", "can_edit")),
    ("can_create", "Assets"),
}
# Nobody but the administrator sees or changes connections, variables, configuration, users and the audit log.
PERMISSIONS: dict[str, Collection[tuple[str, str]]] = {
    DATA_ENGINEER: _OWN_PROFILE | _READS | _MENUS | _RUNS | {("can_read", "DAG Code")},
    ANALYST: _OWN_PROFILE | _READS | _MENUS | {("can_read", "DAG Code")},
    MARTS_READER: _OWN_PROFILE,  # reads the published marts with a BI tool, and has nothing to do here
}


def make_roles() -> None:
    """Give each role exactly its permissions, also where somebody has changed them; people are given roles by the administrator."""
    from airflow.providers.fab.auth_manager.cli_commands.utils import get_application_builder

    with get_application_builder() as builder:
        manager = builder.sm
        for name, permissions in PERMISSIONS.items():
            role = manager.add_role(name)
            role.permissions = [manager.create_permission(action, resource) for action, resource in sorted(permissions)]
            manager.session.merge(role)
            manager.session.commit()
