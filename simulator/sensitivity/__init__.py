"""What drives a cost: tornados, Sobol' indices, Shapley effects, what makes up a percentile."""
