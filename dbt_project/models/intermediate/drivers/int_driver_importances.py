"""How much of each score goes along with each driver; the drivers are the columns of int_driver_observations after the score."""


def model(dbt, session):
    """The importances of all metrics; the arithmetic, from Arrow table to Arrow table, is kuulo.warehouse.driver_importance."""
    from kuulo.warehouse.driver_importance import importance_table

    dbt.config(materialized="table")
    observations = dbt.ref("int_driver_observations")
    if hasattr(observations, "toArrow"):  # Spark's, which takes back nothing but a data frame of its own
        return session.createDataFrame(importance_table(observations.toArrow()))
    return importance_table(observations.to_arrow_table())
