"""The glossary: what each input of the formulas and levers means, in the words of the field."""

MEANINGS = {
    # workload
    "active_parameters": "Parameters that work on each token; of a mixture of experts, those chosen",
    "flop_factor": "Training FLOP over 6 N D: attention, rounding, and what is unknown of the size",
    "tokens": "Tokens trained on, repetitions counted",
    # throughput and reliability
    "accelerator_count": "Accelerators of the cluster that trains the model",
    "accelerators_per_node": "Accelerators in a server",
    "checkpoint_stall": "Time that training stands still to write a checkpoint",
    "efficiency_at_10k_nodes": "Speed per accelerator on 10,000 nodes over that on one, failures aside",
    "failure_rate": "Failures that stop the job, per accelerator and hour",
    "mfu": "Model FLOP utilization within a step, of the dense BF16 peak",
    "mfu_scale": "Accelerators on which the stated mfu was measured",
    "peak_flop_per_second": "Dense BF16 peak of an accelerator",
    "recovery_time": "Time from a failure to the next useful step, lost work aside",
    "useful_step_share": "Share of the steps that end in the model: not repeated, abandoned or evaluation",
    # hardware
    "cost_of_capital": "Interest a year on what is bound in hardware and facility",
    "facility_life": "Years over which building, power and cooling are paid for",
    "facility_price": "Price of building, power and cooling per watt of rated server power",
    "fleet_utilization": "Share of its life in which an owned fleet works for anybody",
    "gpu_hour_price": "Rent of an accelerator for an hour, power included",
    "gpu_price": "Price of a bare accelerator",
    "hardware_age": "Age of the hardware when training starts",
    "interconnect_growth": "Rise of the network's share in the cluster's price per tenfold accelerators",
    "interconnect_share_at_1k": "The network's share in the price of a cluster of 1,000 accelerators",
    "maintenance_share": "Maintenance, renewal and data-centre staff a year over the installed price",
    "price_performance_trend": "Orders of magnitude a year by which the price of the same performance falls",
    "procurement": "How the accelerators are had: owned, rented or bought for cash",
    "server_overhead": "Price of a server per accelerator over that of the bare accelerator",
    # energy
    "average_power_share": "Average power drawn over the rated power of the server",
    "electricity_price": "Price of electricity at the data centre",
    "grid_carbon_intensity": "Emissions of the grid per kWh, location-based",
    "pue": "Power usage effectiveness: the data centre's power over that of its servers",
    "server_power_factor": "Rated power of the server per accelerator over that of the bare accelerator",
    "tdp": "Rated power of a bare accelerator",
    # the programme
    "evaluation_share": "Compute of evaluation and deployment preparation over the final run's",
    "experiment_multiplier": "All compute before post-training over the final run's",
    "post_training_share": "Compute of fine-tuning and preference rounds over the final run's",
    # data and labels
    "buys_data": "Whether the project licenses text at all: 1 or 0",
    "data_price": "Price of licensed text",
    "data_processing_price": "Crawling, cleaning, de-duplication and structuring, per million tokens kept",
    "label_overhead": "Cost of labels with quality control over their bare price",
    "label_price": "Price of a compared pair",
    "lot_discount": "Elasticity by which the price of text falls with the size of the lot",
    "paid_token_share": "Share of the distinct tokens that are licensed, where text is bought",
    "preference_pairs": "Compared pairs of answers",
    "quoted_lot": "Tokens for which the price of text was quoted",
    "scarcity_slope": "Rise of the log price of text as the used share of the stock goes from 0 to 1",
    "sft_item_price": "Price of a written demonstration",
    "sft_items": "Written demonstrations for supervised fine-tuning",
    "stock_share_at_quote": "Share of the stock of text that was in use when its price was quoted",
    "text_stock": "Usable distinct text there is",
    # people
    "framework_team_pay": "Total compensation in the framework team",
    "framework_team_share": "This model's share of the framework team",
    "framework_team_size": "People who build the training framework and run the cluster",
    "fte_share": "Share of their time that the research staff gives this model",
    "preparation_months": "Months of the project before the final run",
    "rd_headcount": "Research staff who work on the model, the framework team aside",
    "staff_pay": "Total compensation of research staff",
    # governance
    "compliance_fixed_cost": "Compliance that is no share of anything",
    "compliance_share": "Compliance's share of the total cost, purchased hardware aside",
    # levers
    "useful_life": "Years over which hardware is written off in a straight line",
    # levers: engineering
    "moe_active_share": "Active parameters of a mixture of experts over those of a dense model as good",
    "moe_mfu_share": "What routing to experts leaves of the mfu",
    # levers: policy
    "qualifying_share": "Share of salaries and experiments that a tax credit counts",
    "tax_credit_share": "Tax credit over the cost that qualifies",
    # trends
    "compute_doubling_time": "Months in which the compute of the largest models doubles",
    "compute_scale": "Compute of the model over that of the plan; 0: as demand grows",
    "efficiency_trend": "Orders of magnitude a year by which arithmetic per watt grows",
    "performance_trend": "Orders of magnitude a year by which arithmetic for the same price grows",
    "years_ahead": "Years after the plan's own",
    # currency
    "cny_per_usd": "Exchange rate of the year, yuan for a dollar",
}
