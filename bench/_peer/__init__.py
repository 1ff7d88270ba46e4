"""
The peers' halves of the benchmarks, each run by the interpreter of its peer's own environment.

`job` is what a half is given and what it answers; the other modules are named
after their peers. None of them may import carbonkit or what it needs: it is not
there.
"""
