from .gezondheidsmonitor import synthesise_gezondheidsmonitor as synthesise_gezondheidsmonitor
from .report import (
    SynthesisCell as SynthesisCell,
)
from .report import (
    SynthesisMargin as SynthesisMargin,
)
from .report import (
    SynthesisReport as SynthesisReport,
)
from .sources import synthesise as synthesise
