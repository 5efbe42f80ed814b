"""What models of later years cost, and which size of model a budget buys."""
