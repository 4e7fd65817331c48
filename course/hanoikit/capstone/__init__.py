"""The whole case: a table-top from the first report to the return of assets, over the desk service or alone."""
