"""How much of each score goes along with each driver; the drivers are the columns of int_driver_observations after the score."""


def model(dbt, session):
    """The importances of all metrics as one Arrow table; the arithmetic is kuulo.warehouse.driver_importance."""
    from kuulo.warehouse.driver_importance import importance_table

    dbt.config(materialized="table")
    return importance_table(dbt.ref("int_driver_observations").to_arrow_table())
