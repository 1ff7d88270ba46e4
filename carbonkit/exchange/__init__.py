"""A reference exchange over HTTP: market, registry and ledger behind one address; the extra `exchange`."""
