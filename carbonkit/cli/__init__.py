"""
The `carbonkit` command; it may use every other package, and none uses it.

    __main__  reads the command line        screen    what a person sees while it runs
    exchange  serves the reference exchange
    demo      one compliance year, in four acts
    report    the acts as one page and as JSON
"""
