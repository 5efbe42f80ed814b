# %% [markdown]
# # What does a GPT-4-class run cost if accelerators are half the price?
#
# A scenario is loaded, simulated with the same draws twice, and the two are compared draw by draw.

# %%
import numpy as np

from simulator import load_scenario, percentiles, simulate

DRAWS, SEED = 200_000, 1
SCENARIO = "configs/gpt4-class.yaml"

# %%
base = simulate(load_scenario(SCENARIO), draws=DRAWS, seed=SEED)
table = percentiles(base, (5, 50, 80, 95)).sel(quantity="total_cost")
for quantile, value, se in zip(
    table["quantile"].to_numpy(), table["value"].to_numpy(), table["se"].to_numpy(), strict=True
):
    print(f"P{100 * quantile:.0f} of the total: ${value / 1e6:,.0f}M ± {se / 1e6:.1f}")

# %% [markdown]
# Streams are keyed by the input's name, so every other input keeps its draws and the difference is paired.

# %%
cheaper = "gpu_price={lognormal: {p5: 5k, p95: 20k}, unit: USD/accelerator}"
half = simulate(load_scenario(SCENARIO, settings=[cheaper]), draws=DRAWS, seed=SEED)
saving = base["quantities"]["total_cost"] - half["quantities"]["total_cost"]
print(f"Saving, P50: ${float(np.median(saving)) / 1e6:,.0f}M")
print(f"Saving, smallest of all draws: ${float(saving.min()) / 1e6:,.1f}M")
print(f"Saving, P50: ${float(np.median(saving)) / 1e6:,.0f}M")
print(f"Saving, smallest of all draws: ${float(saving.min()) / 1e6:,.1f}M")
