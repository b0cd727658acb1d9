"""What every page shares: who may, forms, rendering, refusals as pages. It knows no room; rooms register with it.

`access` says who may (data on each handler) and `guard` asks; `forms` reads bodies and `fields` what is in them;
`render` makes pages, `errors` turns refusals into pages, `provide` hands handlers their transaction, form and view.
"""
