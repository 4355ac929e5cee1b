"""Open data: the packaged reference tables and the clients that fetch open tables.

Loneliness is not estimated here. A table comes out as its publisher gave it, with its evidence,
licence and attribution; respondents' files belong to ``loaders``.
"""
