"""Results and frames to text that readers open: HTML tables and CSV in two dialects.

Nothing is computed and no file is opened here; the caller writes the text.
"""

from eenzaam_stats.tables.delimited import csv_text
from eenzaam_stats.tables.html import TableLook, html_table

__all__ = ["TableLook", "csv_text", "html_table"]
