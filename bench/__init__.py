"""
Our speed as a ratio to a peer's, measured in one run on one machine.

Each module here whose name has no underscore in front is a benchmark; it has a
function `comparisons()` that gives what `bench._compare.Comparison` describes.
`python -m bench` runs them all.
"""
