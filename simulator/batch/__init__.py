"""Many runs: the product of scenarios and sweeps, each a run of its own in the folder of results."""
