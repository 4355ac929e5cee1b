from .access import Access as Access
from .fetched import fetch as fetch
from .open_table import (
    OpenTable as OpenTable,
)
from .open_table import (
    TableSource as TableSource,
)
from .statline import (
    find_tables as find_tables,
)
from .statline import (
    read_description as read_description,
)
from .statline import (
    read_table as read_table,
)
from .statline import (
    save_table as save_table,
)
from .statline import (
    with_margins as with_margins,
)
