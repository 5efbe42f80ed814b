"""``python -m simulator`` is ``traincost``."""

from simulator.cli import main

main(prog_name="traincost")
