"""Files as their owners deliver them: SPSS, Stata, text, workbooks, columnar files."""
