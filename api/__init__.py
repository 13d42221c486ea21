"""The web service: routers over the domains' services, tiles, live push. The only package that knows HTTP."""
