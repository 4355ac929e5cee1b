# What ``import eenzaam_stats`` offers; a name is imported when it is first asked for.

from . import (
    age_bands as age_bands,
)
from . import (
    cli as cli,
)
from . import (
    dates as dates,
)
from . import (
    disclosure as disclosure,
)
from . import (
    errors as errors,
)
from . import (
    estimation as estimation,
)
from . import (
    files as files,
)
from . import (
    letter as letter,
)
from . import (
    loaders as loaders,
)
from . import (
    numerics as numerics,
)
from . import (
    plots as plots,
)
from . import (
    published as published,
)
from . import (
    respondents as respondents,
)
from . import (
    results as results,
)
from . import (
    scoring as scoring,
)
from . import (
    statline as statline,
)
from . import (
    survey as survey,
)
from . import (
    synthetic as synthetic,
)
from . import (
    tables as tables,
)
from . import (
    trend as trend,
)
from . import (
    vocabulary as vocabulary,
)
from .design import Design as Design
from .disclosure import (
    audit as audit,
)
from .disclosure import (
    suppress as suppress,
)
from .estimation import (
    Comparing as Comparing,
)
from .estimation import (
    Standard as Standard,
)
from .estimation import (
    calibrate as calibrate,
)
from .estimation import (
    cells as cells,
)
from .estimation import (
    compare as compare,
)
from .estimation import (
    distribution as distribution,
)
from .estimation import (
    mean as mean,
)
from .estimation import (
    model as model,
)
from .estimation import (
    prevalence as prevalence,
)
from .estimation import (
    ratio as ratio,
)
from .estimation import (
    standardise as standardise,
)
from .estimation import (
    total as total,
)
from .loaders.mapping.mapping import read_mapped as read_mapped
from .loaders.pooling.combine import combine as combine
from .loaders.sources.eu_survey import read_eu_survey as read_eu_survey
from .loaders.sources.gezondheidsmonitor import read_gezondheidsmonitor as read_gezondheidsmonitor
from .loaders.sources.gmjv import read_gmjv as read_gmjv
from .loaders.sources.lasa import read_lasa as read_lasa
from .loaders.sources.liss.read import read_liss as read_liss
from .loaders.sources.ssw import read_ssw as read_ssw
from .published.population_margins import population_margins as population_margins
from .published.reference import reference as reference
from .results.estimates import Estimates as Estimates
from .scoring import (
    DIRECT as DIRECT,
)
from .scoring import (
    DJG6 as DJG6,
)
from .scoring import (
    DJG11 as DJG11,
)
from .scoring import (
    UCLA3 as UCLA3,
)
from .scoring import (
    Scale as Scale,
)
from .scoring import (
    score as score,
)
from .survey import Survey as Survey
from .synthetic.sources import synthesise as synthesise
from .trend.projection import scenarios as scenarios
from .trend.projection.project import project as project
from .trend.projection.projected_change import decompose as decompose
from .trend.series.forecast import forecast_gap as forecast_gap
from .trend.series.interrupted import interrupted_time_series as interrupted_time_series
from .trend.series.interruption import Interruption as Interruption

__version__: str
__all__: list[str]
