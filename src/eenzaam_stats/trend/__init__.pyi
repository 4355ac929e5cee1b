from .panel.dropout import (
    check_dropout as check_dropout,
)
from .panel.dropout import (
    warn_of_dropout as warn_of_dropout,
)
from .panel.options import PanelOptions as PanelOptions
from .panel.panel import panel_model as panel_model
from .panel.rows import PanelColumns as PanelColumns
from .panel.terms import PanelTerm as PanelTerm
from .projection.hindcast import (
    hindcast as hindcast,
)
from .projection.hindcast import (
    hindcast_error as hindcast_error,
)
from .projection.prevalence_cells import prevalence_cells as prevalence_cells
from .projection.project import project as project
from .projection.projected_change import (
    decompose as decompose,
)
from .projection.projected_change import (
    decompose_counts as decompose_counts,
)
from .projection.projection_options import (
    PopulationError as PopulationError,
)
from .projection.projection_options import (
    ProjectionOptions as ProjectionOptions,
)
from .projection.published_prevalence import prevalence_by_age as prevalence_by_age
from .projection.scenarios import (
    CohortShift as CohortShift,
)
from .projection.scenarios import (
    ConstantPrevalence as ConstantPrevalence,
)
from .projection.scenarios import (
    TrendScenario as TrendScenario,
)
from .projection.scenarios import (
    UserScenario as UserScenario,
)
from .series.check_fits import Fitting as Fitting
from .series.checks import (
    alternative_starts as alternative_starts,
)
from .series.checks import (
    leave_one_wave_out as leave_one_wave_out,
)
from .series.controlled import (
    ControlOptions as ControlOptions,
)
from .series.controlled import (
    controlled_series as controlled_series,
)
from .series.counts import (
    CountOptions as CountOptions,
)
from .series.counts import (
    interrupted_counts as interrupted_counts,
)
from .series.fitting import FitOptions as FitOptions
from .series.forecast import (
    GapOptions as GapOptions,
)
from .series.forecast import (
    forecast_gap as forecast_gap,
)
from .series.interrupted import interrupted_time_series as interrupted_time_series
from .series.interruption import Interruption as Interruption
from .series.placebo import (
    placebo_in_space as placebo_in_space,
)
from .series.placebo import (
    placebo_in_time as placebo_in_time,
)
from .series.plan import SeriesOptions as SeriesOptions
from .series.power import (
    PlannedSeries as PlannedSeries,
)
from .series.power import (
    find_power as find_power,
)
