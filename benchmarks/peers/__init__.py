"""Programs run by the interpreters of other environments, which hold what they measure."""
