"""The dimension of a Sobol' sequence that each name takes: its place in a list that only grows.

A name moved would change every draw of it. The names to which the shipped scenarios' totals answer most
stand first, since low dimensions are the most even; quantities follow, which can be given a prior, too.
"""

from __future__ import annotations

from collections.abc import Iterable

NAMES = """
    experiment_multiplier mfu preparation_months gpu_price staff_pay label_price fte_share useful_step_share
    framework_team_pay rd_headcount gpu_hour_price sft_item_price framework_team_size server_overhead
    sft_items price_performance_trend hardware_age failure_rate cost_of_capital fleet_utilization
    flop_factor recovery_time preference_pairs interconnect_share_at_1k framework_team_share mfu_scale
    compliance_fixed_cost efficiency_at_10k_nodes compliance_share checkpoint_stall facility_price
    data_processing_price electricity_price label_overhead maintenance_share interconnect_growth
    evaluation_share post_training_share server_power_factor grid_carbon_intensity facility_life text_stock
    average_power_share stock_share_at_quote paid_token_share data_price pue scarcity_slope quoted_lot
    lot_discount buys_data active_parameters tokens accelerator_count accelerators_per_node tdp
    peak_flop_per_second procurement useful_life training_flop job_mtbf contention interconnect_share
    facility_charge accelerator_power unique_tokens label_cost goodput parallel_efficiency installed_price
    data_epochs data_scarcity paid_tokens data_processing_cost system_utilization value_at_start
    acquisition_cost data_license_cost accelerator_hours training_days end_to_end_utilization fleet_years
    rental_cost energy value_in_use project_months operations_cost energy_cost emissions programme_energy
    yearly_depreciation staff_cost framework_team_cost programme_emissions amortised_hardware_cost
    hardware_cost final_run_cost rerun_cost experiment_cost post_training_cost evaluation_cost
    compliance_cost
    moe_active_share moe_mfu_share tax_credit_share qualifying_share
    compute_doubling_time performance_trend efficiency_trend years_ahead compute_scale
    cny_per_usd
    adapter_mfu_share ai_label_price_ratio ai_label_share alliance_fee alliance_share
    attention_flop_share base_weights_fee commitment_use_share coordination_factor curation_factor
    domestic_mfu_ratio domestic_peak_ratio domestic_power_ratio domestic_price_ratio generation_price
    low_precision_repeats low_precision_speedup multimodal_flop_factor own_tuning_share partners
    pooled_mfu_share port_person_years preemption_rate quantised_memory_share quantised_mfu_share
    release_fee reserved_price_ratio reuse_rest_share small_card_price_ratio small_parameter_share
    software_loss_share software_mfu_factor software_person_years sparse_attention_person_years
    sparse_attention_rest_share spot_price_ratio staged_experiment_factor staged_flop_share
    student_parameter_share student_token_share synthetic_share synthetic_yield task_share
    tpu_energy_factor tpu_price_ratio tuning_accelerator_share tuning_staff_share tuning_token_share
    tuning_trials
    qualifying_run_share rented_compute_qualifies owned_compute_qualifies tax_credit_limit claim_cost_share
    application_effort grant_share milestone_share grant_limit failed_run_share risk_share compute_subsidy
    allotted_hours campus_queue regional_queue national_queue quota_share quota_discount market_scarcity
    excess_profit_share excess_removed accelerator_share_of_rent partner_share sharing_overhead
    coordination_months alliance_members member_overhead commercial_use revenue_ratio free_revenue
    royalty_share licence_coverage sandbox_compliance sandbox_time talent_growth talent_years
    pay_flexibility training_share library_replaces library_flop library_access_price alliance_budget
"""
DIMENSIONS = tuple(NAMES.split())
RESERVED = 280  # with room for names to come, so that a longer list moves no name of a user


def dimensions(names: Iterable[str]) -> dict[str, int]:
    """The dimension of each name; names that the package does not know come after the reserved ones, sorted.

    >>> dimensions(["mfu", "gpu_price", "my_input"])
    {'mfu': 1, 'gpu_price': 3, 'my_input': 280}
    """
    known = {name: place for place, name in enumerate(DIMENSIONS)}
    own = sorted(set(names) - known.keys())
    places = {**known, **{name: RESERVED + k for k, name in enumerate(own)}}
    return {name: places[name] for name in names}
