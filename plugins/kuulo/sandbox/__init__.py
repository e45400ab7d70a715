"""A fictional company, served in each vendor's dialect, with a truth that the pipeline does not see."""
