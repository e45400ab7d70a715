"""Step 4: dbt builds the marts from the validated rows."""
